#include "nvgre/ndis/description.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/ndis/constants.h"

namespace nvgre::ndis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Buffer = std::vector<std::uint8_t>;

const DescribedField& field(const std::vector<DescribedField>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &DescribedField::name);
  if (found == fields.end()) throw std::out_of_range("no field " + std::string(name));
  return *found;
}

TEST(Description, shows_nested_fields_and_bits_with_their_places) {
  Buffer buffer(NDIS_SIZEOF_NDIS_OFFLOAD_REVISION_3);
  buffer[0] = 0xA7;
  buffer[1] = 3;
  buffer[2] = 156;
  buffer[4] = 0x0E;
  buffer[8] = 0x10;                  // IPv4Transmit.TcpChecksum = 1
  buffer[149] = 0x0F;                // LsoV2Supported = 0xF: bits 8 to 11 of the word at 148
  buffer[152] = 0, buffer[153] = 1;  // MaxHeaderSizeSupported = 256
  const auto fields = describe("NDIS_OFFLOAD", buffer);
  EXPECT_EQ(field(fields, "Header.Type").meaning, "NDIS_OBJECT_TYPE_OFFLOAD");
  EXPECT_EQ(field(fields, "Header.Size").value, "156");
  EXPECT_EQ(field(fields, "Checksum.IPv4Transmit.Encapsulation").offset, 4U);
  EXPECT_EQ(field(fields, "Checksum.IPv4Transmit.Encapsulation").meaning,
            "NDIS_ENCAPSULATION_IEEE_802_3 | NDIS_ENCAPSULATION_IEEE_802_3_P_AND_Q | "
            "NDIS_ENCAPSULATION_IEEE_802_3_P_AND_Q_IN_OOB");
  const auto& checksum = field(fields, "Checksum.IPv4Transmit.TcpChecksum");
  EXPECT_EQ(checksum.value, "1");
  EXPECT_EQ(checksum.offset, 8U);
  EXPECT_EQ(checksum.first_bit, 4U);
  EXPECT_EQ(checksum.bit_count, 2U);
  EXPECT_EQ(field(fields, "EncapsulatedPacketTaskOffloadGre.LsoV2Supported").value, "0xf");
  EXPECT_EQ(field(fields, "EncapsulatedPacketTaskOffloadGre.MaxHeaderSizeSupported").value, "256");
}

TEST(Description, leaves_out_what_lies_behind_the_buffers_end) {
  const Buffer whole(NDIS_SIZEOF_NDIS_OFFLOAD_REVISION_1);
  const auto fields = describe("NDIS_OFFLOAD", whole);
  EXPECT_EQ(fields.back().name, "Flags");
  for (std::size_t size = 0; size < whole.size(); ++size)
    for (const auto& one : describe("NDIS_OFFLOAD", std::span(whole).first(size)))
      ASSERT_LE(one.offset + one.size, size) << one.name;
}

TEST(Description, follows_a_structure_to_its_tables_and_keys) {
  Buffer buffer(40 + 8 + 40);
  buffer[0] = 0x89;
  buffer[1] = 2;
  buffer[8] = 0x01, buffer[9] = 0x03;  // Toeplitz, IPv4 and TCP over IPv4
  buffer[12] = 8;                      // two entries of four bytes
  buffer[16] = 40;
  buffer[20] = 40;
  buffer[24] = 48;
  buffer[46] = 7;  // entry 1: processor 7
  for (std::size_t i = 0; i < 40; ++i) buffer[48 + i] = static_cast<std::uint8_t>(i);
  const auto fields = describe("NDIS_RECEIVE_SCALE_PARAMETERS", buffer);
  EXPECT_EQ(field(fields, "HashInformation").meaning, "NdisHashFunctionToeplitz | NDIS_HASH_IPV4 | NDIS_HASH_TCP_IPV4");
  EXPECT_EQ(field(fields, "IndirectionTable[0].Number").value, "0");
  EXPECT_EQ(field(fields, "IndirectionTable[1].Number").value, "7");
  EXPECT_EQ(field(fields, "IndirectionTable[1].Number").offset, 46U);
  EXPECT_EQ(field(fields, "HashSecretKey").offset, 48U);
  EXPECT_EQ(field(fields, "HashSecretKey").value.substr(0, 11), "00 01 02 03");
}

TEST(Description, shows_the_elements_of_an_array) {
  Buffer buffer(20 + 2 * 16);
  buffer[1] = 1;
  buffer[8] = 20;
  buffer[12] = 2;
  buffer[16] = 16;
  buffer[20 + 8] = 3;  // [0].QueueId
  buffer[36 + 8] = 4;  // [1].QueueId
  const std::uint32_t refused = NDIS_STATUS_INVALID_PARAMETER;
  std::memcpy(&buffer[36 + 12], &refused, sizeof refused);
  const auto fields = describe("NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_ARRAY", buffer);
  EXPECT_EQ(field(fields, "[0].QueueId").value, "3");
  EXPECT_EQ(field(fields, "[0].CompletionStatus").meaning, "NDIS_STATUS_SUCCESS");
  EXPECT_EQ(field(fields, "[1].QueueId").value, "4");
  EXPECT_EQ(field(fields, "[1].CompletionStatus").meaning, "NDIS_STATUS_INVALID_PARAMETER");
}

TEST(Description, trusts_no_offset_and_no_count) {
  for (const std::string_view structure :
       {"NDIS_RECEIVE_SCALE_PARAMETERS", "NDIS_RECEIVE_HASH_PARAMETERS", "NDIS_RECEIVE_FILTER_PARAMETERS",
        "NDIS_RECEIVE_FILTER_INFO_ARRAY", "NDIS_RECEIVE_QUEUE_INFO_ARRAY",
        "NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_ARRAY"})
    for (const std::uint8_t filler : {0x00, 0x01, 0x10, 0x7F, 0xFF})
      for (std::size_t size = 0; size < 64; ++size) {
        const Buffer buffer(size, filler);
        for (const auto& one : describe(structure, buffer)) ASSERT_LE(one.offset + one.size, size) << one.name;
        std::ignore = misfits(structure, buffer);
      }
}

TEST(Description, names_what_a_structure_points_to_outside_the_buffer) {
  Buffer buffer(40 + 8 + 40);
  buffer[1] = 2;
  buffer[12] = 8, buffer[16] = 40;   // the table
  buffer[20] = 40, buffer[24] = 48;  // the key
  const auto found = [&](std::size_t size) {
    return misfits("NDIS_RECEIVE_SCALE_PARAMETERS", std::span(buffer).first(size));
  };
  EXPECT_THAT(found(88), IsEmpty());
  EXPECT_THAT(found(87), ElementsAre("HashSecretKey ends at 88"));
  EXPECT_THAT(found(47), ElementsAre("IndirectionTable ends at 48", "HashSecretKey ends at 88"));
  EXPECT_THAT(found(12), IsEmpty()) << "it does not say where they are";
  buffer[12] = buffer[20] = 0;
  EXPECT_THAT(found(40), IsEmpty()) << "there are none";
}

TEST(Description, names_elements_that_no_buffer_could_hold) {
  Buffer buffer(16 + 1096);
  buffer[4] = 16, buffer[8] = 1;
  EXPECT_THAT(misfits("NDIS_RECEIVE_QUEUE_INFO_ARRAY", std::span(buffer).first(15)), IsEmpty()) << "of what size?";
  EXPECT_THAT(misfits("NDIS_RECEIVE_QUEUE_INFO_ARRAY", buffer), ElementsAre("array has elements of 0 bytes"));
  buffer[12] = 0x48, buffer[13] = 4;
  EXPECT_THAT(misfits("NDIS_RECEIVE_QUEUE_INFO_ARRAY", buffer), IsEmpty());
  std::fill(buffer.begin() + 4, buffer.begin() + 16, std::uint8_t{0xFF});
  EXPECT_THAT(misfits("NDIS_RECEIVE_QUEUE_INFO_ARRAY", buffer), ElementsAre("array ends at 18446744069414584320"));
}

TEST(Description, shows_counted_strings_as_text) {
  Buffer buffer(NDIS_SIZEOF_RECEIVE_QUEUE_PARAMETERS_REVISION_2);
  buffer[52] = 6;
  buffer[54] = 'v', buffer[56] = 'm', buffer[58] = '1';
  EXPECT_EQ(field(describe("NDIS_RECEIVE_QUEUE_PARAMETERS", buffer), "VmName").value, "\"vm1\"");
  buffer[52] = buffer[53] = 0xFF;  // longer than its own room
  EXPECT_LE(field(describe("NDIS_RECEIVE_QUEUE_PARAMETERS", buffer), "VmName").value.size(), 2U + 257U);
}

TEST(Description, knows_nothing_of_other_structures) {
  EXPECT_TRUE(describe("NDIS_SOMETHING_ELSE", Buffer(100)).empty());
}

}  // namespace
}  // namespace nvgre::ndis
