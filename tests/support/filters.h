/// Receive filters and stations, for the tests of VMQ.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "nvgre/offload/receive_filter.h"
#include "tests/support/received_frames.h"

namespace nvgre::test {

[[nodiscard]] inline MacAddress station(std::uint8_t number) {
  return MacAddress({0x02, 0, 0, 0, 0x50, number});
}
[[nodiscard]] inline offload::ReceiveFilter to(const MacAddress& mac) {
  return {.tests = {offload::FieldTest::destination_mac(mac)}};
}
[[nodiscard]] inline offload::ReceiveFilter to_untagged(const MacAddress& mac) {
  return {.tests = {offload::FieldTest::destination_mac(mac, true)}};
}
[[nodiscard]] inline offload::ReceiveFilter to_vlan(const MacAddress& mac, std::uint16_t vlan) {
  return {.tests = {offload::FieldTest::destination_mac(mac), offload::FieldTest::vlan_id(vlan)}};
}
[[nodiscard]] inline offload::ReceiveFilter to_inner(const MacAddress& mac, std::optional<Vsid> vsid = std::nullopt) {
  return {.tests = {offload::FieldTest::destination_mac(mac)}, .encapsulated = true, .vsid = vsid};
}
/// A filter in force.
[[nodiscard]] inline offload::ReceiveFilterTable::Entry entry(std::uint32_t filter, std::uint32_t queue,
                                                              offload::ReceiveFilter test) {
  return {offload::FilterId{filter}, offload::QueueId{queue}, std::move(test)};
}

[[nodiscard]] inline offload::FilterMatch found(
    const std::vector<offload::ReceiveFilterTable::Entry>& entries, const ByteVector& frame,
    const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all()) {
  return offload::ReceiveFilterTable(entries).find(frame, wire::locate(frame), offloads);
}
[[nodiscard]] inline std::uint32_t queue_of(const std::vector<offload::ReceiveFilterTable::Entry>& entries,
                                            const ByteVector& frame,
                                            const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all()) {
  return static_cast<std::uint32_t>(found(entries, frame, offloads).queue);
}

}  // namespace nvgre::test
