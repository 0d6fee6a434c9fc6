/// Writes eBPF instructions: what the programs that this data plane gives the kernel are made with, so that building it
/// takes no other compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <linux/bpf.h>

#include "nvgre/wire/bytes.h"

namespace nvgre::datapath::userspace {

/// R0 answers, R1 to R5 are destroyed by every call and every load from the frame, R6 to R9 stay. Loads from the frame
/// want the context in R6.
enum class BpfRegister : std::uint8_t { k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, kStack };

/// A number on the program's stack, by its distance from the top: -8, -16, ... The verifier compares whole slots only.
enum class BpfSlot : std::int16_t {};

/// One program in the making. Jumps go to labels, which are resolved when the program is complete.
/// @note  Numbers are unsigned, and of 32 bits wherever they come from the frame, the stack or a map.
class BpfAssembler {
 public:
  using Label = std::size_t;
  using Register = BpfRegister;
  static constexpr auto kAnswer = Register::k0;
  static constexpr auto kContext = Register::k6;

  // Numbers.
  void set(Register to, std::int32_t value) { add(BPF_ALU64 | BPF_MOV | BPF_K, to, Register::k0, value); }
  /// 64 bits.
  void set_wide(Register to, std::uint64_t value) {
    add(BPF_LD | BPF_IMM | BPF_DW, to, Register::k0, static_cast<std::int32_t>(value));
    bpf_insn upper_half{};
    upper_half.imm = static_cast<std::int32_t>(value >> 32);
    code_.push_back(upper_half);
  }
  void copy(Register to, Register from) { add(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0); }
  /// @param operation  BPF_ADD, BPF_AND, BPF_LSH, ...
  void calculate(int operation, Register to, std::int32_t value) {
    add(BPF_ALU | operation | BPF_K, to, Register::k0, value);
  }
  void calculate(int operation, Register to, Register from) { add(BPF_ALU | operation | BPF_X, to, from, 0); }
  /// Moves an address.
  void advance(Register address, std::int32_t bytes) { calculate_wide(BPF_ADD, address, bytes); }
  void advance(Register address, Register bytes) { add(BPF_ALU64 | BPF_ADD | BPF_X, address, bytes, 0); }

  // The frame, in host order. @pre kContext holds the context @param size  BPF_B, BPF_H or BPF_W.
  void load_frame(int size, std::int32_t at) { add(BPF_LD | size | BPF_ABS, Register::k0, Register::k0, at); }
  /// The same, `at` bytes behind what `base` says.
  void load_frame(int size, Register base, std::int32_t at) { add(BPF_LD | size | BPF_IND, Register::k0, base, at); }

  // Memory.
  void load(int size, Register to, Register address, std::int32_t offset) {
    add(BPF_LDX | BPF_MEM | size, to, address, 0, static_cast<std::int16_t>(offset));
  }
  void load(Register to, BpfSlot from) { load(BPF_DW, to, Register::kStack, static_cast<std::int16_t>(from)); }
  void store(BpfSlot to, Register from) { store(BPF_DW, to, 0, from); }
  void store(BpfSlot to, std::int32_t value) {
    add(BPF_ST | BPF_MEM | BPF_DW, Register::kStack, Register::k0, value, static_cast<std::int16_t>(to));
  }
  /// Stores 32 bits into a struct that begins at a slot.
  void store_word(BpfSlot to, std::size_t offset, Register from) { store(BPF_W, to, offset, from); }

  /// Puts bytes on the stack, from a slot upwards. @pre bytes.size() is a multiple of 4
  void store_bytes(BpfSlot to, wire::Bytes bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::int32_t)) {
      std::int32_t part = 0;
      std::memcpy(&part, bytes.data() + at, sizeof part);
      const auto offset = static_cast<std::int16_t>(static_cast<std::int16_t>(to) + static_cast<std::int16_t>(at));
      add(BPF_ST | BPF_MEM | BPF_W, Register::kStack, Register::k0, part, offset);
    }
  }

  /// Calls a helper of the kernel (BPF_FUNC_*) with R1 to R5; R0 answers.
  void call(bpf_func_id helper) { add(BPF_JMP | BPF_CALL, Register::k0, Register::k0, helper); }
  /// Looks `key` up: R0 is the address of the value, or 0.
  void look_up(int map, BpfSlot key) {
    add(BPF_LD | BPF_IMM | BPF_DW, Register::k1, static_cast<Register>(BPF_PSEUDO_MAP_FD), map);
    code_.push_back({});  // the upper half of the number
    copy(Register::k2, Register::kStack);
    advance(Register::k2, static_cast<std::int16_t>(key));
    call(BPF_FUNC_map_lookup_elem);
  }

  // Jumps. @param condition  BPF_JEQ, BPF_JNE, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE or BPF_JSET.
  void jump_if(int condition, Register value, std::int32_t other, Label label) {
    jumps_.push_back({.at = code_.size(), .label = label});
    add(BPF_JMP | condition | BPF_K, value, Register::k0, other);
  }
  void jump_if(int condition, Register value, Register other, Label label) {
    jumps_.push_back({.at = code_.size(), .label = label});
    add(BPF_JMP | condition | BPF_X, value, other, 0);
  }
  void jump(Label label) {
    jumps_.push_back({.at = code_.size(), .label = label});
    add(BPF_JMP | BPF_JA, Register::k0, Register::k0, 0);
  }
  void finish() { add(BPF_JMP | BPF_EXIT, Register::k0, Register::k0, 0); }

  [[nodiscard]] Label new_label() {
    labels_.push_back(0);
    return labels_.size() - 1;
  }
  void here(Label label) { labels_[label] = code_.size(); }

  /// The program. @pre every label that is jumped to is somewhere
  [[nodiscard]] const std::vector<bpf_insn>& code() {
    for (const auto& jump : jumps_) code_[jump.at].off = static_cast<std::int16_t>(labels_[jump.label] - jump.at - 1);
    return code_;
  }

 private:
  void calculate_wide(int operation, Register to, std::int32_t value) {
    add(BPF_ALU64 | operation | BPF_K, to, Register::k0, value);
  }
  void store(int size, BpfSlot to, std::size_t offset, Register from) {
    const auto at = static_cast<std::int16_t>(static_cast<std::int16_t>(to) + static_cast<std::int16_t>(offset));
    add(BPF_STX | BPF_MEM | size, Register::kStack, from, 0, at);
  }
  struct Jump {
    std::size_t at;
    Label label;
  };
  void add(int code, Register to, Register from, std::int32_t value, std::int16_t offset = 0) {
    bpf_insn instruction{};
    instruction.code = static_cast<std::uint8_t>(code);
    instruction.dst_reg = static_cast<std::uint8_t>(to) & 0xF;
    instruction.src_reg = static_cast<std::uint8_t>(from) & 0xF;
    instruction.off = offset;
    instruction.imm = value;
    code_.push_back(instruction);
  }

  std::vector<bpf_insn> code_;
  std::vector<Jump> jumps_;
  std::vector<std::size_t> labels_;
};

}  // namespace nvgre::datapath::userspace
