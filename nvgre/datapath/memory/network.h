/// The provider's network of the simulator: a switch with any number of stations and a faulty cable to each. It decides
/// by the destination MAC address alone; what its faults may hit is told by wire::locate().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "nvgre/datapath/memory/random.h"
#include "nvgre/overlay/endpoint.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::datapath::memory {

/// Which bytes corruption may hit.
enum class CorruptionTarget : std::uint8_t {
  kCovered,    ///< Bytes that some checksum covers: outer and inner IPv4 header, transport header and payload.
  kUncovered,  ///< The outer Ethernet, GRE and inner Ethernet headers.
};

/// Faults, each the probability for one frame (0.0 to 1.0).
struct Faults {
  double loss = 0;
  double duplication = 0;
  double reordering = 0;  ///< A frame is held back long enough that others overtake it.
  double corruption = 0;  ///< One bit is flipped.
  CorruptionTarget target = CorruptionTarget::kCovered;
};

/// What became of the frames.
struct NetworkCounts {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t corrupted = 0;
  std::uint64_t unclaimed = 0;  ///< No station has the destination.
};

class Network {
 public:
  using Station = std::size_t;
  using Frame = std::vector<std::uint8_t>;
  /// Sees every frame as its sender meant it, before any fault.
  using Observer = std::function<void(overlay::Instant now, wire::Bytes frame)>;

  explicit Network(Random& random) : random_(random) {}

  Station add_station(const wire::MacAddress& mac);
  void set_faults(const Faults& faults) { faults_ = faults; }
  void set_observer(Observer observer) { observer_ = std::move(observer); }

  void send(Station from, wire::Bytes frame, overlay::Instant now);
  /// Frames that have arrived at `to` by `now`, in order of arrival.
  [[nodiscard]] std::vector<Frame> take(Station to, overlay::Instant now);
  [[nodiscard]] bool is_quiet() const { return in_flight_.empty(); }
  [[nodiscard]] const NetworkCounts& counts() const { return counts_; }

 private:
  struct Flight {
    Station to;
    Frame frame;
  };
  void depart(Station to, wire::Bytes frame, overlay::Instant now);
  void corrupt(Frame& frame);

  Random& random_;
  Faults faults_;
  Observer observer_;
  std::vector<wire::MacAddress> stations_;
  /// By time of arrival and order of departure.
  std::map<std::pair<overlay::Instant, std::uint64_t>, Flight> in_flight_;
  std::uint64_t departures_ = 0;
  NetworkCounts counts_;
};

}  // namespace nvgre::datapath::memory
