/// The PA multicast groups that this host listens to: joined on the underlay interface as any socket would, so that the
/// card lets their Ethernet addresses in and routers hear of it (IGMP, MLD).
#pragma once

#include <map>
#include <span>
#include <string>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

class GroupMembership {
 public:
  /// Joins these groups on this interface, and leaves all others. What stays is not left for a moment.
  /// @return  An error if one can't be joined; then nothing was changed.
  [[nodiscard]] Result<void> set(int interface_index, std::span<const wire::ProviderAddress> groups);

 private:
  int interface_index_ = 0;
  std::map<wire::ProviderAddress, FileDescriptor> joined_;  ///< One socket a group: closing it leaves.
};

}  // namespace nvgre::datapath::userspace
