// OID requests made of any bytes: of any type, OID and length, from clients that come and go. A request that is refused
// leaves adapter, buffer and listeners as they were; a query changes nothing; what is written fits.
#include <string>

#include "fuzz/target.h"
#include "tests/support/oid_session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string broken = nvgre::test::OidSession::run({data, size});
  nvgre::fuzz::require(broken.empty(), broken.c_str());
  return 0;
}

nvgre::fuzz::ByteStrings nvgre::fuzz::seeds() {
  ByteStrings seeds;
  for (const auto& seed : test::oid_session_seeds()) seeds.emplace_back(seed.begin(), seed.end());
  return seeds;
}
