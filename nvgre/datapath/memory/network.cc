#include "nvgre/datapath/memory/network.h"

#include <chrono>
#include <utility>

#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/locate.h"

namespace nvgre::datapath::memory {
namespace {

constexpr overlay::Instant kLatency = std::chrono::microseconds(20);
constexpr overlay::Instant kDetour = std::chrono::microseconds(200);  // of a frame that is overtaken

/// Half-open runs of byte offsets that corruption may hit.
using Runs = std::vector<std::pair<std::size_t, std::size_t>>;

Runs covered(const wire::HeaderMap& map) {
  Runs runs;
  if (map.outer_ip && map.outer_ip.is_v4()) runs.emplace_back(map.outer_ip.offset, map.outer_ip.end());
  if (map.inner_ip && map.inner_ip.is_v4()) runs.emplace_back(map.inner_ip.offset, map.inner_ip.end());
  if (map.transport) runs.emplace_back(map.transport.offset, map.inner_ip.payload_end);
  return runs;
}

Runs uncovered(const wire::HeaderMap& map) {
  Runs runs;
  for (const auto* link : {&map.outer_link, &map.inner_link})
    if (*link) runs.emplace_back(link->offset, link->end());
  if (map.gre) runs.emplace_back(map.gre.offset, map.gre.end());
  return runs;
}

}  // namespace

Network::Station Network::add_station(const wire::MacAddress& mac) {
  stations_.push_back(mac);
  return stations_.size() - 1;
}

void Network::send(Station from, wire::Bytes frame, overlay::Instant now) {
  ++counts_.sent;
  if (observer_) observer_(now, frame);
  const auto ethernet = wire::EthernetView::parse(frame);
  if (!ethernet) return void(++counts_.unclaimed);
  const auto destination = ethernet->destination();
  bool claimed = false;
  for (Station to = 0; to < stations_.size(); ++to) {
    if (to == from || (!destination.is_group() && destination != stations_[to])) continue;
    claimed = true;
    depart(to, frame, now);
  }
  if (!claimed) ++counts_.unclaimed;
}

void Network::depart(Station to, wire::Bytes frame, overlay::Instant now) {
  if (random_.chance(faults_.loss)) return void(++counts_.lost);
  const bool twice = random_.chance(faults_.duplication);
  if (twice) ++counts_.duplicated;
  for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
    auto arrival = now + kLatency;
    if (random_.chance(faults_.reordering)) {
      ++counts_.reordered;
      arrival += kDetour;
    }
    Flight flight{to, Frame(frame.begin(), frame.end())};
    if (random_.chance(faults_.corruption)) corrupt(flight.frame);
    in_flight_.emplace(std::pair(arrival, departures_++), std::move(flight));
  }
}

void Network::corrupt(Frame& frame) {
  const auto map = wire::locate(frame);
  const auto runs = faults_.target == CorruptionTarget::kCovered ? covered(map) : uncovered(map);
  std::size_t total = 0;
  for (const auto& [begin, end] : runs) total += end - begin;
  if (total == 0) return;
  auto position = random_.below(total);
  for (const auto& [begin, end] : runs) {
    if (position < end - begin) {
      frame[begin + position] ^= static_cast<std::uint8_t>(1U << random_.below(8));
      ++counts_.corrupted;
      return;
    }
    position -= end - begin;
  }
}

std::vector<Network::Frame> Network::take(Station to, overlay::Instant now) {
  std::vector<Frame> arrived;
  for (auto flight = in_flight_.begin(); flight != in_flight_.end() && flight->first.first <= now;) {
    if (flight->second.to != to) {
      ++flight;
      continue;
    }
    arrived.push_back(std::move(flight->second.frame));
    flight = in_flight_.erase(flight);
  }
  counts_.delivered += arrived.size();
  return arrived;
}

}  // namespace nvgre::datapath::memory
