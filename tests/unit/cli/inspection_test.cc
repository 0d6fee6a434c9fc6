#include "cli/inspection.h"

#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/frame_builder.h"

namespace nvgre::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using wire::Bytes;
using wire::FlowId;
using wire::FrameBuilder;
using wire::IpAddress;
using wire::MacAddress;

constexpr MacAddress kOuterA({2, 0, 0, 0, 0, 0xA}), kOuterB({2, 0, 0, 0, 0, 0xB});
constexpr MacAddress kMacA({2, 0, 0, 0, 0, 1}), kMacB({2, 0, 0, 0, 0, 2});

IpAddress ip(std::string_view text) {
  return IpAddress::parse(text).value();
}

FrameBuilder tunnel(std::uint32_t vsid = 5001, std::uint8_t flow_id = 0) {
  return FrameBuilder()
      .ethernet(kOuterA, kOuterB)
      .ip(ip("198.18.0.1"), ip("198.18.0.2"))
      .nvgre(*wire::Vsid::from(vsid), FlowId{flow_id})
      .ethernet(kMacA, kMacB);
}
/// The frame of the contract's example: 1398 bytes of TCP payload.
FrameBuilder example() {
  return tunnel().ip(ip("192.0.2.1"), ip("192.0.2.2")).tcp(40'000, 5'201).timestamps(1, 2).counting_payload(1'406);
}

std::string json_text(Bytes frame, std::size_t original_length) {
  static const auto kScaling = offload::ReceiveScaling::make(offload::RssParameters(), 1);
  const capture::CapturedFrame captured{frame, original_length, {}};
  std::string out;
  append_json(out, 1, captured, inspect(captured, *kScaling));
  return out;
}
json json_of(Bytes frame) {
  return json::parse(json_text(frame, frame.size()));
}

std::string text_of(Bytes frame, std::size_t original_length) {
  static const auto kScaling = offload::ReceiveScaling::make(offload::RssParameters(), 1);
  const capture::CapturedFrame captured{frame, original_length, std::chrono::nanoseconds(123'456'789)};
  std::string out;
  append_text(out, 7, captured, inspect(captured, *kScaling));
  return out;
}
std::string text_of(Bytes frame) {
  return text_of(frame, frame.size());
}

TEST(InspectionJson, has_the_shape_of_the_contract_to_the_letter) {
  const auto frame = example().build();
  // The contract's example; its hash is the one of section 17's row for 10.1.1.11, computed here by the same formula
  // over the example's own addresses and ports.
  const auto text = json_text(frame, frame.size());
  const auto hash = json::parse(text)["rss"]["hash"].get<std::string>();
  EXPECT_EQ(text,
            R"({"frame": 1, "length": 1514, "encapsulation": "nvgre", )"
            R"("outer": {"ip": 14, "version": 4, "source": "198.18.0.1", "destination": "198.18.0.2"}, )"
            R"("gre": {"offset": 34, "protocol": 25944, "checksum": false, "key": 1280256, "sequence": null, )"
            R"("vsid": 5001, "flow_id": 0}, )"
            R"("inner": {"frame": 42, "ip": 56, "version": 4, "transport": 76, "protocol": "tcp", "payload": 108, )"
            R"("fragment": false, "source": "192.0.2.1", "destination": "192.0.2.2", "source_port": 40000, )"
            R"("destination_port": 5201, "source_mac": "02:00:00:00:00:01", "destination_mac": "02:00:00:00:00:02", )"
            R"("vlan": null}, )"
            R"("checksum": {"outer_ip": "good", "inner_ip": "good", "transport": "good"}, )"
            R"("receive": {"ip_checksum_succeeded": true, "ip_checksum_failed": false, )"
            R"("tcp_checksum_succeeded": true, "tcp_checksum_failed": false, "udp_checksum_succeeded": false, )"
            R"("udp_checksum_failed": false}, )"
            R"("rss": {"hash": ")" +
                hash + R"(", "type": "tcp_ipv4"}, "problem": null})" + "\n");
  EXPECT_EQ(hash.size(), 10U);
}

// Requirements, section 17: NV-1 and NV-4.
TEST(InspectionJson, RSS_8_and_RSS_9_tell_the_hash_of_the_inner_or_outer_addresses) {
  const auto nvgre = FrameBuilder()
                         .ethernet(kOuterA, kOuterB)
                         .ip(ip("192.0.2.1"), ip("192.0.2.2"))
                         .nvgre(*wire::Vsid::from(5001))
                         .ethernet(kMacA, kMacB)
                         .ip(ip("10.1.1.11"), ip("10.1.1.22"));
  const auto tcp = json_of(FrameBuilder(nvgre).tcp(49'152, 443).build());
  EXPECT_EQ(tcp["rss"], json::parse(R"({"hash": "0x89f6d8eb", "type": "tcp_ipv4"})"));
  const auto icmp = json_of(FrameBuilder(nvgre).icmp(8).build());
  EXPECT_EQ(icmp["rss"], json::parse(R"({"hash": "0x5ceea90c", "type": "ipv4"})"));
}

TEST(InspectionJson, tells_a_plain_frame_as_inner) {
  const auto object = json_of(
      FrameBuilder().ethernet(kMacA, kMacB).vlan(100).ip(ip("2001:db8::1"), ip("2001:db8::2")).udp(53, 5'353).build());
  EXPECT_EQ(object["encapsulation"], "none");
  EXPECT_EQ(object["outer"], nullptr);
  EXPECT_EQ(object["gre"], nullptr);
  EXPECT_EQ(object["inner"]["frame"], 0);
  EXPECT_EQ(object["inner"]["vlan"], 100);
  EXPECT_EQ(object["inner"]["ip"], 18);
  EXPECT_EQ(object["inner"]["version"], 6);
  EXPECT_EQ(object["inner"]["transport"], 58);
  EXPECT_EQ(object["inner"]["payload"], 66) << "set even when it has 0 bytes";
  EXPECT_EQ(object["checksum"], json::parse(R"({"outer_ip": "absent", "inner_ip": "absent", "transport": "good"})"));
  EXPECT_EQ(object["receive"]["udp_checksum_succeeded"], true);
  EXPECT_EQ(object["receive"]["ip_checksum_succeeded"], false) << "IPv6 has none";
  EXPECT_EQ(object["problem"], nullptr);
}

TEST(InspectionJson, gives_a_frame_of_no_bytes_its_line) {
  const auto object = json_of({});
  EXPECT_EQ(object["length"], 0);
  EXPECT_EQ(object["encapsulation"], "none");
  EXPECT_EQ(object["inner"]["frame"], nullptr);
  EXPECT_EQ(object["inner"]["source_mac"], nullptr);
  EXPECT_EQ(object["inner"]["fragment"], nullptr);
  EXPECT_EQ(object["rss"], json::parse(R"({"hash": null, "type": "none"})"));
  EXPECT_EQ(object["problem"], "truncated_ethernet");
}

TEST(InspectionJson, has_every_key_at_every_length) {
  const auto frame = example().build();
  const auto whole = json_of(frame);
  for (std::size_t size = 0; size < 120; ++size) {
    const auto object = json_of(Bytes(frame).first(size));
    ASSERT_EQ(object.size(), whole.size()) << size;
    for (const auto* key : {"outer", "gre", "inner", "checksum", "receive", "rss"}) {
      ASSERT_TRUE(object.contains(key)) << key << size;
      EXPECT_TRUE(object[key].is_null() || object[key].size() == whole[key].size()) << key << " at " << size;
    }
  }
}

TEST(InspectionJson, an_offset_is_null_unless_the_whole_header_was_captured) {
  const auto frame = example().build();
  const auto at = [&](std::size_t size) { return json_of(Bytes(frame).first(size)); };
  EXPECT_EQ(at(33)["outer"], nullptr) << "not even known to be encapsulated";
  EXPECT_EQ(at(41)["gre"], nullptr);
  EXPECT_EQ(at(41)["problem"], "truncated_inner") << "the outer IP length is the first that does not fit";
  EXPECT_EQ(at(42)["gre"]["vsid"], 5001);
  EXPECT_EQ(at(55)["inner"], nullptr);
  EXPECT_EQ(at(56)["inner"]["frame"], 42);
  EXPECT_EQ(at(75)["inner"]["ip"], nullptr);
  EXPECT_EQ(at(76)["inner"]["ip"], 56);
  EXPECT_EQ(at(107)["inner"]["transport"], nullptr) << "options included";
  EXPECT_EQ(at(107)["inner"]["protocol"], "tcp");
  EXPECT_EQ(at(108)["inner"]["transport"], 76);
  EXPECT_EQ(at(108)["inner"]["payload"], 108);
}

TEST(InspectionJson, does_not_check_what_a_snapped_capture_left_out) {
  const auto frame = example().build();
  const auto object = json::parse(json_text(Bytes(frame).first(128), frame.size()));
  EXPECT_EQ(object["length"], 1'514);
  EXPECT_EQ(object["inner"]["payload"], 108);
  EXPECT_EQ(object["checksum"], json::parse(R"({"outer_ip": "good", "inner_ip": "good", "transport": "unchecked"})"));
  EXPECT_EQ(object["problem"], nullptr);
}

TEST(InspectionJson, names_what_is_wrong) {
  const auto customer = [](FrameBuilder builder) {
    return builder.ip(ip("192.0.2.1"), ip("192.0.2.2")).udp(1'000, 2'000).counting_payload(9).build();
  };
  EXPECT_EQ(json_of(customer(tunnel(0xFFF)))["problem"], "reserved_vsid");
  EXPECT_EQ(json_of(customer(tunnel(0xFFF)))["encapsulation"], "nvgre");
  const auto tagged = json_of(customer(tunnel().vlan(7)));
  EXPECT_EQ(tagged["problem"], "inner_vlan");
  EXPECT_EQ(tagged["encapsulation"], "nvgre");
  EXPECT_EQ(tagged["inner"]["vlan"], 7);
  EXPECT_EQ(tagged["inner"]["ip"], nullptr) << "LOC-9";
}

TEST(InspectionJson, LOC_5_fills_the_inner_half_of_GRE_with_checksum_and_sequence) {
  auto frame = FrameBuilder()
                   .ethernet(kOuterA, kOuterB)
                   .ip(ip("198.18.0.1"), ip("198.18.0.2"))
                   .gre({.checksum = 0, .key = 5001U << 8 | 9, .sequence = 17})
                   .ethernet(kMacA, kMacB)
                   .ip(ip("192.0.2.1"), ip("192.0.2.2"))
                   .tcp(40'000, 5'201)
                   .build();
  const auto object = json_of(frame);
  EXPECT_EQ(object["encapsulation"], "gre");
  EXPECT_EQ(object["problem"], "gre_flags");
  EXPECT_EQ(object["gre"]["checksum"], true);
  EXPECT_EQ(object["gre"]["sequence"], 17);
  EXPECT_EQ(object["gre"]["flow_id"], 9);
  EXPECT_EQ(object["inner"]["frame"], 50);
  EXPECT_EQ(object["rss"]["type"], "tcp_ipv4");
}

TEST(InspectionJson, captured_bytes_decide_where_headers_are_not_the_outer_length) {
  for (const std::uint16_t length : {20, 24, 61}) {
    auto frame = example().build();
    wire::store_big_endian(wire::MutableBytes(frame), length, 14 + 2);
    const auto object = json_of(frame);
    EXPECT_EQ(object["encapsulation"], "nvgre") << length;
    EXPECT_EQ(object["gre"]["offset"], 34) << length;
    EXPECT_EQ(object["inner"]["frame"], 42) << length;
    EXPECT_EQ(object["inner"]["ip"], 56) << length;
    EXPECT_EQ(object["problem"], length < 28 ? "truncated_gre" : "truncated_inner") << length;
  }
}

TEST(InspectionJson, LOC_6_leaves_other_GRE_alone) {
  const auto object = json_of(FrameBuilder()
                                  .ethernet(kOuterA, kOuterB)
                                  .ip(ip("198.18.0.1"), ip("198.18.0.2"))
                                  .gre({.protocol = wire::EtherType::kIpv4})
                                  .counting_payload(40)
                                  .build());
  EXPECT_EQ(object["encapsulation"], "gre");
  EXPECT_EQ(object["inner"], nullptr);
  EXPECT_EQ(object["gre"]["protocol"], 0x0800);
  EXPECT_EQ(object["gre"]["key"], nullptr);
  EXPECT_EQ(object["gre"]["vsid"], nullptr);
  EXPECT_EQ(object["rss"]["type"], "ipv4");
}

TEST(InspectionJson, RXC_6_tells_bad_checksums_apart) {
  const auto good = tunnel().ip(ip("192.0.2.1"), ip("192.0.2.2")).tcp(1, 2).counting_payload(20).build();
  auto frame = good;
  frame[24] ^= 0x01;  // outer header checksum
  EXPECT_EQ(json_of(frame)["checksum"], json::parse(R"({"outer_ip": "bad", "inner_ip": "good", "transport": "good"})"));
  EXPECT_EQ(json_of(frame)["receive"]["ip_checksum_failed"], true);
  frame = good;
  frame.back() ^= 0x01;
  EXPECT_EQ(json_of(frame)["checksum"]["transport"], "bad");
  EXPECT_EQ(json_of(frame)["receive"]["tcp_checksum_failed"], true);
  EXPECT_EQ(json_of(frame)["receive"]["tcp_checksum_succeeded"], false);
}

TEST(InspectionJson, RXC_10_and_RXC_11_leave_UDP_zero_and_fragments_unjudged) {
  const auto zero =
      json_of(tunnel().ip(ip("192.0.2.1"), ip("192.0.2.2")).udp(1, 2).transport_checksum(std::uint16_t{0}).build());
  EXPECT_EQ(zero["checksum"]["transport"], "absent");
  EXPECT_EQ(zero["receive"]["udp_checksum_succeeded"], false);
  EXPECT_EQ(zero["receive"]["udp_checksum_failed"], false);
  const auto fragment =
      json_of(tunnel().ip(ip("192.0.2.1"), ip("192.0.2.2")).fragment(true, 0).udp(1, 2).counting_payload(24).build());
  EXPECT_EQ(fragment["checksum"]["transport"], "unchecked");
  EXPECT_EQ(fragment["inner"]["fragment"], true);
  EXPECT_EQ(fragment["inner"]["protocol"], "udp");
  EXPECT_EQ(fragment["inner"]["transport"], nullptr);
}

TEST(InspectionText, is_one_line_with_what_one_looks_for) {
  const auto line = text_of(example().build());
  EXPECT_THAT(line, HasSubstr(":00.123456 198.18.0.1 > 198.18.0.2 NVGRE vsid 5001 flow 0: 192.0.2.1.40000 > "
                              "192.0.2.2.5201 tcp [.] seq 0 length 1406 [outer ok, inner ok, tcp ok] tcp_ipv4 0x"));
  EXPECT_EQ(line.rfind("    7 ", 0), 0U);
  EXPECT_TRUE(line.ends_with(", 1514 bytes\n")) << line;
}

TEST(InspectionText, shouts_what_is_wrong) {
  auto frame = tunnel().vlan(7).ip(ip("192.0.2.1"), ip("192.0.2.2")).tcp(1, 2).build();
  EXPECT_THAT(text_of(frame), HasSubstr("! inner_vlan: inner frame carries an 802.1Q or 802.1ad tag"));
  frame = tunnel().ip(ip("192.0.2.1"), ip("192.0.2.2")).tcp(1, 2).counting_payload(3).build();
  frame.back() ^= 0xFF;
  EXPECT_THAT(text_of(frame), HasSubstr("[outer ok, inner ok, tcp BAD]"));
}

TEST(InspectionText, writes_TCP_flags_as_tcpdump_does) {
  const auto line_with = [](wire::TcpFlags flags) {
    return text_of(tunnel().ip(ip("192.0.2.1"), ip("192.0.2.2")).tcp(1, 2).sequence_number(77).flags(flags).build());
  };
  using wire::TcpFlags;
  EXPECT_THAT(line_with(TcpFlags::kPsh | TcpFlags::kAck), HasSubstr(" tcp [P.] seq 77 length 0 ["));
  EXPECT_THAT(line_with(TcpFlags::kSyn | TcpFlags::kEce | TcpFlags::kCwr), HasSubstr(" tcp [SEW] seq 77 "));
  EXPECT_THAT(line_with(TcpFlags::kNone), HasSubstr(" tcp [none] seq 77 "));
}

TEST(InspectionText, tells_the_outer_tag_and_what_of_a_frame_was_captured) {
  const auto frame = FrameBuilder()
                         .ethernet(kOuterA, kOuterB)
                         .vlan(30)
                         .ip(ip("198.18.0.1"), ip("198.18.0.2"))
                         .nvgre(*wire::Vsid::from(5001))
                         .ethernet(kMacA, kMacB)
                         .ip(ip("192.0.2.1"), ip("192.0.2.2"))
                         .udp(1, 2)
                         .counting_payload(400)
                         .build();
  EXPECT_THAT(text_of(frame), HasSubstr(" vlan 30 198.18.0.1 > 198.18.0.2 NVGRE vsid 5001 flow 0: "));
  const auto snapped = text_of(Bytes(frame).first(100), frame.size());
  EXPECT_TRUE(snapped.ends_with(", 488 bytes, 100 captured\n")) << snapped;
}

TEST(InspectionText, blames_the_capture_where_only_its_bytes_end_inside_a_header) {
  const auto frame = example().build();
  EXPECT_THAT(text_of(Bytes(frame).first(40), frame.size()),
              HasSubstr(" ! truncated_gre: captured bytes end inside a header, 1514 bytes, 40 captured"));
  EXPECT_THAT(text_of(Bytes(frame).first(40)), HasSubstr("! truncated_inner: outer packet ends inside"));
}

TEST(InspectionText, tells_every_kind_of_frame) {
  EXPECT_THAT(text_of({}), HasSubstr("! truncated_ethernet"));
  const auto arp = FrameBuilder().ethernet(kMacA, MacAddress::broadcast()).ether_type(wire::EtherType::kArp).build();
  EXPECT_THAT(text_of(arp), HasSubstr("02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff arp"));
  const auto gre = FrameBuilder()
                       .ethernet(kOuterA, kOuterB)
                       .ip(ip("198.18.0.1"), ip("198.18.0.2"))
                       .gre({.protocol = wire::EtherType::kIpv6})
                       .build();
  EXPECT_THAT(text_of(gre), HasSubstr("198.18.0.1 > 198.18.0.2 GRE type 0x86dd:"));
}

TEST(Inspection, GRE_with_something_else_in_it_is_not_wrong) {
  const auto scaling = offload::ReceiveScaling::make(offload::RssParameters(), 1);
  const auto gre = FrameBuilder()
                       .ethernet(kOuterA, kOuterB)
                       .ip(ip("198.18.0.1"), ip("198.18.0.2"))
                       .gre({.protocol = wire::EtherType::kIpv4})
                       .build();
  EXPECT_FALSE(inspect({gre, gre.size(), {}}, *scaling).is_wrong());
  EXPECT_TRUE(inspect({{}, 0, {}}, *scaling).is_wrong());
}

TEST(Inspection, a_good_frame_that_was_only_snapped_is_not_wrong) {
  const auto scaling = offload::ReceiveScaling::make(offload::RssParameters(), 1);
  const auto plain = FrameBuilder().ethernet(kMacA, kMacB).vlan(7).ip(ip("2001:db8::1"), ip("2001:db8::2")).tcp(1, 2);
  for (const auto& frame : {example().build(), FrameBuilder(plain).counting_payload(30).build()}) {
    for (std::size_t size = 0; size < frame.size(); ++size) {
      EXPECT_FALSE(inspect({Bytes(frame).first(size), frame.size(), {}}, *scaling).is_wrong()) << size;
      EXPECT_TRUE(inspect({Bytes(frame).first(size), size, {}}, *scaling).is_wrong()) << size;
    }
  }
  EXPECT_EQ(json::parse(json_text(Bytes(example().build()).first(60), 1'514))["problem"], "truncated_inner");
}

TEST(Inspection, a_snapped_frame_whose_own_length_cuts_its_headers_is_wrong) {
  const auto scaling = offload::ReceiveScaling::make(offload::RssParameters(), 1);
  const auto is_wrong = [&scaling](std::size_t length_offset, std::uint16_t length, std::size_t snapped_size) {
    auto frame = example().build();
    wire::store_big_endian(wire::MutableBytes(frame), length, length_offset);
    return inspect({Bytes(frame).first(snapped_size), frame.size(), {}}, *scaling).has_wrong_format();
  };
  constexpr std::size_t kOuterLength = 16, kInnerLength = 58;
  for (const std::size_t snapped_size : {50, 60, 80, 200}) {
    EXPECT_TRUE(is_wrong(kOuterLength, 24, snapped_size)) << "ends inside GRE; " << snapped_size;
    EXPECT_TRUE(is_wrong(kOuterLength, 9'000, snapped_size)) << "longer than the frame; " << snapped_size;
  }
  EXPECT_TRUE(is_wrong(kOuterLength, 44, 60)) << "ends inside the inner IP header";
  EXPECT_TRUE(is_wrong(kInnerLength, 24, 82)) << "ends inside TCP";
  EXPECT_TRUE(is_wrong(kInnerLength, 9'000, 82)) << "longer than the frame";
}

}  // namespace
}  // namespace nvgre::cli
