/// Network namespaces for tests: made under names of this process, removed with their owner.
#pragma once

#include <cstdlib>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "nvgre/datapath/userspace/file_descriptor.h"

namespace nvgre::testing_support {

/// Runs a command of the shell. @return true if it succeeded.
inline bool run(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

/// Tried on a thread, which keeps the new namespace to itself.
inline bool may_make_namespaces() {
  bool is_made = false;
  std::thread([&] { is_made = ::unshare(CLONE_NEWNET) == 0; }).join();
  return is_made;
}

class Namespace {
 public:
  explicit Namespace(const std::string& name) : name_("nvgre" + std::to_string(::getpid()) + name) {
    is_made_ = run("ip netns add " + name_) && run(ip("link set lo up"));
  }
  ~Namespace() { run("ip netns del " + name_); }
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;

  [[nodiscard]] bool is_made() const { return is_made_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// An `ip` command inside.
  [[nodiscard]] std::string ip(const std::string& arguments) const { return "ip -n " + name_ + " " + arguments; }
  /// Any command inside.
  [[nodiscard]] std::string exec(const std::string& command) const { return "ip netns exec " + name_ + " " + command; }

  /// Calls something on a thread that is inside; threads that it starts are inside too.
  template <typename Work>
  void enter(Work work) const {
    std::thread([&] {
      const datapath::userspace::FileDescriptor place(::open(("/run/netns/" + name_).c_str(), O_RDONLY | O_CLOEXEC));
      if (::setns(place.number(), CLONE_NEWNET) == 0) work();
    }).join();
  }

 private:
  std::string name_;
  bool is_made_ = false;
};

}  // namespace nvgre::testing_support
