#include "nvgre/control/nearest.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <numeric>
#include <vector>

namespace nvgre::control {
namespace {

bool same_letter(char left, char right) {
  return std::tolower(static_cast<unsigned char>(left)) == std::tolower(static_cast<unsigned char>(right));
}

/// Optimal string alignment distance, row by row: rows[0] belongs to the letter before the last, rows[2] to this one.
std::size_t edits_between(std::string_view left, std::string_view right) {
  std::array<std::vector<std::size_t>, 3> rows;
  rows.fill(std::vector<std::size_t>(right.size() + 1));
  std::iota(rows[2].begin(), rows[2].end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::rotate(rows.begin(), rows.begin() + 1, rows.end());
    rows[2][0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const bool same = same_letter(left[i - 1], right[j - 1]);
      rows[2][j] = std::min({rows[1][j] + 1, rows[2][j - 1] + 1, rows[1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && same_letter(left[i - 1], right[j - 2]) && same_letter(left[i - 2], right[j - 1]))
        rows[2][j] = std::min(rows[2][j], rows[0][j - 2] + 1);
    }
  }
  return rows[2][right.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view given, std::span<const std::string_view> words) {
  std::optional<std::string_view> best;
  std::size_t best_edits = 0;
  for (const auto word : words) {
    const std::size_t edits = edits_between(given, word);
    if (edits > std::max<std::size_t>(1, word.size() / 3) || (best && edits >= best_edits)) continue;
    best = word;
    best_edits = edits;
  }
  return best;
}

}  // namespace nvgre::control
