#include "nvgre/offload/receive_filter.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <functional>
#include <utility>

#include "nvgre/wire/big_endian.h"

namespace nvgre::offload {
namespace {

/// The one destination address that a filter asks for, if it does: what the table is hashed by.
std::optional<wire::MacAddress> exact_destination(const ReceiveFilter& filter) noexcept {
  const FieldTest* test = filter.test_of(FilterField::kDestinationMac);
  if (test == nullptr || test->operation != FilterOperation::kEqual) return std::nullopt;
  return wire::MacAddress(test->value);
}

/// Whether filters on the inner address are active for this packet (VMQ-19). What is inside the inner frame does not
/// matter (VMQ-20): without an inner IP header the mask's outer half alone decides.
bool covers_inner_mac(const wire::HeaderMap& map, EncapsulatedMask mask) noexcept {
  if (!map.is_encapsulated() || !map.outer_ip) return false;
  if (map.inner_ip) return mask.covers(map.inner_ip.version, map.outer_ip.version);
  return mask.covers(wire::IpVersion::kV4, map.outer_ip.version) ||
         mask.covers(wire::IpVersion::kV6, map.outer_ip.version);
}

}  // namespace

FieldTest FieldTest::destination_mac(const wire::MacAddress& mac, bool untagged_or_zero) noexcept {
  FieldTest test;
  test.value = mac.bytes();
  test.untagged_or_zero = untagged_or_zero;
  return test;
}

FieldTest FieldTest::vlan_id(std::uint16_t vlan_id) noexcept {
  FieldTest test;
  test.field = FilterField::kVlanId;
  wire::store_big_endian(wire::MutableBytes(test.value), vlan_id);
  return test;
}

std::size_t FieldTest::field_size(FilterField field) noexcept {
  switch (field) {
    case FilterField::kDestinationMac:
    case FilterField::kSourceMac:
      return wire::MacAddress::kSize;
    case FilterField::kProtocol:
    case FilterField::kVlanId:
      return sizeof(std::uint16_t);
    case FilterField::kPriority:
      return sizeof(std::uint8_t);
  }
  return 0;
}

bool FieldTest::passes(wire::Bytes bytes) const noexcept {
  assert(bytes.size() == field_size(field));
  switch (operation) {
    case FilterOperation::kEqual:
      return std::equal(bytes.begin(), bytes.end(), value.begin());
    case FilterOperation::kNotEqual:
      return !std::equal(bytes.begin(), bytes.end(), value.begin());
    case FilterOperation::kMaskEqual:
      for (std::size_t i = 0; i < bytes.size(); ++i)
        if ((bytes[i] & value[i]) != result[i]) return false;
      return true;
  }
  return false;
}

const FieldTest* ReceiveFilter::test_of(FilterField field) const noexcept {
  const auto found = std::ranges::find(tests, field, &FieldTest::field);
  return found == tests.end() ? nullptr : &*found;
}

/// The Ethernet fields that the tests are about. The addresses are those of the inner or the outermost header, the rest
/// is always the outermost one's (D-31).
struct ReceiveFilterTable::Subject {
  bool encapsulated = false;
  std::optional<wire::Vsid> vsid;
  wire::MacAddress destination;
  wire::MacAddress source;
  wire::LinkHeader tag_header;  ///< The outermost Ethernet header.

  Subject(wire::Bytes frame, const wire::LinkHeader& addresses, const wire::LinkHeader& outermost) noexcept
      : destination(wire::MacAddress::load(frame.subspan(addresses.offset))),
        source(wire::MacAddress::load(frame.subspan(addresses.offset + wire::MacAddress::kSize))),
        tag_header(outermost) {}

  [[nodiscard]] bool is_tagged() const noexcept { return tag_header.tag_count > 0; }

  [[nodiscard]] bool passes(const FieldTest& test) const noexcept {
    switch (test.field) {
      case FilterField::kDestinationMac: {
        const bool tag_fits = !test.untagged_or_zero || !is_tagged() || tag_header.vlan_id() == 0;
        return tag_fits && test.passes(destination.bytes());
      }
      case FilterField::kSourceMac:
        return test.passes(source.bytes());
      case FilterField::kProtocol:
        return passes(test, static_cast<std::uint16_t>(tag_header.ether_type));
      case FilterField::kVlanId:  // untagged and priority-tagged frames are in no VLAN (VMQ-15)
        return is_tagged() && tag_header.vlan_id() != 0 && passes(test, tag_header.vlan_id());
      case FilterField::kPriority: {
        const auto priority = static_cast<std::uint8_t>(tag_header.tag_control >> 13);
        return is_tagged() && test.passes({&priority, 1});
      }
    }
    return false;
  }
  [[nodiscard]] static bool passes(const FieldTest& test, std::uint16_t number) noexcept {
    std::array<std::uint8_t, sizeof(number)> bytes;
    wire::store_big_endian(wire::MutableBytes(bytes), number);
    return test.passes(bytes);
  }

  [[nodiscard]] bool passes(const ReceiveFilter& filter) const noexcept {
    if (filter.encapsulated != encapsulated) return false;
    if (filter.vsid && filter.vsid != vsid) return false;
    return std::ranges::all_of(filter.tests, [this](const FieldTest& test) { return passes(test); });
  }
};

ReceiveFilterTable::ReceiveFilterTable(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::ranges::sort(entries_, std::less<>{},
                    [](const Entry& entry) { return std::pair(!entry.filter.vsid.has_value(), entry.id); });
  buckets_.assign(std::bit_ceil(2 * entries_.size() + 1), kEnd);
  next_.assign(entries_.size(), kEnd);
  // From the last to the first, each in front of its chain: so chains keep the order of the entries.
  for (std::size_t i = entries_.size(); i-- > 0;) {
    const auto index = static_cast<std::uint32_t>(i);
    const ReceiveFilter& filter = entries_[i].filter;
    if (const auto mac = exact_destination(filter)) {
      std::uint32_t& bucket = buckets_[bucket_of(*mac, filter.encapsulated)];
      next_[i] = std::exchange(bucket, index);
    } else {
      unhashed_.insert(unhashed_.begin(), index);
    }
  }
}

FilterMatch ReceiveFilterTable::find(wire::Bytes frame, const wire::HeaderMap& map,
                                     const ActiveOffloads& offloads) const noexcept {
  const wire::LinkHeader& outermost = map.outer_link ? map.outer_link : map.inner_link;
  if (entries_.empty() || !outermost) return {};
  const Entry* entry = nullptr;
  if (covers_inner_mac(map, offloads.encapsulated.vmq)) {
    Subject inner(frame, map.inner_link, outermost);
    inner.encapsulated = true;
    inner.vsid = map.gre.vsid();
    entry = first_match(inner);
  }
  if (entry == nullptr) entry = first_match(Subject(frame, outermost, outermost));
  if (entry == nullptr) return {};
  return {entry->queue, entry->id, outermost.tag_count > 0};
}

const ReceiveFilterTable::Entry* ReceiveFilterTable::first_match(const Subject& subject) const noexcept {
  std::uint32_t best = first_in_chain(subject);
  for (const std::uint32_t index : unhashed_) {
    if (index > best) break;
    if (subject.passes(entries_[index].filter)) best = index;
  }
  return best == kEnd ? nullptr : &entries_[best];
}

std::uint32_t ReceiveFilterTable::first_in_chain(const Subject& subject) const noexcept {
  std::uint32_t index = buckets_[bucket_of(subject.destination, subject.encapsulated)];
  while (index != kEnd && !subject.passes(entries_[index].filter)) index = next_[index];
  return index;
}

std::size_t ReceiveFilterTable::bucket_of(const wire::MacAddress& mac, bool encapsulated) const noexcept {
  const std::size_t hash = std::hash<wire::MacAddress>{}(mac) + (encapsulated ? 1 : 0);
  return hash & (buckets_.size() - 1);
}

}  // namespace nvgre::offload
