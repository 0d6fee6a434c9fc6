// A received frame's way through a batch:
//   1. a frame that belongs to no TCP or UDP flow goes on at once; a fragment first ends the units between its hosts;
//   2. TCP and UDP frames are judged by themselves, then against the unit of their flow (tcp_coalescing.h,
//      udp_coalescing.h): they join it, end it and begin another, or end it and go alone;
//   3. whatever is left at the end of the batch is delivered.
#include <utility>

#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/flow_key.h"
#include "nvgre/offload/flow_table.h"
#include "nvgre/offload/relaxed_counter.h"
#include "nvgre/offload/tcp_coalescing.h"
#include "nvgre/offload/udp_coalescing.h"
#include "nvgre/offload/unit_delivery.h"

namespace nvgre::offload {

class Coalescer::Batch {
 public:
  Batch(UnitChecksums form, const CoalescingLimits& limits)
      : max_ip_length_(limits.max_ip_length), flows_(limits.flows, limits.segments), delivery_(form) {}

  void add(const ReceivedFrame& frame, const ActiveOffloads& offloads, UnitSink& sink);
  void finish(UnitSink& sink);

  /// CoalescingStatistics in the making: written by the worker, read by anyone.
  struct Counters {
    RelaxedCounter coalesced_packets, coalesced_octets, coalesce_events, aborts;
    [[nodiscard]] CoalescingStatistics values() const noexcept {
      return {coalesced_packets.value(), coalesced_octets.value(), coalesce_events.value(), aborts.value()};
    }
  };
  Counters tcp_counters;
  Counters udp_counters;

 private:
  void add_tcp(const ReceivedFrame& frame, Flow* flow, const FlowKey& key, UnitSink& sink);
  void add_udp(const ReceivedFrame& frame, Flow* flow, const FlowKey& key, UnitSink& sink);
  void add_pure_acknowledgment(const ReceivedFrame& frame, const TcpSegment& segment, Flow* flow, UnitSink& sink);
  /// Begins a unit, in a new flow if there is none, after ending all units if there is no room for it.
  UnitInProgress& start(const ReceivedFrame& frame, wire::Bytes payload, Flow* flow, const FlowKey& key,
                        UnitSink& sink);
  void deliver_alone(const ReceivedFrame& frame, Flow* flow, UnitSink& sink);
  void end_unit(Flow* flow, UnitSink& sink);
  void end_units_between_hosts_of(const ReceivedFrame& frame, UnitSink& sink);
  [[nodiscard]] Counters& counters_of(const ReceivedFrame& frame) noexcept {
    return frame.map.transport.is_tcp() ? tcp_counters : udp_counters;
  }

  std::size_t max_ip_length_;
  FlowTable flows_;
  UnitDelivery delivery_;
};

namespace {

/// Whether the consumer takes units of this kind and the offload is active (RSC-3, RSC-26, RSC-29, RSC-31). What is a
/// super-frame already stays alone. A frame that has a VSID came encapsulated: joining such frames is part of NVGRE
/// offload, so it ends with it (STATE-18).
bool may_join(const ReceivedFrame& frame, const ActiveOffloads& offloads) noexcept {
  if (frame.metadata.is_super_frame() || !offloads.rsc.of(frame.map.inner_ip.version)) return false;
  if (frame.vsid && !offloads.nvgre) return false;
  if (frame.map.transport.is_tcp()) return frame.accepts_units;
  return frame.accepts_udp_units && offloads.udp_coalescing;
}

/// Whether a frame of which nothing is known behind the IP header may be part of a TCP or UDP flow all the same: a
/// fragment, or a header that is cut or malformed.
bool may_belong_to_flow(const wire::NetworkHeader& ip) noexcept {
  return ip && (ip.is_fragment || ip.protocol == wire::IpProtocol::kTcp || ip.protocol == wire::IpProtocol::kUdp);
}

}  // namespace

void Coalescer::Batch::add(const ReceivedFrame& frame, const ActiveOffloads& offloads, UnitSink& sink) {
  const wire::HeaderMap& map = frame.map;
  if (map.outer_ip || !map.inner_ip || !map.transport) {  // encapsulated (RSC-1), or no flow to speak of
    if (!map.outer_ip && may_belong_to_flow(map.inner_ip)) end_units_between_hosts_of(frame, sink);
    return delivery_.deliver_frame(frame, sink);
  }
  const FlowKey key(frame);
  Flow* const flow = flows_.find(key);
  if (!may_join(frame, offloads)) return deliver_alone(frame, flow, sink);
  if (map.transport.is_tcp()) return add_tcp(frame, flow, key, sink);
  add_udp(frame, flow, key, sink);
}

void Coalescer::Batch::finish(UnitSink& sink) {
  for (Flow& flow : flows_.flows()) end_unit(&flow, sink);
  flows_.clear();
}

void Coalescer::Batch::add_tcp(const ReceivedFrame& frame, Flow* flow, const FlowKey& key, UnitSink& sink) {
  const auto segment = read_tcp_segment(frame);
  if (!segment) {
    ++tcp_counters.aborts;
    return deliver_alone(frame, flow, sink);
  }
  const wire::Bytes payload = transport_payload(frame);
  if (payload.empty()) return add_pure_acknowledgment(frame, *segment, flow, sink);
  if (flow != nullptr && flow->unit.is_open) {
    const JoinVerdict verdict = judge_tcp_data(flow->unit, frame, *segment, payload, max_ip_length_);
    if (verdict == JoinVerdict::kJoin) {
      flow->unit.append(frame, payload, delivery_.form());
      return merge_tcp_header(flow->unit, *segment);
    }
    if (verdict != JoinVerdict::kRestartBySize) ++tcp_counters.aborts;
    if (verdict == JoinVerdict::kAlone) return deliver_alone(frame, flow, sink);
    end_unit(flow, sink);
  }
  UnitInProgress& unit = start(frame, payload, flow, key, sink);
  unit.tcp = *segment;
  unit.first_timestamp = segment->timestamps ? segment->timestamps->value : 0;
}

void Coalescer::Batch::add_pure_acknowledgment(const ReceivedFrame& frame, const TcpSegment& segment, Flow* flow,
                                               UnitSink& sink) {
  const bool has_unit = flow != nullptr && flow->unit.is_open;
  if (has_unit && is_window_update(flow->unit, frame, segment)) {
    flow->unit.headers_changed = true;
    flow->unit.meet(frame);
    return merge_tcp_header(flow->unit, segment);
  }
  if (has_unit) ++tcp_counters.aborts;
  deliver_alone(frame, flow, sink);  // RSC-12
}

void Coalescer::Batch::add_udp(const ReceivedFrame& frame, Flow* flow, const FlowKey& key, UnitSink& sink) {
  if (!is_udp_candidate(frame)) {
    ++udp_counters.aborts;
    return deliver_alone(frame, flow, sink);
  }
  const wire::Bytes payload = transport_payload(frame);
  if (flow != nullptr && flow->unit.is_open) {
    const JoinVerdict verdict = judge_udp(flow->unit, frame, payload, max_ip_length_);
    if (verdict == JoinVerdict::kJoin) return flow->unit.append(frame, payload, delivery_.form());
    if (verdict != JoinVerdict::kRestartBySize) {
      ++udp_counters.aborts;
      return deliver_alone(frame, flow, sink);
    }
    end_unit(flow, sink);
  }
  start(frame, payload, flow, key, sink);
}

UnitInProgress& Coalescer::Batch::start(const ReceivedFrame& frame, wire::Bytes payload, Flow* flow, const FlowKey& key,
                                        UnitSink& sink) {
  if (flow == nullptr && flows_.is_full()) {
    ++counters_of(frame).aborts;  // for lack of resources (RSC-5, RSC-28)
    finish(sink);
  }
  if (flow == nullptr) flow = &flows_.insert(key);
  flow->unit.start(frame, payload, delivery_.form());
  return flow->unit;
}

void Coalescer::Batch::deliver_alone(const ReceivedFrame& frame, Flow* flow, UnitSink& sink) {
  end_unit(flow, sink);
  delivery_.deliver_frame(frame, sink);
}

void Coalescer::Batch::end_unit(Flow* flow, UnitSink& sink) {
  if (flow == nullptr || !flow->unit.is_open) return;
  UnitInProgress& unit = flow->unit;
  if (unit.slice_count > 1) {  // RSC-28
    Counters& counters = counters_of(unit.first);
    counters.coalesced_packets += unit.slice_count;
    counters.coalesced_octets += unit.payload_bytes;
    ++counters.coalesce_events;
  }
  delivery_.deliver_unit(unit, sink);
  unit.is_open = false;
}

void Coalescer::Batch::end_units_between_hosts_of(const ReceivedFrame& frame, UnitSink& sink) {
  const FlowKey key(frame);
  for (Flow& flow : flows_.flows())
    if (flow.key.has_hosts_of(key)) end_unit(&flow, sink);
}

Coalescer::Coalescer(UnitChecksums form, const CoalescingLimits& limits)
    : batch_(std::make_unique<Batch>(form, limits)) {}
Coalescer::Coalescer(Coalescer&&) noexcept = default;
Coalescer& Coalescer::operator=(Coalescer&&) noexcept = default;
Coalescer::~Coalescer() = default;

void Coalescer::add(const ReceivedFrame& frame, const ActiveOffloads& offloads, UnitSink& sink) {
  batch_->add(frame, offloads, sink);
}
void Coalescer::finish(UnitSink& sink) {
  batch_->finish(sink);
}
CoalescingStatistics Coalescer::statistics() const noexcept {
  return batch_->tcp_counters.values();
}
CoalescingStatistics Coalescer::udp_statistics() const noexcept {
  return batch_->udp_counters.values();
}

}  // namespace nvgre::offload
