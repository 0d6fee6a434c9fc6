// Two userspace data planes, each in a network namespace that plays a host, joined by a veth pair; a tenant behind
// each.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "namespaces.h"
#include "nvgre/datapath/userspace/kernel_tables.h"
#include "nvgre/datapath/userspace/privileges.h"
#include "nvgre/datapath/userspace/usable_cpus.h"
#include "nvgre/datapath/userspace/userspace_data_plane.h"

namespace nvgre::datapath::userspace {
namespace {

using testing_support::may_make_namespaces;
using testing_support::Namespace;
using testing_support::run;

constexpr auto kTenantDevice = "tenant0";
const wire::Vsid kBlue = *wire::Vsid::from(5001);

/// One host and its tenant; `number` is 1 or 2 and stands in every address.
struct Side {
  explicit Side(int side) : number(side), host("h" + std::to_string(side)), tenant("t" + std::to_string(side)) {}

  [[nodiscard]] std::string provider(bool is_v6) const {
    return (is_v6 ? "2001:db8:1::" : "198.18.0.") + std::to_string(number);
  }
  [[nodiscard]] std::string customer() const { return "192.0.2." + std::to_string(number); }
  [[nodiscard]] std::string mac() const { return "02:00:00:00:50:0" + std::to_string(number); }

  int number;
  Namespace host, tenant;
  std::unique_ptr<UserspaceDataPlane> plane;
};

overlay::PolicyDescription policy_of(const Side& own, const Side& peer, bool is_outer_v6) {
  const auto ip = [](const std::string& text) { return *wire::IpAddress::parse(text); };
  overlay::PolicyDescription policy;
  policy.provider.interface = "u0";
  policy.provider.addresses = {wire::ProviderAddress(ip(own.provider(is_outer_v6)))};
  policy.subnets.emplace_back().vsid = kBlue;
  auto& port = policy.ports.emplace_back();
  port.device = kTenantDevice;
  port.vsid = kBlue;
  port.mac = *wire::MacAddress::parse(own.mac());
  port.addresses = {wire::CustomerAddress(ip(own.customer()))};
  auto& record = policy.records.emplace_back();
  record.vsid = kBlue;
  record.mac = *wire::MacAddress::parse(peer.mac());
  record.addresses = {wire::CustomerAddress(ip(peer.customer()))};
  record.provider = wire::ProviderAddress(ip(peer.provider(is_outer_v6)));
  return policy;
}

struct Case {
  bool has_existing_devices;
  bool is_outer_v6;
};

class TwoPlanes : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (const auto allowed = check_privileges(); !allowed) GTEST_SKIP() << allowed.error().message;
    if (!may_make_namespaces()) GTEST_SKIP() << "CAP_SYS_ADMIN is missing, which network namespaces need";
    if (const auto allowed = check_tun(); !allowed) GTEST_SKIP() << allowed.error().message;
    join_hosts();
    for (Side* side : {&one_, &two_}) bring_up(*side, side == &one_ ? two_ : one_);
  }

  void join_hosts() {
    ASSERT_TRUE(one_.host.is_made() && two_.host.is_made() && one_.tenant.is_made() && two_.tenant.is_made());
    ASSERT_TRUE(run(one_.host.ip("link add u0 type veth peer name u0 netns " + two_.host.name())));
    for (const Side* side : {&one_, &two_}) {
      ASSERT_TRUE(run(side->host.ip("addr add " + side->provider(false) + "/24 dev u0")));
      ASSERT_TRUE(run(side->host.ip("addr add " + side->provider(true) + "/64 dev u0 nodad")));
      ASSERT_TRUE(run(side->host.ip("link set u0 up")));
    }
  }

  void bring_up(Side& side, const Side& peer) {
    if (GetParam().has_existing_devices) {
      ASSERT_TRUE(run(side.host.ip(std::string("link add ") + kTenantDevice + " type veth peer name eth0 netns " +
                                   side.tenant.name() + " address " + side.mac())));
      ASSERT_TRUE(run(side.host.ip(std::string("link set up ") + kTenantDevice)));
    }
    side.host.enter([&] { start(side, peer); });
    if (!GetParam().has_existing_devices) {
      const auto move = std::string("link set ") + kTenantDevice + " netns " + side.tenant.name() + " name eth0";
      ASSERT_TRUE(run(side.host.ip(move)));
    }
    ASSERT_TRUE(run(side.tenant.ip("link set eth0 mtu 1438 up")));
    ASSERT_TRUE(run(side.tenant.ip("addr add " + side.customer() + "/24 dev eth0")));
  }

  static void start(Side& side, const Side& peer) {
    auto plane = UserspaceDataPlane::create({usable_cpus().front(), usable_cpus().back()});
    ASSERT_TRUE(plane) << plane.error().message;
    side.plane = std::move(*plane);
    side.plane->apply(offload::ActiveOffloads::all());
    const auto applied = side.plane->apply(policy_of(side, peer, GetParam().is_outer_v6));
    ASSERT_TRUE(applied) << applied.error().message;
  }

  [[nodiscard]] bool ping(const std::string& options = "") const {
    return run(one_.tenant.exec("ping -c 3 -i 0.2 -W 4 " + options + " " + two_.customer()));
  }

  Side one_{1}, two_{2};
};

TEST_P(TwoPlanes, carry_a_ping_and_count_it) {
  ASSERT_TRUE(ping());
  const auto report = one_.plane->report();
  EXPECT_EQ(report.plane, "userspace");
  EXPECT_TRUE(report.underlay.is_up);
  ASSERT_EQ(report.ports.size(), 1U);
  EXPECT_TRUE(report.ports[0].is_attached && report.ports[0].is_up);
  EXPECT_EQ(report.ports[0].is_made_by_us, !GetParam().has_existing_devices);
  EXPECT_GE(report.ports[0].counts.frames_to_tenant, 3U);
  ASSERT_EQ(report.next_hops.size(), 1U);
  EXPECT_TRUE(report.next_hops[0].is_resolved);
}

TEST_P(TwoPlanes, OVL_14_KEY_31_make_ports_that_fit_the_links_own_limit) {
  constexpr std::size_t kDeviceMtu = 1500;
  const auto mtu_at = [this](std::size_t link_mtu) {
    auto offloads = offload::ActiveOffloads::all();
    offloads.link_mtu = link_mtu;
    one_.host.enter([&] { one_.plane->apply(offloads); });
    return one_.plane->report().ports[0].mtu;
  };
  const auto fitting = [](std::size_t mtu) {
    if (GetParam().has_existing_devices) return kDeviceMtu;  // whose MTU is not ours
    return mtu - (GetParam().is_outer_v6 ? 62 : 42);
  };
  EXPECT_EQ(one_.plane->report().ports[0].mtu, fitting(kDeviceMtu));
  EXPECT_EQ(mtu_at(1400), fitting(1400));
  EXPECT_EQ(mtu_at(9000), fitting(kDeviceMtu)) << "the device's own is less";
}

/// Times that each worker gave its CPU away by sleeping.
std::map<std::string, long> voluntary_switches() {
  std::map<std::string, long> switches;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    std::string word, name;
    while (status >> word) {
      if (word == "Name:") status >> name;
      if (word == "voluntary_ctxt_switches:" && name.starts_with("nvgre-"))
        status >> switches[task.path().filename().string()];
    }
  }
  return switches;
}

TEST_P(TwoPlanes, let_their_workers_sleep_when_nothing_moves) {
  ASSERT_TRUE(ping());
  std::this_thread::sleep_for(std::chrono::seconds(3));  // multicast reports of fresh devices
  constexpr int kSeconds = 4, kMaxPerSecond = 5;
  const auto before = voluntary_switches();
  ASSERT_EQ(before.size(), 4U) << "two workers of two planes";
  std::this_thread::sleep_for(std::chrono::seconds(kSeconds));
  for (const auto& [task, count] : voluntary_switches())
    EXPECT_LE(count - before.at(task), kSeconds * kMaxPerSecond) << "worker thread " << task;
}

TEST_P(TwoPlanes, attach_an_underlay_again_that_went_and_came_back) {
  ASSERT_TRUE(ping());
  ASSERT_TRUE(run(one_.host.ip("link del u0")));
  EXPECT_FALSE(ping("-c 1 -W 1"));
  EXPECT_FALSE(one_.plane->report().underlay.is_attached);
  join_hosts();
  EXPECT_TRUE(ping("-c 5"));
  EXPECT_EQ(one_.plane->report().underlay.loss_count, 1U);
  EXPECT_EQ(one_.plane->report().underlay.attach_count, 2U);
}

/// While it lives, this process can open no more files; those that it starts can, because these don't inherit ours.
class NoMoreFiles {
 public:
  NoMoreFiles() {
    constexpr int kEnoughForOthers = 64;
    ::getrlimit(RLIMIT_NOFILE, &before_);
    do filling_.emplace_back(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    while (filling_.back().number() < kEnoughForOthers);
    auto limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(filling_.back().number());
    filling_.pop_back();
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoMoreFiles(const NoMoreFiles&) = delete;
  NoMoreFiles& operator=(const NoMoreFiles&) = delete;

 private:
  rlimit before_{};
  std::vector<FileDescriptor> filling_;
};

bool happens(const std::function<bool()>& condition) {
  constexpr int kPatienceSeconds = 60;
  for (int i = 0; i < kPatienceSeconds * 20; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

TEST_P(TwoPlanes, try_once_more_to_attach_an_underlay_though_nothing_changes_any_more) {
  ASSERT_TRUE(run(one_.host.ip("link del u0")));
  ASSERT_TRUE(happens([this] { return !one_.plane->report().underlay.is_attached; }));
  {
    const NoMoreFiles lack;
    join_hosts();
    std::this_thread::sleep_for(std::chrono::seconds(1));  // until the kernel has told of everything
    EXPECT_FALSE(one_.plane->report().underlay.is_attached);
  }
  EXPECT_TRUE(happens([this] { return one_.plane->report().underlay.is_attached; }));
  EXPECT_TRUE(happens([this] { return two_.plane->report().underlay.is_attached; }));
  EXPECT_TRUE(ping("-c 5"));
}

TEST_P(TwoPlanes, give_a_new_port_back_when_the_last_step_of_a_change_is_refused) {
  ASSERT_TRUE(ping());
  ASSERT_TRUE(run(one_.host.ip("link add tenant1 type veth peer name tenant1peer")));
  ASSERT_TRUE(run(one_.host.exec("sysctl -w net.ipv4.igmp_max_memberships=0")));
  const auto is_guarded = [this] {  // a chain's name has the device's, byte by byte
    return run(one_.host.exec("nft list ruleset") + " | grep -q 74656e616e7431");
  };
  auto policy = policy_of(one_, two_, GetParam().is_outer_v6);
  policy.ports.push_back(policy.ports.front());
  policy.ports.back().device = "tenant1";
  policy.ports.back().mac = *wire::MacAddress::parse("02:00:00:00:50:09");
  policy.ports.back().addresses.clear();
  policy.subnets.front().flood = overlay::FloodMode::kGroup;
  policy.subnets.front().flood_group = wire::ProviderAddress(*wire::IpAddress::parse("239.1.1.1"));
  one_.host.enter([&] {
    const auto refused = one_.plane->apply(policy);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().subject, "239.1.1.1");
  });
  EXPECT_FALSE(is_guarded());
  EXPECT_TRUE(ping());

  ASSERT_TRUE(run(one_.host.exec("sysctl -w net.ipv4.igmp_max_memberships=20")));
  one_.host.enter([&] {
    const auto applied = one_.plane->apply(policy);
    ASSERT_TRUE(applied) << applied.error().message;
  });
  EXPECT_TRUE(is_guarded()) << "the search finds a guard where there is one";
}

TEST_P(TwoPlanes, refuse_what_cannot_be_attached_and_carry_on) {
  ASSERT_TRUE(ping());
  auto policy = policy_of(one_, two_, GetParam().is_outer_v6);
  policy.provider.addresses.emplace_back(*wire::IpAddress::parse("198.18.0.77"));
  const auto refused = one_.plane->apply(policy);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(refused.error().subject, "198.18.0.77");
  EXPECT_TRUE(ping());

  one_.host.enter([this] {
    auto second = UserspaceDataPlane::create({usable_cpus().front()});
    ASSERT_TRUE(second);
    const auto busy = (*second)->apply(policy_of(one_, two_, GetParam().is_outer_v6));
    ASSERT_FALSE(busy);
    EXPECT_EQ(busy.error().code, ErrorCode::kBusy);
  });
  EXPECT_TRUE(ping());
}

INSTANTIATE_TEST_SUITE_P(Devices, TwoPlanes,
                         ::testing::Values(Case{.has_existing_devices = false, .is_outer_v6 = false},
                                           Case{.has_existing_devices = true, .is_outer_v6 = false},
                                           Case{.has_existing_devices = false, .is_outer_v6 = true},
                                           Case{.has_existing_devices = true, .is_outer_v6 = true}),
                         [](const auto& parameter) {
                           return std::string(parameter.param.has_existing_devices ? "existing" : "made") +
                                  (parameter.param.is_outer_v6 ? "_over_ipv6" : "_over_ipv4");
                         });

TEST(KernelTables, tell_a_neighbour_that_the_kernel_keeps_from_one_that_it_only_uses) {
  if (!may_make_namespaces()) GTEST_SKIP() << "CAP_SYS_ADMIN is missing, which network namespaces need";
  const Namespace host("kept");
  ASSERT_TRUE(host.is_made());
  ASSERT_TRUE(run(host.ip("link add u0 type veth peer name u1")));
  ASSERT_TRUE(run(host.ip("addr add 198.18.0.1/24 dev u0")));
  ASSERT_TRUE(run(host.ip("link set u0 up")) && run(host.ip("link set u1 up")));
  const auto kept = *wire::IpAddress::parse("198.18.0.2"), used = *wire::IpAddress::parse("198.18.0.3"),
             unknown = *wire::IpAddress::parse("198.18.0.4");
  ASSERT_TRUE(run(host.ip("neigh add " + used.to_string() + " dev u0 use")));
  host.enter([&] {
    auto tables = KernelTables::open();
    ASSERT_TRUE(tables) << tables.error().message;
    const auto link = tables->link("u0");
    ASSERT_TRUE(link);
    EXPECT_TRUE(tables->keep_resolved(link->index, kept)) << "needs Linux 5.16";
    EXPECT_TRUE(tables->is_kept(link->index, kept));
    EXPECT_FALSE(tables->is_kept(link->index, used));
    EXPECT_FALSE(tables->is_kept(link->index, unknown));
    tables->forget(link->index, kept);
    EXPECT_FALSE(tables->is_kept(link->index, kept));
  });
}

}  // namespace
}  // namespace nvgre::datapath::userspace
