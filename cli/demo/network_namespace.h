/// Network namespaces without a name: they live as long as somebody holds them, so that nothing is left behind however
/// the program ends.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "nvgre/offload/result.h"

namespace nvgre::cli {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

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
  explicit NetworkNamespace(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace nvgre::cli
