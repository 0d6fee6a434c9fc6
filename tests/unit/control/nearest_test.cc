#include "nvgre/control/nearest.h"

#include <gtest/gtest.h>

namespace nvgre::control {
namespace {

constexpr std::string_view kWords[] = {"device", "vsid", "mac", "addresses", "spoof_check"};

TEST(Nearest, finds_what_a_typing_mistake_meant) {
  EXPECT_EQ(nearest("devise", kWords), "device") << "replaced";
  EXPECT_EQ(nearest("adresses", kWords), "addresses") << "left out";
  EXPECT_EQ(nearest("vssid", kWords), "vsid") << "added";
  EXPECT_EQ(nearest("amc", kWords), "mac") << "swapped neighbours";
  EXPECT_EQ(nearest("MAC", kWords), "mac") << "another case";
  EXPECT_EQ(nearest("spoofcheck", kWords), "spoof_check");
}

TEST(Nearest, says_nothing_rather_than_something_far_off) {
  EXPECT_EQ(nearest("colour", kWords), std::nullopt);
  EXPECT_EQ(nearest("", kWords), std::nullopt);
  EXPECT_EQ(nearest("vsid", {}), std::nullopt);
}

TEST(Nearest, takes_the_nearest_of_several) {
  constexpr std::string_view kKeywords[] = {"LsoV1IPv4", "LsoV2IPv4", "LsoV2IPv6"};
  EXPECT_EQ(nearest("LsoV2Ipv6", kKeywords), "LsoV2IPv6");
  EXPECT_EQ(nearest("LsoV2IPv5", kKeywords), "LsoV2IPv4") << "of equals the first";
}

}  // namespace
}  // namespace nvgre::control
