#include "nvgre/control/notify.h"

#include <array>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "nvgre/control/api_socket.h"
#include "nvgre/control/unix_address.h"
#include "tests/unit/capture/temporary_directory.h"

namespace nvgre::control {
namespace {

/// A service manager that listens at a path.
class Manager {
 public:
  explicit Manager(const std::string& path) : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    const auto address = UnixAddress::of(path);
    EXPECT_EQ(bind(socket_.number(), address->get(), address->size()), 0);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Manager() { unsetenv("NOTIFY_SOCKET"); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  [[nodiscard]] std::string heard() const {
    std::array<char, 256> buffer{};
    const auto size = recv(socket_.number(), buffer.data(), buffer.size(), 0);
    return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

 private:
  FileDescriptor socket_;
};

TEST(Notify, tells_a_service_manager_at_a_path) {
  const test::TemporaryDirectory directory;
  const Manager manager(directory.file("notify"));
  notify_service_manager("READY=1");
  EXPECT_EQ(manager.heard(), "READY=1");
}

TEST(Notify, tells_a_service_manager_with_an_abstract_name) {
  const Manager manager("@nvgre-notify-test-" + std::to_string(getpid()));
  notify_service_manager("STOPPING=1");
  EXPECT_EQ(manager.heard(), "STOPPING=1");
}

TEST(Notify, says_since_when_it_reloads) {
  const test::TemporaryDirectory directory;
  const Manager manager(directory.file("notify"));
  notify_reloading();
  EXPECT_EQ(manager.heard().rfind("RELOADING=1\nMONOTONIC_USEC=", 0), 0U);
}

TEST(Notify, does_nothing_without_a_service_manager) {
  unsetenv("NOTIFY_SOCKET");
  notify_service_manager("READY=1");
  setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
  notify_service_manager("READY=1");
  setenv("NOTIFY_SOCKET", "", 1);
  notify_service_manager("READY=1");
  unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace nvgre::control
