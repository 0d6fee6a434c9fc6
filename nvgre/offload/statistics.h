/// What the engine was asked for and did. Counters that one thread writes and others read; they add up over workers.
/// Each has one meaning and one name, the same on the command line, in the API and on the dashboard.
#pragma once

#include "nvgre/offload/drop_numbers.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/offload/relaxed_counter.h"
#include "nvgre/offload/send_request.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::offload {

/// Requests to the adapter: requests = requests that succeeded + total(failures).
struct TransmitStatistics {
  RelaxedCounter requests;
  RelaxedCounter packets;           ///< Packets and segments that were emitted (LSO-28, USO-19).
  RelaxedCounter bytes;             ///< Of them, all headers of each segment included (LSO-28, USO-19).
  RelaxedCounter lso_super_frames;  ///< TCP super-frames cut into segments.
  RelaxedCounter lso_segments;      ///< Segments made of them.
  RelaxedCounter uso_super_frames;  ///< UDP super-frames cut into datagrams.
  RelaxedCounter uso_segments;      ///< Datagrams made of them.
  RelaxedCounter checksummed;       ///< Packets that left with checksums filled in, segments not counted.
  DropNumbers<RelaxedCounter> failures;

  /// Counts one request as it ended.
  void record(const SendRequest& request, const SendCompletion& completion) noexcept;
};

/// Verdicts on one kind of checksum.
struct ChecksumStatistics {
  RelaxedCounter good;
  RelaxedCounter bad;
  RelaxedCounter unvalidated;  ///< The header was there, but no verdict: inactive, a fragment, UDP without a checksum.
};

/// Frames that were validated on receive, by what was found (RXC-2).
struct ReceiveStatistics {
  RelaxedCounter frames;
  ChecksumStatistics ip;  ///< Frames with an IPv4 header, outer or inner.
  ChecksumStatistics tcp;
  ChecksumStatistics udp;

  /// Counts one frame. @param map  Of that frame: says which headers it has.
  void record(const ReceiveChecksum& checksum, const wire::HeaderMap& map) noexcept;
};

TransmitStatistics& operator+=(TransmitStatistics& sum, const TransmitStatistics& added) noexcept;
ChecksumStatistics& operator+=(ChecksumStatistics& sum, const ChecksumStatistics& added) noexcept;
ReceiveStatistics& operator+=(ReceiveStatistics& sum, const ReceiveStatistics& added) noexcept;

}  // namespace nvgre::offload
