/// TCP headers and their options (RFC 9293, section 3.1; timestamps: RFC 7323).
///
///      0            2                 4                8                     12                       14      16 18
///     [source port][destination port][sequence number][acknowledgment number][data offset, rsv.,
///     flags][window][checksum][urgent]
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"

namespace nvgre::wire {

/// The control bits, as the lower 12 bits of the word that starts with the data offset. Combine with |, & and ~.
enum class TcpFlags : std::uint16_t {
  kNone = 0,
  kFin = 0x001,
  kSyn = 0x002,
  kRst = 0x004,
  kPsh = 0x008,
  kAck = 0x010,
  kUrg = 0x020,
  kEce = 0x040,
  kCwr = 0x080,
  kAe = 0x100,  ///< Accurate ECN; formerly the nonce sum (NS).
  kReserved = 0xE00,
  kAll = 0xFFF,
};
[[nodiscard]] constexpr TcpFlags operator|(TcpFlags a, TcpFlags b) noexcept {
  return static_cast<TcpFlags>(static_cast<std::uint16_t>(a) | static_cast<std::uint16_t>(b));
}
[[nodiscard]] constexpr TcpFlags operator&(TcpFlags a, TcpFlags b) noexcept {
  return static_cast<TcpFlags>(static_cast<std::uint16_t>(a) & static_cast<std::uint16_t>(b));
}
[[nodiscard]] constexpr TcpFlags operator~(TcpFlags flags) noexcept {
  return static_cast<TcpFlags>(~static_cast<unsigned>(flags) & static_cast<unsigned>(TcpFlags::kAll));
}
constexpr TcpFlags& operator|=(TcpFlags& a, TcpFlags b) noexcept {
  return a = a | b;
}
constexpr TcpFlags& operator&=(TcpFlags& a, TcpFlags b) noexcept {
  return a = a & b;
}
/// Whether at least one of `wanted` is set.
[[nodiscard]] constexpr bool has_any(TcpFlags flags, TcpFlags wanted) noexcept {
  return (flags & wanted) != TcpFlags::kNone;
}

/// Kinds of options that we know by name.
enum class TcpOptionKind : std::uint8_t {
  kEndOfList = 0,
  kNoOperation = 1,
  kMaximumSegmentSize = 2,
  kWindowScale = 3,
  kSackPermitted = 4,
  kSack = 5,
  kTimestamps = 8,
};

/// One option that is not padding.
struct TcpOption {
  TcpOptionKind kind{};
  std::size_t offset = 0;  ///< Of its kind byte, from the start of the options.
  Bytes data{};            ///< Behind kind and length.
};

/// Steps through the options of a header, over padding, up to the end of the list.
class TcpOptionWalker {
 public:
  explicit constexpr TcpOptionWalker(Bytes options) noexcept : options_(options) {}
  /// The next option; nothing at the end of the list or where it is malformed.
  [[nodiscard]] constexpr std::optional<TcpOption> next() noexcept {
    while (offset_ < options_.size() && TcpOptionKind{options_[offset_]} == TcpOptionKind::kNoOperation) ++offset_;
    if (offset_ >= options_.size() || TcpOptionKind{options_[offset_]} == TcpOptionKind::kEndOfList)
      return std::nullopt;
    const std::size_t left = options_.size() - offset_;
    const std::size_t size = left < kHeaderSize ? 0 : options_[offset_ + 1];
    if (size < kHeaderSize || size > left) {
      malformed_ = true;
      offset_ = options_.size();
      return std::nullopt;
    }
    const TcpOption option{TcpOptionKind{options_[offset_]}, offset_,
                           options_.subspan(offset_ + kHeaderSize, size - kHeaderSize)};
    offset_ += size;
    return option;
  }
  /// Whether next() met an option whose length contradicts the header.
  [[nodiscard]] constexpr bool malformed() const noexcept { return malformed_; }

 private:
  static constexpr std::size_t kHeaderSize = 2;  ///< Kind and length.
  Bytes options_;
  std::size_t offset_ = 0;
  bool malformed_ = false;
};

/// TSval and TSecr of RFC 7323.
struct TcpTimestamps {
  std::uint32_t value = 0;
  std::uint32_t echo_reply = 0;
  std::size_t offset = 0;  ///< Of the value, from the start of the TCP header.
  static constexpr std::size_t kDataSize = 8;
};

/// Where the fields of a TCP header lie, bytes from its start.
struct TcpLayout {
  static constexpr std::size_t kSourcePort = 0;
  static constexpr std::size_t kDestinationPort = 2;
  static constexpr std::size_t kSequenceNumber = 4;
  static constexpr std::size_t kAcknowledgmentNumber = 8;
  static constexpr std::size_t kDataOffsetAndFlags = 12;
  static constexpr std::size_t kWindow = 14;
  static constexpr std::size_t kChecksum = 16;
  static constexpr std::size_t kUrgentPointer = 18;
  static constexpr std::size_t kOptions = 20;
};

/// A TCP segment whose header, with its options, is there.
class TcpView {
 public:
  static constexpr std::size_t kSize = 20;     ///< Bytes without options.
  static constexpr std::size_t kMaxSize = 60;  ///< Bytes with the longest options.

  /// @param bytes  The IP payload: header, options and as much payload as there is.
  /// @return       The view; kTruncatedTransport; kMalformedTransport for a data offset below 5 or past the end.
  [[nodiscard]] static constexpr Checked<TcpView> parse(Bytes bytes) noexcept {
    if (bytes.size() < kSize) return std::unexpected(DropReason::kTruncatedTransport);
    const TcpView view(bytes);
    if (view.header_size() < kSize || view.header_size() > bytes.size())
      return std::unexpected(DropReason::kMalformedTransport);
    return view;
  }

  [[nodiscard]] constexpr std::uint16_t source_port() const noexcept { return word(Layout::kSourcePort); }
  [[nodiscard]] constexpr std::uint16_t destination_port() const noexcept { return word(Layout::kDestinationPort); }
  [[nodiscard]] constexpr std::uint32_t sequence_number() const noexcept {
    return load_big_endian<std::uint32_t>(bytes_, Layout::kSequenceNumber);
  }
  [[nodiscard]] constexpr std::uint32_t acknowledgment_number() const noexcept {
    return load_big_endian<std::uint32_t>(bytes_, Layout::kAcknowledgmentNumber);
  }
  /// In units of 4 bytes.
  [[nodiscard]] constexpr std::uint8_t data_offset() const noexcept { return bytes_[Layout::kDataOffsetAndFlags] >> 4; }
  /// Bytes of the header with its options: 20 to 60.
  [[nodiscard]] constexpr std::size_t header_size() const noexcept { return std::size_t{4} * data_offset(); }
  [[nodiscard]] constexpr TcpFlags flags() const noexcept {
    return static_cast<TcpFlags>(word(Layout::kDataOffsetAndFlags) & 0x0FFF);
  }
  [[nodiscard]] constexpr std::uint16_t window() const noexcept { return word(Layout::kWindow); }
  [[nodiscard]] constexpr std::uint16_t checksum() const noexcept { return word(Layout::kChecksum); }
  [[nodiscard]] constexpr std::uint16_t urgent_pointer() const noexcept { return word(Layout::kUrgentPointer); }
  [[nodiscard]] constexpr Bytes header() const noexcept { return bytes_.first(header_size()); }
  [[nodiscard]] constexpr Bytes options() const noexcept { return header().subspan(Layout::kOptions); }
  [[nodiscard]] constexpr Bytes payload() const noexcept { return bytes_.subspan(header_size()); }
  /// The timestamps option, if there is a well-formed one.
  [[nodiscard]] std::optional<TcpTimestamps> timestamps() const noexcept;

 private:
  using Layout = TcpLayout;
  explicit constexpr TcpView(Bytes bytes) noexcept : bytes_(bytes) {}
  [[nodiscard]] constexpr std::uint16_t word(std::size_t offset) const noexcept {
    return load_big_endian<std::uint16_t>(bytes_, offset);
  }
  Bytes bytes_;
};

/// One line, for example "tcp 40000 > 5201 sequence 1 acknowledgment 2 flags PSH,ACK window 4096 payload 1400".
[[nodiscard]] std::string describe(const TcpView& view);

/// Changes a TCP header in place; never touches the checksum by itself. @pre The bytes hold the header.
class TcpWriter {
 public:
  explicit constexpr TcpWriter(MutableBytes bytes) noexcept : bytes_(bytes) {}
  constexpr TcpWriter& set_source_port(std::uint16_t value) noexcept { return set(Layout::kSourcePort, value); }
  constexpr TcpWriter& set_destination_port(std::uint16_t value) noexcept {
    return set(Layout::kDestinationPort, value);
  }
  constexpr TcpWriter& set_sequence_number(std::uint32_t value) noexcept {
    store_big_endian(bytes_, value, Layout::kSequenceNumber);
    return *this;
  }
  constexpr TcpWriter& set_acknowledgment_number(std::uint32_t value) noexcept {
    store_big_endian(bytes_, value, Layout::kAcknowledgmentNumber);
    return *this;
  }
  /// Keeps the data offset.
  constexpr TcpWriter& set_flags(TcpFlags flags) noexcept {
    const unsigned data_offset = load_big_endian<std::uint16_t>(bytes_, Layout::kDataOffsetAndFlags) & 0xF000U;
    return set(Layout::kDataOffsetAndFlags, static_cast<std::uint16_t>(data_offset | static_cast<unsigned>(flags)));
  }
  constexpr TcpWriter& set_window(std::uint16_t value) noexcept { return set(Layout::kWindow, value); }
  constexpr TcpWriter& set_checksum(std::uint16_t value) noexcept { return set(Layout::kChecksum, value); }
  constexpr TcpWriter& set_urgent_pointer(std::uint16_t value) noexcept { return set(Layout::kUrgentPointer, value); }
  /// Changes a timestamps option that is there. @param timestamps  With the offset that TcpView::timestamps() gave.
  constexpr TcpWriter& set_timestamps(const TcpTimestamps& timestamps) noexcept {
    store_big_endian(bytes_, timestamps.value, timestamps.offset);
    store_big_endian(bytes_, timestamps.echo_reply, timestamps.offset + sizeof(timestamps.value));
    return *this;
  }

 private:
  using Layout = TcpLayout;
  constexpr TcpWriter& set(std::size_t offset, std::uint16_t value) noexcept {
    store_big_endian(bytes_, value, offset);
    return *this;
  }
  MutableBytes bytes_;
};

/// All of a TCP header.
struct TcpFields {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence_number = 0;
  std::uint32_t acknowledgment_number = 0;
  TcpFlags flags = TcpFlags::kAck;
  std::uint16_t window = 0xFFFF;
  std::uint16_t checksum = 0;
  std::uint16_t urgent_pointer = 0;
  Bytes options{};  ///< At most 40 bytes, a multiple of 4.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return TcpView::kSize + options.size(); }
};

/// Writes the header. @pre out.size() >= fields.size() @return Bytes written: fields.size().
std::size_t write_tcp(MutableBytes out, const TcpFields& fields) noexcept;

}  // namespace nvgre::wire
