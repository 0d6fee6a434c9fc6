/// The two halves of the NVGRE key: Virtual Subnet ID and FlowID (RFC 7637, section 3.2).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace nvgre::wire {

/// FlowID: 8 bits of entropy for one inner flow; every value is valid.
enum class FlowId : std::uint8_t {};

/// Virtual Subnet ID: 24 bits that name one virtual layer-2 network (RFC 7637, section 3.2).
class Vsid {
 public:
  static constexpr std::uint32_t kMax = 0xFF'FFFF;
  static constexpr std::uint32_t kFirstTenant = 0x00'1000;  ///< Below: reserved (WIRE-7).
  static constexpr std::uint32_t kLastTenant = 0xFF'FFFE;   ///< Above: vendor-specific NVE to NVE (WIRE-8).

  /// @return The VSID, or nothing if `value` has more than 24 bits.
  [[nodiscard]] static constexpr std::optional<Vsid> from(std::uint32_t value) noexcept {
    if (value > kMax) return std::nullopt;
    return Vsid(value);
  }
  /// The upper 24 bits of a GRE key are a VSID whatever they hold.
  [[nodiscard]] static constexpr Vsid from_key(std::uint32_t key) noexcept { return Vsid(key >> 8); }

  [[nodiscard]] constexpr std::uint32_t value() const noexcept { return value_; }
  /// Whether a tenant may have it: 0x001000 to 0xFFFFFE (RFC 7637, section 3.4).
  [[nodiscard]] constexpr bool is_tenant() const noexcept { return value_ >= kFirstTenant && value_ <= kLastTenant; }
  [[nodiscard]] constexpr std::uint32_t key(FlowId flow_id) const noexcept {
    return (value_ << 8) | static_cast<std::uint32_t>(flow_id);
  }
  friend constexpr auto operator<=>(Vsid, Vsid) noexcept = default;

 private:
  explicit constexpr Vsid(std::uint32_t value) noexcept : value_(value) {}
  std::uint32_t value_;
};

}  // namespace nvgre::wire
