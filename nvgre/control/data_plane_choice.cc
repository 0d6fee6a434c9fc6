#include "nvgre/control/data_plane_choice.h"

#include <utility>

#include "nvgre/datapath/userspace/privileges.h"
#include "nvgre/datapath/userspace/usable_cpus.h"
#include "nvgre/datapath/userspace/userspace_data_plane.h"

namespace nvgre::control {

Result<void> check_mode(const Configuration& configuration, std::string_view file) {
  if (configuration.mode != DataPlaneMode::kKernel) return {};
  const ConfigurationProblem problem{
      configuration.lines.datapath.line_of("mode"), "[datapath] mode",
      "given \"kernel\", but this nvgre has no kernel data plane; accepted here are \"auto\" and \"userspace\""};
  return failure(ErrorCode::kInvalid, to_string(problem, file));
}

unsigned worker_count_of(const Configuration& configuration) {
  if (configuration.workers != 0) return configuration.workers;
  return static_cast<unsigned>(datapath::userspace::usable_cpus().size());
}

Result<void> check_data_plane(const Configuration& configuration, std::string_view file) {
  if (auto possible = check_mode(configuration, file); !possible) return possible;
  return datapath::userspace::check_privileges();
}

Result<ChosenDataPlane> make_data_plane(const Configuration& configuration) {
  auto plane = datapath::userspace::UserspaceDataPlane::create(configuration.workers);
  if (!plane) return std::unexpected(std::move(plane.error()));
  const auto* reason = configuration.mode == DataPlaneMode::kAuto
                           ? "data plane userspace: mode is \"auto\", and this nvgre has no kernel data plane"
                           : "data plane userspace: as configured";
  return ChosenDataPlane{std::move(*plane), reason};
}

}  // namespace nvgre::control
