/// The data plane in user space: TAPs and packet sockets around the engine, one worker for each CPU.
///
/// Threads. Workers move frames and read one immutable view (worker_view.h). Everything else - this class's functions,
/// and the monitor, a thread of its own that follows the kernel's tables - runs under one lock, makes the next view,
/// publishes it and waits until no worker reads the old one (RCU).
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "nvgre/datapath/data_plane.h"
#include "nvgre/datapath/userspace/backoff.h"
#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/flow_steering.h"
#include "nvgre/datapath/userspace/host_guard.h"
#include "nvgre/datapath/userspace/port_table.h"
#include "nvgre/datapath/userspace/underlay_attachment.h"
#include "nvgre/datapath/userspace/underlay_watch.h"
#include "nvgre/datapath/userspace/worker.h"
#include "nvgre/datapath/userspace/worker_view.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

class UserspaceDataPlane final : public DataPlane {
 public:
  /// Prepares a data plane in the calling thread's network namespace; it carries nothing before the first policy.
  /// @param worker_cpus  The CPU of each worker, by its number; at least one, each one that this process may use.
  /// @return             The data plane, or why not (privileges.h says so before).
  [[nodiscard]] static Result<std::unique_ptr<UserspaceDataPlane>> create(std::vector<unsigned> worker_cpus);
  ~UserspaceDataPlane() override;

  [[nodiscard]] Result<void> apply(const overlay::PolicyDescription& description) override;
  void apply(const offload::ActiveOffloads& offloads) override;
  void steer(const Steering& steering) override;
  [[nodiscard]] unsigned worker_count() const noexcept override { return worker_count_; }
  [[nodiscard]] Report report() const override;

 private:
  struct Parts;  ///< What create() made before there is an object.
  explicit UserspaceDataPlane(Parts parts);

  void start();
  void publish();
  void listen(const WorkerView* before, const WorkerView& view);
  void stop_listening(const WorkerView& before, const WorkerView& view);
  void monitor();
  void follow_changes();
  void take_notes();
  [[nodiscard]] int monitor_timeout() const;
  [[nodiscard]] std::vector<NextHopStatus> next_hops() const;
  [[nodiscard]] std::vector<PortStatus> ports() const;

  const std::vector<unsigned> worker_cpus_;
  const unsigned worker_count_;
  mutable std::mutex mutex_;  ///< Guards everything below but the workers' own parts and the view.
  FlowSteering steering_;
  FileDescriptor underlay_program_;
  FileDescriptor doorbell_;  ///< Rung by workers that have notes, and to end the monitor.
  HostGuard guard_;
  UnderlayWatch watch_;
  UnderlayAttachment attachment_;
  PortTable ports_;
  Backoff retry_;                                  ///< Of devices that could not be attached again.
  std::shared_ptr<const overlay::Policy> policy_;  ///< Null before the first apply().
  std::shared_ptr<const overlay::Underlay> underlay_;
  offload::ActiveOffloads offloads_;
  std::atomic<const WorkerView*> view_{nullptr};  ///< Owned; written under the lock.
  std::atomic<bool> is_stopping_{false};
  std::vector<std::unique_ptr<Worker>> workers_;
  std::thread monitor_;
};

}  // namespace nvgre::datapath::userspace
