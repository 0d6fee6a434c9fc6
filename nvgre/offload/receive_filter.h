/// Receive filters of virtual machine queues: which queue gets a received frame (VMQ-9 to VMQ-22).
/// What this leaves to others: the queues, their owners and limits (receive_queue.h).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::offload {

/// A receive queue; 0 is the default queue, which is always there (VMQ-1).
enum class QueueId : std::uint32_t {};
inline constexpr QueueId kDefaultQueue{0};

/// A filter, unique over all queues of an adapter; 0 is no filter (VMQ-2).
enum class FilterId : std::uint32_t {};
inline constexpr FilterId kNoFilter{0};

/// Fields of the Ethernet header that a filter may test.
enum class FilterField : std::uint8_t { kDestinationMac, kSourceMac, kProtocol, kVlanId, kPriority };
/// How a field is compared (VMQ-12).
enum class FilterOperation : std::uint8_t { kEqual, kMaskEqual, kNotEqual };

/// One test of one field. Values are in network byte order (VMQ-11).
struct FieldTest {
  using Value = std::array<std::uint8_t, wire::MacAddress::kSize>;

  FilterField field = FilterField::kDestinationMac;
  FilterOperation operation = FilterOperation::kEqual;
  Value value{};                  ///< The first field_size() bytes count; the rest is 0. kMaskEqual: the mask.
  Value result{};                 ///< kMaskEqual: what the masked field has to be.
  bool untagged_or_zero = false;  ///< On a destination MAC test: only without a tag or with VLAN ID 0 (VMQ-13).

  [[nodiscard]] static FieldTest destination_mac(const wire::MacAddress& mac, bool untagged_or_zero = false) noexcept;
  [[nodiscard]] static FieldTest vlan_id(std::uint16_t vlan_id) noexcept;

  /// Bytes of a field: 6, 6, 2, 2 and 1.
  [[nodiscard]] static std::size_t field_size(FilterField field) noexcept;
  /// Whether the field's bytes pass. @pre bytes.size() == field_size(field)
  [[nodiscard]] bool passes(wire::Bytes bytes) const noexcept;

  friend constexpr auto operator<=>(const FieldTest&, const FieldTest&) noexcept = default;
};

/// A filter matches when all its tests pass; fields without a test do not matter (VMQ-9).
struct ReceiveFilter {
  std::vector<FieldTest> tests{};
  bool encapsulated = false;         ///< The MAC test is about the inner destination of NVGRE packets (VMQ-16).
  std::optional<wire::Vsid> vsid{};  ///< With `encapsulated` only: the exact virtual subnet (VMQ-21).

  /// The first test of a field, or nullptr.
  [[nodiscard]] const FieldTest* test_of(FilterField field) const noexcept;
  friend bool operator==(const ReceiveFilter&, const ReceiveFilter&) = default;
};

/// Where a frame goes, and by which filter.
struct FilterMatch {
  QueueId queue = kDefaultQueue;
  FilterId filter = kNoFilter;  ///< kNoFilter: nothing matched.
  bool strip_tag = false;       ///< The outer 802.1Q tag moves to out-of-band data (VMQ-14, VMQ-15, KEY-30).
  friend constexpr bool operator==(const FilterMatch&, const FilterMatch&) noexcept = default;
};

/// All filters of running queues, made ready for frames. Immutable: the control side makes a new one for every change
/// and publishes it; any number of workers may read one.
class ReceiveFilterTable {
 public:
  /// A filter in force.
  struct Entry {
    FilterId id;
    QueueId queue;
    ReceiveFilter filter;
  };

  /// No filter: everything goes to the default queue.
  ReceiveFilterTable() = default;
  /// @param entries  In any order; ids differ.
  explicit ReceiveFilterTable(std::vector<Entry> entries);

  /// The queue of a frame: filters on the inner address first, then filters on the outermost one, then the default
  /// queue (VMQ-17); among each the order of VMQ-22.
  /// @param frame  The frame that `map` was made from.
  /// @note         Any thread; allocates nothing. One look-up by address for each of the two, whatever the count.
  [[nodiscard]] FilterMatch find(wire::Bytes frame, const wire::HeaderMap& map,
                                 const ActiveOffloads& offloads) const noexcept;

 private:
  static constexpr std::uint32_t kEnd = ~std::uint32_t{0};

  /// What a frame shows to the tests.
  struct Subject;
  [[nodiscard]] const Entry* first_match(const Subject& subject) const noexcept;
  [[nodiscard]] std::uint32_t first_in_chain(const Subject& subject) const noexcept;
  [[nodiscard]] std::size_t bucket_of(const wire::MacAddress& mac, bool encapsulated) const noexcept;

  std::vector<Entry> entries_;           ///< In the order of VMQ-22: the lower index wins.
  std::vector<std::uint32_t> buckets_;   ///< By destination MAC: first entry of the chain. A power of two.
  std::vector<std::uint32_t> next_;      ///< By entry: the next one in the same bucket.
  std::vector<std::uint32_t> unhashed_;  ///< Entries without an exact destination MAC, in order.
};

}  // namespace nvgre::offload
