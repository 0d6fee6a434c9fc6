#include "nvgre/wire/ip_address.h"

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/text.h"

namespace nvgre::wire {
namespace {

using V4Bytes = std::array<std::uint8_t, IpAddress::kSizeV4>;
using V6Groups = std::array<std::uint16_t, IpAddress::kSizeV6 / 2>;

/// Decimal 0 to 255 without a leading zero, which some readers would take for octal.
std::optional<std::uint8_t> parse_decimal_byte(std::string_view text) noexcept {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  unsigned value = 0;
  for (const char character : text) {
    if (character < '0' || character > '9') return std::nullopt;
    value = 10 * value + static_cast<unsigned>(character - '0');
  }
  if (value > 0xFF) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

std::optional<V4Bytes> parse_v4(std::string_view text) noexcept {
  V4Bytes bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool last = i + 1 == bytes.size();
    const std::size_t end = last ? text.size() : text.find('.');
    if (end == std::string_view::npos) return std::nullopt;
    const auto byte = parse_decimal_byte(text.substr(0, end));
    if (!byte) return std::nullopt;
    bytes[i] = *byte;
    if (!last) text.remove_prefix(end + 1);
  }
  return bytes;
}

std::optional<std::uint16_t> parse_group(std::string_view text) noexcept {
  if (text.empty() || text.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char character : text) {
    const auto digit = hexadecimal_digit(character);
    if (!digit) return std::nullopt;
    value = value << 4 | *digit;
  }
  return static_cast<std::uint16_t>(value);
}

/// Some 16-bit groups in a row: what stands on one side of "::".
struct GroupRun {
  V6Groups groups{};
  std::size_t count = 0;

  bool push(std::uint16_t group) noexcept {
    if (count == groups.size()) return false;
    groups[count++] = group;
    return true;
  }
};

/// "1:2:3", empty text too; the last two groups may be dotted decimal where `v4_tail` allows it.
std::optional<GroupRun> parse_groups(std::string_view text, bool v4_tail) noexcept {
  GroupRun run;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view item = text.substr(0, colon);
    if (colon == std::string_view::npos && v4_tail && item.find('.') != std::string_view::npos) {
      const auto tail = parse_v4(item);
      if (!tail) return std::nullopt;
      const auto value = load_big_endian<std::uint32_t>(*tail);
      if (!run.push(static_cast<std::uint16_t>(value >> 16)) || !run.push(static_cast<std::uint16_t>(value)))
        return std::nullopt;
      return run;
    }
    const auto group = parse_group(item);
    if (!group || !run.push(*group)) return std::nullopt;
    if (colon == std::string_view::npos) return run;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;  // a colon at the end
  }
  return run;
}

IpAddress from_groups(const V6Groups& groups) noexcept {
  std::array<std::uint8_t, IpAddress::kSizeV6> bytes{};
  for (std::size_t i = 0; i < groups.size(); ++i) store_big_endian(MutableBytes(bytes).subspan(2 * i), groups[i]);
  return IpAddress(bytes);
}

std::optional<IpAddress> parse_v6(std::string_view text) noexcept {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto run = parse_groups(text, true);
    if (!run || run->count != run->groups.size()) return std::nullopt;
    return from_groups(run->groups);
  }
  const auto left = parse_groups(text.substr(0, gap), false);
  const auto right = parse_groups(text.substr(gap + 2), true);
  if (!left || !right || left->count + right->count >= left->groups.size()) return std::nullopt;
  V6Groups groups = left->groups;
  std::copy_n(right->groups.begin(), right->count, groups.end() - static_cast<std::ptrdiff_t>(right->count));
  return from_groups(groups);
}

std::string v4_text(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += '.';
    text += std::to_string(byte);
  }
  return text;
}

/// The longest run of at least two zero groups, the first one of equals (RFC 5952, section 4.2).
struct ZeroRun {
  std::size_t begin = 0;
  std::size_t count = 0;
};

ZeroRun longest_zero_run(const V6Groups& groups) noexcept {
  ZeroRun longest;
  for (std::size_t begin = 0; begin < groups.size(); ++begin) {
    std::size_t end = begin;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - begin >= 2 && end - begin > longest.count) longest = {begin, end - begin};
    begin = std::max(begin, end);
  }
  return longest;
}

std::string join_groups(const V6Groups& groups, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) text += ':';
    text += hexadecimal(groups[i]);
  }
  return text;
}

/// RFC 5952; an IPv4-mapped address keeps its dotted decimal (section 5).
std::string v6_text(Bytes bytes) {
  V6Groups groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = load_big_endian<std::uint16_t>(bytes.subspan(2 * i));
  const ZeroRun zeros = longest_zero_run(groups);
  if (zeros.begin == 0 && zeros.count == 5 && groups[5] == 0xFFFF) return "::ffff:" + v4_text(bytes.last(4));
  if (zeros.count == 0) return join_groups(groups, 0, groups.size());
  return join_groups(groups, 0, zeros.begin) + "::" + join_groups(groups, zeros.begin + zeros.count, groups.size());
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) noexcept {
  if (text.find(':') != std::string_view::npos) return parse_v6(text);
  const auto bytes = parse_v4(text);
  if (!bytes) return std::nullopt;
  return IpAddress(*bytes);
}

std::string IpAddress::to_string() const {
  return is_v4() ? v4_text(bytes()) : v6_text(bytes());
}

}  // namespace nvgre::wire
