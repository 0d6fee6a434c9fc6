/// How often what happened to a capture's frames: names and numbers of a summary line.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "nvgre/wire/drop_reason.h"

namespace nvgre::cli {

class ReasonCounts {
 public:
  /// @param name  Stays valid: a literal, or a reason's machine name.
  void add(std::string_view name) { ++counts_[name]; }
  void add(wire::DropReason reason) { add(wire::machine_name(reason)); }
  [[nodiscard]] std::uint64_t total() const {
    std::uint64_t total = 0;
    for (const auto& [name, count] : counts_) total += count;
    return total;
  }
  /// "3 unchanged (2 tcp_flags, 1 truncated_ip)", or "0 unchanged". @param what  What was done to all of them.
  [[nodiscard]] std::string text(std::string_view what) const {
    std::string out = std::to_string(total()).append(" ").append(what);
    std::string_view before = " (";
    for (const auto& [name, count] : counts_) {
      out.append(before).append(std::to_string(count)).append(" ").append(name);
      before = ", ";
    }
    return counts_.empty() ? out : out + ")";
  }

 private:
  std::map<std::string_view, std::uint64_t> counts_;
};

}  // namespace nvgre::cli
