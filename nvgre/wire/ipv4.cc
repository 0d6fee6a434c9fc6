#include "nvgre/wire/ipv4.h"

#include <cassert>

#include "nvgre/wire/text.h"

namespace nvgre::wire {

Ipv4Writer& Ipv4Writer::update_checksum() noexcept {
  set_checksum(0);
  const std::size_t header_size = std::size_t{4} * (bytes_[Layout::kVersionAndHeaderLength] & 0x0F);
  return set_checksum(static_cast<std::uint16_t>(~internet_sum(bytes_.first(header_size))));
}

std::size_t write_ipv4(MutableBytes out, const Ipv4Fields& fields) noexcept {
  assert(fields.source.is_v4() && fields.destination.is_v4());
  assert(fields.options.size() % 4 == 0 && fields.size() <= Ipv4View::kMaxSize);
  out[Ipv4Layout::kVersionAndHeaderLength] = static_cast<std::uint8_t>(0x40 | fields.size() / 4);
  std::copy(fields.options.begin(), fields.options.end(), out.begin() + Ipv4Layout::kOptions);
  Ipv4Writer(out)
      .set_type_of_service(fields.type_of_service)
      .set_total_length(fields.total_length)
      .set_identification(fields.identification)
      .set_fragment(fields.dont_fragment, fields.more_fragments, fields.fragment_offset)
      .set_time_to_live(fields.time_to_live)
      .set_protocol(fields.protocol)
      .set_source(fields.source)
      .set_destination(fields.destination)
      .update_checksum();
  return fields.size();
}

std::string describe(const Ipv4View& view) {
  std::string text = view.source().to_string() + " > " + view.destination().to_string() + " ipv4 protocol " +
                     std::to_string(static_cast<unsigned>(view.protocol())) + " length " +
                     std::to_string(view.total_length()) + " id 0x" + hexadecimal(view.identification(), 4) + " ttl " +
                     std::to_string(view.time_to_live());
  if (view.dont_fragment()) text += " df";
  if (view.is_fragment()) text += " fragment at " + std::to_string(8 * view.fragment_offset());
  if (!view.options().empty()) text += " options " + std::to_string(view.options().size());
  return text;
}

}  // namespace nvgre::wire
