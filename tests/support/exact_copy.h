/// Bytes in a block of exactly their size, so that the address sanitizer notices a read one byte beside them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "nvgre/wire/bytes.h"

namespace nvgre::test {

/// A copy on the heap without a byte to spare.
class ExactCopy {
 public:
  explicit ExactCopy(wire::Bytes bytes) : size_(bytes.size()), bytes_(std::make_unique<std::uint8_t[]>(bytes.size())) {
    std::copy(bytes.begin(), bytes.end(), bytes_.get());
  }
  [[nodiscard]] wire::Bytes bytes() const { return {bytes_.get(), size_}; }
  [[nodiscard]] wire::MutableBytes mutable_bytes() { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> bytes_;
};

}  // namespace nvgre::test
