// The kernel itself runs the program on each frame (BPF_PROG_TEST_RUN); what it answers is compared with what the
// library's filters, hash and indirection table say of the same frame.
#include "nvgre/datapath/userspace/steering_program.h"

#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nvgre/datapath/userspace/privileges.h"
#include "nvgre/datapath/userspace/steering_maps.h"
#include "nvgre/offload/receive_filter.h"
#include "nvgre/wire/locate.h"
#include "tests/support/sample_frame.h"

namespace nvgre::datapath::userspace {
namespace {

using offload::ActiveOffloads;
using offload::EncapsulatedMask;
using offload::FieldTest;
using offload::ReceiveFilter;
using offload::RssHashType;
using offload::RssHashTypes;
using test::ByteString;
using test::SampleFrame;
using wire::IpVersion;

constexpr std::size_t kLinkSize = 14;
constexpr unsigned kWithoutHash = 250, kQueueWithoutHash = 251;
constexpr offload::QueueId kVmQueue{1}, kAnyVsidQueue{2};

/// What a worker's number tells here: the default queue has worker n at entry n; the first VM's queue 128 and more; the
/// second one's, 192 and more.
SteeringQueue queue(offload::QueueId id, unsigned first, unsigned count, unsigned default_worker) {
  SteeringQueue queue{.id = id, .table = {}, .default_worker = default_worker};
  for (unsigned i = 0; i < count; ++i) queue.table.push_back(first + i);
  return queue;
}

ReceiveFilter filter_for(const wire::MacAddress& mac, std::optional<wire::Vsid> vsid) {
  return {.tests = {FieldTest::destination_mac(mac)}, .encapsulated = true, .vsid = vsid};
}

constexpr RssHashTypes plain_types() {
  RssHashTypes types = RssHashTypes::all();
  types.disable(RssHashType::kIpv6Ex).disable(RssHashType::kTcpIpv6Ex).disable(RssHashType::kUdpIpv6Ex);
  return types;
}

/// The kernel's answer.
std::optional<unsigned> run(const FileDescriptor& program, const ByteString& frame) {
  bpf_attr attributes{};
  attributes.test.prog_fd = static_cast<std::uint32_t>(program.number());
  attributes.test.data_in = reinterpret_cast<std::uintptr_t>(frame.data());
  attributes.test.data_size_in = static_cast<std::uint32_t>(frame.size());
  if (::syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attributes, sizeof attributes) != 0) return std::nullopt;
  return attributes.test.retval;
}

class SteeringProgramTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto missing = missing_program_capabilities(); !missing.empty())
      GTEST_SKIP() << "loading the program needs " << missing;
    auto maps = SteeringMaps::make();
    ASSERT_TRUE(maps) << maps.error().message;
    maps_ = std::move(*maps);
    steering_.hash_types = plain_types();
    steering_.queues = {queue(offload::kDefaultQueue, 0, 128, kWithoutHash),
                        queue(kVmQueue, 128, 64, kQueueWithoutHash), queue(kAnyVsidQueue, 192, 32, kQueueWithoutHash)};
    steering_.queues[1].filters = {filter_for(kTenant, wire::Vsid::from(0x123456))};
    program_ = load(SteeringPlace::kUnderlaySocket, 0);
    apply();
  }

  FileDescriptor load(SteeringPlace place, std::uint32_t queue) {
    auto program =
        load_program(BPF_PROG_TYPE_SOCKET_FILTER, "steering_test", assemble_steering(place, queue, maps_->numbers()));
    EXPECT_TRUE(program) << program.error().message;
    return program ? std::move(*program) : FileDescriptor();
  }

  void apply() {
    ASSERT_TRUE(maps_->apply(steering_));
    ASSERT_TRUE(maps_->apply(offloads_));
  }

  /// The library's answer; nothing for plain TCP and UDP, which no socket of ours receives.
  std::optional<unsigned> expected(const ByteString& frame) const {
    const auto map = wire::locate(frame, {.max_header_size = offloads_.max_header_size});
    if (!map.outer_ip && map.transport) return std::nullopt;
    std::vector<offload::ReceiveFilterTable::Entry> entries;
    for (const auto& queue : steering_.queues)
      for (const auto& filter : queue.filters)
        entries.push_back({offload::FilterId{static_cast<unsigned>(entries.size() + 1)}, queue.id, filter});
    const auto match = offload::ReceiveFilterTable(std::move(entries)).find(frame, map, offloads_);
    const auto& queue = steering_.queues[static_cast<std::size_t>(match.queue)];
    offload::RssParameters parameters;
    parameters.key = steering_.key;
    parameters.hash_types = steering_.hash_types;
    const auto scaling = offload::ReceiveScaling::make(parameters, 1);
    const auto hash = scaling->hash_of(frame, map, offloads_);
    return hash ? queue.table[hash.value % queue.table.size()] : queue.default_worker;
  }

  void expect_agreement(const ByteString& frame, const std::string& what) {
    const auto wanted = expected(frame);
    if (!wanted) return;
    ++compared_;
    ASSERT_EQ(run(program_, frame), wanted) << what;
  }

  /// The addresses that SampleFrame gives inner frames.
  static constexpr wire::MacAddress kTenant{std::array<std::uint8_t, 6>{0x02, 0, 0, 0, 0x10, 0x02}};

  std::optional<SteeringMaps> maps_;
  Steering steering_;
  ActiveOffloads offloads_ = ActiveOffloads::all();
  FileDescriptor program_;
  unsigned compared_ = 0;
};

/// NVGRE of every shape that the rules know.
SampleFrame random_shape(std::mt19937& random) {
  const auto pick = [&](auto... values) {
    const std::array options{values...};
    return options[random() % options.size()];
  };
  SampleFrame frame;
  frame.outer = pick(IpVersion::kV4, IpVersion::kV6);
  frame.inner = pick(IpVersion::kV4, IpVersion::kV6);
  frame.protocol = static_cast<std::uint8_t>(pick(6, 6, 17, 17, 1, 47));
  frame.payload_size = static_cast<std::size_t>(pick(0, 1, 100));
  frame.lengths = pick(test::Lengths::kCorrect, test::Lengths::kCorrect, test::Lengths::kZero, test::Lengths::kGarbage);
  frame.outer_options = static_cast<std::size_t>(pick(0, 0, 8, 40));
  frame.inner_options = static_cast<std::size_t>(pick(0, 0, 8, 40));
  if (frame.inner == IpVersion::kV6 && random() % 8 == 0) frame.inner_options = random() % 40 * 8;
  if (frame.outer == IpVersion::kV6 && random() % 8 == 0) frame.outer_options = random() % 40 * 8;
  frame.tcp_options = static_cast<std::size_t>(pick(0, 12, 40));
  frame.gre_flags = static_cast<std::uint16_t>(pick(0x2000, 0x2000, 0x2000, 0xA000, 0x3000, 0xB000, 0x0000, 0x2001));
  if (random() % 8 == 0) frame.inner_tags.assign(1 + random() % 9, 0x0064);
  if (random() % 8 == 0) frame.inner_fragment = static_cast<std::uint16_t>(pick(0x2000, 0x0001, 0x3FFF));
  frame.inner_fragment_header = random() % 8 == 0;
  frame.inner_ether_type = static_cast<std::uint16_t>(pick(0, 0, 0, 0, 0x0806));
  frame.trailing = static_cast<std::size_t>(pick(0, 0, 18));
  return frame;
}

/// A test run refuses frames that end inside their first IP header.
constexpr std::size_t kShortest = kLinkSize + 40;

void mutate(ByteString& frame, std::mt19937& random) {
  for (auto changes = random() % 4; changes > 0; --changes)
    frame[kLinkSize + random() % (frame.size() - kLinkSize)] = static_cast<std::uint8_t>(random());
  if (random() % 4 == 0 && frame.size() > kShortest) frame.resize(kShortest + random() % (frame.size() - kShortest));
}

TEST_F(SteeringProgramTest, loads_in_every_place) {
  for (const auto place : {SteeringPlace::kTapQueue, SteeringPlace::kPortSocket, SteeringPlace::kUnderlaySocket})
    EXPECT_TRUE(load(place, 0));
}

TEST_F(SteeringProgramTest, RSS_8_to_RSS_14_and_VMQ_21_agree_with_the_library_on_random_frames) {
  std::mt19937 random(7637);
  for (int round = 0; round < 40; ++round) {
    for (auto& byte : steering_.key) byte = static_cast<std::uint8_t>(random());
    apply();
    for (int i = 0; i < 1'000; ++i) {
      auto frame = test::write(random_shape(random));
      for (std::size_t at = frame.size() / 2; at < frame.size(); ++at) frame[at] ^= static_cast<std::uint8_t>(round);
      if (i % 2 == 0) mutate(frame, random);
      expect_agreement(frame, "round " + std::to_string(round) + " frame " + std::to_string(i) + " of " +
                                  std::to_string(frame.size()) + " bytes");
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(compared_, 30'000U);
}

TEST_F(SteeringProgramTest, RSS_4_to_RSS_12_agree_for_every_set_of_hash_types_and_every_mask) {
  constexpr std::array kTypes = {RssHashType::kIpv4, RssHashType::kTcpIpv4, RssHashType::kUdpIpv4,
                                 RssHashType::kIpv6, RssHashType::kTcpIpv6, RssHashType::kUdpIpv6};
  for (unsigned set = 0; set < 64; ++set) {
    steering_.hash_types = {};
    for (std::size_t i = 0; i < kTypes.size(); ++i)
      if ((set >> i & 1) != 0) steering_.hash_types.enable(kTypes[i]);
    offloads_.encapsulated.rss = EncapsulatedMask(static_cast<std::uint8_t>(set % 16));
    offloads_.encapsulated.vmq = EncapsulatedMask(static_cast<std::uint8_t>(set * 7 % 16));
    apply();
    for (const auto& versions : test::kAllVersions)
      for (const std::uint8_t protocol : {6, 17, 1})
        for (const std::uint16_t ether_type : {0x0000, 0x0806})
          expect_agreement(test::write({.outer = versions.outer,
                                        .inner = versions.inner,
                                        .protocol = protocol,
                                        .inner_ether_type = ether_type}),
                           "set " + std::to_string(set));
  }
}

TEST_F(SteeringProgramTest, LOC_12_agrees_about_headers_up_to_the_limit_and_behind_it) {
  for (const std::size_t limit : {std::size_t{128}, wire::kDefaultMaxHeaderSize, std::size_t{512}}) {
    offloads_.max_header_size = limit;
    apply();
    for (std::size_t outer = 0; outer <= 512; outer += 8)
      for (const std::size_t inner : {0, 8, 64})
        expect_agreement(
            test::write(
                {.outer = IpVersion::kV6, .inner = IpVersion::kV6, .outer_options = outer, .inner_options = inner}),
            "limit " + std::to_string(limit) + " outer " + std::to_string(outer));
  }
}

TEST_F(SteeringProgramTest, VMQ_22_a_filter_with_a_VSID_is_tried_before_one_without) {
  const auto frame = test::write({.outer = IpVersion::kV4});
  ASSERT_GE(*run(program_, frame), 128U);
  ASSERT_LT(*run(program_, frame), 192U);
  steering_.queues[2].filters = {filter_for(kTenant, std::nullopt)};
  apply();
  expect_agreement(frame, "both");
  EXPECT_LT(*run(program_, frame), 192U);
  steering_.queues[1].filters.clear();
  apply();
  expect_agreement(frame, "without a VSID");
  EXPECT_GE(*run(program_, frame), 192U);
  steering_.queues[2].filters.clear();
  apply();
  expect_agreement(frame, "none");
  EXPECT_LT(*run(program_, frame), 128U);
}

TEST_F(SteeringProgramTest, RSS_18_frames_without_a_hash_go_to_the_queues_default_worker) {
  const auto frame = test::write({.outer = IpVersion::kV4});
  steering_.hash_types = {};
  apply();
  EXPECT_EQ(run(program_, frame), kQueueWithoutHash);
  auto arp = frame;
  arp[12] = 0x08, arp[13] = 0x06;
  EXPECT_EQ(run(program_, arp), kWithoutHash);
}

TEST_F(SteeringProgramTest, D_46_what_a_tenant_sends_goes_to_the_worker_of_the_answer) {
  // The sockets of a port see frames from their IP header on, as a test run shows them.
  const auto port = load(SteeringPlace::kPortSocket, static_cast<std::uint32_t>(kVmQueue));
  for (const auto version : {IpVersion::kV4, IpVersion::kV6}) {
    for (const std::uint8_t protocol : {6, 17}) {
      const auto received = test::write({.outer = IpVersion::kV4, .inner = version, .protocol = protocol});
      auto sent = test::write({.inner = version, .protocol = protocol});
      const std::size_t size = version == IpVersion::kV4 ? 4 : 16;
      const std::size_t source = kLinkSize + (version == IpVersion::kV4 ? 12 : 8);
      const std::size_t ports = source + 2 * size;
      std::swap_ranges(sent.begin() + static_cast<std::ptrdiff_t>(source),
                       sent.begin() + static_cast<std::ptrdiff_t>(source + size),
                       sent.begin() + static_cast<std::ptrdiff_t>(source + size));
      std::swap_ranges(sent.begin() + static_cast<std::ptrdiff_t>(ports),
                       sent.begin() + static_cast<std::ptrdiff_t>(ports + 2),
                       sent.begin() + static_cast<std::ptrdiff_t>(ports + 2));
      EXPECT_EQ(run(port, sent), run(program_, received)) << int{protocol};
      EXPECT_EQ(run(program_, received), expected(received));
    }
  }
}

TEST_F(SteeringProgramTest, VMQ_31_nothing_that_a_tenant_sends_leaves_its_queues_workers) {
  const auto port = load(SteeringPlace::kPortSocket, static_cast<std::uint32_t>(kVmQueue));
  std::mt19937 random(31);
  for (int i = 0; i < 10'000; ++i) {
    auto shape = random_shape(random);
    shape.outer.reset();
    shape.trailing = kShortest;
    auto frame = test::write(shape);
    mutate(frame, random);
    const auto worker = run(port, frame);
    ASSERT_TRUE(worker);
    ASSERT_TRUE((*worker >= 128 && *worker < 192) || *worker == kQueueWithoutHash) << *worker << " frame " << i;
  }
}

TEST_F(SteeringProgramTest, RSS_25_a_changed_entry_moves_only_the_frames_that_have_it) {
  auto frame = test::write({.outer = IpVersion::kV4});
  std::vector<std::pair<ByteString, unsigned>> before;
  for (unsigned port = 0; port < 256; ++port) {
    frame[kLinkSize + 20 + 8 + 14 + 20] = static_cast<std::uint8_t>(port);
    before.emplace_back(frame, *run(program_, frame));
  }
  const unsigned moved = before.front().second;
  steering_.queues[1].table[moved - 128] = 7;
  ASSERT_TRUE(maps_->apply(steering_));
  for (const auto& [sent, worker] : before) EXPECT_EQ(run(program_, sent), worker == moved ? 7 : worker);
}

}  // namespace
}  // namespace nvgre::datapath::userspace
