/// What changes in the kernel's tables of links, addresses, routes and neighbours, as it happens.
#pragma once

#include <memory>
#include <vector>

#include "nvgre/datapath/userspace/kernel_tables.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// What has changed since the last time.
struct KernelChanges {
  bool is_incomplete = false;  ///< Too much happened at once: everything has to be read anew.
  std::vector<Link> links;     ///< Devices that changed or went, as they were last.
  bool addresses = false;
  bool routes = false;
  struct NeighborChange {
    Neighbor neighbor;
    bool is_gone = false;
  };
  std::vector<NeighborChange> neighbors;  ///< In order.
};

/// @note  One thread at a time. Sees the network namespace in which it was opened.
class KernelEvents {
 public:
  [[nodiscard]] static Result<KernelEvents> open();

  /// Readable when something has changed.
  [[nodiscard]] int number() const noexcept;
  /// Takes all that waits, without waiting.
  [[nodiscard]] KernelChanges take();

 private:
  struct SocketDeleter {
    void operator()(nl_sock* socket) const noexcept;
  };
  explicit KernelEvents(nl_sock* socket) : socket_(socket) {}

  std::unique_ptr<nl_sock, SocketDeleter> socket_;
};

}  // namespace nvgre::datapath::userspace
