/// What a demonstration found out, and how it is told to someone who has never heard of NVGRE.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/demo/wire_judge.h"

namespace nvgre::cli {

/// What one tenant did over one inner IP version.
struct TenantResult {
  std::string tenant;      ///< "blue" or "red".
  std::string ip_version;  ///< "IPv4" or "IPv6".
  unsigned pings_sent = 0;
  unsigned pings_answered = 0;
  unsigned datagrams_sent = 0;
  unsigned datagrams_received = 0;  ///< Each once, and unchanged.
  unsigned overheard = 0;           ///< What the other tenant heard of it, at the same address and port.
  std::uint64_t stream_bytes = 0;
  bool is_stream_intact = false;                ///< Arrived byte for byte as it was sent.
  std::optional<double> gigabits_per_second{};  ///< Where there is a clock to measure by.

  [[nodiscard]] bool succeeded() const {
    return pings_answered == pings_sent && datagrams_received == datagrams_sent && overheard == 0 && is_stream_intact;
  }
};

/// What the engine did meanwhile, both hosts together.
struct OffloadResult {
  std::uint64_t lso_super_frames = 0;
  std::uint64_t lso_segments = 0;
  std::uint64_t rsc_units = 0;
  std::uint64_t rsc_segments = 0;
};

/// One round: all tenants, with offloads on or off.
struct RoundResult {
  bool offloads = true;
  std::vector<TenantResult> tenants;
  OffloadResult engine;
  WireJudgement wire;
  std::uint64_t uncaptured = 0;  ///< Frames that the capture missed.

  [[nodiscard]] bool succeeded() const;
};

/// What is said before anything happens: who is who, and on which plane it runs.
void print_introduction(const std::string& plane, const std::string& reason);
void print_round(const RoundResult& round);
/// @return Whether everything was as it should be.
bool print_verdict(const std::vector<RoundResult>& rounds);

}  // namespace nvgre::cli
