#include "nvgre/wire/gre.h"

#include "nvgre/wire/text.h"

namespace nvgre::wire {

std::size_t write_gre(MutableBytes out, const GreFields& fields) noexcept {
  unsigned flags = fields.other_flags;
  if (fields.checksum) flags |= GreFlags::kChecksumPresent;
  if (fields.key) flags |= GreFlags::kKeyPresent;
  if (fields.sequence) flags |= GreFlags::kSequencePresent;
  store_big_endian(out, static_cast<std::uint16_t>(flags));
  store_big_endian(out, static_cast<std::uint16_t>(fields.protocol), sizeof(std::uint16_t));
  std::size_t offset = GreView::kBaseSize;
  const auto append = [&](std::uint32_t field) {
    store_big_endian(out, field, offset);
    offset += sizeof(field);
  };
  if (fields.checksum) append(std::uint32_t{*fields.checksum} << 16);  // the lower half is reserved
  if (fields.key) append(*fields.key);
  if (fields.sequence) append(*fields.sequence);
  return offset;
}

std::string describe(const GreView& view) {
  std::string text = "gre flags 0x" + hexadecimal(view.flags(), 4) + " protocol 0x" +
                     hexadecimal(static_cast<std::uint16_t>(view.protocol()), 4);
  if (const auto checksum = view.checksum()) text += " checksum 0x" + hexadecimal(*checksum, 4);
  if (const auto key = view.key()) text += " key 0x" + hexadecimal(*key, 8);
  if (const auto sequence = view.sequence()) text += " sequence " + std::to_string(*sequence);
  return text;
}

std::string describe(const NvgreView& view) {
  return "nvgre vsid " + std::to_string(view.vsid().value()) + " flow " +
         std::to_string(static_cast<unsigned>(view.flow_id()));
}

}  // namespace nvgre::wire
