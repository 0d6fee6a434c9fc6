/// The few things that `ip link` and `ip address` would do, through libnl: cables, addresses, moves between namespaces.
#pragma once

#include <cstddef>
#include <string>

#include "cli/demo/network_namespace.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::cli {

/// Makes a cable: a veth pair with one end in each namespace. @throws std::runtime_error
void make_cable(const NetworkNamespace& first, const std::string& first_name, const NetworkNamespace& second,
                const std::string& second_name, std::size_t mtu);

/// Gives an interface an address and brings it up. @throws std::runtime_error
void configure_link(const NetworkNamespace& where, const std::string& name, const wire::IpAddress& address,
                    unsigned prefix_length);

/// Moves an interface to another namespace. @throws std::runtime_error
void move_link(const NetworkNamespace& from, const std::string& name, const NetworkNamespace& to);

}  // namespace nvgre::cli
