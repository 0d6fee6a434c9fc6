/// One running endpoint: joins the configuration file, the adapter and a data plane, and does what people ask of it.
/// It plays the protocol driver's part: unless the configuration says otherwise, offloads are turned on at start.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "nvgre/control/configuration.h"
#include "nvgre/control/rss_settings.h"
#include "nvgre/control/vm_queues.h"
#include "nvgre/datapath/data_plane.h"
#include "nvgre/ndis/miniport.h"
#include "nvgre/offload/adapter.h"
#include "nvgre/wire/result.h"

namespace nvgre::control {

/// The data plane that moves the frames, and why it is this one.
struct ChosenDataPlane {
  std::unique_ptr<datapath::DataPlane> plane;
  std::string reason;
};

/// @note One control thread.
class Service {
 public:
  /// @param file  The configuration file's path; read again by reload().
  Service(std::string file, Configuration configuration, ChosenDataPlane chosen);

  /// Makes and attaches the ports and turns the offloads on. Once, first.
  /// @return With the place in the file, if a device or address of it is at fault.
  [[nodiscard]] Result<void> start();
  /// Reads the file again: ports, subnets, records and live offloads change; what stays loses no frame.
  /// @return What is wrong with the new file, one line each; then nothing has changed.
  [[nodiscard]] Result<void> reload();
  /// Answers a request of the API (api_protocol.h).
  [[nodiscard]] Result<nlohmann::json> handle(const std::string& command, const nlohmann::json& request);

  [[nodiscard]] const Configuration& configuration() const noexcept { return configuration_; }

 private:
  [[nodiscard]] Result<void> apply(const Configuration& configuration);
  [[nodiscard]] Result<void> judge_change(const Configuration& next) const;
  [[nodiscard]] nlohmann::json status() const;
  [[nodiscard]] Result<nlohmann::json> perform(const std::string& command, const nlohmann::json& request);
  [[nodiscard]] Result<nlohmann::json> set_offload(const nlohmann::json& request);
  [[nodiscard]] Result<nlohmann::json> import_offload(const nlohmann::json& request);
  [[nodiscard]] Result<nlohmann::json> request_oid(const nlohmann::json& request);
  [[nodiscard]] nlohmann::json show_rss() const;
  [[nodiscard]] Result<nlohmann::json> set_rss(const nlohmann::json& request);
  void set_up_queues(const Configuration& configuration);
  void steer();
  void log_notices() const;

  std::string file_;
  Configuration configuration_;
  ChosenDataPlane chosen_;
  offload::Adapter adapter_;
  ndis::Miniport miniport_{adapter_};  ///< The same adapter, as `nvgre oid` asks for it.
  ndis::ClientId oid_client_ = miniport_.bind(ndis::ClientRole::kAdministrator);
  VmQueues queues_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  unsigned reload_count_ = 0;
};

/// Problems as one message, one line each with file and line.
[[nodiscard]] std::string joined(const ConfigurationProblems& problems, std::string_view file);

}  // namespace nvgre::control
