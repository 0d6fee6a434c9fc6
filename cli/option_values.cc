#include "cli/option_values.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace nvgre::cli {
namespace {

std::optional<std::uint32_t> parse_number(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// How --help shows an option.
struct OptionText {
  std::string name, meaning;
};

/// An option whose text `parse` turns into a value, or `accepted` says what it takes.
template <typename T, typename Parse>
CLI::Option* add_parsed(CLI::App& command, const OptionText& shown, T& value, Parse parse,
                        const std::string& accepted) {
  auto* option = command.add_option_function<std::string>(
      shown.name, [&value, parse](const std::string& text) { value = *parse(text); }, shown.meaning);
  option->check([parse, accepted](const std::string& text) {
    return parse(text) ? std::string() : "\"" + text + "\" is not accepted; accepted is " + accepted;
  });
  return option;
}

}  // namespace

CLI::Option* add_number(CLI::App& command, const std::string& name, std::uint32_t& value, NumberRange range,
                        const std::string& meaning) {
  const auto parse = [range](const std::string& text) {
    const auto number = parse_number(text);
    return number && *number >= range.low && *number <= range.high ? number : std::nullopt;
  };
  return add_parsed(command, {name, meaning}, value, parse,
                    fmt::format("a number from {} to {}", range.low, range.high))
      ->type_name("N");
}

CLI::Option* add_vsid(CLI::App& command, std::uint32_t& value, const std::string& meaning) {
  return add_number(command, "--vsid", value, {.low = wire::Vsid::kFirstTenant, .high = wire::Vsid::kLastTenant},
                    meaning);
}

CLI::Option* add_mac(CLI::App& command, const std::string& name, wire::MacAddress& value, const std::string& meaning) {
  return add_parsed(command, {name, meaning}, value, wire::MacAddress::parse, "an address such as 02:00:00:00:00:01")
      ->type_name("MAC");
}

CLI::Option* add_unicast_mac(CLI::App& command, const std::string& name, wire::MacAddress& value,
                             const std::string& meaning) {
  const auto parse = [](const std::string& text) {
    const auto address = wire::MacAddress::parse(text);
    return address && !address->is_group() && !address->is_zero() ? address : std::nullopt;
  };
  return add_parsed(command, {name, meaning}, value, parse, "a unicast address such as 02:00:00:00:00:01")
      ->type_name("MAC");
}

CLI::Option* add_provider(CLI::App& command, const std::string& name, wire::ProviderAddress& value,
                          const std::string& meaning) {
  const auto parse = [](const std::string& text) -> std::optional<wire::ProviderAddress> {
    const auto address = wire::IpAddress::parse(text);
    if (!address || address->is_unspecified()) return std::nullopt;
    return wire::ProviderAddress(*address);
  };
  return add_parsed(command, {name, meaning}, value, parse, "an IPv4 or IPv6 address")->type_name("PA");
}

}  // namespace nvgre::cli
