/// Internal to inf_text.h: where keywords stand in the registry.
#pragma once

#include <string_view>

namespace nvgre::ndis {

/// Below an adapter's own key: a key for each keyword that says what it may be.
inline constexpr std::string_view kParametersKey = "Ndi\\params\\";
/// Below HKEY_LOCAL_MACHINE: where the host's DisableTaskOffload stands (KEY-32).
inline constexpr std::string_view kHostKey = "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters";

}  // namespace nvgre::ndis
