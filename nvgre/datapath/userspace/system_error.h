/// Turns what the operating system answers into an Error: the class by errno, the capability by what was attempted.
#pragma once

#include <string>
#include <string_view>

#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// @param doing       What was attempted, for example "open a packet socket on eth0".
/// @param number      errno, positive.
/// @param capability  What the attempt needs, named if the system answers EPERM or EACCES; for example "CAP_NET_RAW".
/// @param subject     The device or address as the configuration writes it.
[[nodiscard]] Error system_error(std::string_view doing, int number, std::string_view capability,
                                 std::string subject = {});

}  // namespace nvgre::datapath::userspace
