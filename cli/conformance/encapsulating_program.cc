#include "cli/conformance/encapsulating_program.h"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include "nvgre/datapath/userspace/bpf_assembler.h"
#include "nvgre/datapath/userspace/bpf_system.h"
#include "nvgre/datapath/userspace/packet_socket.h"

namespace nvgre::cli {
namespace {

constexpr std::int32_t kNextProgram = -1, kDrop = 2;

using Assembler = datapath::userspace::BpfAssembler;
using Register = Assembler::Register;

void end_with(Assembler& program, std::int32_t result) {
  program.set(Assembler::kAnswer, result);
  program.finish();
}

/// Ends with `result` unless the register has the value.
void end_unless(Assembler& program, Register value, std::int32_t wanted, std::int32_t result) {
  const auto next = program.new_label();
  program.jump_if(BPF_JEQ, value, wanted, next);
  end_with(program, result);
  program.here(next);
}

/// Frames without our mark, and those whose EtherType is not that of the tunnel's inner frame, pass as they are.
void pass_others(Assembler& program, wire::Bytes tunnel) {
  constexpr auto kValue = Register::k2;
  std::uint16_t inner_type = 0;  // as it lies on the wire: so has the context it too
  std::memcpy(&inner_type, tunnel.data() + tunnel.size() - sizeof inner_type, sizeof inner_type);
  program.load(BPF_W, kValue, Assembler::kContext, offsetof(__sk_buff, mark));
  end_unless(program, kValue, static_cast<std::int32_t>(datapath::userspace::kPacketMark), kNextProgram);
  program.load(BPF_W, kValue, Assembler::kContext, offsetof(__sk_buff, protocol));
  end_unless(program, kValue, inner_type, kNextProgram);
}

/// The inner Ethernet header stays where it is: room is made between it and the inner IP header. The size of a segment
/// is the tenant's and must not shrink (FIXED_GSO).
void make_room(Assembler& program, wire::IpVersion outer, std::int32_t size) {
  constexpr std::uint64_t kL2Shift = 56;
  const std::uint64_t flags =
      BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L4_GRE | BPF_F_ADJ_ROOM_ENCAP_L2_ETH |
      std::uint64_t{ETH_HLEN} << kL2Shift |
      (outer == wire::IpVersion::kV4 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 : BPF_F_ADJ_ROOM_ENCAP_L3_IPV6);
  program.copy(Register::k1, Assembler::kContext);
  program.set(Register::k2, size - ETH_HLEN);
  program.set(Register::k3, BPF_ADJ_ROOM_MAC);
  program.set_wide(Register::k4, flags);
  program.call(BPF_FUNC_skb_adjust_room);
  end_unless(program, Assembler::kAnswer, 0, kDrop);
}

/// All headers, over the room and the inner Ethernet header.
void write_headers(Assembler& program, wire::Bytes tunnel) {
  constexpr int kSlotSize = 8;
  const auto size = static_cast<std::int32_t>(tunnel.size());
  const auto begin = static_cast<std::int16_t>(-((size + kSlotSize - 1) / kSlotSize * kSlotSize));
  program.store_bytes(datapath::userspace::BpfSlot{begin}, tunnel);
  program.copy(Register::k1, Assembler::kContext);
  program.set(Register::k2, 0);
  program.copy(Register::k3, Register::kStack);
  program.advance(Register::k3, begin);
  program.set(Register::k4, size);
  program.set(Register::k5, 0);
  program.call(BPF_FUNC_skb_store_bytes);
  end_unless(program, Assembler::kAnswer, 0, kDrop);
}

}  // namespace

Result<EncapsulatingProgram> EncapsulatingProgram::attach(int interface_index, wire::IpVersion outer,
                                                          wire::Bytes tunnel) {
  assert(tunnel.size() % sizeof(std::int32_t) == 0);
  Assembler code;
  code.copy(Assembler::kContext, Register::k1);  // which brings the context
  pass_others(code, tunnel);
  make_room(code, outer, static_cast<std::int32_t>(tunnel.size()));
  write_headers(code, tunnel);
  end_with(code, kNextProgram);
  auto program = datapath::userspace::load_program(BPF_PROG_TYPE_SCHED_CLS, "nvgre_encap", code.code());
  if (!program) return std::unexpected(std::move(program.error()));
  auto link = datapath::userspace::attach_to_egress(*program, interface_index);
  if (!link) return std::unexpected(std::move(link.error()));
  return EncapsulatingProgram(std::move(*program), std::move(*link));
}

}  // namespace nvgre::cli
