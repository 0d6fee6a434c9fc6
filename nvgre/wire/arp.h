/// ARP for IPv4 over Ethernet (RFC 826); probes and announcements (RFC 5227).
///
///      0              2              4              5              6          8           14        18          24
///     [hardware type][protocol type][hardware size][protocol size][operation][sender MAC][sender IP][target
///     MAC][target IP]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::wire {

enum class ArpOperation : std::uint16_t { kRequest = 1, kReply = 2 };

/// Where the fields of an ARP message lie, bytes from its start.
struct ArpLayout {
  static constexpr std::size_t kHardwareType = 0;
  static constexpr std::size_t kProtocolType = 2;
  static constexpr std::size_t kHardwareSize = 4;
  static constexpr std::size_t kProtocolSize = 5;
  static constexpr std::size_t kOperation = 6;
  static constexpr std::size_t kSenderHardwareAddress = 8;
  static constexpr std::size_t kSenderProtocolAddress = 14;
  static constexpr std::size_t kTargetHardwareAddress = 18;
  static constexpr std::size_t kTargetProtocolAddress = 24;
};

/// An ARP message that maps IPv4 to Ethernet.
class ArpView {
 public:
  static constexpr std::size_t kSize = 28;  ///< Bytes of the message.

  /// @param bytes  The Ethernet payload; padding may follow the message.
  /// @return       The view; kMalformedMessage if it is cut or maps anything but IPv4 to Ethernet.
  [[nodiscard]] static constexpr Checked<ArpView> parse(Bytes bytes) noexcept {
    if (bytes.size() < kSize || load_big_endian<std::uint64_t>(bytes) >> 16 != kIpv4OverEthernet)
      return std::unexpected(DropReason::kMalformedMessage);
    return ArpView(bytes.first(kSize));
  }

  [[nodiscard]] constexpr ArpOperation operation() const noexcept {
    return static_cast<ArpOperation>(load_big_endian<std::uint16_t>(bytes_, ArpLayout::kOperation));
  }
  [[nodiscard]] constexpr MacAddress sender_hardware_address() const noexcept {
    return MacAddress::load(bytes_.subspan(ArpLayout::kSenderHardwareAddress));
  }
  [[nodiscard]] constexpr IpAddress sender_protocol_address() const noexcept {
    return IpAddress::load(IpVersion::kV4, bytes_.subspan(ArpLayout::kSenderProtocolAddress));
  }
  [[nodiscard]] constexpr MacAddress target_hardware_address() const noexcept {
    return MacAddress::load(bytes_.subspan(ArpLayout::kTargetHardwareAddress));
  }
  [[nodiscard]] constexpr IpAddress target_protocol_address() const noexcept {
    return IpAddress::load(IpVersion::kV4, bytes_.subspan(ArpLayout::kTargetProtocolAddress));
  }
  [[nodiscard]] constexpr bool is_request() const noexcept { return operation() == ArpOperation::kRequest; }
  /// Asks whether somebody has the address before using it (RFC 5227, section 2.1.1): an answer means a conflict.
  [[nodiscard]] constexpr bool is_probe() const noexcept {
    return is_request() && sender_protocol_address().is_unspecified();
  }
  /// Gratuitous: tells everyone the sender's own address (RFC 5227, section 2.3).
  [[nodiscard]] constexpr bool is_announcement() const noexcept {
    return sender_protocol_address() == target_protocol_address();
  }

 private:
  /// Hardware type 1, protocol type 0x0800, sizes 6 and 4: the first six bytes of a message of this kind.
  static constexpr std::uint64_t kIpv4OverEthernet = 0x0001'0800'0604;

  explicit constexpr ArpView(Bytes bytes) noexcept : bytes_(bytes) {}
  Bytes bytes_;
};

/// One line, for example "arp request 192.0.2.2 tell 192.0.2.1 at 02:00:00:00:00:01".
[[nodiscard]] std::string describe(const ArpView& view);

/// All of an ARP message. @pre Both protocol addresses are IPv4
struct ArpFields {
  ArpOperation operation = ArpOperation::kRequest;
  MacAddress sender_hardware_address{};
  IpAddress sender_protocol_address{};
  MacAddress target_hardware_address{};
  IpAddress target_protocol_address{};
  [[nodiscard]] static constexpr std::size_t size() noexcept { return ArpView::kSize; }
};

/// Writes the message. @pre out.size() >= fields.size() @return Bytes written: fields.size().
std::size_t write_arp(MutableBytes out, const ArpFields& fields) noexcept;

}  // namespace nvgre::wire
