/// Options whose values are the field's words: what they accept, and what is said of anything else.
#pragma once

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::cli {

/// The numbers that an option takes, both ends included.
struct NumberRange {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};
CLI::Option* add_number(CLI::App& command, const std::string& name, std::uint32_t& value, NumberRange range,
                        const std::string& meaning);
/// A VSID that a tenant may have (WIRE-7, WIRE-8).
CLI::Option* add_vsid(CLI::App& command, std::uint32_t& value, const std::string& meaning);
CLI::Option* add_mac(CLI::App& command, const std::string& name, wire::MacAddress& value, const std::string& meaning);
/// An address that one interface can have, as a source needs it: neither a group's nor zero.
CLI::Option* add_unicast_mac(CLI::App& command, const std::string& name, wire::MacAddress& value,
                             const std::string& meaning);
/// A Provider Address.
CLI::Option* add_provider(CLI::App& command, const std::string& name, wire::ProviderAddress& value,
                          const std::string& meaning);

}  // namespace nvgre::cli
