// The virtio-net header in front of a frame: what is accepted lies inside the frame, and written again it reads the
// same. Input: [frame size][header ...
#include "fuzz/input.h"
#include "fuzz/target.h"
#include "nvgre/datapath/userspace/vnet_header.h"
#include "tests/support/exact_copy.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything
using namespace nvgre::datapath::userspace;  // NOLINT(google-build-using-namespace)
using offload::FrameMetadata;

/// What write_vnet_header() keeps: a checksum's place only if it is unfinished, a size only of a super-frame.
FrameMetadata as_written(FrameMetadata metadata) {
  metadata.checksum_valid = false;
  if (!metadata.needs_checksum) metadata.checksum_start = metadata.checksum_offset = 0;
  if (!metadata.is_super_frame()) metadata.segment_size = metadata.header_size = 0;
  return metadata;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto frame_size = input.word();
  const test::ExactCopy header(input.bytes(kVnetHeaderSize));
  if (header.bytes().size() < kVnetHeaderSize) return 0;
  const auto metadata = read_vnet_header(header.bytes(), frame_size);
  if (!metadata) return 0;
  fuzz::require(!metadata->needs_checksum || metadata->checksum_start + metadata->checksum_offset + 2U <= frame_size,
                "the checksum field lies inside the frame");
  fuzz::require(!metadata->is_super_frame() || metadata->segment_size != 0, "segments have a size");
  test::ExactCopy again(header.bytes());
  write_vnet_header(*metadata, again.mutable_bytes());
  const auto reread = read_vnet_header(again.bytes(), frame_size);
  fuzz::require(reread.has_value() && *reread == as_written(*metadata), "written again it reads the same");
  return 0;
}

fuzz::ByteStrings fuzz::seeds() {
  ByteStrings seeds;
  for (const auto kind : {offload::SegmentationKind::kNone, offload::SegmentationKind::kTcpV4,
                          offload::SegmentationKind::kTcpV6, offload::SegmentationKind::kUdp}) {
    ByteString header(kVnetHeaderSize);
    write_vnet_header({.needs_checksum = true,
                       .checksum_start = 34,
                       .checksum_offset = 16,
                       .segmentation = kind,
                       .segment_size = 1448,
                       .header_size = 66},
                      header);
    seeds.push_back(InputWriter().word(9000).bytes(header).input());
  }
  return seeds;
}
