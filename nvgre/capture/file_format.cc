#include "nvgre/capture/file_format.h"

#include <array>
#include <bit>
#include <chrono>
#include <concepts>

namespace nvgre::capture {
namespace {

constexpr std::uint32_t kMicrosecondMagic = 0xA1B2'C3D4;
constexpr std::uint32_t kNanosecondMagic = 0xA1B2'3C4D;
constexpr std::uint32_t kSectionHeader = 0x0A0D'0D0A;  // reads the same in both byte orders
constexpr std::uint32_t kByteOrderMagic = 0x1A2B'3C4D;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint16_t kEthernet = 1;

constexpr std::size_t kInterfaceSize = 32;
constexpr std::size_t kSectionSize = 28;
constexpr std::size_t kPacketSize = 32;  // without the frame
constexpr std::size_t kAlignment = 4;

template <std::unsigned_integral T>
void append(std::string& out, T value) {
  const auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(value);
  out.append(bytes.data(), bytes.size());
}

void append_size(std::string& out, std::size_t value) {
  append(out, static_cast<std::uint32_t>(value));
}

std::size_t padding_behind(std::size_t size) {
  return (kAlignment - size % kAlignment) % kAlignment;
}

std::string pcap_header(std::uint32_t magic) {
  std::string out;
  append(out, magic);
  append(out, std::uint16_t{2});
  append(out, std::uint16_t{4});
  append(out, std::uint64_t{0});  // time zone and accuracy, unused
  append_size(out, kMaxFrameSize);
  append(out, std::uint32_t{kEthernet});
  return out;
}

void append_section(std::string& out) {
  constexpr std::uint64_t kUnknownLength = ~std::uint64_t{0};
  append(out, kSectionHeader);
  append_size(out, kSectionSize);
  append(out, kByteOrderMagic);
  append(out, std::uint16_t{1});
  append(out, std::uint16_t{0});
  append(out, kUnknownLength);
  append_size(out, kSectionSize);
}

void append_interface(std::string& out) {
  constexpr std::uint16_t kTimeResolution = 9;  // option if_tsresol
  constexpr std::uint8_t kNanoseconds = 9;      // 10^-9 s
  append(out, kInterfaceDescription);
  append_size(out, kInterfaceSize);
  append(out, kEthernet);
  append(out, std::uint16_t{0});
  append_size(out, kMaxFrameSize);
  append(out, kTimeResolution);
  append(out, std::uint16_t{1});
  append(out, kNanoseconds);
  out.append(padding_behind(1), '\0');
  append(out, std::uint32_t{0});  // end of options
  append_size(out, kInterfaceSize);
}

}  // namespace

FileFormat format_of(std::uint32_t magic) noexcept {
  if (magic == kMicrosecondMagic || std::byteswap(magic) == kMicrosecondMagic) return FileFormat::kPcapMicroseconds;
  return magic == kSectionHeader ? FileFormat::kPcapng : FileFormat::kPcapNanoseconds;
}

std::string file_header(FileFormat format) {
  if (format != FileFormat::kPcapng)
    return pcap_header(format == FileFormat::kPcapNanoseconds ? kNanosecondMagic : kMicrosecondMagic);
  std::string out;
  append_section(out);
  append_interface(out);
  return out;
}

std::string frame_header(FileFormat format, CaptureTime time, std::size_t captured_size, std::size_t original_length) {
  std::string out;
  if (format == FileFormat::kPcapng) {
    const auto ticks = static_cast<std::uint64_t>(time.count());
    append(out, kEnhancedPacket);
    append_size(out, kPacketSize + captured_size + padding_behind(captured_size));
    append(out, std::uint32_t{0});  // the interface
    append(out, static_cast<std::uint32_t>(ticks >> 32));
    append(out, static_cast<std::uint32_t>(ticks));
  } else {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto nanoseconds = static_cast<std::uint32_t>((time - seconds).count());
    append(out, static_cast<std::uint32_t>(seconds.count()));
    append(out, format == FileFormat::kPcapNanoseconds ? nanoseconds : nanoseconds / 1'000);
  }
  append_size(out, captured_size);
  append_size(out, original_length);
  return out;
}

std::string frame_trailer(FileFormat format, std::size_t captured_size) {
  std::string out;
  if (format != FileFormat::kPcapng) return out;
  const std::size_t padding = padding_behind(captured_size);
  out.append(padding, '\0');
  append_size(out, kPacketSize + captured_size + padding);
  return out;
}

}  // namespace nvgre::capture
