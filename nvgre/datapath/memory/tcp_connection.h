/// One TCP connection of a simulated tenant, as small as TCP can be and still carry a stream over a network that loses,
/// reorders, doubles and corrupts (RFC 9293): handshake, cumulative acknowledgment, go-back-N on a timer or on three
/// duplicate acknowledgments. The opener sends a stream, the accepter receives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "nvgre/overlay/endpoint.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/tcp.h"

namespace nvgre::datapath::memory {

/// A segment or super-segment to be sent, without addresses.
struct TcpSegment {
  std::uint32_t sequence_number = 0;
  std::uint32_t acknowledgment_number = 0;
  wire::TcpFlags flags = wire::TcpFlags::kAck;
  wire::Bytes payload;  ///< Bytes of the stream; stay until the connection goes.
};

class TcpConnection {
 public:
  /// The side that opens the connection and sends `stream`.
  [[nodiscard]] static TcpConnection opener(std::vector<std::uint8_t> stream, std::uint32_t initial_sequence);
  /// The side that receives.
  [[nodiscard]] static TcpConnection accepter(std::uint32_t initial_sequence);

  /// Takes one segment or unit that passed the checksum.
  void receive(const wire::TcpView& segment, overlay::Instant now);
  /// What is to be sent now: at most `limit` payload bytes a segment.
  [[nodiscard]] std::vector<TcpSegment> poll(std::size_t limit, overlay::Instant now);

  /// The opener's: the peer has all of the stream and knows that it ended.
  [[nodiscard]] bool is_finished() const { return state_ == State::kFinished; }
  /// The accepter's: everything in order so far.
  [[nodiscard]] const std::vector<std::uint8_t>& received() const { return received_; }
  [[nodiscard]] bool has_end() const { return has_end_; }
  [[nodiscard]] std::uint64_t retransmissions() const { return retransmissions_; }

 private:
  enum class State : std::uint8_t { kOpening, kListening, kEstablished, kFinished };

  void receive_acknowledgment(const wire::TcpView& segment, overlay::Instant now);
  void receive_payload(const wire::TcpView& segment);
  void go_back(overlay::Instant now);
  [[nodiscard]] TcpSegment segment(std::uint32_t sequence, wire::TcpFlags flags, wire::Bytes payload = {}) const;
  [[nodiscard]] std::size_t offset_of(std::uint32_t sequence) const { return sequence - (initial_ + 1); }

  State state_ = State::kOpening;
  bool opens_ = true;
  std::vector<std::uint8_t> stream_;
  std::vector<std::uint8_t> received_;
  bool has_end_ = false;
  bool owes_acknowledgment_ = false;
  std::uint32_t initial_ = 0;
  std::uint32_t unacknowledged_ = 0;  ///< Oldest sequence number not acknowledged.
  std::uint32_t next_ = 0;            ///< Next sequence number to send.
  std::uint32_t expected_ = 0;        ///< Next sequence number of the peer.
  std::uint16_t peer_window_ = 0xFFFF;
  unsigned duplicate_acknowledgments_ = 0;
  std::optional<overlay::Instant> timer_;
  std::uint64_t retransmissions_ = 0;
};

}  // namespace nvgre::datapath::memory
