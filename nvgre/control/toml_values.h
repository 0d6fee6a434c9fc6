/// What the values of a configuration file mean: each function makes a value of a TOML node, or nothing if the node
/// isn't one. Types are exact: a number in quotes is no number.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nvgre/control/configuration.h"
#include "nvgre/control/toml.h"
#include "nvgre/offload/processor_number.h"
#include "nvgre/offload/toeplitz.h"
#include "nvgre/overlay/policy_description.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::control {

inline constexpr std::size_t kLongestInterfaceName = 15;  ///< IFNAMSIZ without its terminator.
inline constexpr std::size_t kLongestSocketPath = 107;    ///< sockaddr_un::sun_path without its terminator.

inline std::optional<std::string> to_text(const toml::node& node) {
  auto text = node.value_exact<std::string>();
  if (text && text->empty()) return std::nullopt;
  return text;
}

/// Whether a text in UTF-8 holds one of U+0000 to U+001F, U+007F to U+009F.
inline bool has_control_character(std::string_view text) {
  std::uint8_t before = 0;
  return std::ranges::any_of(text, [&before](char character) {
    const auto byte = static_cast<std::uint8_t>(character);
    const bool is_second_of_two = std::exchange(before, byte) == 0xC2 && byte < 0xA0;
    return byte < ' ' || byte == 0x7F || is_second_of_two;
  });
}

/// What people call a thing: it is shown to terminals as it is.
inline std::optional<std::string> to_name(const toml::node& node) {
  auto name = to_text(node);
  return name && !has_control_character(*name) ? name : std::nullopt;
}

inline std::optional<bool> to_boolean(const toml::node& node) {
  return node.value_exact<bool>();
}

template <typename T>
auto to_number(std::int64_t least, std::int64_t most) {
  return [=](const toml::node& node) -> std::optional<T> {
    const auto number = node.value_exact<std::int64_t>();
    if (!number || *number < least || *number > most) return std::nullopt;
    return static_cast<T>(*number);
  };
}

inline std::optional<wire::Vsid> to_vsid(const toml::node& node) {
  const auto number = to_number<std::uint32_t>(wire::Vsid::kFirstTenant, wire::Vsid::kLastTenant)(node);
  return number ? wire::Vsid::from(*number) : std::nullopt;
}

inline std::optional<wire::MacAddress> to_mac(const toml::node& node) {
  const auto text = to_text(node);
  return text ? wire::MacAddress::parse(*text) : std::nullopt;
}

template <typename Address>
std::optional<Address> to_address(const toml::node& node) {
  const auto text = to_text(node);
  const auto ip = text ? wire::IpAddress::parse(*text) : std::nullopt;
  return ip ? std::optional(Address(*ip)) : std::nullopt;
}

inline std::optional<std::string> to_interface_name(const toml::node& node) {
  auto name = to_text(node);
  const bool is_name = name && name->size() <= kLongestInterfaceName && *name != "." && *name != ".." &&
                       std::ranges::none_of(*name, [](char letter) { return letter == '/' || letter <= ' '; });
  return is_name ? name : std::nullopt;
}

inline std::optional<std::string> to_socket_path(const toml::node& node) {
  auto path = to_text(node);
  return path && path->size() <= kLongestSocketPath && !path->contains('\0') ? path : std::nullopt;
}

/// A worker's number.
inline std::optional<unsigned> to_worker(const toml::node& node) {
  return to_number<unsigned>(0, Configuration::kMaxWorkers - 1)(node);
}
inline std::optional<unsigned> to_cpu(const toml::node& node) {
  return to_number<unsigned>(0, Configuration::kMaxCpu)(node);
}
/// A worker that may serve a VM queue: its affinity names processors of one group.
inline std::optional<unsigned> to_queue_worker(const toml::node& node) {
  return to_number<unsigned>(0, offload::ProcessorNumber::kGroupSize - 1)(node);
}

/// 80 hexadecimal digits.
inline std::optional<offload::ToeplitzKey> to_toeplitz_key(const toml::node& node) {
  const auto text = to_text(node);
  return text ? offload::parse_toeplitz_key(*text) : std::nullopt;
}

/// One of a few words.
template <typename T>
auto to_word(std::initializer_list<std::pair<std::string_view, T>> words) {
  return [words = std::vector(words)](const toml::node& node) -> std::optional<T> {
    const auto text = to_text(node);
    for (const auto& [word, value] : words)
      if (text == word) return value;
    return std::nullopt;
  };
}

/// A number, or the one word that means "no number".
template <typename T>
auto to_number_or(std::string_view word, std::int64_t least, std::int64_t most) {
  return [=](const toml::node& node) -> std::optional<std::optional<T>> {
    if (to_text(node) == word) return std::optional<T>();
    const auto number = to_number<T>(least, most)(node);
    if (!number) return std::nullopt;
    return std::optional<std::optional<T>>(std::in_place, number);  // optional(number) would not wrap it
  };
}

inline std::optional<overlay::FlowIdMode> to_flow_id_mode(const toml::node& node) {
  if (node.value_exact<std::int64_t>() == 0) return overlay::FlowIdMode::kZero;
  return to_word<overlay::FlowIdMode>({{"hash", overlay::FlowIdMode::kHash}})(node);
}

}  // namespace nvgre::control
