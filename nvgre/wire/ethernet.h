/// Ethernet II frames and their 802.1Q and 802.1ad tags (IEEE 802.3, 802.1Q).
///
///      0            6            12           14
///     [destination ][source     ][EtherType  ][payload ...
///     [destination ][source     ][8100 or 88A8][tag control][EtherType][payload ...   one tag; more may follow
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::wire {

/// Whether the EtherType announces a VLAN tag: 802.1Q (0x8100) or 802.1ad (0x88A8).
[[nodiscard]] constexpr bool is_vlan(EtherType type) noexcept {
  return type == EtherType::kVlan || type == EtherType::kProviderVlan;
}

/// One VLAN tag.
struct VlanTag {
  EtherType protocol = EtherType::kVlan;  ///< Tag protocol identifier: kVlan or kProviderVlan.
  std::uint16_t control = 0;              ///< Priority (3 bits), drop eligible (1 bit), VLAN ID (12 bits).
  [[nodiscard]] constexpr std::uint16_t vlan_id() const noexcept { return control & 0x0FFF; }
  [[nodiscard]] constexpr std::uint8_t priority() const noexcept { return static_cast<std::uint8_t>(control >> 13); }
  friend constexpr bool operator==(const VlanTag&, const VlanTag&) noexcept = default;
};

/// A frame whose Ethernet header, with all its tags, is there.
class EthernetView {
 public:
  static constexpr std::size_t kSize = 14;        ///< Bytes without tags.
  static constexpr std::size_t kTagSize = 4;      ///< Bytes of one tag.
  static constexpr std::size_t kMaxTagCount = 8;  ///< Nobody stacks more; a longer stack is refused.

  /// @return The view; kTruncatedEthernet; kUnsupportedHeader with more than kMaxTagCount tags.
  [[nodiscard]] static constexpr Checked<EthernetView> parse(Bytes bytes) noexcept {
    if (bytes.size() < kSize) return std::unexpected(DropReason::kTruncatedEthernet);
    EthernetView view(bytes);
    while (is_vlan(view.ether_type())) {
      if (view.tag_count_ == kMaxTagCount) return std::unexpected(DropReason::kUnsupportedHeader);
      if (bytes.size() < view.header_size() + kTagSize) return std::unexpected(DropReason::kTruncatedEthernet);
      ++view.tag_count_;
    }
    return view;
  }

  [[nodiscard]] constexpr MacAddress destination() const noexcept {
    return MacAddress::load(bytes_.subspan(kDestination));
  }
  [[nodiscard]] constexpr MacAddress source() const noexcept { return MacAddress::load(bytes_.subspan(kSource)); }
  [[nodiscard]] constexpr std::size_t tag_count() const noexcept { return tag_count_; }
  /// Tag `index`, the outermost is 0. @pre index < tag_count()
  [[nodiscard]] constexpr VlanTag tag(std::size_t index) const noexcept {
    const std::size_t offset = kEtherType + index * kTagSize;
    return {static_cast<EtherType>(load_big_endian<std::uint16_t>(bytes_, offset)),
            load_big_endian<std::uint16_t>(bytes_, offset + sizeof(std::uint16_t))};
  }
  /// The EtherType behind the tags; up to 1500 it is an 802.3 length instead.
  [[nodiscard]] constexpr EtherType ether_type() const noexcept {
    return static_cast<EtherType>(load_big_endian<std::uint16_t>(bytes_, kEtherType + tag_count_ * kTagSize));
  }
  /// Bytes of the header with its tags.
  [[nodiscard]] constexpr std::size_t header_size() const noexcept { return kSize + tag_count_ * kTagSize; }
  [[nodiscard]] constexpr Bytes header() const noexcept { return bytes_.first(header_size()); }
  /// Everything behind the header, padding too.
  [[nodiscard]] constexpr Bytes payload() const noexcept { return bytes_.subspan(header_size()); }

 private:
  static constexpr std::size_t kDestination = 0;
  static constexpr std::size_t kSource = 6;
  static constexpr std::size_t kEtherType = 12;

  explicit constexpr EthernetView(Bytes bytes) noexcept : bytes_(bytes) {}
  Bytes bytes_;
  std::size_t tag_count_ = 0;
};

/// One line, for example "02:00:00:00:00:01 > 02:00:00:00:00:02 vlan 100 type 0x0800".
[[nodiscard]] std::string describe(const EthernetView& view);

/// Changes an Ethernet header in place. @pre The bytes hold the untagged part of the header.
class EthernetWriter {
 public:
  explicit constexpr EthernetWriter(MutableBytes bytes) noexcept : bytes_(bytes) {}
  constexpr EthernetWriter& set_destination(const MacAddress& address) noexcept {
    address.store(bytes_);
    return *this;
  }
  constexpr EthernetWriter& set_source(const MacAddress& address) noexcept {
    address.store(bytes_.subspan(MacAddress::kSize));
    return *this;
  }

 private:
  MutableBytes bytes_;
};

/// All of an Ethernet header.
struct EthernetFields {
  MacAddress destination{};
  MacAddress source{};
  std::span<const VlanTag> tags{};  ///< Outermost first.
  EtherType ether_type = EtherType::kIpv4;
  [[nodiscard]] constexpr std::size_t size() const noexcept {
    return EthernetView::kSize + tags.size() * EthernetView::kTagSize;
  }
};

/// Writes the header. @pre out.size() >= fields.size() @return Bytes written: fields.size().
constexpr std::size_t write_ethernet(MutableBytes out, const EthernetFields& fields) noexcept {
  EthernetWriter(out).set_destination(fields.destination).set_source(fields.source);
  std::size_t offset = 2 * MacAddress::kSize;
  for (const VlanTag& tag : fields.tags) {
    store_big_endian(out, static_cast<std::uint16_t>(tag.protocol), offset);
    store_big_endian(out, tag.control, offset + sizeof(std::uint16_t));
    offset += EthernetView::kTagSize;
  }
  store_big_endian(out, static_cast<std::uint16_t>(fields.ether_type), offset);
  return fields.size();
}

}  // namespace nvgre::wire
