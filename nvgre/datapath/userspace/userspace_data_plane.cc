#include "nvgre/datapath/userspace/userspace_data_plane.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include <poll.h>
#include <sched.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <urcu-qsbr.h>

#include "nvgre/datapath/link_mtu.h"
#include "nvgre/datapath/userspace/privileges.h"

namespace nvgre::datapath::userspace {
namespace {

NextHopStatus status_of(const wire::ProviderAddress& peer, const std::optional<wire::ProviderAddress>& source,
                        const overlay::NextHop& hop) {
  return {.provider = peer,
          .source = source,
          .is_resolved = hop.has_route && !hop.macs.empty(),
          .macs = hop.macs,
          .path_mtu = hop.path_mtu};
}

void ring(const FileDescriptor& bell) {
  constexpr std::uint64_t kOne = 1;
  [[maybe_unused]] const auto written = ::write(bell.number(), &kOne, sizeof kOne);
}

}  // namespace

struct UserspaceDataPlane::Parts {
  std::vector<unsigned> worker_cpus;
  HostGuard guard;
  UnderlayWatch watch;
};

Result<std::unique_ptr<UserspaceDataPlane>> UserspaceDataPlane::create(std::vector<unsigned> worker_cpus) {
  if (auto allowed = check_privileges(); !allowed) return std::unexpected(std::move(allowed.error()));
  auto guard = HostGuard::make();
  if (!guard) return std::unexpected(std::move(guard.error()));
  auto watch = UnderlayWatch::open();
  if (!watch) return std::unexpected(std::move(watch.error()));
  return std::unique_ptr<UserspaceDataPlane>(new UserspaceDataPlane(
      Parts{.worker_cpus = std::move(worker_cpus), .guard = std::move(*guard), .watch = std::move(*watch)}));
}

UserspaceDataPlane::UserspaceDataPlane(Parts parts)
    : worker_cpus_(std::move(parts.worker_cpus)),
      worker_count_(static_cast<unsigned>(worker_cpus_.size())),
      steering_(worker_count_),
      underlay_program_(steering_.underlay_program()),
      doorbell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      guard_(std::move(parts.guard)),
      watch_(std::move(parts.watch)),
      attachment_(guard_, worker_count_, underlay_program_.number()),
      ports_(guard_, watch_, steering_,
             {.worker_count = worker_count_, .takes_udp_super_frames = kernel_takes_udp_super_frames()}) {
  for (unsigned i = 0; i < worker_count_; ++i)
    workers_.push_back(std::make_unique<Worker>(i, view_, doorbell_.number()));
}

UserspaceDataPlane::~UserspaceDataPlane() {
  is_stopping_ = true;
  ring(doorbell_);
  if (monitor_.joinable()) monitor_.join();
  workers_.clear();  // their threads end; nobody reads the view any more
  delete view_.load();
}

void UserspaceDataPlane::start() {
  if (monitor_.joinable()) return;
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->start(worker_cpus_[i]);
  monitor_ = std::thread([this] { monitor(); });
}

Result<void> UserspaceDataPlane::apply(const overlay::PolicyDescription& description) {
  const std::scoped_lock lock(mutex_);
  // 1. Everything that may be refused, without a change to what runs.
  const auto link = watch_.check(description.provider);
  if (!link) return std::unexpected(link.error());
  auto policy = std::make_shared<const overlay::Policy>(description, worker_count_, policy_.get());
  if (auto reached = watch_.check_routes(*policy, *link); !reached) return std::unexpected(std::move(reached.error()));
  auto underlay = attachment_.prepare(description.provider, *link);
  if (!underlay) return std::unexpected(std::move(underlay.error()));
  auto ports = ports_.prepare(*policy, link_mtu(link->mtu, offloads_), offloads_);
  if (!ports) return std::unexpected(std::move(ports.error()));
  // 2. The change.
  if (auto committed = attachment_.commit(std::move(*underlay), *policy, *link); !committed) {
    ports_.abandon(*ports, *policy);
    return committed;
  }
  ports_.commit(std::move(*ports), policy_ ? *policy_ : *policy, *policy, link_mtu(link->mtu, offloads_));
  policy_ = std::move(policy);
  watch_.follow(*policy_);
  underlay_ = std::make_shared<const overlay::Underlay>(watch_.underlay());
  publish();
  start();
  return {};
}

void UserspaceDataPlane::apply(const offload::ActiveOffloads& offloads) {
  const std::scoped_lock lock(mutex_);
  offloads_ = offloads;
  steering_.apply(offloads);
  ports_.offer(offloads);
  if (!policy_) return;
  if (watch_.link()) ports_.fit(*policy_, link_mtu(underlay_->mtu, offloads_));
  publish();
}

void UserspaceDataPlane::steer(const Steering& steering) {
  const std::scoped_lock lock(mutex_);
  if (steering == steering_.steering()) return;
  steering_.apply(steering);
  if (!policy_) return;
  ports_.follow_steering(*policy_);
  publish();
}

void UserspaceDataPlane::publish() {
  auto next = std::make_unique<WorkerView>();
  next->policy = policy_;
  next->underlay = underlay_;
  next->offloads = offloads_;
  next->underlay_sockets = attachment_.sockets();
  next->devices = ports_.devices();
  const bool queues_count = steering_.kind() != SteeringKind::kKernel && offloads_.encapsulated.vmq.bits() != 0;
  next->abilities = ports_.abilities(queues_count);
  const WorkerView& view = *next;
  const std::unique_ptr<const WorkerView> before(view_.exchange(next.release(), std::memory_order_acq_rel));
  // Workers that sleep are done with the old view already; the others after at most one burst of each queue.
  urcu_qsbr_synchronize_rcu();
  if (before) stop_listening(*before, view);
  listen(before.get(), view);
  for (auto& worker : workers_) worker->wake();  // to wait for other sockets, and to send what waits for a next hop
}

void UserspaceDataPlane::listen(const WorkerView* before, const WorkerView& view) {
  for (unsigned i = 0; i < worker_count_; ++i) {
    for (overlay::PortIndex port = 0; port < view.devices.size(); ++port) {
      const auto* device = view.device(port);
      if (device == nullptr || (before != nullptr && before->device(port) == device)) continue;
      if (const int descriptor = device->read_descriptor(i); descriptor >= 0)
        workers_[i]->listen_to_port(port, descriptor);
    }
  }
}

void UserspaceDataPlane::stop_listening(const WorkerView& before, const WorkerView& view) {
  for (unsigned i = 0; i < worker_count_; ++i) {
    for (overlay::PortIndex port = 0; port < before.devices.size(); ++port) {
      const auto* device = before.device(port);
      if (device == nullptr || view.device(port) == device) continue;
      if (const int descriptor = device->read_descriptor(i); descriptor >= 0) workers_[i]->stop_listening(descriptor);
    }
  }
}

void UserspaceDataPlane::monitor() {
  std::array<pollfd, 2> waiting{pollfd{.fd = watch_.number(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = doorbell_.number(), .events = POLLIN, .revents = 0}};
  while (!is_stopping_) {
    ::poll(waiting.data(), waiting.size(), monitor_timeout());
    std::uint64_t rings = 0;
    [[maybe_unused]] const auto taken = ::read(doorbell_.number(), &rings, sizeof rings);
    if (!is_stopping_) follow_changes();
  }
}

int UserspaceDataPlane::monitor_timeout() const {
  const std::scoped_lock lock(mutex_);
  auto next = watch_.wakes_at();
  if (const auto retry = retry_.next()) next = std::min(next.value_or(*retry), *retry);
  if (!next) return -1;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 3'600'000));
}

void UserspaceDataPlane::follow_changes() {
  const std::scoped_lock lock(mutex_);
  take_notes();
  const auto changes = watch_.take_changes();
  watch_.tick(Clock::now());
  bool is_changed = attachment_.follow(watch_.link(), *policy_);
  auto underlay = watch_.underlay();
  // A link event may be about a port's device, and a note about a made one; both are rare.
  is_changed |= ports_.follow(*policy_, link_mtu(underlay.mtu, offloads_), offloads_);
  retry_.tried(Clock::now(), attachment_.wants_retry() || ports_.wants_retry());
  if (underlay.mtu != underlay_->mtu && watch_.link()) ports_.fit(*policy_, link_mtu(underlay.mtu, offloads_));
  if (!is_same(underlay, *underlay_)) {
    underlay_ = std::make_shared<const overlay::Underlay>(std::move(underlay));
    is_changed = true;
  }
  if (is_changed) publish();
}

void UserspaceDataPlane::take_notes() {
  for (auto& worker : workers_) {
    while (const auto note = worker->take_note()) {
      if (const auto* reported = std::get_if<PathMtuNote>(&*note))
        watch_.report_path_mtu(reported->destination, reported->mtu, Clock::now());
      else if (const auto* miss = std::get_if<MissNote>(&*note))
        spdlog::info("miss vsid={} mac={} suppressed={}", miss->vsid.value(), miss->destination.to_string(),
                     miss->suppressed);
    }
  }
}

Report UserspaceDataPlane::report() const {
  const std::scoped_lock lock(mutex_);
  Report report;
  report.plane = "userspace";
  report.steering = steering_.kind();
  report.steering_problem = steering_.problem();
  report.underlay = attachment_.status();
  for (const auto& worker : workers_)
    report.workers.push_back({.cpu = worker->cpu(), .node = worker->node(), .counts = worker->counts()});
  if (!policy_) return report;
  report.next_hops = next_hops();
  for (const auto& subnet : policy_->subnets())
    report.subnets.push_back({.description = subnet->description(), .counts = subnet->counts()});
  report.ports = ports();
  return report;
}

std::vector<PortStatus> UserspaceDataPlane::ports() const {
  std::vector<PortStatus> ports;
  for (overlay::PortIndex index = 0; index < policy_->port_limit(); ++index) {
    const auto* port = policy_->port(index);
    if (port == nullptr) continue;
    auto status = ports_.status(index);
    status.description = port->description();
    status.counts = port->counts();
    status.workers = port->counts_by_worker();
    ports.push_back(std::move(status));
  }
  return ports;
}

std::vector<NextHopStatus> UserspaceDataPlane::next_hops() const {
  std::vector<NextHopStatus> hops;
  for (const auto& peer : policy_->peers())
    if (const auto* hop = underlay_->find(peer); hop != nullptr) hops.push_back(status_of(peer, std::nullopt, *hop));
  for (const auto& [ends, hop] : underlay_->next_hops_by_source)
    hops.push_back(status_of(ends.second, ends.first, hop));
  return hops;
}

}  // namespace nvgre::datapath::userspace
