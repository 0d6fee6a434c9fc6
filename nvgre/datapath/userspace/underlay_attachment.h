/// What ties us to the underlay interface: packet sockets, the guard against the host's stack, multicast groups, and
/// the claims on our Provider Addresses. Attached again whenever the interface comes back.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "nvgre/datapath/data_plane.h"
#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/group_membership.h"
#include "nvgre/datapath/userspace/host_guard.h"
#include "nvgre/datapath/userspace/kernel_tables.h"
#include "nvgre/datapath/userspace/usability.h"
#include "nvgre/datapath/userspace/worker_view.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// @note  One thread at a time.
class UnderlayAttachment {
 public:
  /// @param steering_program  For more than one worker; negative: the kernel's own hash.
  UnderlayAttachment(HostGuard& guard, unsigned worker_count, int steering_program)
      : guard_(guard), worker_count_(worker_count), steering_program_(steering_program) {}

  /// What a policy needs and may not get; nothing is changed yet.
  struct Prepared {
    std::shared_ptr<const UnderlaySockets> sockets;
    std::map<wire::ProviderAddress, FileDescriptor> claims;  ///< Only those that are not held yet.
  };
  [[nodiscard]] Result<Prepared> prepare(const overlay::ProviderDescription& provider, const Link& link) const;
  /// Takes up what was prepared. @return An error, and nothing was changed.
  [[nodiscard]] Result<void> commit(Prepared prepared, const overlay::Policy& policy, const Link& link);

  /// Follows the interface: gone, back, down or up. @return true if the sockets are others now.
  bool follow(const std::optional<Link>& link, const overlay::Policy& policy);

  /// Something could not be attached again: to be tried once more by follow().
  [[nodiscard]] bool wants_retry() const noexcept { return link_ && (!sockets_ || !is_complete_); }

  [[nodiscard]] const std::shared_ptr<const UnderlaySockets>& sockets() const noexcept { return sockets_; }
  [[nodiscard]] UnderlayStatus status() const;

 private:
  void guard_as_before();
  void attach_again(const Link& link, const overlay::Policy& policy);
  void open_again(const Link& link);
  [[nodiscard]] bool complete(const Link& link, const overlay::Policy& policy);

  HostGuard& guard_;
  unsigned worker_count_;
  int steering_program_;
  std::optional<Link> link_;
  std::string interface_;
  std::shared_ptr<const UnderlaySockets> sockets_;
  std::map<wire::ProviderAddress, FileDescriptor> claims_;
  bool is_complete_ = true;  ///< The guard stands and the groups are joined.
  GroupMembership groups_;
  Usability usability_;
};

}  // namespace nvgre::datapath::userspace
