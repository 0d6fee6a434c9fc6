#include "nvgre/control/notify.h"

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

#include "nvgre/control/unix_address.h"

namespace nvgre::control {

void notify_service_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return;
  const auto address = UnixAddress::of(path);
  if (!address) return;
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL, address->get(), address->size());
  close(descriptor);
}

void notify_reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  notify_service_manager("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

}  // namespace nvgre::control
