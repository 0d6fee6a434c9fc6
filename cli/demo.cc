#include "cli/demo.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/demo/demo_report.h"
#include "cli/demo/memory_demo.h"
#include "cli/demo/namespace_demo.h"

namespace nvgre::cli {
namespace {

constexpr int kInterrupted = 128 + SIGINT;

/// A folder for configuration files and sockets that goes with the demonstration, also when Ctrl-C ends it. As long as
/// it is there no SIGPIPE ends the program. The namespaces and what is in them go by themselves: nobody holds them any
/// more.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "nvgre-demo-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("can't make a folder like " + name);
    path_ = name;
    watch_for_interruption();
  }
  ~TemporaryFolder() {
    remove();
    std::signal(SIGPIPE, on_closed_pipe_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void remove() const noexcept {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  /// From now on a thread of its own waits for the signals that end the demonstration.
  void watch_for_interruption() const {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&signals, number);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([this, signals] {
      int number = 0;
      sigwait(&signals, &number);
      remove();
      _exit(kInterrupted);
    }).detach();
  }

  std::string path_;
  sighandler_t on_closed_pipe_ =
      std::signal(SIGPIPE, SIG_IGN);  // it comes to the thread that writes: none can wait for it
};

/// Whether there is reason to go on after a round: it is as it should be, and there is still somebody who reads it.
bool is_worth_going_on(const RoundResult& round) {
  return round.succeeded() && std::ferror(stdout) == 0;
}

int run_in_memory(const std::string& reason) {
  print_introduction("memory", reason);
  std::vector<RoundResult> rounds;
  for (const bool offloads : {true, false}) {
    rounds.push_back(run_memory_round(offloads));
    print_round(rounds.back());
    if (!is_worth_going_on(rounds.back())) break;
  }
  return print_verdict(rounds) ? kDone : kFailed;
}

int run_in_namespaces(int seconds) {
  print_introduction("userspace", "two `nvgre run` in network namespaces, the kernel's own TCP, UDP and ICMP");
  std::fflush(stdout);
  constexpr int kRounds = 2;
  const std::chrono::milliseconds measured(seconds * 1000 / (kRounds * NamespaceDemo::kMeasurements));
  const TemporaryFolder folder;
  NamespaceDemo demo(folder.path());
  std::vector<RoundResult> rounds;
  for (const bool offloads : {true, false}) {
    rounds.push_back(demo.run_round(offloads, measured));
    print_round(rounds.back());
    if (!is_worth_going_on(rounds.back())) break;
  }
  return print_verdict(rounds) ? kDone : kFailed;
}

}  // namespace

int demo_command(const DemoOptions& options) {
  try {
    if (options.mode == "memory") return run_in_memory("asked for; simulated time, no throughput to show");
    const auto allowed = can_run_namespace_demo();
    if (allowed) return run_in_namespaces(options.seconds);
    if (options.mode == "auto") return run_in_memory(allowed.error().message);
    fmt::print(stderr, "nvgre demo: --mode {}: {}\n", options.mode, allowed.error().message);
    return allowed.error().code == ErrorCode::kPrivilege ? kPrivilege : kFailed;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "nvgre demo: {}\n", failure.what());
  }
  return kFailed;
}

}  // namespace nvgre::cli
