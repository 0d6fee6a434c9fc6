#include "nvgre/wire/gre.h"

#include <bit>
#include <vector>

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

const std::vector<std::uint8_t> kNvgre = {0x20, 0x00, 0x65, 0x58, 0x12, 0x34, 0x56, 0x7A, 0xEE};
const std::vector<std::uint8_t> kAllFields = {0xB0, 0x00, 0x65, 0x58, 0xAB, 0xCD, 0x00, 0x00, 0x12,
                                              0x34, 0x56, 0x7A, 0x00, 0x00, 0x00, 0x63, 0xEE};

TEST(WriteNvgre, WIRE_1_writes_the_header_of_the_requirement) {
  std::vector<std::uint8_t> header(9, 0xEE);
  EXPECT_EQ(write_nvgre(header, *Vsid::from(0x123456), FlowId{0x7A}), 8U);
  EXPECT_EQ(header, kNvgre);
}

TEST(NvgreView, reads_VSID_FlowID_and_the_inner_frame) {
  const auto view = NvgreView::parse(kNvgre);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->vsid().value(), 0x123456U);
  EXPECT_EQ(view->flow_id(), FlowId{0x7A});
  EXPECT_EQ(view->key(), 0x1234'567AU);
  EXPECT_EQ(view->inner_frame().size(), 1U);
}

TEST(NvgreView, WIRE_13_refuses_every_header_cut_before_its_end) {
  for (std::size_t size = 0; size < NvgreView::kSize; ++size)
    EXPECT_EQ(NvgreView::parse(Bytes(kNvgre).first(size)).error(), DropReason::kTruncatedGre) << size;
}

TEST(NvgreView, WIRE_11_accepts_only_seven_bits_beside_the_key) {
  for (unsigned bit = 0; bit < 16; ++bit) {
    auto header = kNvgre;
    store_big_endian(MutableBytes(header), static_cast<std::uint16_t>(0x2000U ^ (1U << bit)));
    const auto view = NvgreView::parse(header);
    if (bit >= 3 && bit <= 9)
      EXPECT_TRUE(view) << bit;
    else
      EXPECT_EQ(view.error(), DropReason::kGreFlags) << bit;
  }
}

TEST(NvgreView, WIRE_12_refuses_other_protocol_types) {
  for (const std::uint16_t type : {0x0800, 0x88BE, 0x86DD, 0x6559}) {
    auto header = kNvgre;
    store_big_endian(MutableBytes(header), type, 2);
    EXPECT_EQ(NvgreView::parse(header).error(), DropReason::kNotNvgre);
  }
}

TEST(NvgreWriter, changes_the_key_alone) {
  auto header = kNvgre;
  NvgreWriter(header).set_key(*Vsid::from(5001), FlowId{0});
  EXPECT_EQ(header, (std::vector<std::uint8_t>{0x20, 0x00, 0x65, 0x58, 0x00, 0x13, 0x89, 0x00, 0xEE}));
}

TEST(GreView, LOC_4_reads_checksum_key_and_sequence_number_in_this_order) {
  const auto view = GreView::parse(kAllFields);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header_size(), 16U);
  EXPECT_EQ(view->checksum(), 0xABCD);
  EXPECT_EQ(view->key(), 0x1234'567AU);
  EXPECT_EQ(view->sequence(), 99U);
  EXPECT_EQ(view->payload().size(), 1U);
}

TEST(GreView, LOC_4_knows_the_length_of_all_eight_combinations) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    GreFields fields;
    if ((bits & 1) != 0) fields.checksum = 1;
    if ((bits & 2) != 0) fields.key = 2;
    if ((bits & 4) != 0) fields.sequence = 3;
    std::vector<std::uint8_t> header(fields.size());
    ASSERT_EQ(write_gre(header, fields), fields.size());
    for (std::size_t size = 0; size < header.size(); ++size)
      EXPECT_EQ(GreView::parse(Bytes(header).first(size)).error(), DropReason::kTruncatedGre) << bits << " " << size;
    const auto view = GreView::parse(header);
    ASSERT_TRUE(view) << bits;
    EXPECT_EQ(view->header_size(), 4U + 4 * static_cast<unsigned>(std::popcount(bits)));
    EXPECT_EQ(view->checksum(), fields.checksum);
    EXPECT_EQ(view->key(), fields.key);
    EXPECT_EQ(view->sequence(), fields.sequence);
  }
}

TEST(GreView, LOC_4_refuses_routing_strict_route_the_fifth_bit_and_versions) {
  for (const std::uint16_t bit : {0x4000, 0x0800, 0x0400, 0x0001, 0x0002, 0x0004}) {
    auto header = kNvgre;
    store_big_endian(MutableBytes(header), static_cast<std::uint16_t>(0x2000 | bit));
    EXPECT_EQ(GreView::parse(header).error(), DropReason::kGreFlags) << bit;
  }
}

TEST(WriteGre, writes_every_field) {
  std::vector<std::uint8_t> header(17, 0xEE);
  EXPECT_EQ(write_gre(header, {.checksum = 0xABCD, .key = 0x1234'567A, .sequence = 99}), 16U);
  EXPECT_EQ(header, kAllFields);
  write_gre(header, {.protocol = EtherType{0x880B}, .key = 1, .other_flags = 0x0001});
  EXPECT_EQ(header[0], 0x20);
  EXPECT_EQ(header[1], 0x01);
  EXPECT_EQ(header[2], 0x88);
}

TEST(GreView, describes_itself_in_one_line) {
  EXPECT_EQ(describe(*NvgreView::parse(kNvgre)), "nvgre vsid 1193046 flow 122");
  EXPECT_EQ(describe(*GreView::parse(kAllFields)),
            "gre flags 0xb000 protocol 0x6558 checksum 0xabcd key 0x1234567a sequence 99");
}

}  // namespace
}  // namespace nvgre::wire
