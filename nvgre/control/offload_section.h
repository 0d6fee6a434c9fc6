/// [offload] of a configuration file as text: written anew, or edited in a file that people keep.
#pragma once

#include <string>
#include <string_view>

#include "nvgre/offload/keywords.h"
#include "nvgre/wire/result.h"

namespace nvgre::control {

/// The whole table: given keywords as keys, the others as comments with their defaults.
[[nodiscard]] std::string offload_section(const offload::Keywords& keywords);

/// A configuration in which [offload] gives these keywords. Lines of other values change, missing ones are added;
/// everything else, comments and order too, stays byte for byte.
/// @param text   A configuration that is accepted.
/// @param wanted Gives at least the keywords that `text` gives.
/// @return       An error if [offload] is not written line by line, for example as an inline table.
[[nodiscard]] Result<std::string> with_keywords(std::string_view text, const offload::Keywords& wanted);

/// The same for a file, which is replaced as a whole or, on an error, stays as it is.
[[nodiscard]] Result<void> write_keywords(const std::string& path, const offload::Keywords& wanted);

}  // namespace nvgre::control
