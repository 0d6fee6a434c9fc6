#include "nvgre/ndis/layout.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/ndis/constants.h"

namespace nvgre::ndis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Layout, lists_the_fields_of_a_structure_and_of_no_other) {
  std::vector<std::string> names;
  for (const auto& field : fields_of("NDIS_RECEIVE_FILTER_INFO"))
    names.push_back(std::string(field.name) + "@" + std::to_string(field.offset));
  EXPECT_THAT(names, ElementsAre("Header@0", "Flags@4", "FilterType@8", "FilterId@12"));
  EXPECT_EQ(fields_of("NDIS_RECEIVE_FILTER_INFO").front().structure, "NDIS_OBJECT_HEADER");
  EXPECT_THAT(fields_of("NDIS_NO_SUCH_STRUCTURE"), IsEmpty());
}

TEST(Layout, describes_a_former_bit_field_by_its_word_and_bits) {
  for (const auto& field : fields_of("NDIS_TCP_IP_CHECKSUM_OFFLOAD"))
    if (field.name == "IPv6Transmit.TcpChecksum") {
      EXPECT_EQ(field.offset, 20U);
      EXPECT_EQ(field.bits, (Bits{4, 2}));
      return;
    }
  FAIL() << "not listed";
}

TEST(Layout, bits_are_read_and_placed_from_bit_0_upwards) {
  constexpr Bits kBits{8, 4};
  EXPECT_EQ(kBits.of(0xABCD), 0xBU);
  EXPECT_EQ(kBits.place(0xF), 0xF00U);
  EXPECT_EQ((Bits{0, 32}).of(0xFFFF'FFFF), 0xFFFF'FFFFU);
}

TEST(Layout, a_revision_newer_than_all_known_is_read_as_the_newest) {
  EXPECT_EQ(size_of_revision<NDIS_OFFLOAD>(0), 0U);
  EXPECT_EQ(size_of_revision<NDIS_OFFLOAD>(1), 112U);
  EXPECT_EQ(size_of_revision<NDIS_OFFLOAD>(4), 177U);
  EXPECT_EQ(size_of_revision<NDIS_OFFLOAD>(9), 216U);
  EXPECT_EQ(known_revision<NDIS_OFFLOAD>(9).number, 7U);
  EXPECT_EQ(size_of_revision<NDIS_RECEIVE_QUEUE_PARAMETERS>(2), 1092U);
}

TEST(Layout, statuses_and_indications_have_names) {
  EXPECT_EQ(status_name(NDIS_STATUS_INVALID_LENGTH), "NDIS_STATUS_INVALID_LENGTH");
  EXPECT_EQ(status_name(0x4002000D), "NDIS_STATUS_RECEIVE_QUEUE_STATE");
  EXPECT_EQ(status_name(0x12345678), "");
}

}  // namespace
}  // namespace nvgre::ndis
