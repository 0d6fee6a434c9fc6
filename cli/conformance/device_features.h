/// A network device's offloads as `ethtool -k` shows them: read, turned off for a while, and put back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nvgre/wire/result.h"

namespace nvgre::cli {

struct DeviceFeature {
  std::string name;         ///< "tx-tcp-segmentation".
  bool is_active = false;   ///< Now.
  bool is_fixed = false;    ///< Nobody can change it.
  std::uint32_t index = 0;  ///< The kernel's number of it.
};

/// @return  Every feature; kUnavailable: there is no such device.
[[nodiscard]] Result<std::vector<DeviceFeature>> read_features(const std::string& device);

/// Name of the device's driver: "veth", "ixgbe".
[[nodiscard]] Result<std::string> read_driver(const std::string& device);

/// Features that are off while this lives. Needs CAP_NET_ADMIN if there is anything to turn off.
class FeaturesOff {
 public:
  /// @param names  Those that the device hasn't, or that are off, are passed over.
  /// @return       kPrivilege; kUnavailable: no such device, or one of them can't be turned off.
  [[nodiscard]] static Result<FeaturesOff> turn_off(const std::string& device, std::span<const std::string_view> names);
  ~FeaturesOff();
  FeaturesOff(FeaturesOff&& other) noexcept;
  FeaturesOff& operator=(FeaturesOff&&) = delete;
  FeaturesOff(const FeaturesOff&) = delete;
  FeaturesOff& operator=(const FeaturesOff&) = delete;

 private:
  explicit FeaturesOff(std::string device) : device_(std::move(device)) {}
  std::string device_;
  std::vector<DeviceFeature> before_;  ///< All that was on; turning one off may turn off others.
};

}  // namespace nvgre::cli
