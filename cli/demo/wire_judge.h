/// Judges a capture of the wire: every frame has to be valid NVGRE, of a known tenant, with right checksums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nvgre/wire/bytes.h"

namespace nvgre::cli {

struct WireJudgement {
  std::uint64_t frames = 0;
  std::map<std::uint32_t, std::uint64_t> frames_by_vsid;
  std::size_t largest_packet = 0;       ///< Outer IP packet, bytes.
  std::uint64_t wrong = 0;              ///< Frames with something wrong.
  std::vector<std::string> complaints;  ///< What is wrong with the first of them.
};

class WireJudge {
 public:
  /// @param mtu  Largest outer IP packet that the wire may carry, bytes.
  explicit WireJudge(std::size_t mtu) : mtu_(mtu) {}
  /// @param frame  The whole frame, from the outer Ethernet header on.
  void judge(wire::Bytes frame);
  [[nodiscard]] const WireJudgement& judgement() const { return judgement_; }

 private:
  void complain(const std::string& complaint);
  std::size_t mtu_;
  WireJudgement judgement_;
};

}  // namespace nvgre::cli
