/// What `nvgre inspect` finds out about one frame, and how it is told: as an adapter with every offload and hash type
/// enabled and active sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "nvgre/capture/captured_frame.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/offload/rss.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::cli {

struct Inspection {
  wire::HeaderMap map;
  offload::ChecksumVerdicts verdicts;
  offload::ReceiveChecksum receive;
  offload::RssHash rss;
  bool is_cut_by_capture = false;  ///< The map's problem is only that the frame was snapped inside a header.

  /// Whether a checksum or the format is wrong. GRE that carries something else, and a frame that was snapped, is
  /// nothing wrong.
  [[nodiscard]] bool is_wrong() const noexcept;
  [[nodiscard]] bool has_bad_checksum() const noexcept;
  [[nodiscard]] bool has_wrong_format() const noexcept;
};

/// @param frame  Snapped ones too: what was not captured is not checked.
[[nodiscard]] Inspection inspect(const capture::CapturedFrame& frame, const offload::ReceiveScaling& scaling);

/// One line for people who read tcpdump: time, outer addresses, VSID, FlowID, inner addresses, checksums, RSS hash.
void append_text(std::string& out, std::uint64_t number, const capture::CapturedFrame& frame,
                 const Inspection& inspection);

/// One JSON object on one line: the contract of design section 7.
void append_json(std::string& out, std::uint64_t number, const capture::CapturedFrame& frame,
                 const Inspection& inspection);

}  // namespace nvgre::cli
