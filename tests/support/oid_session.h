/// A session of OID requests made of any bytes at all, and the promises that each of them has to keep. The fuzz target
/// and the property test share it: one makes bytes up, the other spoils good requests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nvgre/ndis/miniport.h"
#include "tests/support/adapter_snapshot.h"
#include "tests/support/oid_buffers.h"

namespace nvgre::test {

/// Writes what OidSession reads.
class OidSessionInput {
 public:
  /// @param set_up  Bit 0: VMQ instead of RSS; bits 1 to 3: the NDIS version.
  explicit OidSessionInput(std::uint8_t set_up) : bytes_{set_up} {}
  OidSessionInput& request(ndis::ULONG type, ndis::NDIS_OID oid, const Buffer& buffer) {
    const auto table = ndis::oid_table();
    const auto index = std::ranges::find(table, oid, &ndis::OidDescription::oid) - table.begin();
    bytes_.insert(bytes_.end(),
                  {static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(index),
                   static_cast<std::uint8_t>(buffer.size() >> 8), static_cast<std::uint8_t>(buffer.size())});
    bytes_.insert(bytes_.end(), buffer.begin(), buffer.end());
    return *this;
  }
  [[nodiscard]] const Buffer& bytes() const noexcept { return bytes_; }

 private:
  Buffer bytes_;
};

class OidSession {
 public:
  explicit OidSession(std::uint8_t set_up);
  OidSession(const OidSession&) = delete;
  OidSession& operator=(const OidSession&) = delete;

  /// Runs a whole input. @return  The first promise that was broken; empty: none.
  [[nodiscard]] static std::string run(wire::Bytes input);

 private:
  [[nodiscard]] std::string step(wire::Bytes& input);
  [[nodiscard]] std::string request(std::uint8_t type, std::uint8_t index, wire::Bytes given);
  [[nodiscard]] std::string judge(const ndis::OidRequest& request, const Buffer& before,
                                  const ndis::OidCompletion& completion);
  void change_surroundings(std::uint8_t what);

  std::unique_ptr<offload::Adapter> adapter_;
  std::unique_ptr<ndis::Miniport> miniport_;
  std::vector<ndis::ClientId> clients_;
  std::size_t current_ = 0;
  std::vector<ndis::MiniportEvent> events_;
};

inline OidSession::OidSession(std::uint8_t set_up) {
  static constexpr ndis::NdisVersion kVersions[] = {{6, 85}, {6, 83}, {6, 70}, {6, 50},
                                                    {6, 30}, {6, 20}, {6, 1},  {6, 0}};
  offload::Keywords keywords;
  (void)keywords.set(offload::Keyword::kRssOrVmqPreference, set_up & 1);
  auto backend = offload::OffloadSet::software();
  backend.vmq.queues = 4;  // so that limits are met soon
  backend.vmq.filters = 6;
  adapter_ = std::make_unique<offload::Adapter>(offload::Capabilities(backend), keywords);
  miniport_ = std::make_unique<ndis::Miniport>(*adapter_, kVersions[set_up >> 1 & 7]);
  clients_ = {miniport_->bind(), miniport_->bind(ndis::ClientRole::kAdministrator)};
  miniport_->listen([this](const ndis::MiniportEvent& event) { events_.push_back(event); });
}

inline std::string OidSession::run(wire::Bytes input) {
  if (input.empty()) return {};
  OidSession session(input[0]);
  input = input.subspan(1);
  while (!input.empty())
    if (auto broken = session.step(input); !broken.empty()) return broken;
  return {};
}

/// One step: type, OID, length, buffer. A type of 0x80 and above is something that happens around requests.
inline std::string OidSession::step(wire::Bytes& input) {
  const auto take = [&input]() -> std::uint8_t {
    if (input.empty()) return 0;
    const auto byte = input[0];
    input = input.subspan(1);
    return byte;
  };
  const auto type = take();
  if (type >= 0x80) {
    change_surroundings(type);
    return {};
  }
  const auto index = take();
  const std::size_t high = take();
  const std::size_t length = high << 8 | take();
  const auto given = input.first(std::min(length, input.size()));
  input = input.subspan(given.size());
  return request(type, index, given);
}

/// Packets are handed up and come back, clients come, take turns and go.
inline void OidSession::change_surroundings(std::uint8_t what) {
  auto* const queues = adapter_->receive_queues();
  const offload::QueueId queue{what & 3U};
  switch (what >> 4 & 7) {
    case 0:
      current_ = what % clients_.size();
      return;
    case 1:
      clients_.push_back(miniport_->bind(static_cast<ndis::ClientRole>(what & 1)));
      return;
    case 2:
      miniport_->close(clients_[what % clients_.size()]);
      return;
    case 3:
      if (queues != nullptr && queues->info(queue)) queues->indicated(queue, 1);
      return;
    default:
      (void)adapter_->release_queue(queue);
  }
}

/// An index that is just beyond the table is a number that is no OID; one of 128 and more gives room for an answer.
inline std::string OidSession::request(std::uint8_t type, std::uint8_t index, wire::Bytes given) {
  const auto table = ndis::oid_table();
  const auto choice = index % (table.size() + 1);
  Buffer buffer(given.begin(), given.end());
  const bool has_room = index >= 128;
  if (has_room) buffer.resize(buffer.size() + 6000, 0xA5);
  const ndis::OidRequest request{.type = type % 16U,
                                 .oid = choice == table.size() ? 0x00010101 + index : table[choice].oid,
                                 .buffer = buffer,
                                 .input_length = given.size()};
  const auto before = buffer;
  const auto state = snapshot_of(*adapter_);
  events_.clear();
  const auto completion = miniport_->request(clients_[current_], request);
  const bool is_change = request.type == ndis::NdisRequestSetInformation || request.type == ndis::NdisRequestMethod;
  const bool is_done = completion.status == ndis::NDIS_STATUS_SUCCESS || completion.status == ndis::NDIS_STATUS_PENDING;
  if (!(is_change && is_done)) {
    if (snapshot_of(*adapter_) != state) return "a request that was refused, or a query, changed the state";
    if (!events_.empty()) return "a request that was refused, or a query, indicated something";
  }
  return judge(request, before, completion);
}

inline std::string OidSession::judge(const ndis::OidRequest& request, const Buffer& before,
                                     const ndis::OidCompletion& completion) {
  const wire::Bytes after = request.buffer;
  if (completion.bytes_written > after.size()) return "more was written than there is room for";
  if (completion.bytes_read > before.size()) return "more was read than there is";
  if (!std::ranges::equal(after.subspan(completion.bytes_written),
                          wire::Bytes(before).subspan(completion.bytes_written)))
    return "bytes behind those written changed";
  const bool is_done = completion.status == ndis::NDIS_STATUS_SUCCESS || completion.status == ndis::NDIS_STATUS_PENDING;
  if (is_done && completion.bytes_needed != 0) return "a request that is done needs no bytes";
  if (!is_done && (completion.bytes_read != 0 || completion.bytes_written != 0)) return "a refused request moved bytes";
  if (ndis::status_name(completion.status).empty()) return "the status is none of NDIS's";
  for (const auto& event : events_)
    if (const auto* status = std::get_if<ndis::StatusIndication>(&event))
      if (structure_at<ndis::NDIS_OBJECT_HEADER>(status->buffer).Size != status->buffer.size())
        return "a status says another size than its buffer has";
  const bool is_query = request.type == ndis::NdisRequestQueryInformation;
  if (!is_query || completion.bytes_needed == 0) return {};
  Buffer enough(completion.bytes_needed);
  const auto again =
      miniport_->request(clients_[current_], {.type = request.type, .oid = request.oid, .buffer = enough});
  if (again.status != ndis::NDIS_STATUS_SUCCESS || again.bytes_written != enough.size())
    return "the length that was asked for is not the one";
  return {};
}

/// Good sessions, to start from.
inline std::vector<Buffer> oid_session_seeds() {
  using namespace ndis;  // NOLINT(google-build-using-namespace)
  constexpr auto set = NdisRequestSetInformation;
  constexpr auto method = NdisRequestMethod;
  OidSessionInput queries(0);
  OidSessionInput vmq_queries(1);
  for (const auto& oid : oid_table()) {
    queries.request(0, oid.oid, Buffer(700)).request(0, oid.oid, Buffer());
    vmq_queries.request(0, oid.oid, Buffer(1200)).request(0, oid.oid, Buffer());
  }
  OidSessionInput offloads(0);
  offloads.request(set, OID_TCP_OFFLOAD_PARAMETERS, buffer_of(nvgre_on()))
      .request(set, OID_TCP_OFFLOAD_PARAMETERS, buffer_of(offload_parameters(1), 20))
      .request(set, OID_OFFLOAD_ENCAPSULATION, buffer_of(ethernet(NDIS_OFFLOAD_SET_ON)))
      .request(0, OID_OFFLOAD_ENCAPSULATION, Buffer(28))
      .request(set, OID_OFFLOAD_ENCAPSULATION, buffer_of(ethernet(NDIS_OFFLOAD_SET_OFF)));
  auto scale = with_header<NDIS_RECEIVE_SCALE_PARAMETERS>(NDIS_OBJECT_TYPE_RSS_PARAMETERS, 2);
  scale.HashInformation = NdisHashFunctionToeplitz | NDIS_HASH_TCP_IPV4;
  scale.IndirectionTableOffset = 40;
  scale.IndirectionTableSize = 8;
  scale.HashSecretKeyOffset = 48;
  scale.HashSecretKeySize = 40;
  auto hash = with_header<NDIS_RECEIVE_HASH_PARAMETERS>(NDIS_OBJECT_TYPE_DEFAULT, 1);
  hash.Flags = NDIS_RECEIVE_HASH_FLAG_ENABLE_HASH;
  hash.HashInformation = scale.HashInformation;
  hash.HashSecretKeyOffset = 20;
  hash.HashSecretKeySize = 40;
  auto disable = scale;
  disable.Flags = NDIS_RSS_PARAM_FLAG_DISABLE_RSS;
  OidSessionInput scaling(0);
  scaling.request(set, OID_GEN_RECEIVE_SCALE_PARAMETERS, buffer_of(scale, 88))
      .request(0, OID_GEN_RECEIVE_SCALE_PARAMETERS, Buffer(200))
      .request(set, OID_GEN_RECEIVE_SCALE_PARAMETERS, buffer_of(disable, 88))
      .request(set, OID_GEN_RECEIVE_HASH, buffer_of(hash, 60))
      .request(0, OID_GEN_RECEIVE_HASH, Buffer(100));
  OidSessionInput queues(1);
  queues.request(method, OID_RECEIVE_FILTER_ALLOCATE_QUEUE, buffer_of(queue_parameters()))
      .request(method, OID_RECEIVE_FILTER_SET_FILTER, filter_request(1, {mac_field(1), vlan_field(0, 5)}))
      .request(method, OID_RECEIVE_FILTER_QUEUE_ALLOCATION_COMPLETE, allocation_complete({1}))
      .request(method, OID_RECEIVE_FILTER_SET_FILTER, filter_request(0, {mac_field(2)}, 2))
      .request(0, OID_RECEIVE_FILTER_ENUM_QUEUES, Buffer(1200))
      .request(method, OID_RECEIVE_FILTER_ENUM_FILTERS, filters_of(1, 80))
      .request(method, OID_RECEIVE_FILTER_PARAMETERS, filter_query(1, 200))
      .request(method, OID_RECEIVE_FILTER_QUEUE_PARAMETERS, buffer_of(queue_parameters(0, 1)))
      .request(set, OID_RECEIVE_FILTER_QUEUE_PARAMETERS, buffer_of(queue_parameters(0x000F0000, 1)))
      .request(set, OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(1, 1))
      .request(set, OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(1));
  return {queries.bytes(), vmq_queries.bytes(), offloads.bytes(), scaling.bytes(), queues.bytes()};
}

}  // namespace nvgre::test
