#include "nvgre/datapath/userspace/host_guard.h"

#include <cerrno>
#include <random>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <nftables/libnftables.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nvgre/datapath/userspace/packet_filter.h"
#include "nvgre/datapath/userspace/packet_socket.h"
#include "nvgre/datapath/userspace/system_error.h"

namespace nvgre::datapath::userspace {
namespace {

// Before whatever else the administrator hooked in: nobody is meant to see these frames.
constexpr int kPriority = -500;

/// Names of chains take letters, digits and few signs; a device's name may have others. Each byte gets its own form.
std::string chain_name(const std::string& prefix, const std::string& device) {
  std::string name = prefix;
  for (const char letter : device) name += fmt::format("{:02x}", static_cast<unsigned char>(letter));
  return name;
}

std::string base_chain(const std::string& table, const std::string& chain, std::string_view hook,
                       const std::string& device) {
  return fmt::format("add chain netdev {} {} {{ type filter hook {} device \"{}\" priority {}; policy accept; }}\n",
                     table, chain, hook, device, kPriority);
}

std::string delete_chain(const std::string& table, const std::string& chain) {
  return fmt::format("flush chain netdev {0} {1}\ndelete chain netdev {0} {1}\n", table, chain);
}

/// Drops what the endpoint takes (WIRE-11, WIRE-12): flags and version under the mask 0xFC07, type 0x6558. The test of
/// the protocol comes last: with it first, nft 1.0.6 fails to list the rule. GRE goes by its number, because a
/// container may lack /etc/protocols.
std::string drop_nvgre(const std::string& table, const std::string& chain, const wire::ProviderAddress& address) {
  return fmt::format("add rule netdev {} {} {} daddr {} @th,0,32 & 0xfc07ffff == 0x20006558 {} 47 drop\n", table, chain,
                     address.ip().is_v4() ? "ip" : "ip6", address.to_string(),
                     address.ip().is_v4() ? "ip protocol" : "meta l4proto");
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

void HostGuard::ContextDeleter::operator()(nft_ctx* context) const noexcept {
  nft_ctx_free(context);
}

Result<HostGuard> HostGuard::make() {
  HostGuard guard;
  auto opened = guard.open_table();
  if (opened) return guard;
  spdlog::warn("guard nftables=unavailable reason=\"{}\" fallback=raw-sockets", opened.error().message);
  guard.context_.reset();
  if (auto raw = guard.open_raw_sockets(); !raw) return std::unexpected(std::move(raw.error()));
  return guard;
}

Result<void> HostGuard::open_table() {
  context_.reset(nft_ctx_new(NFT_CTX_DEFAULT));
  if (!context_) return failure(ErrorCode::kSystem, "libnftables does not start");
  nft_ctx_buffer_error(context_.get());
  nft_ctx_buffer_output(context_.get());
  // Containers may share a network namespace and yet have the same process numbers.
  table_ = fmt::format("nvgre_{}_{:04x}", ::getpid(), std::random_device{}() & 0xFFFF);
  // The table lives as long as the context's socket: after kill -9 nothing is left behind.
  return run(fmt::format("create table netdev {} {{ flags owner; }}\n", table_), "");
}

Result<void> HostGuard::open_raw_sockets() {
  for (const int family : {AF_INET, AF_INET6}) {
    FileDescriptor socket(::socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_GRE));
    if (!socket && errno == EAFNOSUPPORT) continue;  // a host without IPv6 answers nothing over it either
    if (!socket) return std::unexpected(system_error("open a raw socket for GRE", errno, "CAP_NET_RAW"));
    const auto filter = drop_all_filter();
    const sock_fprog program{.len = static_cast<unsigned short>(filter.size()),
                             .filter = const_cast<sock_filter*>(filter.data())};
    if (::setsockopt(socket.number(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
      return std::unexpected(system_error("close a raw socket's ears", errno, "CAP_NET_RAW"));
    raw_sockets_.push_back(std::move(socket));
  }
  return {};
}

Result<void> HostGuard::run(const std::string& commands, const std::string& subject) {
  if (nft_run_cmd_from_buffer(context_.get(), commands.c_str()) == 0) return {};
  return failure(ErrorCode::kSystem,
                 fmt::format("nftables refused: {}", first_line(nft_ctx_get_error_buffer(context_.get()))), subject);
}

Result<void> HostGuard::guard_underlay(const std::string& interface, std::span<const wire::ProviderAddress> addresses) {
  if (!context_) return {};
  std::string commands = base_chain(table_, "underlay", "ingress", interface);
  for (const auto& address : addresses) commands += drop_nvgre(table_, "underlay", address);
  // One transaction, so that there is no moment without a guard; but an interface that vanished may have taken the
  // chain along.
  if (has_underlay_chain_ && run(delete_chain(table_, "underlay") + commands, interface)) return {};
  auto done = run(commands, interface);
  if (done) has_underlay_chain_ = true;
  return done;
}

Result<void> HostGuard::guard_port(const std::string& device) {
  if (!context_)
    return failure(ErrorCode::kUnavailable,
                   fmt::format("device \"{}\" exists already, and without nftables the host's own stack would see the "
                               "tenant's frames; make nftables available, or let nvgre make the device",
                               device),
                   device);
  release_port(device);
  const auto in = chain_name("in_", device), out = chain_name("out_", device);
  auto done =
      run(base_chain(table_, in, "ingress", device) + fmt::format("add rule netdev {} {} drop\n", table_, in), device);
  if (!done) return done;
  guarded_ports_.insert(device);
  // What the host itself would say on the tenant's cable (router solicitations, multicast reports) is stopped where the
  // kernel has egress hooks (Linux 5.16).
  if (auto egress = run(base_chain(table_, out, "egress", device) +
                            fmt::format("add rule netdev {} {} meta mark != {:#x} drop\n", table_, out, kPacketMark),
                        device);
      !egress)
    spdlog::warn("guard device={} egress=unavailable reason=\"{}\"", device, egress.error().message);
  return {};
}

void HostGuard::release_port(const std::string& device) {
  if (guarded_ports_.erase(device) == 0) return;
  // Each by itself: a device that vanished has taken its chains' hooks along, and there may be no egress chain.
  for (const auto* prefix : {"in_", "out_"}) {
    const auto deleted = run(delete_chain(table_, chain_name(prefix, device)), device);
    if (!deleted) spdlog::debug("guard device={} release=\"{}\"", device, deleted.error().message);
  }
}

}  // namespace nvgre::datapath::userspace
