/// Keeps the host's own network stack away from what is ours: it must not answer NVGRE packets to our Provider
/// Addresses with ICMP errors, nor see or answer the frames of tenants whose devices we attached to.
///
/// With nftables: one table of the netdev family that belongs to this process and vanishes with it. Its ingress chains
/// come after packet sockets have seen a frame, and drop
///  - on the underlay: GRE to our PAs whose flags, version and type the endpoint accepts (WIRE-11); other GRE passes;
///  - on a port's device: everything; and, going out, everything that we did not send ourselves.
/// Without nftables: raw sockets for protocol 47 that throw everything away, which silence "protocol unreachable" for
/// all GRE of the host; devices of tenants can't be guarded then.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/result.h"

struct nft_ctx;

namespace nvgre::datapath::userspace {

/// @note  One thread at a time.
class HostGuard {
 public:
  /// Makes the table, or falls back to raw sockets.
  /// @return  An error if neither works.
  [[nodiscard]] static Result<HostGuard> make();

  /// Guards these addresses on this interface, instead of what was guarded before.
  [[nodiscard]] Result<void> guard_underlay(const std::string& interface,
                                            std::span<const wire::ProviderAddress> addresses);
  /// Cuts the host's stack off from a tenant's device; again after the device came back.
  [[nodiscard]] Result<void> guard_port(const std::string& device);
  /// Gives the device back to the host's stack.
  void release_port(const std::string& device);

  [[nodiscard]] bool uses_nftables() const noexcept { return static_cast<bool>(context_); }

 private:
  struct ContextDeleter {
    void operator()(nft_ctx* context) const noexcept;
  };
  HostGuard() = default;
  [[nodiscard]] Result<void> open_table();
  [[nodiscard]] Result<void> open_raw_sockets();
  [[nodiscard]] Result<void> run(const std::string& commands, const std::string& subject);

  std::unique_ptr<nft_ctx, ContextDeleter> context_;
  std::vector<FileDescriptor> raw_sockets_;
  std::string table_;
  bool has_underlay_chain_ = false;
  std::set<std::string> guarded_ports_;
};

}  // namespace nvgre::datapath::userspace
