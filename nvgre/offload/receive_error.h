/// Why a receive filter, a queue or a hash setting is refused. The NDIS façade maps each to the status of the same
/// name.
#pragma once

#include <cstdint>
#include <expected>

namespace nvgre::offload {

enum class ReceiveError : std::uint8_t {
  kInvalidParameter,  ///< The request contradicts itself, the capabilities or the queue's state.
  kFileNotFound,      ///< No filter has this id (VMQ-26).
  kResources,         ///< All queues or filters are in use (VMQ-25).
  kNotAccepted,       ///< The filter or queue belongs to somebody else (VMQ-24, VMQ-26).
};

/// A value, or why there is none; nothing was changed then.
template <typename T>
using ReceiveResult = std::expected<T, ReceiveError>;

}  // namespace nvgre::offload
