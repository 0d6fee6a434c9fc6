/// Requests that race with a change of the adapter: workers send with the offloads that were published last, while the
/// control thread turns one on and off.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "nvgre/offload/adapter.h"

namespace nvgre::test {

/// How the requests of a race ended.
struct RaceOutcomes {
  std::size_t done = 0;
  std::size_t refused = 0;
};

/// Workers' side of a change: each takes the published value for one request at a time, as with RCU.
class Publisher {
 public:
  void publish(const offload::ActiveOffloads& next) {
    const std::scoped_lock lock(mutex_);
    current_ = next;
  }
  [[nodiscard]] offload::ActiveOffloads take() const {
    const std::scoped_lock lock(mutex_);
    return current_;
  }

 private:
  mutable std::mutex mutex_;
  offload::ActiveOffloads current_;
};

/// @param toggle  Called on this thread again and again, with the number of the call.
/// @param send    Called on two threads, with the worker's number: sends one request and judges what came of it.
///                @return Whether it was done.
inline RaceOutcomes race(offload::Adapter& adapter, const std::function<void(int)>& toggle,
                         const std::function<bool(unsigned, const offload::ActiveOffloads&)>& send) {
  Publisher publisher;
  adapter.attach([&](const offload::ActiveOffloads& next) { publisher.publish(next); });
  std::atomic<bool> stop = false;
  std::array<std::atomic<std::size_t>, 2> outcomes{};  // refused, done
  std::vector<std::jthread> workers;
  for (unsigned worker = 0; worker < 2; ++worker) {
    workers.emplace_back([&, worker] {
      while (!stop) ++outcomes[send(worker, publisher.take()) ? 1 : 0];
    });
  }
  // However slow the machine is: goes on until both outcomes were met, or never will be.
  const auto is_over = [&](int call) { return call >= (outcomes[0] == 0 || outcomes[1] == 0 ? 20'000 : 100); };
  for (int call = 0; !is_over(call); ++call) {
    toggle(call);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  stop = true;
  workers.clear();
  adapter.detach();
  return {.done = outcomes[1], .refused = outcomes[0]};
}

}  // namespace nvgre::test
