// locate() on any bytes: it reads nothing outside them, and its map keeps every promise of header_map.h (LOC-20).
// Input: [options][size of the whole frame, where the bytes are only its start][bytes ...
#include "fuzz/input.h"
#include "fuzz/sample_frames.h"
#include "fuzz/target.h"
#include "nvgre/wire/locate.h"
#include "tests/support/exact_copy.h"
#include "tests/support/header_promises.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything

constexpr std::size_t kHeaderSizes[] = {wire::kDefaultMaxHeaderSize, 64, 1024, SIZE_MAX};

wire::LocateOptions options_of(std::uint8_t choice, std::uint16_t frame_size) {
  return {.frame_size = (choice & 1) != 0 ? frame_size : 0U,
          .max_header_size = kHeaderSizes[choice >> 1 & 3],
          .follow_gre = (choice & 8) == 0,
          .ignore_lengths = (choice & 16) != 0,
          .past_packet_end = (choice & 64) != 0};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto choice = input.byte();
  const auto options = options_of(choice, input.word());
  const test::ExactCopy frame(input.rest());
  const auto map = wire::locate(frame.bytes(), options);
  const auto frame_size = options.frame_size == 0 ? frame.bytes().size() : options.frame_size;
  const auto broken =
      test::broken_promise(map, std::min(frame.bytes().size(), frame_size), frame_size, options.past_packet_end);
  fuzz::require(broken.empty(), broken.c_str());
  if ((choice & 32) != 0) test::read_everything(frame.bytes());
  return 0;
}

fuzz::ByteStrings fuzz::seeds() {
  ByteStrings seeds;
  for (const auto& frame : sample_frames()) {
    seeds.push_back(InputWriter().byte(0).word(0).bytes(frame).input());
    seeds.push_back(InputWriter().byte(0x31).word(frame.size() + 100).bytes(frame).input());
    for (std::size_t cut = 14; cut < std::min<std::size_t>(frame.size(), 62); cut += 8)  // the views' own headers
      seeds.push_back(InputWriter().byte(0x28).word(0).bytes(wire::Bytes(frame).subspan(cut)).input());
  }
  return seeds;
}
