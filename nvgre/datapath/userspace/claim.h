/// A claim on something that only one `nvgre run` of a network namespace may use: a tenant's device, a Provider
/// Address. It is a name in the kernel's abstract socket space, so it ends with the process, however that ends.
#pragma once

#include <string_view>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// @param kind  What is claimed, for messages: "device", "Provider Address".
/// @return      The claim, to be kept while it is used, or kBusy.
[[nodiscard]] Result<FileDescriptor> claim(std::string_view kind, std::string_view name);

}  // namespace nvgre::datapath::userspace
