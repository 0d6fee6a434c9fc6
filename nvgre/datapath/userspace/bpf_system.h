/// The few requests to the kernel's eBPF machinery that are made here: maps, their entries, programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <linux/bpf.h>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// A map of plain structs.
/// @note  One thread at a time; programs read entries at any moment.
class BpfMap {
 public:
  struct Layout {
    bpf_map_type type;
    std::size_t key_size, value_size;
    std::uint32_t max_entries;
  };
  /// @param name  For bpftool; at most 15 characters.
  [[nodiscard]] static Result<BpfMap> make(std::string_view name, const Layout& layout);

  /// Replaces an entry, or makes it. In an array the value is written in place, number by number.
  template <typename Key, typename Value>
  [[nodiscard]] Result<void> set(const Key& key, const Value& value) {
    return set_entry(&key, &value);
  }
  /// Removes an entry, if there is one.
  template <typename Key>
  void remove(const Key& key) noexcept {
    remove_entry(&key);
  }
  [[nodiscard]] int number() const noexcept { return descriptor_.number(); }

 private:
  explicit BpfMap(FileDescriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}
  Result<void> set_entry(const void* key, const void* value);
  void remove_entry(const void* key) noexcept;

  FileDescriptor descriptor_;
};

/// Loads a program that is run for single frames.
/// @param type  BPF_PROG_TYPE_SOCKET_FILTER: a socket or a TAP asks it; BPF_PROG_TYPE_SCHED_CLS: it stands in a
/// device's way.
[[nodiscard]] Result<FileDescriptor> load_program(bpf_prog_type type, std::string_view name,
                                                  std::span<const bpf_insn> code);

/// Lets a program (BPF_PROG_TYPE_SCHED_CLS) see every frame that leaves a device, until the result is closed.
/// @return  kUnavailable: the kernel has no tcx (before Linux 6.6).
[[nodiscard]] Result<FileDescriptor> attach_to_egress(const FileDescriptor& program, int interface_index);

/// Returns when no program still runs that had begun before.
void wait_for_bpf_programs() noexcept;

}  // namespace nvgre::datapath::userspace
