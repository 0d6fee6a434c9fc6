#include "nvgre/capture/output_file.h"

#include <functional>
#include <string>

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/capture/temporary_directory.h"

namespace nvgre::capture {
namespace {

constexpr unsigned kNobody = 65'534;
constexpr unsigned kSomeGroup = 65'533;

/// Writes over a file as any of our tools does. @return Whether that was possible.
bool write_over(const std::string& path) {
  auto file = OutputFile::create(path);
  if (!file) return false;
  file->write("new", 3);
  file->store();
  return file->finish().has_value();
}

/// Does it as a user without privileges, in a process of its own.
bool as_nobody(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(setgroups(0, nullptr) == 0 && setgid(kNobody) == 0 && setuid(kNobody) == 0 && work() ? 0 : 1);
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

/// A file that somebody owns, to be replaced; gone afterwards.
class OutputFileTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root may give files away";
    ASSERT_EQ(chmod(directory_.path().c_str(), S_IRWXU | S_IRWXG | S_IRWXO), 0);
  }
  void make(unsigned owner, unsigned group, mode_t mode) const {
    const int descriptor = open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, S_IRUSR);
    EXPECT_EQ(write(descriptor, "before", 6), 6);
    EXPECT_EQ(fchown(descriptor, owner, group), 0);
    EXPECT_EQ(fchmod(descriptor, mode), 0);
    close(descriptor);
  }
  struct stat status() const {
    struct stat found{};
    EXPECT_EQ(stat(path_.c_str(), &found), 0);
    return found;
  }
  static mode_t mode_of(const struct stat& status) { return status.st_mode & 0777; }

  test::TemporaryDirectory directory_;
  std::string path_ = directory_.file("file");
};

TEST_F(OutputFileTest, keeps_owner_group_and_mode_of_what_it_replaces) {
  make(kNobody, kSomeGroup, 0604);
  ASSERT_TRUE(write_over(path_));
  EXPECT_EQ(status().st_size, 3);
  EXPECT_EQ(status().st_uid, kNobody);
  EXPECT_EQ(status().st_gid, kSomeGroup);
  EXPECT_EQ(mode_of(status()), 0604U);
}

TEST_F(OutputFileTest, lets_nobody_else_read_where_it_can_not_keep_the_group) {
  for (const auto& [before, after] : {std::pair{0640U, 0600U}, {0604U, 0600U}, {0644U, 0644U}, {0660U, 0600U}}) {
    make(0, kSomeGroup, before);
    ASSERT_TRUE(as_nobody([this] { return write_over(path_); }));
    EXPECT_EQ(status().st_uid, kNobody);
    EXPECT_EQ(status().st_gid, kNobody);
    EXPECT_EQ(mode_of(status()), after);
    ASSERT_EQ(unlink(path_.c_str()), 0);
  }
}

TEST_F(OutputFileTest, keeps_the_group_where_it_may_though_the_owner_changes) {
  make(0, kNobody, 0640);
  ASSERT_TRUE(as_nobody([this] { return write_over(path_); }));
  EXPECT_EQ(status().st_uid, kNobody);
  EXPECT_EQ(mode_of(status()), 0640U);
}

TEST_F(OutputFileTest, says_why_it_can_not_be_replaced) {
  make(kNobody, kNobody, 0644);
  ASSERT_EQ(chmod(directory_.path().c_str(), S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH), 0);
  EXPECT_TRUE(as_nobody([this] {
    const auto file = OutputFile::create(path_);
    return !file && file.error().message == path_ + ": Permission denied";
  }));
  EXPECT_EQ(status().st_size, 6);
}

TEST_F(OutputFileTest, gives_a_new_file_the_usual_mode) {
  const mode_t mask = umask(S_IWGRP | S_IRWXO);
  ASSERT_TRUE(write_over(path_));
  umask(mask);
  EXPECT_EQ(mode_of(status()), 0640U);
}

}  // namespace
}  // namespace nvgre::capture
