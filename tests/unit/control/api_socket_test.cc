#include "nvgre/control/api_socket.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "nvgre/control/unix_address.h"
#include "tests/unit/capture/temporary_directory.h"

namespace nvgre::control {
namespace {

using test::TemporaryDirectory;

bool connects(const std::string& path) {
  const FileDescriptor client(socket(AF_UNIX, SOCK_STREAM, 0));
  const auto address = UnixAddress::of(path);
  return connect(client.number(), address->get(), address->size()) == 0;
}

TEST(ApiSocket, listens_for_its_owner_only_and_leaves_nothing_behind) {
  const TemporaryDirectory directory;
  const auto path = directory.file("below/nvgre.sock");
  {
    const auto socket = ApiSocket::open(path);
    ASSERT_TRUE(socket) << socket.error().message;
    EXPECT_TRUE(connects(path));
    struct stat status{};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
  }
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "below")) << "a directory that it made";
}

TEST(ApiSocket, removes_the_directories_that_it_made_and_no_other) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "there");
  const auto path = directory.file("there/one/two/nvgre.sock");
  {
    ASSERT_TRUE(ApiSocket::open(path));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() / "there"));
  {
    const auto socket = ApiSocket::open(path);
    ASSERT_TRUE(socket);
    std::ofstream(directory.path() / "there/one/note") << "somebody's";
  }
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "there/one/two"));
  EXPECT_TRUE(std::filesystem::exists(directory.path() / "there/one/note"));
}

TEST(ApiSocket, leaves_no_directory_behind_where_it_can_not_listen) {
  const TemporaryDirectory directory;
  const auto path = directory.file("below/" + std::string(200, 'x'));  // longer than a socket's address
  EXPECT_FALSE(ApiSocket::open(path));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "below"));
}

TEST(ApiSocket, refuses_a_second_owner) {
  const TemporaryDirectory directory;
  const auto path = directory.file("nvgre.sock");
  const auto first = ApiSocket::open(path);
  ASSERT_TRUE(first);
  const auto second = ApiSocket::open(path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_EQ(second.error().message, "given \"" + path + "\": another nvgre runs here; stop it, or give another path");
  EXPECT_TRUE(connects(path)) << "the first one is not disturbed";
}

TEST(ApiSocket, waits_for_one_that_ends_and_takes_its_directory_along) {
  const TemporaryDirectory directory;
  const auto path = directory.file("below/nvgre.sock");
  auto ending = std::make_unique<Result<ApiSocket>>(ApiSocket::open(path));
  ASSERT_TRUE(*ending) << ending->error().message;
  std::thread next([&path] {
    const auto socket = ApiSocket::open(path);
    ASSERT_TRUE(socket) << socket.error().message;
    EXPECT_TRUE(connects(path));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it waits for the lock by now
  ending.reset();
  next.join();
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "below")) << "the second one made it again, so removes it";
}

TEST(ApiSocket, takes_over_what_a_killed_process_left) {
  const TemporaryDirectory directory;
  const auto path = directory.file("nvgre.sock");
  const pid_t child = fork();
  if (child == 0) {
    const auto socket = ApiSocket::open(path);
    _exit(socket ? 0 : 1);  // no destructor runs, as with kill -9
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(std::filesystem::exists(path)) << "the socket was left behind";
  const auto socket = ApiSocket::open(path);
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_TRUE(connects(path));
}

TEST(ApiSocket, does_not_remove_a_file_that_is_no_socket) {
  const TemporaryDirectory directory;
  const auto path = directory.file("precious.txt");
  std::ofstream(path) << "text";
  const auto socket = ApiSocket::open(path);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().message,
            "given \"" + path + "\": it is there and is no socket; accepted is a path where a socket can be made");
  EXPECT_EQ(std::filesystem::file_size(path), 4U);
}

TEST(ApiSocket, names_a_place_where_it_cannot_be) {
  const auto socket = ApiSocket::open("/proc/nowhere/nvgre.sock");
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().message,
            "given \"/proc/nowhere/nvgre.sock\": No such file or directory; accepted is a path where a socket can be "
            "made");
  EXPECT_FALSE(ApiSocket::open("/tmp/" + std::string(200, 'x')));
}

}  // namespace
}  // namespace nvgre::control
