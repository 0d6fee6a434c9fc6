#include "nvgre/datapath/userspace/bpf_system.h"

#include <algorithm>
#include <cerrno>

#include <linux/membarrier.h>
#include <spdlog/fmt/fmt.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nvgre/datapath/userspace/privileges.h"
#include "nvgre/datapath/userspace/system_error.h"

namespace nvgre::datapath::userspace {
namespace {

int request(bpf_cmd command, bpf_attr& attributes) noexcept {
  return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

std::uint64_t address_of(const void* object) noexcept {
  return reinterpret_cast<std::uintptr_t>(object);
}

void write_name(char (&to)[BPF_OBJ_NAME_LEN], std::string_view name) noexcept {
  std::copy_n(name.begin(), std::min<std::size_t>(name.size(), BPF_OBJ_NAME_LEN - 1), to);
}

/// The kernel's own reason, and what is missing if anything is: it does not say EPERM of every lack (privileges.h).
std::unexpected<Error> failed(std::string_view doing) {
  auto error = system_error(doing, errno, "");
  const auto missing = missing_program_capabilities();
  if (!missing.empty())
    error.message += fmt::format("; this process lacks {} (run as root, or grant it)", missing);
  else if (error.code == ErrorCode::kPrivilege)
    error.message += "; it needs CAP_BPF and CAP_PERFMON in the first user namespace";
  return std::unexpected(std::move(error));
}

}  // namespace

Result<BpfMap> BpfMap::make(std::string_view name, const Layout& layout) {
  bpf_attr attributes{};
  attributes.map_type = layout.type;
  attributes.key_size = static_cast<std::uint32_t>(layout.key_size);
  attributes.value_size = static_cast<std::uint32_t>(layout.value_size);
  attributes.max_entries = layout.max_entries;
  write_name(attributes.map_name, name);
  FileDescriptor map(request(BPF_MAP_CREATE, attributes));
  if (!map) return failed(fmt::format("make the map {}", name));
  return BpfMap(std::move(map));
}

Result<void> BpfMap::set_entry(const void* key, const void* value) {
  bpf_attr attributes{};
  attributes.map_fd = static_cast<std::uint32_t>(number());
  attributes.key = address_of(key);
  attributes.value = address_of(value);
  attributes.flags = BPF_ANY;
  if (request(BPF_MAP_UPDATE_ELEM, attributes) != 0) return failed("write to a steering map");
  return {};
}

void BpfMap::remove_entry(const void* key) noexcept {
  bpf_attr attributes{};
  attributes.map_fd = static_cast<std::uint32_t>(number());
  attributes.key = address_of(key);
  request(BPF_MAP_DELETE_ELEM, attributes);
}

Result<FileDescriptor> load_program(bpf_prog_type type, std::string_view name, std::span<const bpf_insn> code) {
  constexpr char kLicense[] = "Apache-2.0";
  bpf_attr attributes{};
  attributes.prog_type = type;
  attributes.insns = address_of(code.data());
  attributes.insn_cnt = static_cast<std::uint32_t>(code.size());
  attributes.license = address_of(kLicense);
  write_name(attributes.prog_name, name);
  FileDescriptor program(request(BPF_PROG_LOAD, attributes));
  if (!program) return failed(fmt::format("load the program {}", name));
  return program;
}

Result<FileDescriptor> attach_to_egress(const FileDescriptor& program, int interface_index) {
  constexpr std::uint32_t kTcxEgress = 47;  // BPF_TCX_EGRESS: newer than Debian 12's headers
  bpf_attr attributes{};
  attributes.link_create.prog_fd = static_cast<std::uint32_t>(program.number());
  attributes.link_create.target_ifindex = static_cast<std::uint32_t>(interface_index);
  attributes.link_create.attach_type = kTcxEgress;
  FileDescriptor link(request(BPF_LINK_CREATE, attributes));
  if (link) return link;
  if (errno == EINVAL)
    return failure(ErrorCode::kUnavailable, "the kernel can't attach a program to a device's egress (tcx, Linux 6.6)");
  return std::unexpected(system_error("attach a program to a device's egress", errno, "CAP_NET_ADMIN"));
}

void wait_for_bpf_programs() noexcept {
  // Programs run inside the kernel's read-side sections, and this barrier waits for all of those.
  ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

}  // namespace nvgre::datapath::userspace
