/// What a device is asked to do: requests that a card with the offload has to turn into the packets of the rules. Each
/// exists in two forms, as NDIS hands it to a card, which is what the golden model takes, and as Linux does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nvgre/offload/frame_metadata.h"
#include "nvgre/wire/frame_layer.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::cli {

enum class DeviceTask : std::uint8_t { kChecksum, kLso, kUso };
/// "checksum", "lso", "uso".
[[nodiscard]] std::string_view name_of(DeviceTask task) noexcept;

/// Where all frames of a run go; nobody else has this address.
inline constexpr wire::MacAddress kDeviceCaseDestination({0x02, 0x00, 0x00, 0x4E, 0x56, 0x02});

struct DeviceCase {
  DeviceTask task{};
  std::string name;                      ///< "payload 3001, MSS 1000".
  wire::MacAddress source;               ///< Of this case alone: its packets are told from a late one of another.
  std::optional<wire::IpVersion> outer;  ///< Nothing: a plain frame.
  wire::IpVersion inner{};
  std::uint16_t mss = 0;        ///< Payload bytes of one segment; 0: kChecksum.
  wire::ByteVector request;     ///< NDIS's form: all headers; LSO and USO with the seed without length (D-5).
  wire::ByteVector frame;       ///< Linux's form: the tenant's frame alone, with the seed that includes the length.
  wire::ByteVector tunnel;      ///< What Linux puts before the tenant's IP header: all headers up to it, or empty.
  offload::FrameMetadata asks;  ///< What Linux asks for with `frame`.

  /// "plain IPv4", "IPv6 in IPv4".
  [[nodiscard]] std::string pairing() const;
};

/// The source address of the case with this number, from 0; 02:00:00:4e and the number.
[[nodiscard]] wire::MacAddress case_source(std::size_t number) noexcept;

/// Every case, in the order in which they are run: plain frames first.
[[nodiscard]] std::vector<DeviceCase> device_cases();

}  // namespace nvgre::cli
