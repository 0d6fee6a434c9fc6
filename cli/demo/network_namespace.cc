#include "cli/demo/network_namespace.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nvgre::cli {
namespace {

/// Brings the calling thread's loopback interface up.
void raise_loopback() {
  const FileDescriptor control(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", sizeof(request.ifr_name) - 1);
  request.ifr_flags = IFF_UP;
  if (ioctl(control.number(), SIOCSIFFLAGS, &request) != 0)
    throw std::system_error(errno, std::system_category(), "bringing up lo");
}

void enter(int descriptor) {
  if (setns(descriptor, CLONE_NEWNET) != 0)
    throw std::system_error(errno, std::system_category(), "entering a network namespace");
}

}  // namespace

Result<NetworkNamespace> NetworkNamespace::create() {
  FileDescriptor descriptor;
  int error = 0;
  std::thread([&] {
    if (unshare(CLONE_NEWNET) != 0) return void(error = errno);
    descriptor = FileDescriptor(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!descriptor) return void(error = errno);
  }).join();
  if (error == EPERM)
    return failure(ErrorCode::kPrivilege, "network namespaces are not allowed here: CAP_SYS_ADMIN is missing");
  if (error != 0)
    return failure(ErrorCode::kSystem,
                   std::string("network namespaces are not to be had here: ") + std::strerror(error));
  NetworkNamespace made(std::move(descriptor));
  try {
    made.run(raise_loopback);
  } catch (const std::system_error& refused) {
    return failure(ErrorCode::kPrivilege,
                   std::string("network namespaces can't be set up here: CAP_NET_ADMIN is missing: ") + refused.what());
  }
  return made;
}

void NetworkNamespace::run(const std::function<void()>& work) const {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      enter(descriptor());
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
}

std::jthread NetworkNamespace::start(std::function<void()> work) const {
  return std::jthread([number = descriptor(), work = std::move(work)] {
    enter(number);
    work();
  });
}

}  // namespace nvgre::cli
