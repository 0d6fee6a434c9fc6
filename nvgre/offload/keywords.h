/// NDIS's standardized keywords (KEY-1 to KEY-36): one table of what there is, and a store of what was given.
/// The store holds text that somebody wrote (configuration file, command line, API, registry export); what it means for
/// the adapter is Configuration's business.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nvgre/wire/result.h"

namespace nvgre::offload {

/// In the order of the requirements' section 16, which is the order of the table.
enum class Keyword : std::uint8_t {
  kEncapsulatedPacketTaskOffload,
  kIpChecksumOffloadIpv4,
  kTcpChecksumOffloadIpv4,
  kTcpChecksumOffloadIpv6,
  kUdpChecksumOffloadIpv4,
  kUdpChecksumOffloadIpv6,
  kTcpUdpChecksumOffloadIpv4,
  kTcpUdpChecksumOffloadIpv6,
  kLsoV1Ipv4,
  kLsoV2Ipv4,
  kLsoV2Ipv6,
  kUsoIpv4,
  kUsoIpv6,
  kRscIpv4,
  kRscIpv6,
  kRss,
  kRssProfile,
  kRssBaseProcGroup,
  kRssBaseProcNumber,
  kRssMaxProcGroup,
  kRssMaxProcNumber,
  kMaxRssProcessors,
  kNumRssQueues,
  kNumaNodeId,
  kVmq,
  kVmqLookaheadSplit,
  kVmqVlanFiltering,
  kRssOrVmqPreference,
  kSriovPreferred,
  kSriov,
  kPriorityVlanTag,
  kJumboPacket,
  kDisableTaskOffload,
  kIpsecOffloadV1Ipv4,
  kIpsecOffloadV2,
  kIpsecOffloadV2Ipv4,
  kQueueRss,
};
inline constexpr std::size_t kKeywordCount = static_cast<std::size_t>(Keyword::kQueueRss) + 1;

/// When a changed value is felt.
enum class TakesEffect : std::uint8_t {
  kLive,     ///< At once, while frames flow.
  kAtStart,  ///< Read at initialization only; a live change is refused.
  kNever,    ///< Accepted and ignored, because what it asks for is not supported.
};
/// "live", "at start", "never".
[[nodiscard]] std::string_view text(TakesEffect takes_effect) noexcept;

/// Whose keyword it is.
enum class KeywordOrigin : std::uint8_t {
  kStandardized,  ///< NDIS's; an INF file writes it with an asterisk.
  kHost,          ///< The host's, for all adapters (KEY-32).
  kProject,       ///< Ours (D-46); an INF file writes it as a vendor's own, without an asterisk.
};

/// One row of the table.
struct KeywordDescription {
  Keyword keyword;
  std::string_view name;         ///< As in the configuration file: without the asterisk.
  std::uint32_t minimum;         ///< Smallest value; for limits that the host sets see Keywords::maximum().
  std::uint32_t maximum;         ///< Largest value on any host.
  std::uint32_t default_value;   ///< On any host; see Keywords::default_value().
  std::string_view value_names;  ///< "0 off, 1 on"; empty: a number.
  TakesEffect takes_effect;
  KeywordOrigin origin;
  std::string_view description;
  std::string_view requirement;  ///< "KEY-1".
  /// Values 0 and 1 may be written false and true.
  [[nodiscard]] constexpr bool is_switch() const noexcept { return minimum == 0 && maximum == 1; }
};

/// All keywords, in the order of the enumeration.
[[nodiscard]] const std::array<KeywordDescription, kKeywordCount>& keyword_table() noexcept;
[[nodiscard]] const KeywordDescription& describe(Keyword keyword) noexcept;
/// By name, whatever its case (D-43), with or without the asterisk.
[[nodiscard]] std::optional<Keyword> find_keyword(std::string_view name) noexcept;

/// What the host decides about keywords; passed in, because this floor asks no operating system.
struct KeywordHost {
  std::uint32_t processor_groups = 1;
  std::uint32_t processors_per_group = 64;  ///< At most 64.
  std::uint32_t device_queues = 64;
  bool prefers_vmq = false;  ///< Default of RssOrVmqPreference: NDIS's is 0, `nvgre run` takes 1 (D-46).
  friend constexpr bool operator==(const KeywordHost&, const KeywordHost&) noexcept = default;
};

/// NAME = VALUE as somebody wrote it.
struct KeywordSetting {
  std::string name;
  std::string value;
};

/// What was given, and what that makes of every keyword.
/// @note  A value type; one thread at a time.
class Keywords {
 public:
  Keywords() = default;
  explicit Keywords(const KeywordHost& host) : host_(host) {}

  /// The configuration file's, the command line's and the API's way: all or nothing. An unknown keyword, a value that
  /// is not accepted, a keyword given twice and CPUs of which there are none are refused; the message names keyword,
  /// value and what is accepted.
  [[nodiscard]] Result<void> set(std::span<const KeywordSetting> settings);
  [[nodiscard]] Result<void> set(std::string_view name, std::string_view value);
  /// @return An error if the value is out of range; nothing was changed then.
  [[nodiscard]] Result<void> set(Keyword keyword, std::uint64_t value);

  /// A registry's or INF file's way: unknown keywords are ignored and values out of range become the default.
  /// @return What was ignored or replaced, one line each, for the log.
  [[nodiscard]] std::vector<std::string> import_leniently(std::span<const KeywordSetting> settings);

  /// Makes the keyword absent again.
  void clear(Keyword keyword) noexcept { given_[index(keyword)].reset(); }
  /// Makes the keyword what it is in another store of the same host: given or absent.
  void copy(Keyword keyword, const Keywords& from) noexcept { given_[index(keyword)] = from.given_[index(keyword)]; }

  /// The value that was given; nothing if the keyword is absent.
  [[nodiscard]] std::optional<std::uint32_t> given(Keyword keyword) const noexcept { return given_[index(keyword)]; }
  /// What holds: the given value; for a granular checksum keyword else its group's (D-33); else the default (KEY-35).
  [[nodiscard]] std::uint32_t value(Keyword keyword) const noexcept;
  [[nodiscard]] bool is_on(Keyword keyword) const noexcept { return value(keyword) != 0; }
  [[nodiscard]] std::uint32_t default_value(Keyword keyword) const noexcept;
  /// Largest value accepted on this host.
  [[nodiscard]] std::uint32_t maximum(Keyword keyword) const noexcept;
  /// What a person may write: "0 off, 1 on", "1514 to 65549".
  [[nodiscard]] std::string accepted_values(Keyword keyword) const;

  /// Where RSS keywords are read: that the lowest CPU of receive side scaling is above the highest (KEY-18 to KEY-21).
  /// Empty: it is not.
  [[nodiscard]] std::string processors_problem() const;

  /// Given keywords that have no effect, one line each, for the log: not supported, or overruled by another one.
  [[nodiscard]] std::vector<std::string> notices() const;

  [[nodiscard]] const KeywordHost& host() const noexcept { return host_; }
  friend bool operator==(const Keywords&, const Keywords&) noexcept = default;

 private:
  [[nodiscard]] static constexpr std::size_t index(Keyword keyword) noexcept {
    return static_cast<std::size_t>(keyword);
  }
  /// Why a given value has no effect; empty: it has one.
  [[nodiscard]] std::string_view why_ignored(Keyword keyword) const noexcept;
  [[nodiscard]] bool accepts(Keyword keyword, std::uint64_t value) const noexcept;

  KeywordHost host_;
  std::array<std::optional<std::uint32_t>, kKeywordCount> given_{};
};

/// The grouped keyword that fills the gap when `keyword` is absent (KEY-7, KEY-8); nothing for most.
[[nodiscard]] std::optional<Keyword> group_of(Keyword keyword) noexcept;

}  // namespace nvgre::offload
