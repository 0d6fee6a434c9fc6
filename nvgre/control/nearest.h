/// "Did you mean ...?": finds the word that somebody meant.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace nvgre::control {

/// The word with the fewest edits (insert, remove, replace, swap neighbours) from `given`, whatever the case; nothing
/// if even that one differs in more than a third of its letters.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view given, std::span<const std::string_view> words);

}  // namespace nvgre::control
