/// Keywords as a driver's INF file has them, and as a registry export (.reg) has them.
///
///     HKR, Ndi\params\*LsoV2IPv4,      Default, 0, "1"      what a keyword may be, and is where nobody says otherwise
///     HKR, Ndi\params\*LsoV2IPv4\enum, 0,       0, "off"
///     HKR, ,                           *LsoV2IPv4, 0, "0"   what somebody said
///
/// What this leaves to others: what a keyword means and accepts (offload/keywords.h).
/// @see  "INF AddReg directive", "Standardized INF keywords for network devices", Microsoft
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nvgre/offload/keywords.h"

namespace nvgre::ndis {

/// All keywords with their values and defaults, then the given ones: an import of it gives the same store.
[[nodiscard]] std::string write_inf(const offload::Keywords& keywords);

/// What a text says, in its order; a keyword's later value replaces an earlier one.
struct InfSettings {
  std::vector<offload::KeywordSetting> settings;
  std::vector<std::string> notes;  ///< Lines that were passed over because they can't be read, for the log.
};

/// Reads an INF file or a registry export, in ASCII, UTF-8 or UTF-16 (little-endian, with its mark). Whatever is not
/// about keywords is passed over. A keyword's Default counts as its value where the text gives none, as it does when
/// Windows installs a driver, unless it is `host`'s default anyway.
/// @param host  Decides the defaults; its values do not matter.
[[nodiscard]] InfSettings read_inf(std::string_view text, const offload::Keywords& host);

}  // namespace nvgre::ndis
