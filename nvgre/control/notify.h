/// Tells the service manager how the service stands (sd_notify(3)), without its library: one datagram.
#pragma once

#include <string_view>

namespace nvgre::control {

/// Sends `state`, for example "READY=1", to the socket that NOTIFY_SOCKET names. Does nothing without one, and nothing
/// about errors: a service manager that doesn't listen must not stop a service.
void notify_service_manager(std::string_view state);
/// "RELOADING=1" with the time that systemd wants beside it.
void notify_reloading();

}  // namespace nvgre::control
