#include "nvgre/offload/transmit_checksum.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/property/offload/any_frame.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::SlowPacket;
using test::Submission;

RC_GTEST_PROP(TransmitChecksumProperty, TXC_5_LOC_17_an_independent_checker_agrees_however_the_packet_is_split, ()) {
  auto frame = test::any_frame();
  frame.lengths = test::Lengths::kCorrect;
  frame.seed = test::Seed::kWithLength;
  const bool first_is_v4 = frame.outer.value_or(frame.inner) == wire::IpVersion::kV4;
  Submission submission(frame);
  submission.request.checksum = ChecksumRequest{.is_ipv4 = first_is_v4,
                                                .is_ipv6 = !first_is_v4,
                                                .ip_header = true,
                                                .tcp = frame.protocol == 6,
                                                .udp = frame.protocol == 17};
  const auto whole = test::send(submission);
  RC_ASSERT(whole.packets.size() == 1U);
  RC_ASSERT(SlowPacket(whole.packets[0], frame.outer.has_value()).problems() == "");
  submission.split(test::any_cuts(submission.bytes.size(), 40));
  RC_ASSERT(test::send(submission).packets == whole.packets);
}

}  // namespace
}  // namespace nvgre::offload
