#include "nvgre/overlay/inner_fragmentation.h"

#include <algorithm>

#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/ip.h"

namespace nvgre::overlay {
namespace {

constexpr std::size_t kOffsetUnit = 8;  // fragment offsets count 8 bytes

struct Ipv4Option {
  static constexpr std::uint8_t kEnd = 0;
  static constexpr std::uint8_t kNoOperation = 1;
  static constexpr std::uint8_t kCopiedFlag = 0x80;  ///< Stands in every fragment (RFC 791, section 3.1).
};

/// Bytes of the first option; all that is left if its length makes no sense.
std::size_t option_size(wire::Bytes options) noexcept {
  if (options[0] == Ipv4Option::kNoOperation) return 1;
  if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) return options.size();
  return options[1];
}

/// Writes the options that later fragments repeat, padded to whole words. @return bytes written
std::size_t copy_later_options(wire::Bytes options, wire::MutableBytes out) noexcept {
  std::size_t written = 0;
  while (!options.empty() && options[0] != Ipv4Option::kEnd) {
    const wire::Bytes option = options.first(option_size(options));
    if ((option[0] & Ipv4Option::kCopiedFlag) != 0) {
      std::copy(option.begin(), option.end(), out.begin() + static_cast<std::ptrdiff_t>(written));
      written += option.size();
    }
    options = options.subspan(option.size());
  }
  constexpr std::size_t kWord = 4;
  return (written + kWord - 1) / kWord * kWord;  // `out` was zero: the padding is kEnd
}

/// Whether a fragment ends beyond the longest packet that can be put together again: its parts could not say where they
/// are.
bool ends_too_late(const wire::Ipv4View& packet) noexcept {
  const std::size_t payload_end = packet.fragment_offset() * kOffsetUnit + packet.payload().size();
  return packet.header_size() + payload_end > wire::kMaxIpPacketSize;
}

/// Payload of one fragment that is not the last.
std::size_t payload_room(std::size_t mtu, std::size_t header_size) noexcept {
  return mtu > header_size ? (mtu - header_size) / kOffsetUnit * kOffsetUnit : 0;
}

}  // namespace

bool InnerFragmenter::may_cut(const TenantFrame& frame, std::size_t mtu) noexcept {
  const auto& ip = frame.map().inner_ip;
  if (!ip || !ip.is_v4() || !ip.has_length || frame.metadata().is_super_frame()) return false;
  const auto packet = wire::Ipv4View::parse(frame.packet());
  if (packet->dont_fragment() || ends_too_late(*packet)) return false;
  return payload_room(mtu, packet->header_size()) > 0;
}

InnerFragmenter::InnerFragmenter(const TenantFrame& frame, std::size_t mtu) noexcept
    : frame_(frame), packet_(*wire::Ipv4View::parse(frame.packet())), mtu_(mtu) {
  later_options_size_ = copy_later_options(packet_.options(), later_options_);
}

wire::Bytes InnerFragmenter::next(wire::MutableBytes out) noexcept {
  const wire::Bytes left = packet_.payload().subspan(written_);
  if (left.empty()) return {};
  const auto options = written_ == 0 ? packet_.options() : wire::Bytes(later_options_).first(later_options_size_);
  const std::size_t header_size = wire::Ipv4View::kSize + options.size();
  const bool is_last = left.size() <= mtu_ - header_size;
  const std::size_t size = is_last ? left.size() : payload_room(mtu_, header_size);

  frame_.write_link(out);
  wire::write_ipv4(out.subspan(wire::EthernetView::kSize),
                   {.source = packet_.source(),
                    .destination = packet_.destination(),
                    .protocol = packet_.protocol(),
                    .total_length = static_cast<std::uint16_t>(header_size + size),
                    .identification = packet_.identification(),
                    .type_of_service = packet_.type_of_service(),
                    .time_to_live = packet_.time_to_live(),
                    .more_fragments = !is_last || packet_.more_fragments(),
                    .fragment_offset = static_cast<std::uint16_t>(packet_.fragment_offset() + written_ / kOffsetUnit),
                    .options = options});
  const std::size_t payload_offset = wire::EthernetView::kSize + header_size;
  std::copy_n(left.begin(), size, out.begin() + static_cast<std::ptrdiff_t>(payload_offset));
  written_ += size;
  return out.first(payload_offset + size);
}

}  // namespace nvgre::overlay
