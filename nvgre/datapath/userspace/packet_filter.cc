#include "nvgre/datapath/userspace/packet_filter.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>

namespace nvgre::datapath::userspace {
namespace {

/// A program in the making. Jumps go forward to labels, which are resolved when it is complete.
class Assembler {
 public:
  enum class Label : std::uint8_t {};
  static constexpr std::size_t kMaxSize = 64, kMaxLabels = 16;

  constexpr void load_byte(std::uint32_t at) { add(BPF_LD | BPF_B | BPF_ABS, at); }
  constexpr void load_half(std::uint32_t at) { add(BPF_LD | BPF_H | BPF_ABS, at); }
  constexpr void load_byte_from_x(std::uint32_t at) { add(BPF_LD | BPF_B | BPF_IND, at); }
  constexpr void load_half_from_x(std::uint32_t at) { add(BPF_LD | BPF_H | BPF_IND, at); }
  constexpr void set_x(std::uint32_t value) { add(BPF_LDX | BPF_IMM, value); }
  constexpr void and_with(std::uint32_t value) { add(BPF_ALU | BPF_AND | BPF_K, value); }
  constexpr void shift_left(std::uint32_t bits) { add(BPF_ALU | BPF_LSH | BPF_K, bits); }
  constexpr void add_x() { add(BPF_ALU | BPF_ADD | BPF_X, 0); }
  constexpr void copy_to_x() { add(BPF_MISC | BPF_TAX, 0); }
  constexpr void finish(std::uint32_t verdict) { add(BPF_RET | BPF_K, verdict); }

  /// Jumps on the accumulator; if the condition does not hold, the next instruction follows.
  constexpr void if_equal(std::uint32_t value, Label label) { jump(BPF_JMP | BPF_JEQ | BPF_K, value, label, true); }
  constexpr void unless_equal(std::uint32_t value, Label label) {
    jump(BPF_JMP | BPF_JEQ | BPF_K, value, label, false);
  }
  constexpr void if_any_bit(std::uint32_t bits, Label label) { jump(BPF_JMP | BPF_JSET | BPF_K, bits, label, true); }

  [[nodiscard]] constexpr Label new_label() { return Label{label_count_++}; }
  constexpr void here(Label label) { labels_[static_cast<std::size_t>(label)] = size_; }
  constexpr void resolve() {
    for (std::size_t i = 0; i < size_; ++i) {
      if (!jumps_[i].is_jump) continue;
      const auto distance = static_cast<std::uint8_t>(labels_[static_cast<std::size_t>(jumps_[i].label)] - i - 1);
      (jumps_[i].when ? code_[i].jt : code_[i].jf) = distance;
    }
  }
  [[nodiscard]] constexpr PacketFilter code() const { return PacketFilter(code_).first(size_); }

 private:
  struct Jump {
    bool is_jump = false;
    bool when = true;
    Label label{};
  };
  constexpr void add(int code, std::uint32_t value) {
    code_[size_++] = {.code = static_cast<std::uint16_t>(code), .jt = 0, .jf = 0, .k = value};
  }
  constexpr void jump(int code, std::uint32_t value, Label label, bool when) {
    jumps_[size_] = {.is_jump = true, .when = when, .label = label};
    add(code, value);
  }

  std::array<sock_filter, kMaxSize> code_{};
  std::array<Jump, kMaxSize> jumps_{};
  std::array<std::size_t, kMaxLabels> labels_{};
  std::size_t size_ = 0;
  std::uint8_t label_count_ = 0;
};

using Label = Assembler::Label;

constexpr std::uint32_t kWholeFrame = 0x40000;  // more bytes than any frame has
constexpr std::uint32_t kEtherTypeAt = 12, kLinkSize = 14, kTagSize = 4;
constexpr std::uint32_t kIcmpHeaderSize = 8, kIpv6HeaderSize = 40;
constexpr std::uint32_t kProtocolAt = 9, kFragmentAt = 6, kNextHeaderAt = 6;

constexpr std::array<std::uint32_t, 4> kExtensionHeaders = {IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT,
                                                            IPPROTO_DSTOPTS};

/// Leaves in X where the IP header starts and goes to the label of its version.
constexpr void step_over_tags(Assembler& program, Label v4, Label v6, Label drop) {
  for (std::uint32_t tags = 0; tags <= 2; ++tags) {
    program.set_x(kLinkSize + tags * kTagSize);
    program.load_half(kEtherTypeAt + tags * kTagSize);
    program.if_equal(ETH_P_IP, v4);
    if (tags == 2) {
      program.unless_equal(ETH_P_IPV6, drop);
      program.if_equal(ETH_P_IPV6, v6);
      return;
    }
    program.if_equal(ETH_P_IPV6, v6);
    const auto next = program.new_label();
    program.if_equal(ETH_P_8021Q, next);
    program.unless_equal(ETH_P_8021AD, drop);
    program.here(next);
  }
}

/// IPv4: GRE, or "fragmentation needed" (type 3, code 4) that quotes GRE.
constexpr void judge_v4(Assembler& program, Label accept, Label drop) {
  constexpr std::uint32_t kFragmentationNeeded = 0x0304, kFragmentOffset = 0x1FFF;
  program.load_byte_from_x(kProtocolAt);
  program.if_equal(IPPROTO_GRE, accept);
  program.unless_equal(IPPROTO_ICMP, drop);
  program.load_half_from_x(kFragmentAt);
  program.if_any_bit(kFragmentOffset, drop);
  program.load_byte_from_x(0);  // X moves over the header and its options
  program.and_with(0x0F);
  program.shift_left(2);
  program.add_x();
  program.copy_to_x();
  program.load_half_from_x(0);
  program.unless_equal(kFragmentationNeeded, drop);
  program.load_byte_from_x(kIcmpHeaderSize + kProtocolAt);
  program.if_equal(IPPROTO_GRE, accept);
  program.finish(0);
}

/// IPv6: GRE, at once or behind extension headers, or "packet too big" (type 2) that quotes GRE. Of a longer chain of
/// extension headers only the start is looked at; what passes is judged by whoever reads it.
constexpr void judge_v6(Assembler& program, Label accept, Label drop) {
  constexpr std::uint32_t kPacketTooBig = 2;
  const auto extension = program.new_label(), icmp = program.new_label();
  program.load_byte_from_x(kNextHeaderAt);
  program.if_equal(IPPROTO_GRE, accept);
  program.if_equal(IPPROTO_ICMPV6, icmp);
  for (const auto header : kExtensionHeaders) program.if_equal(header, extension);
  program.finish(0);
  program.here(extension);
  program.load_byte_from_x(kIpv6HeaderSize);
  program.if_equal(IPPROTO_GRE, accept);
  for (const auto header : kExtensionHeaders) program.if_equal(header, accept);
  program.finish(0);
  program.here(icmp);
  program.load_byte_from_x(kIpv6HeaderSize);
  program.unless_equal(kPacketTooBig, drop);
  program.load_byte_from_x(kIpv6HeaderSize + kIcmpHeaderSize + kNextHeaderAt);
  program.if_equal(IPPROTO_GRE, accept);
}

constexpr Assembler assemble_underlay_filter() {
  Assembler program;
  const auto v4 = program.new_label(), v6 = program.new_label();
  const auto accept = program.new_label(), drop = program.new_label();
  program.load_byte(static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE));
  program.if_equal(PACKET_OTHERHOST, drop);
  program.if_equal(PACKET_OUTGOING, drop);
  step_over_tags(program, v4, v6, drop);
  program.here(v4);
  judge_v4(program, accept, drop);
  program.here(v6);
  judge_v6(program, accept, drop);
  program.here(drop);
  program.finish(0);
  program.here(accept);
  program.finish(kWholeFrame);
  program.resolve();
  return program;
}

constexpr Assembler kUnderlayFilter = assemble_underlay_filter();
constexpr std::array<sock_filter, 1> kDropAll = {sock_filter{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = 0}};

}  // namespace

PacketFilter underlay_filter() noexcept {
  return kUnderlayFilter.code();
}
PacketFilter drop_all_filter() noexcept {
  return kDropAll;
}

}  // namespace nvgre::datapath::userspace
