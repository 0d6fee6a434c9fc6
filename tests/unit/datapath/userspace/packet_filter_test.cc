#include "nvgre/datapath/userspace/packet_filter.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "nvgre/datapath/userspace/file_descriptor.h"

namespace nvgre::datapath::userspace {
namespace {

using Frame = std::vector<std::uint8_t>;

/// Has the kernel itself run a filter: on datagrams between two local sockets, for which no privilege is needed.
class FilteredPair {
 public:
  explicit FilteredPair(PacketFilter filter) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    sender_ = FileDescriptor(ends[0]);
    receiver_ = FileDescriptor(ends[1]);
    const sock_fprog program{.len = static_cast<unsigned short>(filter.size()),
                             .filter = const_cast<sock_filter*>(filter.data())};
    EXPECT_EQ(::setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), 0);
  }
  /// Whether the frame passes, whole.
  [[nodiscard]] bool passes(const Frame& frame) const {
    ::send(sender_.number(), frame.data(), frame.size(), MSG_DONTWAIT);
    std::array<std::uint8_t, 2048> received;
    return ::recv(receiver_.number(), received.data(), received.size(), MSG_DONTWAIT) ==
           static_cast<ssize_t>(frame.size());
  }

 private:
  FileDescriptor sender_, receiver_;
};

Frame joined(std::initializer_list<Frame> parts) {
  Frame frame;
  for (const auto& part : parts) frame.insert(frame.end(), part.begin(), part.end());
  return frame;
}

Frame ethernet(const Frame& types) {
  return joined({{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}, types});
}

/// IPv4 with `options` bytes of options; only what the filter reads is filled in.
Frame ipv4(std::uint8_t protocol, std::size_t options = 0, std::uint16_t fragment = 0) {
  Frame header(20 + options);
  header[0] = static_cast<std::uint8_t>(0x40 | (header.size() / 4));
  header[6] = static_cast<std::uint8_t>(fragment >> 8);
  header[7] = static_cast<std::uint8_t>(fragment);
  header[9] = protocol;
  return header;
}

Frame ipv6(std::uint8_t next_header) {
  Frame header(40);
  header[0] = 0x60;
  header[6] = next_header;
  return header;
}

Frame icmp(std::uint8_t type, std::uint8_t code) {
  return {type, code, 0, 0, 0, 0, 0, 0};
}

const Frame kV4 = ethernet({0x08, 0x00}), kV6 = ethernet({0x86, 0xDD}), kPayload(60);
constexpr std::uint8_t kIcmp = 1, kTcp = 6, kGre = 47, kIcmpv6 = 58;

TEST(UnderlayFilter, passes_gre_of_both_versions) {
  const FilteredPair pair(underlay_filter());
  EXPECT_TRUE(pair.passes(joined({kV4, ipv4(kGre), kPayload})));
  EXPECT_TRUE(pair.passes(joined({kV4, ipv4(kGre, 4), kPayload}))) << "options";
  EXPECT_TRUE(pair.passes(joined({kV6, ipv6(kGre), kPayload})));
}

TEST(UnderlayFilter, OVL_10_passes_fragments_of_gre_to_be_counted) {
  const FilteredPair pair(underlay_filter());
  EXPECT_TRUE(pair.passes(joined({kV4, ipv4(kGre, 0, 0x2000), kPayload})));
  EXPECT_TRUE(pair.passes(joined({kV4, ipv4(kGre, 0, 0x0010), kPayload})));
  EXPECT_TRUE(pair.passes(joined({kV6, ipv6(44), {kGre, 0, 0, 1, 0, 0, 0, 0}, kPayload})));
}

TEST(UnderlayFilter, WIRE_15_passes_gre_behind_extension_headers) {
  const FilteredPair pair(underlay_filter());
  for (const std::uint8_t extension : {0, 43, 60}) {
    EXPECT_TRUE(pair.passes(joined({kV6, ipv6(extension), {kGre, 0, 0, 0, 0, 0, 0, 0}, kPayload})));
    EXPECT_TRUE(pair.passes(joined({kV6, ipv6(extension), {60, 0, 0, 0, 0, 0, 0, 0}, kPayload}))) << "a longer chain";
    EXPECT_FALSE(pair.passes(joined({kV6, ipv6(extension), {kTcp, 0, 0, 0, 0, 0, 0, 0}, kPayload})));
  }
}

TEST(UnderlayFilter, WIRE_16_steps_over_two_tags) {
  const FilteredPair pair(underlay_filter());
  const Frame vlan = {0x81, 0x00, 0, 100}, provider = {0x88, 0xA8, 0, 7}, type = {0x08, 0x00};
  EXPECT_TRUE(pair.passes(joined({ethernet({}), vlan, type, ipv4(kGre), kPayload})));
  EXPECT_TRUE(pair.passes(joined({ethernet({}), provider, vlan, type, ipv4(kGre), kPayload})));
  EXPECT_TRUE(pair.passes(joined({ethernet({}), provider, vlan, {0x86, 0xDD}, ipv6(kGre), kPayload})));
  EXPECT_FALSE(pair.passes(joined({ethernet({}), vlan, type, ipv4(kTcp), kPayload})));
  EXPECT_FALSE(pair.passes(joined({ethernet({}), vlan, vlan, vlan, type, ipv4(kGre), kPayload})));
}

TEST(UnderlayFilter, OVL_13_passes_too_big_errors_about_gre_only) {
  const FilteredPair pair(underlay_filter());
  EXPECT_TRUE(pair.passes(joined({kV4, ipv4(kIcmp), icmp(3, 4), ipv4(kGre), kPayload})));
  EXPECT_TRUE(pair.passes(joined({kV4, ipv4(kIcmp, 8), icmp(3, 4), ipv4(kGre), kPayload}))) << "options";
  EXPECT_FALSE(pair.passes(joined({kV4, ipv4(kIcmp), icmp(3, 4), ipv4(kTcp), kPayload})));
  EXPECT_FALSE(pair.passes(joined({kV4, ipv4(kIcmp), icmp(3, 2), ipv4(kGre), kPayload}))) << "protocol unreachable";
  EXPECT_FALSE(pair.passes(joined({kV4, ipv4(kIcmp, 0, 0x0010), icmp(3, 4), ipv4(kGre), kPayload}))) << "fragment";
  EXPECT_TRUE(pair.passes(joined({kV6, ipv6(kIcmpv6), icmp(2, 0), ipv6(kGre), kPayload})));
  EXPECT_FALSE(pair.passes(joined({kV6, ipv6(kIcmpv6), icmp(1, 0), ipv6(kGre), kPayload})));
  EXPECT_FALSE(pair.passes(joined({kV6, ipv6(kIcmpv6), icmp(2, 0), ipv6(kTcp), kPayload})));
}

TEST(UnderlayFilter, stops_everything_else_and_cut_frames) {
  const FilteredPair pair(underlay_filter());
  EXPECT_FALSE(pair.passes(joined({kV4, ipv4(kTcp), kPayload})));
  EXPECT_FALSE(pair.passes(joined({kV6, ipv6(kTcp), kPayload})));
  EXPECT_FALSE(pair.passes(joined({ethernet({0x08, 0x06}), kPayload}))) << "ARP";
  EXPECT_FALSE(pair.passes(ethernet({})));
  EXPECT_FALSE(pair.passes(joined({kV4, {0x45, 0, 0, 20}})));
}

TEST(DropAllFilter, passes_nothing) {
  const FilteredPair pair(drop_all_filter());
  EXPECT_FALSE(pair.passes(joined({kV4, ipv4(kGre), kPayload})));
}

}  // namespace
}  // namespace nvgre::datapath::userspace
