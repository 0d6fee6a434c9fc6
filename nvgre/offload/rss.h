/// Receive side scaling: which fields of a frame are hashed, and which queue and processor the hash chooses
/// (RSS-3 to RSS-19). What this leaves to others: when RSS is enabled, and how a request changes it (Adapter).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/processor_number.h"
#include "nvgre/offload/receive_error.h"
#include "nvgre/offload/toeplitz.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::offload {

/// What a hash was computed over. The *Ex types take Mobile IPv6's addresses where the packet has them (RSS-7).
enum class RssHashType : std::uint8_t {
  kNone,
  kIpv4,
  kTcpIpv4,
  kUdpIpv4,
  kIpv6,
  kTcpIpv6,
  kUdpIpv6,
  kIpv6Ex,
  kTcpIpv6Ex,
  kUdpIpv6Ex,
};

/// "none", "ipv4", "tcp_ipv4", ...
[[nodiscard]] std::string_view machine_name(RssHashType type) noexcept;

/// The hash types that are enabled; every combination of them is accepted (RSS-3).
class RssHashTypes {
 public:
  constexpr RssHashTypes() noexcept = default;
  [[nodiscard]] static constexpr RssHashTypes all() noexcept {
    RssHashTypes types;
    types.bits_ = 0x03FE;
    return types;
  }
  constexpr RssHashTypes& enable(RssHashType type) noexcept {
    if (type != RssHashType::kNone) bits_ = static_cast<std::uint16_t>(bits_ | bit(type));
    return *this;
  }
  constexpr RssHashTypes& disable(RssHashType type) noexcept {
    bits_ = static_cast<std::uint16_t>(bits_ & ~bit(type));
    return *this;
  }
  [[nodiscard]] constexpr bool has(RssHashType type) const noexcept { return (bits_ & bit(type)) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  /// What they come to for packets without Mobile IPv6's addresses: the plain type for each *Ex type (RSS-7).
  [[nodiscard]] constexpr RssHashTypes plain() const noexcept {
    constexpr std::pair<RssHashType, RssHashType> kPlain[] = {{RssHashType::kIpv6Ex, RssHashType::kIpv6},
                                                              {RssHashType::kTcpIpv6Ex, RssHashType::kTcpIpv6},
                                                              {RssHashType::kUdpIpv6Ex, RssHashType::kUdpIpv6}};
    auto types = *this;
    for (const auto& [mobile, plain] : kPlain)
      if (has(mobile)) types.disable(mobile).enable(plain);
    return types;
  }
  friend constexpr bool operator==(RssHashTypes, RssHashTypes) noexcept = default;

 private:
  [[nodiscard]] static constexpr unsigned bit(RssHashType type) noexcept { return 1U << static_cast<unsigned>(type); }
  std::uint16_t bits_ = 0;
};

/// What OID_GEN_RECEIVE_SCALE_PARAMETERS sets.
struct RssParameters {
  static constexpr std::size_t kMaxTableEntries = 128;

  ToeplitzKey key = kMicrosoftVerificationKey;
  RssHashTypes hash_types = RssHashTypes::all();
  std::vector<ProcessorNumber> indirection_table = {ProcessorNumber{}};  ///< 1 to 128 entries, a power of two (RSS-14).
  std::uint16_t base_processor = 0;                                      ///< Stored; steers nothing (RSS-16).
  std::optional<ProcessorNumber> default_processor;                      ///< For packets without a hash (RSS-18).
  friend bool operator==(const RssParameters&, const RssParameters&) = default;
};

/// What OID_GEN_RECEIVE_HASH sets: packets are hashed and spread nowhere (RSS-24).
struct ReceiveHashParameters {
  ToeplitzKey key = kMicrosoftVerificationKey;
  RssHashTypes hash_types = RssHashTypes::all();
  friend bool operator==(const ReceiveHashParameters&, const ReceiveHashParameters&) = default;
};

/// What of an indirection table is left to a queue that only some processors serve (D-46): an entry that names one of
/// them stays; each other entry goes to one of them in turn, by its place.
/// @pre processors is not empty
[[nodiscard]] std::vector<ProcessorNumber> table_within(std::vector<ProcessorNumber> table,
                                                        const std::vector<ProcessorNumber>& processors);

/// What is reported with a packet; all zero without a hash (RSS-19). The function is always Toeplitz.
struct RssHash {
  std::uint32_t value = 0;
  RssHashType type = RssHashType::kNone;  ///< Never an *Ex type: either may be reported (RSS-7).
  [[nodiscard]] explicit constexpr operator bool() const noexcept { return type != RssHashType::kNone; }
  friend constexpr bool operator==(const RssHash&, const RssHash&) noexcept = default;
};

/// Where a packet goes.
struct RssTarget {
  std::uint32_t queue = 0;    ///< Less than the number of queues.
  ProcessorNumber processor;  ///< That processes it.
  friend constexpr bool operator==(const RssTarget&, const RssTarget&) noexcept = default;
};

/// RSS parameters made ready for packets. Immutable: the control side makes a new one for every change and publishes
/// it; any number of workers may read one.
class ReceiveScaling {
 public:
  /// @param queue_count  Hardware queues, 1 or more.
  /// @return             kInvalidParameter for an indirection table whose size is no power of two from 1 to 128.
  [[nodiscard]] static ReceiveResult<ReceiveScaling> make(const RssParameters& parameters, std::uint32_t queue_count);

  /// The hash of one received frame (RSS-4 to RSS-13): the inner 4-tuple, or by the rules the outer 2-tuple, or none.
  /// @param frame  The frame that `map` was made from.
  /// @note         Any thread; allocates nothing.
  [[nodiscard]] RssHash hash_of(wire::Bytes frame, const wire::HeaderMap& map,
                                const ActiveOffloads& offloads) const noexcept;

  /// Queue and processor by the hash's low bits, or the default ones without a hash (RSS-14 to RSS-18).
  [[nodiscard]] RssTarget target_of(const RssHash& hash) const noexcept;

 private:
  ReceiveScaling(const RssParameters& parameters, std::uint32_t queue_count);

  [[nodiscard]] std::optional<RssHash> four_tuple(wire::Bytes frame, const wire::NetworkHeader& ip,
                                                  const wire::TransportHeader& transport) const noexcept;
  [[nodiscard]] RssHash two_tuple(wire::Bytes frame, const wire::NetworkHeader& ip) const noexcept;
  [[nodiscard]] std::uint32_t address_hash(wire::Bytes frame, const wire::NetworkHeader& ip,
                                           bool mobile_addresses) const noexcept;

  ToeplitzHash hash_;
  RssHashTypes types_;
  std::array<RssTarget, RssParameters::kMaxTableEntries> targets_{};
  std::uint32_t mask_ = 0;  ///< Entries - 1.
  RssTarget default_target_;
};

}  // namespace nvgre::offload
