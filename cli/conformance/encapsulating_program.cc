#include "cli/conformance/encapsulating_program.h"

#include <cassert>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nvgre/datapath/userspace/packet_socket.h"
#include "nvgre/datapath/userspace/system_error.h"

namespace nvgre::cli {
namespace {

using datapath::userspace::FileDescriptor;
using datapath::userspace::system_error;

constexpr std::uint32_t kTcxEgress = 47;  ///< BPF_TCX_EGRESS: newer than Debian 12's headers.
constexpr std::int32_t kNextProgram = -1, kDrop = 2;
constexpr std::uint8_t kResult = BPF_REG_0, kFirst = BPF_REG_1, kContext = BPF_REG_6, kFrame = BPF_REG_10;

bpf_insn instruction(int code, std::uint8_t to = 0, std::uint8_t from = 0, std::int16_t offset = 0,
                     std::int32_t value = 0) {
  bpf_insn made{};
  made.code = static_cast<std::uint8_t>(code);
  made.dst_reg = to & 0xF;
  made.src_reg = from & 0xF;
  made.off = offset;
  made.imm = value;
  return made;
}

/// The program as a list of instructions: each function adds one.
class Assembler {
 public:
  void copy(std::uint8_t to, std::uint8_t from) { add(instruction(BPF_ALU64 | BPF_MOV | BPF_X, to, from)); }
  void set(std::uint8_t to, std::int32_t value) { add(instruction(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value)); }
  void set_wide(std::uint8_t to, std::uint64_t value) {
    add(instruction(BPF_LD | BPF_IMM | BPF_DW, to, 0, 0, static_cast<std::int32_t>(value)));
    add(instruction(0, 0, 0, 0, static_cast<std::int32_t>(value >> 32)));
  }
  void load_context(std::uint8_t to, std::size_t offset) {
    add(instruction(BPF_LDX | BPF_MEM | BPF_W, to, kContext, static_cast<std::int16_t>(offset)));
  }
  void add_to(std::uint8_t to, std::int32_t value) { add(instruction(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, value)); }
  void call(int helper) { add(instruction(BPF_JMP | BPF_CALL, 0, 0, 0, helper)); }
  void end_with(std::int32_t result) {
    set(kResult, result);
    add(instruction(BPF_JMP | BPF_EXIT));
  }
  /// Ends with `result` unless the register has the value; 32 bits are compared.
  void end_unless(std::uint8_t value, std::int32_t wanted, std::int32_t result) {
    add(instruction(BPF_JMP32 | BPF_JEQ | BPF_K, value, 0, 2, wanted));
    end_with(result);
  }
  /// Puts the bytes below the frame pointer, so that they end `distance` bytes below it. A multiple of 4.
  void store_on_stack(wire::Bytes bytes, std::int16_t distance) {
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::int32_t)) {
      std::int32_t part = 0;
      std::memcpy(&part, bytes.data() + at, sizeof part);
      const auto offset = static_cast<std::int16_t>(distance + static_cast<std::int16_t>(at));
      add(instruction(BPF_ST | BPF_MEM | BPF_W, kFrame, 0, offset, part));
    }
  }
  [[nodiscard]] std::vector<bpf_insn> take() { return std::move(code_); }

 private:
  void add(const bpf_insn& made) { code_.push_back(made); }
  std::vector<bpf_insn> code_;
};

/// The inner Ethernet header stays where it is: room is made between it and the inner IP header, and then all headers
/// are written over both. The size of a segment is the tenant's and must not shrink (FIXED_GSO).
std::vector<bpf_insn> assemble(wire::IpVersion outer, wire::Bytes tunnel) {
  constexpr std::uint64_t kL2Shift = 56;
  const std::uint64_t flags =
      BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L4_GRE | BPF_F_ADJ_ROOM_ENCAP_L2_ETH |
      std::uint64_t{ETH_HLEN} << kL2Shift |
      (outer == wire::IpVersion::kV4 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 : BPF_F_ADJ_ROOM_ENCAP_L3_IPV6);
  const auto size = static_cast<std::int16_t>(tunnel.size());
  Assembler program;
  program.copy(kContext, kFirst);
  program.load_context(BPF_REG_2, offsetof(__sk_buff, mark));
  program.end_unless(BPF_REG_2, static_cast<std::int32_t>(datapath::userspace::kPacketMark), kNextProgram);
  std::uint16_t inner_type = 0;  // as it lies on the wire: so has the context it too
  std::memcpy(&inner_type, tunnel.data() + tunnel.size() - sizeof inner_type, sizeof inner_type);
  program.load_context(BPF_REG_2, offsetof(__sk_buff, protocol));
  program.end_unless(BPF_REG_2, inner_type, kNextProgram);

  program.copy(BPF_REG_1, kContext);
  program.set(BPF_REG_2, size - ETH_HLEN);
  program.set(BPF_REG_3, BPF_ADJ_ROOM_MAC);
  program.set_wide(BPF_REG_4, flags);
  program.call(BPF_FUNC_skb_adjust_room);
  program.end_unless(kResult, 0, kDrop);

  const auto below = static_cast<std::int16_t>(-((size + 7) / 8 * 8));
  program.store_on_stack(tunnel, below);
  program.copy(BPF_REG_1, kContext);
  program.set(BPF_REG_2, 0);
  program.copy(BPF_REG_3, kFrame);
  program.add_to(BPF_REG_3, below);
  program.set(BPF_REG_4, size);
  program.set(BPF_REG_5, 0);
  program.call(BPF_FUNC_skb_store_bytes);
  program.end_unless(kResult, 0, kDrop);
  program.end_with(kNextProgram);
  return program.take();
}

int bpf(int command, bpf_attr& attributes) {
  return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

}  // namespace

Result<EncapsulatingProgram> EncapsulatingProgram::attach(int interface_index, wire::IpVersion outer,
                                                          wire::Bytes tunnel) {
  assert(tunnel.size() % sizeof(std::int32_t) == 0);
  const auto code = assemble(outer, tunnel);
  constexpr char kLicense[] = "Apache-2.0";
  bpf_attr load{};
  load.prog_type = BPF_PROG_TYPE_SCHED_CLS;
  load.insns = reinterpret_cast<std::uintptr_t>(code.data());
  load.insn_cnt = static_cast<std::uint32_t>(code.size());
  load.license = reinterpret_cast<std::uintptr_t>(kLicense);
  FileDescriptor program(bpf(BPF_PROG_LOAD, load));
  if (!program) return std::unexpected(system_error("load the program that encapsulates", errno, "CAP_BPF"));

  bpf_attr attach{};
  attach.link_create.prog_fd = static_cast<std::uint32_t>(program.number());
  attach.link_create.target_ifindex = static_cast<std::uint32_t>(interface_index);
  attach.link_create.attach_type = kTcxEgress;
  FileDescriptor link(bpf(BPF_LINK_CREATE, attach));
  if (!link && errno == EINVAL)
    return failure(ErrorCode::kUnavailable, "the kernel can't attach a program to a device's egress (tcx, Linux 6.6)");
  if (!link) return std::unexpected(system_error("attach the program that encapsulates", errno, "CAP_NET_ADMIN"));
  return EncapsulatingProgram(std::move(program), std::move(link));
}

}  // namespace nvgre::cli
