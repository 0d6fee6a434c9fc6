#include "nvgre/datapath/userspace/worker.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <urcu-qsbr.h>

#include "nvgre/datapath/userspace/usable_cpus.h"
namespace nvgre::datapath::userspace {
namespace {

using wire::DropReason;

// What an epoll event carries: a port's index, or this.
constexpr std::uint64_t kWakeEvent = std::uint64_t{1} << 32;

// How often waiting frames are looked at for their age; only while there are any.
constexpr int kHeldCheckMilliseconds = 500;

/// A device that went down leaves an error at its socket, which would wake us for ever; a ring is read without the
/// calls that take it away.
void take_error(int socket) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
}

overlay::Instant now() noexcept {
  return std::chrono::steady_clock::now().time_since_epoch();
}

void listen(int epoll, int descriptor, std::uint64_t event) {
  epoll_event wanted{.events = EPOLLIN, .data = {.u64 = event}};
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &wanted) != 0 && errno != EEXIST)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

}  // namespace

Worker::Worker(unsigned index, const std::atomic<const WorkerView*>& view, int doorbell)
    : index_(index),
      view_(view),
      doorbell_(doorbell),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_up_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      endpoint_(index),
      packets_(buffers_),
      taps_(buffers_),
      ports_(index, endpoint_) {
  if (!epoll_ || !wake_up_)
    throw std::system_error(errno, std::generic_category(), fmt::format("cannot make worker {}", index));
  listen(epoll_.number(), wake_up_.number(), kWakeEvent);
}

Worker::~Worker() {
  is_stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

void Worker::start(unsigned cpu) {
  cpu_ = cpu;
  node_ = node_of_cpu(cpu);
  thread_ = std::thread([this] { run(); });
}

void Worker::listen_to_port(overlay::PortIndex port, int descriptor) {
  listen(epoll_.number(), descriptor, port);
}

void Worker::stop_listening(int descriptor) {
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void Worker::wake() noexcept {
  constexpr std::uint64_t kOne = 1;
  [[maybe_unused]] const auto written = ::write(wake_up_.number(), &kOne, sizeof kOne);
}

void Worker::pin() const {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu_, &set);
  if (::pthread_setaffinity_np(::pthread_self(), sizeof set, &set) != 0)
    spdlog::warn("worker index={} cpu={} pinned=false", index_, cpu_);
  ::pthread_setname_np(::pthread_self(), fmt::format("nvgre-{}", index_).c_str());
}

void Worker::run() {
  pin();
  urcu_qsbr_register_thread();
  while (!is_stopping_.load(std::memory_order_relaxed)) {
    const WorkerView& view = *view_.load(std::memory_order_acquire);
    if (round(view))
      urcu_qsbr_quiescent_state();  // the next round takes up the view that is published then
    else
      sleep(view);
  }
  urcu_qsbr_unregister_thread();
}

void Worker::sleep(const WorkerView& view) {
  const int underlay = view.underlay_sockets ? (*view.underlay_sockets)[index_].receiver() : -1;
  std::array<pollfd, 2> waiting{pollfd{.fd = epoll_.number(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = underlay, .events = POLLIN, .revents = 0}};
  // A sleeping worker holds no view: else a change would wait until the next frame. Should the underlay's socket be
  // replaced at this moment, wake() ends the sleep.
  urcu_qsbr_thread_offline();
  ::poll(waiting.data(), waiting.size(), held_.is_empty() ? -1 : kHeldCheckMilliseconds);
  urcu_qsbr_thread_online();
  has_underlay_error_ = (waiting[1].revents & POLLERR) != 0;
}

bool Worker::round(const WorkerView& view) {
  now_ = now();
  ports_.use(view);
  underlay_.use(view.underlay_sockets ? (*view.underlay_sockets)[index_].sender() : -1);
  if (!held_.is_empty()) release_held(view);
  bool is_busy = false;
  std::array<epoll_event, kMaxEvents> events;
  const int count = ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    is_busy = true;
    if (events[i].data.u64 == kWakeEvent)
      clear_wake();
    else
      serve_port(view, static_cast<overlay::PortIndex>(events[i].data.u64), events[i].events);
  }
  // The underlay last: what arrives meanwhile makes its burst longer.
  return wait_for_burst(view) || serve_underlay(view) || is_busy;
}

void Worker::clear_wake() noexcept {
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto taken = ::read(wake_up_.number(), &rings, sizeof rings);
}

void Worker::release_held(const WorkerView& view) {
  const auto send = [&](const wire::ProviderAddress& destination, const overlay::PortFrame& frame) {
    endpoint_.transmit_to(destination, view.snapshot(), now_, frame, output());
    finish(view);
  };
  const auto expire = [&](const overlay::PortFrame& frame) { endpoint_.count_expired(view.policy->port(frame.port)); };
  held_.release(*view.underlay, now_, send, expire);
}

bool Worker::wait_for_burst(const WorkerView& view) noexcept {
  auto* const ring = view.underlay_sockets ? (*view.underlay_sockets)[index_].ring() : nullptr;
  if (ring == nullptr || !pacing_.gathers(now_, ring->waiting_count(BurstPacing::kFullBurst))) return false;
  ::sched_yield();  // whoever else is ready on this CPU; on an idle one nobody
  return true;
}

bool Worker::serve_underlay(const WorkerView& view) {
  if (!view.underlay_sockets) return false;
  const auto& socket = (*view.underlay_sockets)[index_];
  if (std::exchange(has_underlay_error_, false)) take_error(socket.receiver());
  auto* const ring = socket.ring();
  const Burst burst = ring != nullptr ? ring->receive(packets_) : packets_.receive(socket.receiver());
  count_unread(burst, socket.receiver(), nullptr);
  if (!burst.frames.empty()) receive(view, burst);
  if (ring != nullptr) ring->release();
  return !burst.frames.empty() || burst.malformed + burst.too_large != 0;
}

void Worker::receive(const WorkerView& view, const Burst& burst) {
  std::size_t count = 0;
  for (const auto& frame : burst.frames)
    underlay_frames_[count++] = {.bytes = frame.bytes, .tag_control = frame.tag_control, .metadata = frame.metadata};
  [[maybe_unused]] const auto local = ports_.take_bulk();  // what ports sent each other is no burst of the underlay
  endpoint_.receive(view.snapshot(), now_, std::span(underlay_frames_).first(count), output());
  finish(view);
  pacing_.took(now(), ports_.take_bulk());
}

void Worker::serve_port(const WorkerView& view, overlay::PortIndex port, std::uint32_t happened) {
  const auto* device = view.device(port);
  const int descriptor = device == nullptr ? -1 : device->read_descriptor(index_);
  if (descriptor < 0) return;
  const bool is_tap = device->is_made_by_us();
  const Burst burst = is_tap ? taps_.receive(descriptor) : packets_.receive(descriptor);
  count_unread(burst, descriptor, view.policy->port(port));
  if (!burst.frames.empty()) transmit(view, port, burst);
  // A TAP that is gone reports an error for ever; a packet socket reports it once, and works again when the device
  // does.
  if (is_tap && (burst.error != 0 || (happened & (EPOLLERR | EPOLLHUP)) != 0)) lose(port, descriptor);
}

void Worker::transmit(const WorkerView& view, overlay::PortIndex port, const Burst& burst) {
  std::size_t count = 0;
  for (const auto& frame : burst.frames)
    port_frames_[count++] = {
        .port = port, .bytes = frame.bytes, .tag_control = frame.tag_control, .metadata = frame.metadata};
  endpoint_.transmit(view.snapshot(), now_, std::span(port_frames_).first(count), output());
  finish(view);
}

void Worker::count_unread(const Burst& burst, int descriptor, const overlay::Port* port) noexcept {
  // Only under pressure can frames have been lost before us. (A TAP says nothing here; its device counts its own.)
  const std::size_t overruns = burst.is_exhausted ? 0 : take_overruns(descriptor);
  for (std::size_t i = 0; i < overruns; ++i) endpoint_.count_refused(DropReason::kReceiveOverrun, port);
  for (std::size_t i = 0; i < burst.malformed; ++i) endpoint_.count_refused(DropReason::kMalformedVnetHeader, port);
  for (std::size_t i = 0; i < burst.too_large; ++i) endpoint_.count_refused(DropReason::kPayloadTooLarge, port);
}

void Worker::finish(const WorkerView& /*view*/) noexcept {
  ports_.finish();
  const auto losses = underlay_.finish();
  for (std::size_t i = 0; i < losses.full + losses.refused; ++i) endpoint_.count_refused(DropReason::kUnderlayFull);
  for (std::size_t i = 0; i < losses.down; ++i) endpoint_.count_refused(DropReason::kUnderlayDown);
  for (std::size_t i = 0; i < losses.too_big; ++i) endpoint_.count_refused(DropReason::kTooBig);
}

void Worker::lose(overlay::PortIndex port, int descriptor) noexcept {
  stop_listening(descriptor);
  note(PortLostNote{.port = port});
}

void Worker::note(const WorkerNote& note) noexcept {
  if (!notes_.put(note)) return;
  constexpr std::uint64_t kOne = 1;
  [[maybe_unused]] const auto written = ::write(doorbell_, &kOne, sizeof kOne);
}

bool Worker::hold(const wire::ProviderAddress& destination, const overlay::PortFrame& frame) {
  return held_.hold(destination, frame, now_);
}

void Worker::path_mtu(const wire::ProviderAddress& destination, std::size_t mtu) {
  note(PathMtuNote{.destination = destination, .mtu = mtu});
}

void Worker::miss(wire::Vsid vsid, const wire::MacAddress& destination) {
  if (const auto suppressed = misses_.miss(vsid, destination, now_))
    note(MissNote{.vsid = vsid, .destination = destination, .suppressed = *suppressed});
}

}  // namespace nvgre::datapath::userspace
