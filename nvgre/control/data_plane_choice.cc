#include "nvgre/control/data_plane_choice.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "nvgre/control/configuration_check.h"
#include "nvgre/datapath/userspace/privileges.h"
#include "nvgre/datapath/userspace/usable_cpus.h"
#include "nvgre/datapath/userspace/userspace_data_plane.h"

namespace nvgre::control {

Result<void> check_datapath(const Configuration& configuration, std::string_view file) {
  const auto& lines = configuration.lines.datapath;
  if (configuration.mode == DataPlaneMode::kKernel)
    return refuse(
        file, lines, "mode",
        "given \"kernel\", but this nvgre has no kernel data plane; accepted here are \"auto\" and \"userspace\"");
  const auto usable = datapath::userspace::usable_cpus();
  for (const unsigned cpu : configuration.cpus)
    if (std::ranges::find(usable, cpu) == usable.end())
      return refuse(
          file, lines, "cpus",
          fmt::format("given {}, accepted are the CPUs that this process may use: {}", cpu, fmt::join(usable, ", ")));
  return {};
}

std::vector<unsigned> worker_cpus(const Configuration& configuration) {
  const auto cpus = configuration.cpus.empty() ? datapath::userspace::usable_cpus() : configuration.cpus;
  std::vector<unsigned> of_workers(configuration.workers != 0 ? configuration.workers : cpus.size());
  for (std::size_t worker = 0; worker < of_workers.size(); ++worker) of_workers[worker] = cpus[worker % cpus.size()];
  return of_workers;
}

Result<void> check_data_plane(const Configuration& configuration, std::string_view file) {
  if (auto possible = check_datapath(configuration, file); !possible) return possible;
  return datapath::userspace::check_privileges();
}

Result<ChosenDataPlane> make_data_plane(const Configuration& configuration) {
  auto plane = datapath::userspace::UserspaceDataPlane::create(worker_cpus(configuration));
  if (!plane) return std::unexpected(std::move(plane.error()));
  const auto* reason = configuration.mode == DataPlaneMode::kAuto
                           ? "data plane userspace: mode is \"auto\", and this nvgre has no kernel data plane"
                           : "data plane userspace: as configured";
  return ChosenDataPlane{std::move(*plane), reason};
}

}  // namespace nvgre::control
