#include "nvgre/wire/ipv4.h"

#include <vector>

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

/// The header of requirement WIRE-5.
const std::vector<std::uint8_t> kHeader = {0x45, 0x00, 0x05, 0xDC, 0x12, 0x34, 0x40, 0x00, 0x40, 0x2F,
                                           0x9E, 0xBB, 0xC0, 0x00, 0x02, 0x01, 0xC0, 0x00, 0x02, 0x02};

Ipv4Fields header_fields() {
  return {.source = *IpAddress::parse("192.0.2.1"),
          .destination = *IpAddress::parse("192.0.2.2"),
          .protocol = IpProtocol::kGre,
          .total_length = 1500,
          .identification = 0x1234,
          .dont_fragment = true};
}

TEST(Ipv4View, reads_every_field) {
  const auto view = Ipv4View::parse(kHeader);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->version(), 4);
  EXPECT_EQ(view->header_size(), 20U);
  EXPECT_EQ(view->type_of_service(), 0);
  EXPECT_EQ(view->total_length(), 1500);
  EXPECT_EQ(view->identification(), 0x1234);
  EXPECT_TRUE(view->dont_fragment());
  EXPECT_FALSE(view->more_fragments());
  EXPECT_EQ(view->fragment_offset(), 0);
  EXPECT_FALSE(view->is_fragment());
  EXPECT_EQ(view->time_to_live(), 64);
  EXPECT_EQ(view->protocol(), IpProtocol::kGre);
  EXPECT_EQ(view->checksum(), 0x9EBB);
  EXPECT_EQ(view->source().to_string(), "192.0.2.1");
  EXPECT_EQ(view->destination().to_string(), "192.0.2.2");
  EXPECT_TRUE(view->options().empty());
}

TEST(Ipv4View, WIRE_15_notices_every_flipped_bit_of_the_header) {
  EXPECT_TRUE(Ipv4View::parse(kHeader)->has_valid_checksum());
  for (std::size_t bit = 8; bit < 160; ++bit) {  // behind version and header length
    auto header = kHeader;
    header[bit / 8] = static_cast<std::uint8_t>(header[bit / 8] ^ (1U << bit % 8));
    EXPECT_FALSE(Ipv4View::parse(header)->has_valid_checksum()) << bit;
  }
}

TEST(Ipv4View, splits_the_type_of_service) {
  auto header = kHeader;
  header[1] = 0xBA;
  EXPECT_EQ(Ipv4View::parse(header)->dscp(), 0x2E);
  EXPECT_EQ(Ipv4View::parse(header)->ecn(), 0x02);
}

TEST(Ipv4View, knows_fragments) {
  auto header = kHeader;
  header[6] = 0x20;
  EXPECT_TRUE(Ipv4View::parse(header)->more_fragments());
  EXPECT_TRUE(Ipv4View::parse(header)->is_fragment());
  header[6] = 0x1F;
  header[7] = 0xFF;
  EXPECT_EQ(Ipv4View::parse(header)->fragment_offset(), 0x1FFF);
  EXPECT_TRUE(Ipv4View::parse(header)->is_fragment());
  EXPECT_FALSE(Ipv4View::parse(header)->dont_fragment());
}

TEST(Ipv4View, refuses_every_header_cut_before_its_end) {
  auto longest = kHeader;
  longest[0] = 0x4F;
  longest.resize(60);
  for (std::size_t size = 0; size < 60; ++size)
    EXPECT_EQ(Ipv4View::parse(Bytes(longest).first(size)).error(), DropReason::kTruncatedIp) << size;
  ASSERT_TRUE(Ipv4View::parse(longest));
  EXPECT_EQ(Ipv4View::parse(longest)->options().size(), 40U);
}

TEST(Ipv4View, refuses_another_version_and_a_short_header_length) {
  for (const unsigned first : {0x44U, 0x40U, 0x65U, 0x05U}) {
    auto header = kHeader;
    header[0] = static_cast<std::uint8_t>(first);
    EXPECT_EQ(Ipv4View::parse(header).error(), DropReason::kMalformedIp) << first;
  }
}

TEST(Ipv4View, WIRE_14_bounds_the_payload_by_a_real_length_only) {
  std::vector<std::uint8_t> packet(60);
  Ipv4Fields fields = header_fields();
  const auto payload_size = [&](std::uint16_t total_length) {
    fields.total_length = total_length;
    write_ipv4(packet, fields);
    return Ipv4View::parse(packet)->payload().size();
  };
  EXPECT_EQ(payload_size(46), 26U);
  EXPECT_EQ(payload_size(20), 0U);
  EXPECT_EQ(payload_size(60), 40U);
  EXPECT_EQ(payload_size(0), 40U) << "a super-frame";
  EXPECT_EQ(payload_size(19), 40U) << "shorter than the header";
  EXPECT_EQ(payload_size(61), 40U) << "longer than the frame";
}

TEST(WriteIpv4, WIRE_5_reproduces_the_outer_header) {
  std::vector<std::uint8_t> header(20, 0xFF);
  EXPECT_EQ(write_ipv4(header, header_fields()), 20U);
  EXPECT_EQ(header, kHeader);
}

TEST(WriteIpv4, writes_options_flags_and_offset) {
  const std::vector<std::uint8_t> options = {0x94, 0x04, 0x00, 0x00};
  Ipv4Fields fields = header_fields();
  fields.options = options;
  fields.dont_fragment = false;
  fields.more_fragments = true;
  fields.fragment_offset = 185;
  fields.type_of_service = 0xB8;
  fields.time_to_live = 1;
  std::vector<std::uint8_t> header(24);
  EXPECT_EQ(write_ipv4(header, fields), 24U);
  const auto view = *Ipv4View::parse(header);
  EXPECT_TRUE(view.has_valid_checksum());
  EXPECT_TRUE(std::equal(options.begin(), options.end(), view.options().begin()));
  EXPECT_TRUE(view.more_fragments());
  EXPECT_EQ(view.fragment_offset(), 185);
  EXPECT_EQ(view.dscp(), 46);
  EXPECT_EQ(view.time_to_live(), 1);
}

TEST(Ipv4Writer, TXC_3_ignores_what_the_checksum_field_holds) {
  auto header = kHeader;
  Ipv4Writer(header).set_checksum(0xFFFF).update_checksum();
  EXPECT_EQ(header, kHeader);
}

TEST(Ipv4Writer, changes_one_field_at_a_time) {
  auto header = kHeader;
  Ipv4Writer(header).set_total_length(1082).set_identification(0x7FFF).set_fragment(false, true, 3);
  const auto view = *Ipv4View::parse(header);
  EXPECT_EQ(view.total_length(), 1082);
  EXPECT_EQ(view.identification(), 0x7FFF);
  EXPECT_TRUE(view.more_fragments() && !view.dont_fragment());
  EXPECT_EQ(view.fragment_offset(), 3);
  EXPECT_EQ(view.checksum(), 0x9EBB) << "only update_checksum() touches it";
}

TEST(Ipv4View, describes_itself_in_one_line) {
  EXPECT_EQ(describe(*Ipv4View::parse(kHeader)),
            "192.0.2.1 > 192.0.2.2 ipv4 protocol 47 length 1500 id 0x1234 ttl 64 df");
}

}  // namespace
}  // namespace nvgre::wire
