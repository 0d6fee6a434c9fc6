#include "cli/conformance/device_features.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/system_error.h"

namespace nvgre::cli {
namespace {

using datapath::userspace::FileDescriptor;
using datapath::userspace::system_error;

constexpr std::uint32_t kBlockBits = 32;  ///< Features of one block of a request.

/// An ethtool request: a fixed head and what follows it, in words as the kernel aligns them.
template <typename Head>
class EthtoolRequest {
 public:
  EthtoolRequest(std::uint32_t command, std::size_t tail_bytes)
      : words_((sizeof(Head) + tail_bytes + sizeof(std::uint32_t) - 1) / sizeof(std::uint32_t)) {
    head().cmd = command;
  }
  [[nodiscard]] Head& head() { return *reinterpret_cast<Head*>(words_.data()); }

  /// @return  False: errno says why.
  [[nodiscard]] bool ask(const std::string& device) {
    const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return false;
    ifreq request{};
    device.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_data = reinterpret_cast<char*>(words_.data());
    return ::ioctl(socket.number(), SIOCETHTOOL, &request) >= 0;  // more than 0: some of it was not done
  }

 private:
  std::vector<std::uint32_t> words_;
};

Error failed(std::string_view doing, const std::string& device) {
  return system_error(fmt::format("{} of \"{}\"", doing, device), errno, "CAP_NET_ADMIN", device);
}

Result<std::uint32_t> count_features(const std::string& device) {
  EthtoolRequest<ethtool_sset_info> request(ETHTOOL_GSSET_INFO, sizeof(std::uint32_t));
  request.head().sset_mask = std::uint64_t{1} << ETH_SS_FEATURES;
  if (!request.ask(device)) return std::unexpected(failed("read the features", device));
  return request.head().data[0];
}

/// Sets features to what they are to be; those without a value stay.
bool set_features(const std::string& device, std::uint32_t count,
                  std::span<const std::pair<std::uint32_t, bool>> wanted) {
  const std::uint32_t blocks = (count + kBlockBits - 1) / kBlockBits;
  EthtoolRequest<ethtool_sfeatures> request(ETHTOOL_SFEATURES, blocks * sizeof(ethtool_set_features_block));
  request.head().size = blocks;
  for (const auto& [index, is_on] : wanted) {
    auto& block = request.head().features[index / kBlockBits];
    const std::uint32_t bit = std::uint32_t{1} << (index % kBlockBits);
    block.valid |= bit;
    if (is_on) block.requested |= bit;
  }
  return request.ask(device);
}

}  // namespace

Result<std::vector<DeviceFeature>> read_features(const std::string& device) {
  const auto count = count_features(device);
  if (!count) return std::unexpected(count.error());
  EthtoolRequest<ethtool_gstrings> names(ETHTOOL_GSTRINGS, std::size_t{*count} * ETH_GSTRING_LEN);
  names.head().string_set = ETH_SS_FEATURES;
  names.head().len = *count;
  const std::uint32_t blocks = (*count + kBlockBits - 1) / kBlockBits;
  EthtoolRequest<ethtool_gfeatures> states(ETHTOOL_GFEATURES, blocks * sizeof(ethtool_get_features_block));
  states.head().size = blocks;
  if (!names.ask(device) || !states.ask(device)) return std::unexpected(failed("read the features", device));

  std::vector<DeviceFeature> features;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto* name = reinterpret_cast<const char*>(names.head().data) + std::size_t{i} * ETH_GSTRING_LEN;
    const auto& block = states.head().features[i / kBlockBits];
    const std::uint32_t bit = std::uint32_t{1} << (i % kBlockBits);
    features.push_back({.name = std::string(name, ::strnlen(name, ETH_GSTRING_LEN)),
                        .is_active = (block.active & bit) != 0,
                        .is_fixed = (block.available & bit) == 0 || (block.never_changed & bit) != 0,
                        .index = i});
  }
  return features;
}

Result<std::string> read_driver(const std::string& device) {
  EthtoolRequest<ethtool_drvinfo> request(ETHTOOL_GDRVINFO, 0);
  if (!request.ask(device)) return std::unexpected(failed("read the driver", device));
  const auto& name = request.head().driver;
  return std::string(name, ::strnlen(name, sizeof name));
}

Result<FeaturesOff> FeaturesOff::turn_off(const std::string& device, std::span<const std::string_view> names) {
  auto features = read_features(device);
  if (!features) return std::unexpected(std::move(features.error()));
  const auto is_named = [&](const DeviceFeature& feature) {
    return std::ranges::find(names, feature.name) != names.end();
  };
  FeaturesOff off(device);
  std::vector<std::pair<std::uint32_t, bool>> wanted;
  for (const auto& feature : *features) {
    if (!feature.is_active) continue;
    if (is_named(feature) && feature.is_fixed)
      return failure(ErrorCode::kUnavailable, fmt::format("\"{}\" can't turn {} off", device, feature.name), device);
    if (is_named(feature)) wanted.emplace_back(feature.index, false);
    if (!feature.is_fixed) off.before_.push_back(feature);
  }
  if (wanted.empty()) {
    off.before_.clear();
    return off;
  }
  if (!set_features(device, static_cast<std::uint32_t>(features->size()), wanted))
    return std::unexpected(failed("change the features", device));
  const auto after = read_features(device);
  for (const auto& feature : after ? *after : std::vector<DeviceFeature>())
    if (feature.is_active && is_named(feature))
      return failure(ErrorCode::kUnavailable, fmt::format("\"{}\" does not turn {} off", device, feature.name), device);
  return off;
}

FeaturesOff::FeaturesOff(FeaturesOff&& other) noexcept
    : device_(std::move(other.device_)), before_(std::exchange(other.before_, {})) {}

FeaturesOff::~FeaturesOff() {
  const auto features = before_.empty() ? Result<std::vector<DeviceFeature>>() : read_features(device_);
  if (before_.empty() || !features) return;
  std::vector<std::pair<std::uint32_t, bool>> wanted;
  wanted.reserve(before_.size());
  for (const auto& feature : before_) wanted.emplace_back(feature.index, true);
  if (!set_features(device_, static_cast<std::uint32_t>(features->size()), wanted))
    fmt::print(stderr, "the features of \"{}\" could not be put back: {}\n", device_, std::strerror(errno));
}

}  // namespace nvgre::cli
