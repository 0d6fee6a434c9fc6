/// Whether a device can be used, and how often it began and ceased to be usable.
#pragma once

#include <cstdint>

namespace nvgre::datapath::userspace {

class Usability {
 public:
  /// @return true if that is a change.
  bool update(bool is_usable) noexcept {
    if (is_usable == is_usable_) return false;
    is_usable_ = is_usable;
    ++(is_usable ? attach_count_ : loss_count_);
    return true;
  }
  [[nodiscard]] bool is_usable() const noexcept { return is_usable_; }
  [[nodiscard]] std::uint64_t attach_count() const noexcept { return attach_count_; }
  [[nodiscard]] std::uint64_t loss_count() const noexcept { return loss_count_; }

 private:
  bool is_usable_ = false;
  std::uint64_t attach_count_ = 0;
  std::uint64_t loss_count_ = 0;
};

}  // namespace nvgre::datapath::userspace
