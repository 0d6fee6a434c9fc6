#include "nvgre/ndis/meaning.h"

#include <gtest/gtest.h>

namespace nvgre::ndis {
namespace {

TEST(Meaning, names_a_value) {
  EXPECT_EQ(meaning_of("NDIS_OFFLOAD_PARAMETERS", "IPv4Checksum", 4), "NDIS_OFFLOAD_PARAMETERS_TX_RX_ENABLED");
  EXPECT_EQ(meaning_of("NDIS_OFFLOAD_PARAMETERS", "TCPIPv6Checksum", 3),
            "NDIS_OFFLOAD_PARAMETERS_RX_ENABLED_TX_DISABLED");
  EXPECT_EQ(meaning_of("NDIS_OFFLOAD_PARAMETERS", "LsoV2IPv6", 2), "NDIS_OFFLOAD_PARAMETERS_LSOV2_ENABLED");
  EXPECT_EQ(meaning_of("NDIS_OFFLOAD_PARAMETERS", "EncapsulatedPacketTaskOffload", 2), "NDIS_OFFLOAD_SET_OFF");
  EXPECT_EQ(meaning_of("NDIS_RECEIVE_QUEUE_INFO", "QueueState", 3), "NdisReceiveQueueOperationalStateDmaStopped");
}

TEST(Meaning, joins_the_names_of_flags_and_shows_bits_without_one) {
  EXPECT_EQ(meaning_of("NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD", "RssSupported", 0x6),
            "NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_OUTER_IPV4 | NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_INNER_IPV6");
  EXPECT_EQ(meaning_of("NDIS_RECEIVE_SCALE_PARAMETERS", "Flags", 0x8010), "NDIS_RSS_PARAM_FLAG_DISABLE_RSS | 0x8000");
  EXPECT_EQ(meaning_of("NDIS_RECEIVE_SCALE_PARAMETERS", "HashInformation", 0x101),
            "NdisHashFunctionToeplitz | NDIS_HASH_IPV4");
}

TEST(Meaning, keeps_fields_of_one_name_apart_by_their_structure) {
  EXPECT_EQ(meaning_of("NDIS_RECEIVE_HASH_PARAMETERS", "Flags", 1), "NDIS_RECEIVE_HASH_FLAG_ENABLE_HASH");
  EXPECT_EQ(meaning_of("NDIS_RECEIVE_FILTER_FIELD_PARAMETERS", "Flags", 1),
            "NDIS_RECEIVE_FILTER_FIELD_MAC_HEADER_VLAN_UNTAGGED_OR_ZERO");
  EXPECT_EQ(meaning_of("NDIS_RECEIVE_FILTER_PARAMETERS", "Flags", 2), "NDIS_RECEIVE_FILTER_PACKET_ENCAPSULATION_GRE");
}

TEST(Meaning, is_empty_where_ndis_has_no_name) {
  EXPECT_EQ(meaning_of("NDIS_OFFLOAD_PARAMETERS", "IPv4Checksum", 9), "");
  EXPECT_EQ(meaning_of("NDIS_RECEIVE_QUEUE_INFO", "QueueId", 1), "");
}

}  // namespace
}  // namespace nvgre::ndis
