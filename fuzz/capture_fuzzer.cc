// Any bytes as a pcap or pcapng file: read to the end in constant memory or refused with words, and every byte of every
// frame is there.
#include <string>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/sample_frames.h"
#include "fuzz/target.h"
#include "nvgre/capture/reader.h"
#include "nvgre/wire/locate.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything

constexpr std::size_t kLargestFrame = 262'144;  // libpcap's limit

/// A file in memory, which readers open by name.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("capture", MFD_CLOEXEC)) {
    fuzz::require(descriptor_ >= 0, "there are files in memory");
  }
  void replace(wire::Bytes bytes) const {
    fuzz::require(ftruncate(descriptor_, 0) == 0, "the file can be cut");
    fuzz::require(pwrite(descriptor_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
                  "the file can be written");
  }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

std::size_t sum_of(wire::Bytes bytes) {
  std::size_t sum = 0;
  for (const auto byte : bytes) sum += byte;
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile kFile;
  kFile.replace({data, size});
  auto reader = capture::Reader::open(kFile.path());
  if (!reader) {
    fuzz::require(!reader.error().message.empty(), "a refusal says why");
    return 0;
  }
  fuzz::require(reader->size() == size, "the size is the file's");
  static volatile std::size_t touched;
  std::size_t frames = 0;
  while (const auto frame = reader->next()) {
    fuzz::require(frame->bytes.size() <= kLargestFrame, "a frame is no larger than what is supported");
    fuzz::require(frame->bytes.size() <= size, "a frame's bytes are in the file");
    touched = touched + sum_of(frame->bytes);
    (void)wire::locate(frame->bytes, {.frame_size = frame->original_length});
    fuzz::require(++frames <= size, "a frame takes room in the file");
  }
  fuzz::require(!reader->error() || !reader->error()->message.empty(), "an early end says why");
  fuzz::require(!reader->next().has_value(), "the end stays the end");
  fuzz::require(reader->position() <= size, "nothing is read behind the end");
  return 0;
}

namespace {

using fuzz::ByteString;

void number(ByteString& out, std::uint64_t value, int bytes) {  // little-endian, as most machines write captures
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

ByteString pcap_of(const fuzz::ByteStrings& frames, std::uint32_t magic) {
  ByteString out;
  for (const auto& [value, bytes] : {std::pair{magic, 4}, {2U, 2}, {4U, 2}, {0U, 4}, {0U, 4}, {262'144U, 4}, {1U, 4}})
    number(out, value, bytes);
  for (const auto& frame : frames) {
    number(out, 1'700'000'000, 4);
    number(out, 999'999, 4);
    number(out, frame.size(), 4);
    number(out, frame.size() + 4, 4);
    out.insert(out.end(), frame.begin(), frame.end());
  }
  return out;
}

void block(ByteString& out, std::uint32_t type, const ByteString& body) {
  const auto size = (body.size() + 3) / 4 * 4 + 12;
  number(out, type, 4);
  number(out, size, 4);
  out.insert(out.end(), body.begin(), body.end());
  out.resize(out.size() + size - 12 - body.size());
  number(out, size, 4);
}

ByteString pcapng_of(const fuzz::ByteStrings& frames) {
  ByteString out, section, interface;
  number(section, 0x1A2B'3C4D, 4);
  number(section, 1, 4);
  number(section, UINT64_MAX, 8);
  block(out, 0x0A0D'0D0A, section);
  number(interface, 1, 4);  // Ethernet
  number(interface, 0, 4);
  number(interface, 0x0001'0009, 4);  // option if_tsresol, one byte: nanoseconds
  number(interface, 9, 4);
  number(interface, 0, 4);
  block(out, 1, interface);
  for (const auto& frame : frames) {
    ByteString packet;
    number(packet, 0, 4);
    number(packet, 0x0005'F5E1, 4);
    number(packet, 0, 4);
    number(packet, frame.size(), 4);
    number(packet, frame.size(), 4);
    packet.insert(packet.end(), frame.begin(), frame.end());
    block(out, 6, packet);
  }
  return out;
}

}  // namespace

fuzz::ByteStrings fuzz::seeds() {
  auto frames = sample_frames();
  frames.resize(6);
  frames.emplace_back();  // a frame of 0 bytes
  return {pcap_of(frames, 0xA1B2'C3D4), pcap_of(frames, 0xA1B2'3C4D), pcapng_of(frames), pcap_of({}, 0xA1B2'C3D4),
          pcapng_of({frames[0]})};
}
