/// What the sender's side asks the adapter to change: OID_TCP_OFFLOAD_PARAMETERS and OID_OFFLOAD_ENCAPSULATION in plain
/// C++. The enumerators have NDIS's numbers; a value from outside may be anything, so the adapter checks all of them.
#pragma once

#include <cstdint>

#include "nvgre/wire/result.h"

namespace nvgre::offload {

class Capabilities;

/// Of one checksum (STATE-7).
enum class ChecksumSetting : std::uint8_t { kNoChange = 0, kOff = 1, kTransmit = 2, kReceive = 3, kBoth = 4 };

/// Of one other task (STATE-7).
enum class TaskSetting : std::uint8_t { kNoChange = 0, kOff = 1, kOn = 2 };

/// Of NVGRE offload, and of OffloadEncapsulation: here NDIS counts the other way round (STATE-5, STATE-12).
enum class SwitchSetting : std::uint8_t { kNoChange = 0, kOn = 1, kOff = 2 };

/// Bits of OffloadParameters::encapsulation_types.
inline constexpr std::uint8_t kEncapsulationTypeGre = 0x01;
inline constexpr std::uint8_t kEncapsulationTypeVxlan = 0x02;  ///< Not supported (D-38).

/// Everything defaults to "no change" (STATE-9).
struct OffloadParameters {
  ChecksumSetting ip_v4_checksum = ChecksumSetting::kNoChange;
  ChecksumSetting tcp_v4_checksum = ChecksumSetting::kNoChange;
  ChecksumSetting udp_v4_checksum = ChecksumSetting::kNoChange;
  ChecksumSetting tcp_v6_checksum = ChecksumSetting::kNoChange;
  ChecksumSetting udp_v6_checksum = ChecksumSetting::kNoChange;
  TaskSetting lso_v1 = TaskSetting::kNoChange;
  TaskSetting lso_v4 = TaskSetting::kNoChange;
  TaskSetting lso_v6 = TaskSetting::kNoChange;
  TaskSetting uso_v4 = TaskSetting::kNoChange;
  TaskSetting uso_v6 = TaskSetting::kNoChange;
  TaskSetting rsc_v4 = TaskSetting::kNoChange;
  TaskSetting rsc_v6 = TaskSetting::kNoChange;
  SwitchSetting encapsulated = SwitchSetting::kNoChange;  ///< NVGRE offload as a whole.
  std::uint8_t encapsulation_types = 0;                   ///< Exactly kEncapsulationTypeGre with kOn, else 0 (STATE-6).
  bool keep_keywords = false;  ///< SKIP_REGISTRY_UPDATE: the keyword store stays as it is (D-45).
  friend constexpr bool operator==(const OffloadParameters&, const OffloadParameters&) noexcept = default;
};

/// How the packets of one IP version are framed (STATE-12).
struct VersionEncapsulation {
  static constexpr std::uint32_t kNone = 0;
  static constexpr std::uint32_t kIeee8023 = 0x02;
  static constexpr std::uint32_t kLlcSnapRouted = 0x10;  ///< Not supported (STATE-13).

  SwitchSetting enabled = SwitchSetting::kNoChange;
  std::uint32_t type = kNone;     ///< kIeee8023 with kOn, else 0.
  std::uint32_t header_size = 0;  ///< Ethernet header bytes with kOn (14, tagged 18), else 0.
  friend constexpr bool operator==(const VersionEncapsulation&, const VersionEncapsulation&) noexcept = default;

  /// Plain Ethernet, on.
  [[nodiscard]] static constexpr VersionEncapsulation ethernet() noexcept {
    return {.enabled = SwitchSetting::kOn, .type = kIeee8023, .header_size = 14};
  }
  [[nodiscard]] static constexpr VersionEncapsulation off() noexcept { return {.enabled = SwitchSetting::kOff}; }
};

/// Activates or deactivates all configured offloads of an IP version, without changing what is configured (STATE-14).
struct OffloadEncapsulation {
  VersionEncapsulation v4;
  VersionEncapsulation v6;
  friend constexpr bool operator==(const OffloadEncapsulation&, const OffloadEncapsulation&) noexcept = default;
};

/// Whether all of it may be done on this hardware; the first thing that may not is named (STATE-5 to STATE-8, D-38).
[[nodiscard]] Result<void> validate(const OffloadParameters& parameters, const Capabilities& capabilities);
/// STATE-12, STATE-13.
[[nodiscard]] Result<void> validate(const OffloadEncapsulation& encapsulation, const Capabilities& capabilities);

}  // namespace nvgre::offload
