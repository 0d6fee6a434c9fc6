#include "nvgre/wire/tcp.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>

namespace nvgre::wire {
namespace {

std::string flag_names(TcpFlags flags) {
  constexpr std::array<std::string_view, 9> kNames = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"};
  std::string text;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (!has_any(flags, static_cast<TcpFlags>(1U << i))) continue;
    if (!text.empty()) text += ',';
    text += kNames[i];
  }
  return text.empty() ? "none" : text;
}

}  // namespace

std::optional<TcpTimestamps> TcpView::timestamps() const noexcept {
  TcpOptionWalker walker(options());
  while (const auto option = walker.next()) {
    if (option->kind != TcpOptionKind::kTimestamps || option->data.size() != TcpTimestamps::kDataSize) continue;
    return TcpTimestamps{load_big_endian<std::uint32_t>(option->data),
                         load_big_endian<std::uint32_t>(option->data, sizeof(std::uint32_t)),
                         Layout::kOptions + option->offset + 2};
  }
  return std::nullopt;
}

std::size_t write_tcp(MutableBytes out, const TcpFields& fields) noexcept {
  assert(fields.options.size() % 4 == 0 && fields.size() <= TcpView::kMaxSize);
  out[TcpLayout::kDataOffsetAndFlags] = static_cast<std::uint8_t>(fields.size() / 4 << 4);
  std::copy(fields.options.begin(), fields.options.end(), out.begin() + TcpLayout::kOptions);
  TcpWriter(out)
      .set_source_port(fields.source_port)
      .set_destination_port(fields.destination_port)
      .set_sequence_number(fields.sequence_number)
      .set_acknowledgment_number(fields.acknowledgment_number)
      .set_flags(fields.flags)
      .set_window(fields.window)
      .set_checksum(fields.checksum)
      .set_urgent_pointer(fields.urgent_pointer);
  return fields.size();
}

std::string describe(const TcpView& view) {
  std::string text = "tcp " + std::to_string(view.source_port()) + " > " + std::to_string(view.destination_port()) +
                     " sequence " + std::to_string(view.sequence_number()) + " acknowledgment " +
                     std::to_string(view.acknowledgment_number()) + " flags " + flag_names(view.flags()) + " window " +
                     std::to_string(view.window());
  if (view.urgent_pointer() != 0) text += " urgent " + std::to_string(view.urgent_pointer());
  if (const auto timestamps = view.timestamps())
    text += " timestamps " + std::to_string(timestamps->value) + "/" + std::to_string(timestamps->echo_reply);
  return text + " payload " + std::to_string(view.payload().size());
}

}  // namespace nvgre::wire
