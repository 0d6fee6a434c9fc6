/// locate() where the bytes, or a length field, end: what is cut, what is padding, and whose length counts.
#include <gtest/gtest.h>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/locate.h"
#include "sample_frames.h"

namespace nvgre::wire {
namespace {

using sample::add_inner;
using sample::kVsid;
using sample::outer;
using sample::plain;
using sample::tunnel;

constexpr IpVersion kBoth[] = {IpVersion::kV4, IpVersion::kV6};

TEST(Locate, WIRE_13_never_maps_a_header_that_is_cut) {
  const auto whole = tunnel().tcp(40000, 5201).counting_payload(100).build();
  for (std::size_t size = 0; size <= 96; ++size) {
    const HeaderMap map = locate(Bytes(whole).first(size));
    const bool looks_plain = size >= 14 && size < 34;  // what the outer IP header carries is not known yet
    EXPECT_EQ(map.inner_link.size != 0, size >= 56 || looks_plain) << size;
    EXPECT_EQ(map.inner_ip.size != 0 && map.gre, size >= 76) << size;
    EXPECT_EQ(map.transport.size != 0, size >= 96) << size;
    // Whatever ends behind the outer IP header ends before the outer IP length.
    const auto problem = size < 14   ? DropReason::kTruncatedEthernet
                         : size < 34 ? DropReason::kTruncatedIp
                                     : DropReason::kTruncatedInner;
    EXPECT_EQ(map.problem, problem) << size;
    EXPECT_EQ(map.problem_is_inner, looks_plain) << size;
  }
}

TEST(Locate, WIRE_13_names_the_header_in_which_an_outer_packet_of_right_length_ends) {
  const auto whole = tunnel().tcp(40000, 5201).counting_payload(100).build();
  for (std::size_t size = 34; size <= 96; ++size) {
    ByteVector frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    store_big_endian(MutableBytes(frame), static_cast<std::uint16_t>(size - 14), 16);
    const HeaderMap map = locate(frame);
    EXPECT_EQ(map.encapsulation, size >= 38 ? Encapsulation::kNvgre : Encapsulation::kGre) << size;
    EXPECT_EQ(static_cast<bool>(map.gre), size >= 42) << size;
    // Behind the inner IP header it ends before the inner IP length.
    const auto problem = size < 42   ? DropReason::kTruncatedGre
                         : size < 76 ? DropReason::kTruncatedInner
                                     : DropReason::kTruncatedIp;
    EXPECT_EQ(map.problem, problem) << size;
    EXPECT_EQ(map.problem_is_inner, size >= 56) << size;
  }
}

TEST(Locate, WIRE_14_bounds_the_inner_frame_by_the_outer_length) {
  const auto map = locate(tunnel().udp(1, 2).counting_payload(4).padded_to(120).build());
  EXPECT_EQ(map.outer_ip.payload_end, 42U + 14 + 20 + 8 + 4);
  EXPECT_EQ(map.inner_ip.payload_end, map.outer_ip.payload_end);
  EXPECT_EQ(map.transport.payload_end, map.outer_ip.payload_end);
  EXPECT_EQ(map.problem, std::nullopt);
}

TEST(Locate, WIRE_14_finds_no_header_behind_the_end_of_the_outer_packet) {
  for (const auto version : kBoth) {
    const auto whole = tunnel(version, IpVersion::kV4).tcp(1, 2).counting_payload(20).build();
    const std::size_t size = locate(whole).outer_ip.size;
    const std::size_t gre = 14 + size, inner_link = gre + 8, inner_ip = inner_link + 14, transport = inner_ip + 20;
    for (std::size_t end = gre; end < whole.size(); ++end) {
      auto frame = whole;
      const std::size_t length = version == IpVersion::kV4 ? end - 14 : end - gre;
      if (length == 0) continue;  // IPv6: as long as the frame (D-4)
      store_big_endian(MutableBytes(frame), static_cast<std::uint16_t>(length), version == IpVersion::kV4 ? 16 : 18);
      const HeaderMap map = locate(frame);
      EXPECT_EQ(static_cast<bool>(map.gre), end >= inner_link) << end;
      EXPECT_EQ(static_cast<bool>(map.inner_link), end >= inner_ip) << end;
      EXPECT_EQ(static_cast<bool>(map.inner_ip), end >= transport) << end;
      EXPECT_EQ(static_cast<bool>(map.transport), end >= transport + 20) << end;
      const auto problem = end < inner_link  ? DropReason::kTruncatedGre
                           : end < transport ? DropReason::kTruncatedInner
                                             : DropReason::kTruncatedIp;
      EXPECT_EQ(map.problem, problem) << end;
    }
  }
}

TEST(Locate, shows_headers_behind_the_end_of_the_outer_packet_if_asked_to) {
  const LocateOptions options{.past_packet_end = true};
  auto builder = outer().ip_length(20 + 8 + 14 + 10).nvgre(kVsid);
  const auto map = locate(add_inner(builder).tcp(1, 2).build(), options);
  EXPECT_EQ(map.problem, DropReason::kTruncatedInner);
  EXPECT_EQ(map.inner_ip.offset, 56U) << "captured bytes decide";
  EXPECT_TRUE(map.inner_ip.is_truncated);
  EXPECT_GE(map.inner_ip.payload_end, map.inner_ip.end());
  EXPECT_FALSE(map.transport) << "LOC-11";

  auto shorter = outer().ip_length(20 + 4).nvgre(kVsid);
  const auto seen = locate(add_inner(shorter).tcp(1, 2).build(), options);
  EXPECT_EQ(seen.problem, DropReason::kTruncatedGre);
  EXPECT_EQ(seen.gre.offset, 34U);
  EXPECT_EQ(seen.inner_link.offset, 42U);
}

TEST(Locate, D_4_takes_the_end_of_the_frame_where_the_length_is_0) {
  for (const auto version : kBoth) {
    const auto frame = plain(version).ip_length(0).tcp(1, 2).counting_payload(3000).build();
    const auto map = locate(frame);
    EXPECT_EQ(map.problem, std::nullopt);
    EXPECT_FALSE(map.inner_ip.has_length);
    EXPECT_EQ(map.inner_ip.payload_end, frame.size());
    EXPECT_EQ(map.transport.payload_end, frame.size());
  }
}

TEST(Locate, D_4_ignores_every_length_if_asked_to) {
  for (const auto version : kBoth) {
    auto builder = outer(version).ip_length(77).nvgre(kVsid);
    add_inner(builder, version).ip_length(9).udp(1, 2).udp_length(3).counting_payload(3000);
    const auto frame = builder.build();
    const auto map = locate(frame, {.ignore_lengths = true});
    EXPECT_EQ(map.problem, std::nullopt);
    EXPECT_EQ(map.outer_ip.payload_end, frame.size());
    EXPECT_EQ(map.inner_ip.payload_end, frame.size());
    EXPECT_EQ(map.transport.payload_end, frame.size());
    EXPECT_TRUE(map.transport.is_udp());
  }
}

TEST(Locate, maps_UDP_super_frames_without_any_length) {
  const auto frame = plain().udp(1, 2).counting_payload(70'000).build();
  const auto map = locate(frame);
  EXPECT_EQ(map.problem, std::nullopt);
  EXPECT_EQ(map.transport.payload_end, frame.size());
}

TEST(Locate, calls_a_length_shorter_than_the_header_malformed) {
  const auto v4 = plain().ip_length(19).tcp(1, 2).build();
  EXPECT_EQ(locate(v4).problem, DropReason::kMalformedIp);
  EXPECT_EQ(locate(v4).inner_ip.payload_end, v4.size());
  auto v6 = plain(IpVersion::kV6).padding_extension(IpProtocol::kHopByHop, 16).ip_length(15).tcp(1, 2).build();
  EXPECT_EQ(locate(v6).problem, DropReason::kMalformedIp);
}

TEST(Locate, takes_a_payload_of_0_bytes_for_what_it_is) {
  const auto map = locate(plain().ip_length(20).protocol(IpProtocol::kIcmp).padded_to(60).build());
  EXPECT_EQ(map.inner_ip.payload_end, map.inner_ip.end());
  EXPECT_TRUE(map.inner_ip.has_length);
  EXPECT_EQ(map.problem, std::nullopt);
}

}  // namespace
}  // namespace nvgre::wire
