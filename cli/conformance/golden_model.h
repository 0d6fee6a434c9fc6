/// What a device has to make of a case: the engine's own answer to the same request.
#pragma once

#include <vector>

#include "cli/conformance/device_case.h"
#include "nvgre/wire/frame_layer.h"

namespace nvgre::cli {

/// The packets in the order of the wire. @throws std::logic_error if the engine refuses a case of ours.
[[nodiscard]] std::vector<wire::ByteVector> golden_packets(const DeviceCase& device_case);

}  // namespace nvgre::cli
