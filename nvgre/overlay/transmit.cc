// A frame's way from its port, each function a step:
//   1. prepare: its headers are mapped, tags set aside, checksums that no offload is made for are finished;
//   2. carry: its source is judged, ARP and ND requests are answered;
//   3. route: it goes to a port of this host, to the host of its lookup record, or to everyone;
//   4. settle: its one outcome is counted.
#include "nvgre/overlay/transmit.h"

#include "nvgre/overlay/arp_nd_responder.h"
#include "nvgre/overlay/checksum_completion.h"
#include "nvgre/overlay/flooding.h"
#include "nvgre/overlay/too_big.h"

namespace nvgre::overlay {

using wire::DropReason;

namespace {

/// Why a held frame must not go any more: the policy may be another one than when it was held (OVL-4).
std::optional<DropReason> judge_held(const Port& port, const wire::ProviderAddress& destination,
                                     const PortFrame& given) noexcept {
  const VirtualSubnet& subnet = port.subnet();
  if (given.held_in != subnet.vsid()) return DropReason::kPortDown;
  if (!destination.ip().is_multicast() && !subnet.is_known_source(destination)) return DropReason::kUnknownDestination;
  return std::nullopt;
}

}  // namespace

void Transmitter::transmit(TransmitBurst& burst, const PortFrame& given) {
  ++counters_.frames_from_ports;
  counters_.bytes_from_ports += given.bytes.size();
  const Port* port = burst.snapshot.policy.port(given.port);
  if (port == nullptr) return settle(nullptr, Outcome::refused(DropReason::kPortDown));
  auto& counters = port->counters(worker_);
  ++counters.frames_from_tenant;
  counters.bytes_from_tenant += given.bytes.size();
  const auto frame = prepare(given);
  if (!frame) return settle(port, Outcome::refused(frame.error()));
  settle(port, carry(burst, {*port, given, *frame}));
}

void Transmitter::transmit_to(TransmitBurst& burst, const wire::ProviderAddress& destination, const PortFrame& given) {
  ++counters_.frames_resumed;
  const Port* port = burst.snapshot.policy.port(given.port);
  if (port == nullptr) return settle(nullptr, Outcome::refused(DropReason::kPortDown));
  if (const auto reason = judge_held(*port, destination, given)) return settle(port, Outcome::refused(*reason));
  const auto frame = prepare(given);
  if (!frame) return settle(port, Outcome::refused(frame.error()));
  const SentFrame sent{*port, given, *frame};
  settle(port, send(burst, sent, destination));
}

wire::Checked<TenantFrame> Transmitter::prepare(const PortFrame& given) {
  auto frame = TenantFrame::parse(given.bytes, given.metadata);
  if (!frame || !frame->metadata().needs_checksum || frame->needs_transport_checksum()) return frame;
  if (frame->size() > scratch_.size()) return std::unexpected(DropReason::kPayloadTooLarge);
  ++counters_.software_checksummed;
  return TenantFrame::parse(complete_checksum(*frame, scratch_), {}, BytesStay::kDuringCall);
}

Outcome Transmitter::carry(TransmitBurst& burst, const SentFrame& sent) {
  const auto read = read_neighbor_message(sent.frame);
  // What cannot be judged is refused only where sources are judged: ARP of other protocols than IPv4, for example.
  if (!read && sent.port.description().spoof_check) return Outcome::refused(read.error());
  const std::optional<NeighborMessage> message = read.value_or(std::nullopt);
  if (const auto reason = judge_source(sent.port, sent.frame, message)) return Outcome::refused(*reason);
  if (message) {
    if (const auto* owner = answer_for(sent.port, *message)) {
      answer(burst, sent, *message, *owner);
      return {.kind = Outcome::Kind::kAnswered};
    }
  }
  return route(burst, sent);
}

void Transmitter::answer(TransmitBurst& burst, const SentFrame& sent, const NeighborMessage& message,
                         const Owner& owner) {
  std::array<std::uint8_t, kMaxAnswerSize> bytes;
  const std::size_t size = write_answer(bytes, sent.frame, message, owner);
  ++(message.asked->ip().is_v4() ? counters_.arp_answered : counters_.nd_answered);
  burst.ports.deliver_own(sent.port.index(), wire::Bytes(bytes).first(size));
}

Outcome Transmitter::route(TransmitBurst& burst, const SentFrame& sent) {
  if (sent.frame.destination().is_group()) return flood(burst, sent);
  const Location* location = sent.port.subnet().find(sent.frame.destination());
  if (location == nullptr) return route_unknown(burst, sent);
  if (const auto* to = std::get_if<PortIndex>(location)) return deliver_local(burst, sent, *to);
  return send(burst, sent, std::get<wire::ProviderAddress>(*location));
}

Outcome Transmitter::send(TransmitBurst& burst, const SentFrame& sent, const wire::ProviderAddress& destination) {
  const auto outcome = sender_.send(burst.snapshot, sent, destination, burst.output);
  if (outcome.is_too_big()) tell_too_big(burst, sent, outcome.inner_mtu);
  return outcome;
}

Outcome Transmitter::route_unknown(TransmitBurst& burst, const SentFrame& sent) {
  const VirtualSubnet& subnet = sent.port.subnet();
  switch (subnet.description().unknown) {
    case UnknownMode::kFlood:
      return flood(burst, sent);
    case UnknownMode::kReport:
      burst.output.events.miss(subnet.vsid(), sent.frame.destination());
      return Outcome::refused(DropReason::kReportedMiss);
    case UnknownMode::kDrop:
      break;
  }
  return Outcome::refused(DropReason::kUnknownDestination);
}

/// A frame never goes back to its sender, not even one addressed to the sender itself.
Outcome Transmitter::deliver_local(TransmitBurst& burst, const SentFrame& sent, PortIndex to) {
  if (to == sent.port.index()) return Outcome::refused(DropReason::kUnknownDestination);
  if (const auto reason = burst.ports.deliver_local(to, sent.frame)) return Outcome::refused(*reason);
  ++counters_.local_deliveries;
  ++sent.port.subnet().counters(worker_).local_deliveries;
  return {.kind = Outcome::Kind::kLocal};
}

Outcome Transmitter::flood(TransmitBurst& burst, const SentFrame& sent) {
  const VirtualSubnet& subnet = sent.port.subnet();
  if (subnet.description().flood == FloodMode::kDrop) return Outcome::refused(DropReason::kFloodDisabled);
  FloodOutcome outcome;
  for (const PortIndex to : subnet.local_ports())
    if (to != sent.port.index()) outcome.add(deliver_local(burst, sent, to));
  for (const auto& destination : flood_destinations(subnet, sent.frame))
    outcome.add(sender_.send(burst.snapshot, sent, destination, burst.output));
  if (const auto mtu = outcome.too_big_mtu()) tell_too_big(burst, sent, *mtu);
  outcome.count(counters_);
  return outcome.result();
}

void Transmitter::settle(const Port* port, const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::kEncapsulated:
      ++counters_.frames_encapsulated;
      break;
    case Outcome::Kind::kLocal:
      ++counters_.frames_local;
      break;
    case Outcome::Kind::kAnswered:
      ++counters_.frames_answered;
      break;
    case Outcome::Kind::kHeld:
      ++counters_.frames_held;
      break;
    case Outcome::Kind::kRefused:
      ++counters_.drops[outcome.reason];
      if (port != nullptr) ++port->counters(worker_).drops[outcome.reason];
      break;
  }
}

void Transmitter::tell_too_big(TransmitBurst& burst, const SentFrame& sent, std::size_t inner_mtu) {
  if (!may_tell_too_big(sent.frame) || !too_big_limiter_.allow(sent.port.index(), burst.now)) {
    ++counters_.too_big_suppressed;
    return;
  }
  std::array<std::uint8_t, kMaxTooBigSize> bytes;
  const std::size_t size = write_too_big_frame(bytes, sent.frame, inner_mtu);
  ++counters_.too_big_sent;
  burst.ports.deliver_own(sent.port.index(), wire::Bytes(bytes).first(size));
}

}  // namespace nvgre::overlay
