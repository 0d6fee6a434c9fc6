#include "nvgre/overlay/checksum_completion.h"

#include <algorithm>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ethernet.h"

namespace nvgre::overlay {

wire::Bytes complete_checksum(const TenantFrame& frame, wire::MutableBytes out) noexcept {
  const std::size_t start = frame.metadata().checksum_start - frame.tags_size();
  frame.write_link(out);
  const wire::Bytes payload = frame.payload();
  std::copy(payload.begin(), payload.end(), out.begin() + wire::EthernetView::kSize);
  const wire::MutableBytes finished = out.first(frame.size());
  const auto checksum = static_cast<std::uint16_t>(~wire::internet_sum(finished.subspan(start)));
  // 0 would say "no checksum" in UDP; ones mean the same number, also in every other protocol (RFC 768).
  const std::uint16_t field = checksum == 0 ? std::uint16_t{0xFFFF} : checksum;
  wire::store_big_endian(finished, field, start + frame.metadata().checksum_offset);
  return finished;
}

}  // namespace nvgre::overlay
