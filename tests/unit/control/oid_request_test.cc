#include "nvgre/control/oid_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "nvgre/offload/adapter.h"

namespace nvgre::control {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class OidRequests : public testing::Test {
 protected:
  Result<json> ask(const json& request) { return make_oid_request(miniport_, client_, request); }
  json answer(const json& request) {
    const auto answered = ask(request);
    EXPECT_TRUE(answered) << answered.error().message;
    return answered.value_or(json());
  }
  static std::string value(const json& answer, const std::string& name) {
    for (const auto& field : answer.at("fields"))
      if (field.at("name") == name) return field.at("value");
    return "absent";
  }

  offload::Adapter adapter_;
  ndis::Miniport miniport_{adapter_};
  ndis::ClientId client_ = miniport_.bind(ndis::ClientRole::kAdministrator);
};

// ON for GRE, nothing else changed: revision 3, 26 bytes.
constexpr const char* kNvgreOn = "80 03 1a 00  00 00 00 00 00 00 00 00 00 00 00 00  00 00 00 00  00 00 00 00  01 01";

TEST_F(OidRequests, STATE_3_a_fresh_adapter_reports_nvgre_as_enabled) {
  const auto config = answer({{"oid", "OID_TCP_OFFLOAD_CURRENT_CONFIG"}, {"type", "query"}});
  EXPECT_EQ(config.at("status"), "NDIS_STATUS_SUCCESS");
  EXPECT_EQ(config.at("bytes_written"), 216);
  EXPECT_EQ(config.at("hex").get<std::string>().substr(0, 8), "a707d800");
  EXPECT_EQ(value(config, "EncapsulatedPacketTaskOffloadGre.LsoV2Supported"), "0xf");
  EXPECT_EQ(value(config, "EncapsulatedPacketTaskOffloadGre.MaxHeaderSizeSupported"), "256");
}

TEST_F(OidRequests, STATE_11_a_set_is_followed_by_the_status_with_the_new_configuration) {
  const auto set = answer({{"oid", "OID_TCP_OFFLOAD_PARAMETERS"}, {"type", "set"}, {"hex", kNvgreOn}});
  EXPECT_EQ(set.at("status"), "NDIS_STATUS_SUCCESS");
  ASSERT_EQ(set.at("indications").size(), 1U);
  EXPECT_EQ(set.at("indications")[0].at("status"), "NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG");
  EXPECT_EQ(value(set.at("indications")[0], "Header.Revision"), "7");
}

TEST_F(OidRequests, an_oid_may_be_given_by_its_number) {
  const auto by_number = answer({{"oid", "0xfc01020b"}, {"type", "query"}});
  EXPECT_EQ(by_number.at("oid"), "OID_TCP_OFFLOAD_CURRENT_CONFIG");
  EXPECT_EQ(answer({{"oid", "66051"}, {"type", "query"}}).at("oid"), "OID_GEN_RECEIVE_SCALE_CAPABILITIES");
}

TEST_F(OidRequests, STATE_2_a_length_that_was_asked_for_is_kept_and_may_be_too_short) {
  const auto refused = answer({{"oid", "OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES"}, {"type", "query"}, {"length", 215}});
  EXPECT_EQ(refused.at("status"), "NDIS_STATUS_BUFFER_TOO_SHORT");
  EXPECT_EQ(refused.at("bytes_needed"), 216);
  EXPECT_EQ(refused.at("bytes_written"), 0);
  EXPECT_TRUE(refused.at("fields").empty());
}

TEST_F(OidRequests, a_refused_request_is_an_answer_and_no_error) {
  const auto refused = answer({{"oid", "OID_TCP_OFFLOAD_CURRENT_CONFIG"}, {"type", "set"}, {"hex", "00"}});
  EXPECT_EQ(refused.at("status"), "NDIS_STATUS_NOT_SUPPORTED");
  EXPECT_TRUE(refused.at("indications").empty());
}

TEST_F(OidRequests, what_makes_no_sense_is_refused_with_what_is_accepted) {
  const auto complaint = [this](const json& request) { return ask(request).error().message; };
  EXPECT_THAT(complaint({{"oid", "OID_TCP_OFFLOAD_CURENT_CONFIG"}, {"type", "query"}}),
              HasSubstr("did you mean \"OID_TCP_OFFLOAD_CURRENT_CONFIG\"?"));
  EXPECT_THAT(complaint({{"oid", "0x12"}, {"type", "query"}}), HasSubstr("0x12"));
  EXPECT_THAT(complaint({{"oid", "OID_OFFLOAD_ENCAPSULATION"}, {"type", "get"}}), HasSubstr("given \"get\""));
  EXPECT_THAT(complaint({{"oid", "OID_OFFLOAD_ENCAPSULATION"}, {"type", "set"}, {"hex", "0g"}}), HasSubstr("\"0g\""));
  EXPECT_THAT(complaint({{"type", "query"}}), HasSubstr("\"oid\""));
  EXPECT_THAT(complaint({{"oid", 7}, {"type", "query"}}), HasSubstr("a string"));
  EXPECT_THAT(complaint({{"oid", "OID_OFFLOAD_ENCAPSULATION"}, {"type", "query"}, {"length", -1}}), HasSubstr("-1"));
  EXPECT_THAT(complaint({{"oid", "OID_OFFLOAD_ENCAPSULATION"}, {"type", "query"}, {"length", 1'048'577}}),
              HasSubstr("1048576"));
}

TEST_F(OidRequests, a_length_that_cuts_the_input_is_refused) {
  json request = {{"oid", "OID_TCP_OFFLOAD_PARAMETERS"}, {"type", "set"}, {"hex", kNvgreOn}, {"length", 25}};
  const auto refused = ask(request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "length: given 25, but hex has 26 bytes; accepted is 26 to 1048576 bytes");
  request["length"] = 26;
  EXPECT_EQ(answer(request).at("bytes_read"), 26);
}

TEST_F(OidRequests, lists_every_oid_with_its_structure) {
  const auto list = oid_list();
  EXPECT_EQ(list.size(), ndis::oid_table().size());
  for (const auto& oid : list)
    if (oid.at("oid") == "OID_OFFLOAD_ENCAPSULATION") {
      EXPECT_EQ(oid.at("number"), "0x0101010a");
      EXPECT_EQ(oid.at("types"), json({"query", "set"}));
      EXPECT_EQ(oid.at("structure"), "NDIS_OFFLOAD_ENCAPSULATION");
    }
}

TEST(DecodeBuffer, takes_a_structure_or_an_oid) {
  const std::vector<std::uint8_t> buffer{0xA8, 1, 28, 0, 1, 0, 0, 0};
  EXPECT_EQ(decode_buffer("OID_OFFLOAD_ENCAPSULATION", buffer)->at("structure"), "NDIS_OFFLOAD_ENCAPSULATION");
  EXPECT_EQ(decode_buffer("NDIS_OFFLOAD_ENCAPSULATION", buffer)->at("fields").back().at("meaning"),
            "NDIS_OFFLOAD_SET_ON");
  EXPECT_EQ(decode_buffer("NDIS_OFFLOAD_ENCAPSULATION", buffer)->at("problem"),
            "the buffer has 8 bytes, its header says 28");
  EXPECT_EQ(decode_buffer("NDIS_OFFLOAD_ENCAPSULATION", {})->at("problem"),
            "the buffer has 0 bytes, the structure needs 4");
  EXPECT_TRUE(decode_buffer("PROCESSOR_NUMBER", std::vector<std::uint8_t>(4))->at("problem").is_null());
  EXPECT_THAT(decode_buffer("NDIS_NOTHING", buffer).error().message, HasSubstr("NDIS_NOTHING"));
}

TEST(DecodeBuffer, says_what_a_structure_points_to_outside_the_buffer) {
  const auto problem = [](const std::string& structure, std::string_view hex) {
    return decode_buffer(structure, parse_hex(hex).value())->at("problem");
  };
  EXPECT_EQ(problem("NDIS_RECEIVE_QUEUE_INFO_ARRAY", "80011000 10000000 ffffffff 48040000"),
            "the buffer has 16 bytes, its array ends at 4707284155336");
  EXPECT_EQ(problem("NDIS_RECEIVE_FILTER_PARAMETERS", "80022c00 00*16 30000000 01000000 38000000 00*12"),
            "the buffer has 44 bytes, its FieldParameters ends at 104");
  EXPECT_EQ(problem("NDIS_RECEIVE_SCALE_PARAMETERS", "89022800 00*8 08000000 28000000 28000000 30000000 00*12"),
            "the buffer has 40 bytes, its IndirectionTable ends at 48, its HashSecretKey ends at 88");
}

TEST(DecodeBuffer, knows_no_structure_of_an_oid_that_is_always_refused) {
  const auto refused = decode_buffer("OID_RECEIVE_FILTER_MOVE_FILTER", std::vector<std::uint8_t>(4));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "OID_RECEIVE_FILTER_MOVE_FILTER is always refused; no structure is known of it");
}

TEST(ParseHex, takes_what_dumps_look_like) {
  const std::vector<std::uint8_t> expected{0xA8, 0x01, 0x1C};
  for (const char* text : {"a8011c", "A8 01 1C", "0xa8, 0x01, 0x1c", "a8:01:1c\n"})
    EXPECT_EQ(parse_hex(text).value(), expected) << text;
  EXPECT_TRUE(parse_hex("")->empty());
  for (const char* text : {"a", "a8 0", "xy", "a8-01", "0x"}) EXPECT_FALSE(parse_hex(text)) << text;
}

TEST(ParseHex, repeats_a_byte_as_often_as_it_says) {
  EXPECT_EQ(parse_hex("01 00*3 0xff*2,02").value(), (std::vector<std::uint8_t>{1, 0, 0, 0, 0xFF, 0xFF, 2}));
  EXPECT_EQ(parse_hex("00*1048576")->size(), 1'048'576U);
  for (const char* text : {"00*", "00*0", "00*x", "00*7ff", "00*-1", "*3", "00 *3", "00*1048577", "01 00*1048576",
                           "00*99999999999999999999"})
    EXPECT_FALSE(parse_hex(text)) << text;
}

TEST(ParseNdisVersion, takes_those_that_have_task_offload) {
  EXPECT_EQ(parse_ndis_version("6.30"), (ndis::NdisVersion{6, 30}));
  EXPECT_EQ(parse_ndis_version("6.85"), (ndis::NdisVersion{6, 85}));
  for (const char* text : {"", "6", "5.1", "6.86", "7.0", "6.x", "6.300"})
    EXPECT_FALSE(parse_ndis_version(text)) << text;
}

}  // namespace
}  // namespace nvgre::control
