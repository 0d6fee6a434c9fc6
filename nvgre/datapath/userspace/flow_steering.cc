#include "nvgre/datapath/userspace/flow_steering.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nvgre/datapath/userspace/system_error.h"

namespace nvgre::datapath::userspace {
namespace {

// Registers: LD_ABS and LD_IND want the context in R6 and answer in R0, in host order, destroying R1 to R5. A load that
// reaches behind the frame ends the program with 0: such a frame goes to worker 0.
enum Register : std::uint8_t { kR0 = 0, kContext = 6, kIp = 7, kHash = 8, kProtocol = 9 };

/// A program in the making; jumps go forward to labels.
class Program {
 public:
  using Label = std::size_t;

  void load(int size, std::int32_t at) { add(BPF_LD | size | BPF_ABS, kR0, kR0, at); }
  void load_from_ip(int size, std::int32_t at) { add(BPF_LD | size | BPF_IND, kR0, kIp, at); }
  void set(Register to, std::int32_t value) { add(BPF_ALU64 | BPF_MOV | BPF_K, to, kR0, value); }
  void copy(Register to, Register from) { add(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0); }
  void calculate(int operation, Register to, std::int32_t value) { add(BPF_ALU | operation | BPF_K, to, kR0, value); }
  void calculate(int operation, Register to, Register from) { add(BPF_ALU | operation | BPF_X, to, from, 0); }
  void load_context(Register to, std::size_t offset) {
    add(BPF_LDX | BPF_MEM | BPF_W, to, kContext, 0, static_cast<std::int16_t>(offset));
  }
  void if_equal(Register value, std::int32_t other, Label label) { jump(BPF_JEQ, value, other, label); }
  void unless_equal(Register value, std::int32_t other, Label label) { jump(BPF_JNE, value, other, label); }
  void if_any_bit(Register value, std::int32_t bits, Label label) { jump(BPF_JSET, value, bits, label); }
  void go(Label label) {
    jumps_.push_back({.at = code_.size(), .label = label});
    add(BPF_JMP | BPF_JA, kR0, kR0, 0);
  }
  void finish() { add(BPF_JMP | BPF_EXIT, kR0, kR0, 0); }

  [[nodiscard]] Label new_label() {
    labels_.push_back(0);
    return labels_.size() - 1;
  }
  void here(Label label) { labels_[label] = code_.size(); }
  void resolve() {
    for (const auto& jump : jumps_) code_[jump.at].off = static_cast<std::int16_t>(labels_[jump.label] - jump.at - 1);
  }
  [[nodiscard]] const std::vector<bpf_insn>& code() const { return code_; }

 private:
  struct Jump {
    std::size_t at;
    Label label;
  };
  void add(int code, std::uint8_t to, std::uint8_t from, std::int32_t value, std::int16_t offset = 0) {
    bpf_insn instruction{};
    instruction.code = static_cast<std::uint8_t>(code);
    instruction.dst_reg = to & 0xF;
    instruction.src_reg = from & 0xF;
    instruction.off = offset;
    instruction.imm = value;
    code_.push_back(instruction);
  }
  void jump(int condition, Register value, std::int32_t other, Label label) {
    jumps_.push_back({.at = code_.size(), .label = label});
    add(BPF_JMP | condition | BPF_K, value, kR0, other);
  }

  std::vector<bpf_insn> code_;
  std::vector<Jump> jumps_;
  std::vector<std::size_t> labels_;
};

using Label = Program::Label;

/// Adds a 32-bit number of the IP header into the hash. A sum, because it is the same for both directions.
void mix_word(Program& program, std::int32_t at) {
  program.load_from_ip(BPF_W, at);
  program.calculate(BPF_ADD, kHash, kR0);
}

/// Adds both ports, if the protocol has ports. kIp points to the transport header, less `size`.
void mix_ports(Program& program, std::int32_t size, Label done) {
  const auto has_ports = program.new_label();
  program.if_equal(kProtocol, IPPROTO_TCP, has_ports);
  program.unless_equal(kProtocol, IPPROTO_UDP, done);
  program.here(has_ports);
  for (const int at : {0, 2}) {
    program.load_from_ip(BPF_H, size + at);
    program.calculate(BPF_ADD, kHash, kR0);
  }
}

/// IPv4 at kIp. Fragments go by addresses alone: all of one datagram stay together, but may pass its flow's others.
void hash_v4(Program& program, Label done) {
  constexpr std::int32_t kFragmentBits = 0x3FFF, kFragmentAt = 6, kProtocolAt = 9, kSourceAt = 12, kDestinationAt = 16;
  mix_word(program, kSourceAt);
  mix_word(program, kDestinationAt);
  program.load_from_ip(BPF_B, kProtocolAt);
  program.copy(kProtocol, kR0);
  program.load_from_ip(BPF_H, kFragmentAt);
  program.if_any_bit(kR0, kFragmentBits, done);
  program.load_from_ip(BPF_B, 0);
  program.calculate(BPF_AND, kR0, 0x0F);
  program.calculate(BPF_LSH, kR0, 2);
  program.calculate(BPF_ADD, kIp, kR0);
  mix_ports(program, 0, done);
  program.go(done);
}

/// IPv6 at kIp. Behind extension headers the addresses alone count.
void hash_v6(Program& program, Label done) {
  constexpr std::int32_t kNextHeaderAt = 6, kSourceAt = 8, kHeaderSize = 40;
  for (std::int32_t at = kSourceAt; at < kHeaderSize; at += 4) mix_word(program, at);
  program.load_from_ip(BPF_B, kNextHeaderAt);
  program.copy(kProtocol, kR0);
  mix_ports(program, kHeaderSize, done);
}

/// Spreads the sum over all bits and ends with its upper half; the kernel divides that by the number of queues.
void finish(Program& program) {
  constexpr auto kGoldenRatio = static_cast<std::int32_t>(0x9E37'79B1);
  program.copy(kR0, kHash);
  program.calculate(BPF_MUL, kR0, kGoldenRatio);
  program.calculate(BPF_RSH, kR0, 16);
  program.finish();
}

/// Goes to `v4` or `v6` by the frame's protocol as the kernel found it, else to `done`.
void by_protocol(Program& program, Label v4, Label v6, Label done) {
  program.load_context(kR0, offsetof(__sk_buff, protocol));
  program.if_equal(kR0, htons(ETH_P_IP), v4);
  program.if_equal(kR0, htons(ETH_P_IPV6), v6);
  program.go(done);
}

/// Steps from the outer IP header to the inner one; frames that are not NVGRE go to worker 0.
void step_into_tunnel(Program& program, Label inner_v4, Label inner_v6, Label done) {
  constexpr std::int32_t kKeyAndType = 0x2000'6558, kGreSize = 8, kLinkSize = 14, kEtherTypeAt = 12, kIpv6Size = 40;
  const auto outer_v4 = program.new_label(), outer_v6 = program.new_label(), tunnel = program.new_label();
  by_protocol(program, outer_v4, outer_v6, done);
  program.here(outer_v4);
  program.load(BPF_B, 0);
  program.calculate(BPF_AND, kR0, 0x0F);
  program.calculate(BPF_LSH, kR0, 2);
  program.copy(kIp, kR0);
  program.go(tunnel);
  program.here(outer_v6);
  program.set(kIp, kIpv6Size);
  program.here(tunnel);
  program.load_from_ip(BPF_W, 0);
  program.unless_equal(kR0, kKeyAndType, done);
  program.load_from_ip(BPF_H, kGreSize + kEtherTypeAt);
  program.calculate(BPF_ADD, kIp, kGreSize + kLinkSize);
  program.if_equal(kR0, ETH_P_IP, inner_v4);
  program.if_equal(kR0, ETH_P_IPV6, inner_v6);
  program.go(done);
}

std::vector<bpf_insn> assemble(SteeringPlace place) {
  Program program;
  const auto v4 = program.new_label(), v6 = program.new_label(), done = program.new_label();
  program.copy(kContext, static_cast<Register>(1));  // R1 brings the context
  program.set(kHash, 0);
  program.set(kIp, place == SteeringPlace::kTapQueue ? ETH_HLEN : 0);
  program.set(kProtocol, 0);
  if (place == SteeringPlace::kUnderlaySocket)
    step_into_tunnel(program, v4, v6, done);
  else
    by_protocol(program, v4, v6, done);
  program.here(v4);
  hash_v4(program, done);
  program.here(v6);
  hash_v6(program, done);
  program.here(done);
  finish(program);
  program.resolve();
  return program.code();
}

}  // namespace

Result<FileDescriptor> load_steering_program(SteeringPlace place) {
  const auto code = assemble(place);
  constexpr char kLicense[] = "Apache-2.0";
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  attributes.insns = reinterpret_cast<std::uintptr_t>(code.data());
  attributes.insn_cnt = static_cast<std::uint32_t>(code.size());
  attributes.license = reinterpret_cast<std::uintptr_t>(kLicense);
  FileDescriptor program(static_cast<int>(::syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes)));
  if (!program) return std::unexpected(system_error("load the program that spreads flows", errno, "CAP_BPF"));
  return program;
}

}  // namespace nvgre::datapath::userspace
