// Receive checksum validation of any bytes: each verdict is that of a slow sum, and the result bits agree with the
// verdicts (RXC-2, RXC-6, RXC-8). Input: [trust and offloads][bytes ...
#include "fuzz/input.h"
#include "fuzz/reference.h"
#include "fuzz/sample_frames.h"
#include "fuzz/target.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/locate.h"
#include "tests/support/exact_copy.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything
using offload::ChecksumVerdict;
using offload::ReceiveChecksum;

void require_agreement(ChecksumVerdict verdict, bool verifies, const char* promise) {
  if (verdict == ChecksumVerdict::kGood) fuzz::require(verifies, promise);
  if (verdict == ChecksumVerdict::kBad) fuzz::require(!verifies, promise);
}

void require_one_of_each_pair(const ReceiveChecksum& result) {
  fuzz::require(!(result.ip_failed && result.ip_succeeded), "IP failed and succeeded");
  fuzz::require(result.tcp_failed + result.tcp_succeeded + result.udp_failed + result.udp_succeeded <= 1,
                "at most one transport result");
}

/// Verdicts against slow sums; validate() with everything on against the verdicts.
void judge(wire::Bytes frame, const wire::HeaderMap& map, const ReceiveChecksum& result) {
  const auto verdicts = offload::judge_checksums(frame, map);
  require_agreement(verdicts.outer_ip, fuzz::ip_header_verifies(frame, map.outer_ip), "outer IP as the slow sum says");
  require_agreement(verdicts.inner_ip, fuzz::ip_header_verifies(frame, map.inner_ip), "inner IP as the slow sum says");
  const auto verifies = fuzz::transport_verifies(frame, map);
  const bool is_judged = verdicts.transport == ChecksumVerdict::kGood || verdicts.transport == ChecksumVerdict::kBad;
  fuzz::require(!is_judged || verifies.has_value(), "judged only what can be summed");
  if (verifies) require_agreement(verdicts.transport, *verifies, "transport as the slow sum says");
  fuzz::require(!result.transport_succeeded() || verdicts.transport == ChecksumVerdict::kGood, "succeeded is good");
  fuzz::require(!result.transport_failed() || verdicts.transport == ChecksumVerdict::kBad, "failed is bad");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto choice = input.byte();
  const auto trust = static_cast<offload::TransportTrust>(choice % 3);
  auto offloads = (choice & 4) != 0 ? offload::ActiveOffloads() : offload::ActiveOffloads::all();
  if ((choice & 8) != 0) offloads.encapsulated = {};
  const test::ExactCopy frame(input.rest());
  const auto map = wire::locate(frame.bytes());

  const auto result = offload::validate(frame.bytes(), map, offloads, trust);
  require_one_of_each_pair(result);
  require_one_of_each_pair(offload::after_decapsulation(result, map, offloads));
  if ((choice & 4) != 0)
    fuzz::require(result == ReceiveChecksum(), "nothing is said while nothing is active");  // RXC-1
  if (trust == offload::TransportTrust::kNone) judge(frame.bytes(), map, result);
  return 0;
}

fuzz::ByteStrings fuzz::seeds() {
  ByteStrings seeds;
  for (const auto& frame : sample_frames())
    for (const std::size_t choice : {0U, 1U, 5U, 9U}) seeds.push_back(InputWriter().byte(choice).bytes(frame).input());
  return seeds;
}
