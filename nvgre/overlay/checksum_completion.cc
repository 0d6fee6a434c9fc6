#include "nvgre/overlay/checksum_completion.h"

#include <algorithm>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/checksum.h"

namespace nvgre::overlay {

wire::Bytes complete_checksum(const TenantFrame& frame, wire::MutableBytes out) noexcept {
  const wire::Bytes bytes = frame.bytes();
  const std::size_t start = frame.metadata().checksum_start;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  const std::uint16_t checksum = static_cast<std::uint16_t>(~wire::internet_sum(bytes.subspan(start)));
  // 0 would say "no checksum" in UDP; ones mean the same number, also in every other protocol (RFC 768).
  const std::uint16_t field = checksum == 0 ? std::uint16_t{0xFFFF} : checksum;
  wire::store_big_endian(out, field, start + frame.metadata().checksum_offset);
  return out.first(bytes.size());
}

}  // namespace nvgre::overlay
