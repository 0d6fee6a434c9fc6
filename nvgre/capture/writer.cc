#include "nvgre/capture/writer.h"

#include <cassert>
#include <utility>

namespace nvgre::capture {

Result<Writer> Writer::create(const std::string& path, FileFormat format) {
  auto file = OutputFile::create(path);
  if (!file) return std::unexpected(file.error());
  Writer writer(std::move(*file), format);
  writer.write(file_header(format));
  return writer;
}

void Writer::write(const CapturedFrame& frame) {
  write(frame.time, frame.original_length, {&frame.bytes, 1});
}

void Writer::write(CaptureTime time, std::size_t original_length, std::span<const wire::Bytes> pieces) {
  std::size_t size = 0;
  for (const auto piece : pieces) size += piece.size();
  assert(size <= kMaxFrameSize && size <= original_length);
  write(frame_header(format_, time, size, original_length));
  for (const auto piece : pieces) file_.write(piece.data(), piece.size());
  write(frame_trailer(format_, size));
}

}  // namespace nvgre::capture
