/// Network namespaces without a name: they live as long as somebody holds them, so that nothing is left behind however
/// the program ends.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/offload/result.h"

namespace nvgre::cli {

using datapath::userspace::FileDescriptor;

class NetworkNamespace {
 public:
  /// A new namespace whose loopback is up. @return kPrivilege if that is not allowed here.
  [[nodiscard]] static Result<NetworkNamespace> create();

  /// Runs `work` on a thread inside the namespace and waits for it; what it throws is thrown here.
  void run(const std::function<void()>& work) const;
  /// Starts `work` on a thread inside the namespace. `work` must not throw.
  [[nodiscard]] std::jthread start(std::function<void()> work) const;
  [[nodiscard]] int descriptor() const { return descriptor_.number(); }

 private:
  explicit NetworkNamespace(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
  FileDescriptor descriptor_;
};

}  // namespace nvgre::cli
