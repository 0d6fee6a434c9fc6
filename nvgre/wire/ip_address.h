/// IP addresses of either version, and the two roles that NVGRE gives them: Provider Address and Customer Address.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::wire {

enum class IpVersion : std::uint8_t { kV4 = 4, kV6 = 6 };

/// An IPv4 or IPv6 address in network byte order.
class IpAddress {
 public:
  static constexpr std::size_t kSizeV4 = 4;
  static constexpr std::size_t kSizeV6 = 16;

  /// 0.0.0.0
  constexpr IpAddress() noexcept = default;
  explicit constexpr IpAddress(std::array<std::uint8_t, kSizeV4> bytes) noexcept {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  }
  explicit constexpr IpAddress(std::array<std::uint8_t, kSizeV6> bytes) noexcept
      : version_(IpVersion::kV6), bytes_(bytes) {}

  /// @param bytes  At least 4 (IPv4) or 16 (IPv6) bytes; the caller has checked.
  [[nodiscard]] static constexpr IpAddress load(IpVersion version, Bytes bytes) noexcept {
    IpAddress address;
    address.version_ = version;
    std::copy_n(bytes.begin(), address.size(), address.bytes_.begin());
    return address;
  }
  /// Reads dotted decimal or RFC 4291 text; nothing for any other text (no prefix length, no scope).
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text) noexcept;

  constexpr void store(MutableBytes out) const noexcept { std::copy_n(bytes_.begin(), size(), out.begin()); }
  [[nodiscard]] constexpr IpVersion version() const noexcept { return version_; }
  [[nodiscard]] constexpr bool is_v4() const noexcept { return version_ == IpVersion::kV4; }
  [[nodiscard]] constexpr bool is_v6() const noexcept { return version_ == IpVersion::kV6; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return is_v4() ? kSizeV4 : kSizeV6; }
  [[nodiscard]] constexpr Bytes bytes() const noexcept { return Bytes(bytes_).first(size()); }
  [[nodiscard]] constexpr bool is_multicast() const noexcept {
    return is_v4() ? (bytes_[0] & 0xF0) == 0xE0 : bytes_[0] == 0xFF;
  }
  [[nodiscard]] constexpr bool is_unspecified() const noexcept {
    return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
  }
  /// Ethernet group address of a multicast IP address (RFC 1112, section 6.4; RFC 2464, section 7; OVL-17).
  [[nodiscard]] constexpr MacAddress multicast_mac() const noexcept {
    if (is_v4())
      return MacAddress({0x01, 0x00, 0x5E, static_cast<std::uint8_t>(bytes_[1] & 0x7F), bytes_[2], bytes_[3]});
    return MacAddress({0x33, 0x33, bytes_[12], bytes_[13], bytes_[14], bytes_[15]});
  }
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) noexcept = default;

 private:
  IpVersion version_ = IpVersion::kV4;
  std::array<std::uint8_t, kSizeV6> bytes_{};
};

/// One role of an IP address. Two roles cannot be mixed up or compared.
template <typename Role>
class RoleAddress {
 public:
  constexpr RoleAddress() noexcept = default;
  explicit constexpr RoleAddress(IpAddress ip) noexcept : ip_(ip) {}
  [[nodiscard]] constexpr const IpAddress& ip() const noexcept { return ip_; }
  [[nodiscard]] std::string to_string() const { return ip_.to_string(); }
  friend constexpr auto operator<=>(const RoleAddress&, const RoleAddress&) noexcept = default;

 private:
  IpAddress ip_;
};

struct ProviderRole;
struct CustomerRole;
/// An address of the provider's network: where an endpoint is reached (RFC 7637, section 1.1).
using ProviderAddress = RoleAddress<ProviderRole>;
/// An address inside a tenant's virtual subnet; different tenants may use the same (RFC 7637, section 1.1).
using CustomerAddress = RoleAddress<CustomerRole>;

}  // namespace nvgre::wire

template <>
struct std::hash<nvgre::wire::IpAddress> {
  std::size_t operator()(const nvgre::wire::IpAddress& address) const noexcept {
    std::uint64_t value = static_cast<std::uint64_t>(address.version());
    for (const auto byte : address.bytes()) value = (value ^ byte) * 0x0000'0100'0000'01B3ULL;
    return static_cast<std::size_t>(value);
  }
};

template <typename Role>
struct std::hash<nvgre::wire::RoleAddress<Role>> {
  std::size_t operator()(const nvgre::wire::RoleAddress<Role>& address) const noexcept {
    return std::hash<nvgre::wire::IpAddress>{}(address.ip());
  }
};
