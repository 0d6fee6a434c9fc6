/// One worker: a thread on a CPU of its own that takes bursts from its queue of every port and of the underlay and runs
/// each to completion through its endpoint. It takes no lock, allocates nothing, and sleeps where nothing waits.
///
///  1. take up the view that is published now       (RCU: it stays until this round ends)
///  2. send held frames whose next hop is known now
///  3. each port that is ready, then the underlay: read a burst, hand it to the endpoint, send what came of it
///  4. sleep if there was nothing                   (no timeout)
///
/// The underlay's socket is waited for in the sleep alone, not through epoll: who waits for a socket slows the kernel
/// down with every packet that it puts there.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <variant>

#include <sys/epoll.h>

#include "nvgre/datapath/userspace/burst_pacing.h"
#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/frame_buffers.h"
#include "nvgre/datapath/userspace/hold_queue.h"
#include "nvgre/datapath/userspace/mailbox.h"
#include "nvgre/datapath/userspace/miss_limit.h"
#include "nvgre/datapath/userspace/packet_receiver.h"
#include "nvgre/datapath/userspace/port_sink.h"
#include "nvgre/datapath/userspace/tap_reader.h"
#include "nvgre/datapath/userspace/underlay_sink.h"
#include "nvgre/datapath/userspace/worker_view.h"
#include "nvgre/overlay/endpoint.h"

namespace nvgre::datapath::userspace {

/// A router reported a smaller path MTU (OVL-13).
struct PathMtuNote {
  wire::ProviderAddress destination;
  std::size_t mtu = 0;
};
/// No lookup record for a destination (OVL-18, UnknownMode::kReport).
struct MissNote {
  wire::Vsid vsid = *wire::Vsid::from(wire::Vsid::kFirstTenant);
  wire::MacAddress destination;
  std::uint64_t suppressed = 0;  ///< Misses since the last note that were not told.
};
/// A port's device is gone: the worker no longer listens to it.
struct PortLostNote {
  overlay::PortIndex port = 0;
};
using WorkerNote = std::variant<PathMtuNote, MissNote, PortLostNote>;

class Worker final : private overlay::EndpointEvents {
 public:
  /// @param index     Number of the worker, from 0.
  /// @param view      The published view. Replaced only with a grace period (urcu-qsbr).
  /// @param doorbell  An eventfd that tells the control side that there are notes.
  Worker(unsigned index, const std::atomic<const WorkerView*>& view, int doorbell);
  ~Worker() override;  ///< Stops the thread.
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Starts the thread on this CPU. @pre a view is published
  void start(unsigned cpu);

  // The control side's, while the worker runs:
  void listen_to_port(overlay::PortIndex port, int descriptor);
  void stop_listening(int descriptor);
  /// Has a sleeping worker look at the view.
  void wake() noexcept;
  [[nodiscard]] std::optional<WorkerNote> take_note() noexcept { return notes_.take(); }
  [[nodiscard]] unsigned cpu() const noexcept { return cpu_; }
  [[nodiscard]] unsigned node() const noexcept { return node_; }
  [[nodiscard]] overlay::EndpointCounts counts() const noexcept { return endpoint_.counts(); }

 private:
  static constexpr std::size_t kMaxEvents = 64, kMaxNotes = 256;

  void run();
  void pin() const;
  bool round(const WorkerView& view);
  void sleep(const WorkerView& view);
  void clear_wake() noexcept;
  void release_held(const WorkerView& view);
  bool wait_for_burst(const WorkerView& view) noexcept;
  bool serve_underlay(const WorkerView& view);
  void serve_port(const WorkerView& view, overlay::PortIndex port, std::uint32_t happened);
  void receive(const WorkerView& view, const Burst& burst);
  void transmit(const WorkerView& view, overlay::PortIndex port, const Burst& burst);
  void count_unread(const Burst& burst, int descriptor, const overlay::Port* port) noexcept;
  void finish(const WorkerView& view) noexcept;
  void lose(overlay::PortIndex port, int descriptor) noexcept;
  void note(const WorkerNote& note) noexcept;
  [[nodiscard]] overlay::Output output() noexcept { return {.underlay = underlay_, .ports = ports_, .events = *this}; }

  bool hold(const wire::ProviderAddress& destination, const overlay::PortFrame& frame) override;
  void path_mtu(const wire::ProviderAddress& destination, std::size_t mtu) override;
  void miss(wire::Vsid vsid, const wire::MacAddress& destination) override;

  const unsigned index_;
  unsigned cpu_ = 0, node_ = 0;
  const std::atomic<const WorkerView*>& view_;
  const int doorbell_;
  FileDescriptor epoll_;
  FileDescriptor wake_up_;
  std::atomic<bool> is_stopping_{false};
  Mailbox<WorkerNote, kMaxNotes> notes_;

  overlay::Endpoint endpoint_;
  FrameBuffers buffers_;
  PacketReceiver packets_;
  TapReader taps_;
  UnderlaySink underlay_;
  PortSink ports_;
  HoldQueue held_;
  MissLimit misses_;
  overlay::Instant now_{};
  BurstPacing pacing_;
  bool has_underlay_error_ = false;
  std::array<overlay::PortFrame, FrameBuffers::kCount> port_frames_{};
  std::array<overlay::UnderlayFrame, FrameBuffers::kCount> underlay_frames_{};

  std::thread thread_;
};

}  // namespace nvgre::datapath::userspace
