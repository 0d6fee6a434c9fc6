/// GRE (RFC 2784), its key and sequence number (RFC 2890), and NVGRE's use of it (RFC 7637, section 3.2).
///
///      0                    2          4                        each present only if its flag is set:
///     [C R K S s .. version][protocol ][checksum | reserved: C][key: K                     ][sequence number: S]
///      20 00                 65 58                              VSID (24 bits) | FlowID (8)    NVGRE
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::wire {

/// The first 16 bits of a GRE header.
struct GreFlags {
  static constexpr std::uint16_t kChecksumPresent = 0x8000;
  static constexpr std::uint16_t kKeyPresent = 0x2000;
  static constexpr std::uint16_t kSequencePresent = 0x1000;
  /// Routing, strict source route, the fifth reserved bit and the version: with any of them the length of the header is
  /// not known (LOC-4; RFC 2784, section 2.3).
  static constexpr std::uint16_t kUnparseable = 0x4C07;
  /// Routing, strict source route and the version alone.
  static constexpr std::uint16_t kRoutingOrVersion = 0x4807;
  /// What an endpoint looks at (WIRE-11).
  static constexpr std::uint16_t kNvgreMask = 0xFC07;
};

/// Why a GRE header with these flags and this protocol type is not NVGRE (WIRE-11, WIRE-12); nothing if it is.
[[nodiscard]] constexpr std::optional<DropReason> nvgre_problem(std::uint16_t flags, EtherType protocol) noexcept {
  if (protocol != EtherType::kTransparentEthernetBridging) return DropReason::kNotNvgre;
  if ((flags & GreFlags::kNvgreMask) != GreFlags::kKeyPresent) return DropReason::kGreFlags;
  return std::nullopt;
}

/// A GRE packet whose header, with the optional fields that its flags announce, is there. Tolerates C, K and S (D-34).
class GreView {
 public:
  static constexpr std::size_t kBaseSize = 4;  ///< Flags and protocol type.

  /// @return The view; kTruncatedGre; kGreFlags if the header can't be stepped over (LOC-4).
  [[nodiscard]] static constexpr Checked<GreView> parse(Bytes bytes) noexcept {
    if (bytes.size() < kBaseSize) return std::unexpected(DropReason::kTruncatedGre);
    const GreView view(bytes);
    if ((view.flags() & GreFlags::kUnparseable) != 0) return std::unexpected(DropReason::kGreFlags);
    if (bytes.size() < view.header_size()) return std::unexpected(DropReason::kTruncatedGre);
    return view;
  }

  [[nodiscard]] constexpr std::uint16_t flags() const noexcept { return load_big_endian<std::uint16_t>(bytes_); }
  [[nodiscard]] constexpr EtherType protocol() const noexcept {
    return static_cast<EtherType>(load_big_endian<std::uint16_t>(bytes_, sizeof(std::uint16_t)));
  }
  [[nodiscard]] constexpr bool has_checksum() const noexcept { return has(GreFlags::kChecksumPresent); }
  [[nodiscard]] constexpr bool has_key() const noexcept { return has(GreFlags::kKeyPresent); }
  [[nodiscard]] constexpr bool has_sequence() const noexcept { return has(GreFlags::kSequencePresent); }
  /// The GRE checksum, never validated by us (D-34).
  [[nodiscard]] constexpr std::optional<std::uint16_t> checksum() const noexcept {
    if (!has_checksum()) return std::nullopt;
    return load_big_endian<std::uint16_t>(bytes_, kBaseSize);
  }
  [[nodiscard]] constexpr std::optional<std::uint32_t> key() const noexcept {
    if (!has_key()) return std::nullopt;
    return load_big_endian<std::uint32_t>(bytes_, key_offset());
  }
  [[nodiscard]] constexpr std::optional<std::uint32_t> sequence() const noexcept {
    if (!has_sequence()) return std::nullopt;
    return load_big_endian<std::uint32_t>(bytes_, key_offset() + (has_key() ? kFieldSize : 0));
  }
  /// 4 to 16 bytes.
  [[nodiscard]] constexpr std::size_t header_size() const noexcept {
    return key_offset() + (has_key() ? kFieldSize : 0) + (has_sequence() ? kFieldSize : 0);
  }
  [[nodiscard]] constexpr Bytes payload() const noexcept { return bytes_.subspan(header_size()); }

 private:
  static constexpr std::size_t kFieldSize = 4;  ///< Checksum with reserved bits, key, sequence number.

  explicit constexpr GreView(Bytes bytes) noexcept : bytes_(bytes) {}
  [[nodiscard]] constexpr bool has(std::uint16_t flag) const noexcept { return (flags() & flag) != 0; }
  [[nodiscard]] constexpr std::size_t key_offset() const noexcept {
    return kBaseSize + (has_checksum() ? kFieldSize : 0);
  }
  Bytes bytes_;
};

/// An NVGRE packet as an endpoint accepts it, strictly (WIRE-11, WIRE-12).
class NvgreView {
 public:
  static constexpr std::size_t kSize = 8;  ///< Bytes of base header and key.

  /// @return The view; kTruncatedGre; kNotNvgre for another protocol type; kGreFlags.
  [[nodiscard]] static constexpr Checked<NvgreView> parse(Bytes bytes) noexcept {
    if (bytes.size() < kSize) return std::unexpected(DropReason::kTruncatedGre);
    const auto problem = nvgre_problem(load_big_endian<std::uint16_t>(bytes),
                                       static_cast<EtherType>(load_big_endian<std::uint16_t>(bytes, 2)));
    if (problem) return std::unexpected(*problem);
    return NvgreView(bytes);
  }

  /// VSID and FlowID in one number.
  [[nodiscard]] constexpr std::uint32_t key() const noexcept {
    return load_big_endian<std::uint32_t>(bytes_, GreView::kBaseSize);
  }
  [[nodiscard]] constexpr Vsid vsid() const noexcept { return Vsid::from_key(key()); }
  [[nodiscard]] constexpr FlowId flow_id() const noexcept { return static_cast<FlowId>(key() & 0xFF); }
  [[nodiscard]] constexpr Bytes inner_frame() const noexcept { return bytes_.subspan(kSize); }

 private:
  explicit constexpr NvgreView(Bytes bytes) noexcept : bytes_(bytes) {}
  Bytes bytes_;
};

/// One line, for example "gre flags 0x2000 protocol 0x6558 key 0x00138900".
[[nodiscard]] std::string describe(const GreView& view);
/// One line, for example "nvgre vsid 5001 flow 0".
[[nodiscard]] std::string describe(const NvgreView& view);

/// Changes the key of an NVGRE header in place. @pre The bytes hold the header.
class NvgreWriter {
 public:
  explicit constexpr NvgreWriter(MutableBytes bytes) noexcept : bytes_(bytes) {}
  constexpr NvgreWriter& set_key(Vsid vsid, FlowId flow_id) noexcept {
    store_big_endian(bytes_, vsid.key(flow_id), GreView::kBaseSize);
    return *this;
  }

 private:
  MutableBytes bytes_;
};

/// Writes the header 20 00 65 58, VSID, FlowID (WIRE-1). @pre out.size() >= NvgreView::kSize @return Bytes written: 8.
constexpr std::size_t write_nvgre(MutableBytes out, Vsid vsid, FlowId flow_id) noexcept {
  store_big_endian(out, GreFlags::kKeyPresent);
  store_big_endian(out, static_cast<std::uint16_t>(EtherType::kTransparentEthernetBridging), sizeof(std::uint16_t));
  NvgreWriter(out).set_key(vsid, flow_id);
  return NvgreView::kSize;
}

/// All of a GRE header, for peers and tests that send more than NVGRE.
struct GreFields {
  EtherType protocol = EtherType::kTransparentEthernetBridging;
  std::optional<std::uint16_t> checksum{};
  std::optional<std::uint32_t> key{};
  std::optional<std::uint32_t> sequence{};
  std::uint16_t other_flags = 0;  ///< Bits besides C, K and S, for example a version.
  [[nodiscard]] constexpr std::size_t size() const noexcept {
    return GreView::kBaseSize + (checksum ? 4U : 0U) + (key ? 4U : 0U) + (sequence ? 4U : 0U);
  }
};

/// Writes the header. @pre out.size() >= fields.size() @return Bytes written: fields.size().
std::size_t write_gre(MutableBytes out, const GreFields& fields) noexcept;

}  // namespace nvgre::wire
