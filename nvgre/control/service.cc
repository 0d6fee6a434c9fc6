#include "nvgre/control/service.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "nvgre/control/configuration_check.h"
#include "nvgre/control/host.h"
#include "nvgre/control/oid_request.h"
#include "nvgre/control/report_json.h"
#include "nvgre/control/steering_json.h"
#include "nvgre/control/version.h"
#include "nvgre/wire/ip.h"

namespace nvgre::control {

using nlohmann::json;

namespace {

/// "values" of a request: keywords and what they shall be.
Result<std::vector<offload::KeywordSetting>> settings_of(const json& request) {
  const auto values = request.find("values");
  if (values == request.end() || !values->is_object() || values->empty())
    return failure(ErrorCode::kInvalid, "\"values\" has to be an object of keywords and their values as strings");
  std::vector<offload::KeywordSetting> settings;
  for (const auto& [name, value] : values->items()) {
    if (!value.is_string())
      return failure(ErrorCode::kInvalid, name + ": the value has to be a string, \"1\" or \"true\"");
    settings.push_back({name, value.get<std::string>()});
  }
  return settings;
}

/// Where there are no parameters of RSS to change.
std::string_view why_nothing_is_spread(const offload::Adapter& adapter) {
  if (!adapter.configuration().spreads_by_hash())
    return "nothing is hashed; RSS, VMQ and queue_rss of [offload] decide that";
  if (adapter.receive_hashing())
    return "OID_GEN_RECEIVE_HASH hashes without spreading; turn that off before RSS is turned on";
  return "OID_GEN_RECEIVE_SCALE_PARAMETERS turned RSS off; it turns it on again";
}

/// What all workers joined, as OID_TCP_RSC_STATISTICS counts it (RSC-28).
offload::CoalescingStatistics coalescing_of(const datapath::Report& report) {
  offload::CoalescingStatistics sum;
  for (const auto& worker : report.workers) {
    sum.coalesced_packets += worker.counts.rsc_segments;
    sum.coalesced_octets += worker.counts.rsc_octets;
    sum.coalesce_events += worker.counts.rsc_units;
    sum.aborts += worker.counts.rsc_aborts;
  }
  return sum;
}

/// What the engine can do, less what the data plane doesn't follow: it knows its workers and no other processors, and
/// finds queues by inner addresses alone.
offload::Capabilities capabilities_of(const datapath::DataPlane& plane) {
  auto set = offload::OffloadSet::software();
  set.rss.processors = plane.worker_count();
  set.rss.queues = std::min(set.rss.queues, plane.worker_count());
  set.vmq.outermost = set.vmq.vlan_filtering = false;
  return offload::Capabilities(set);
}

/// The workers of a data plane that has started, as processors.
std::vector<offload::Processor> processors_of(const datapath::DataPlane& plane) {
  auto processors = workers_of_one_node(plane.worker_count());
  const auto report = plane.report();
  for (std::size_t worker = 0; worker < report.workers.size(); ++worker)
    processors[worker].node = report.workers[worker].node;
  return processors;
}

}  // namespace

std::string joined(const ConfigurationProblems& problems, std::string_view file) {
  std::string text;
  for (const auto& problem : problems) text += (text.empty() ? "" : "\n") + to_string(problem, file);
  return text;
}

Service::Service(std::string file, Configuration configuration, ChosenDataPlane chosen)
    : file_(std::move(file)),
      configuration_(std::move(configuration)),
      chosen_(std::move(chosen)),
      adapter_(capabilities_of(*chosen_.plane), configuration_.offload),
      queues_(adapter_, miniport_.bind(), chosen_.plane->worker_count()) {}

// Offloads first, so that the first port is made with what it may offer its tenant. The underlay's MTU may change at
// any time and is bounded per packet by the endpoint (path MTU), so that of the link is only what JumboPacket makes it.
Result<void> Service::start() {
  if (auto judged = judge_workers(configuration_, file_, chosen_.plane->worker_count()); !judged) return judged;
  adapter_.set_device_mtu(wire::kMaxIpPacketSize);
  adapter_.turn_everything_on();
  adapter_.attach([this](const offload::ActiveOffloads& next) { chosen_.plane->apply(next); });
  adapter_.set_coalescing_count([this] { return coalescing_of(chosen_.plane->report()); });
  if (auto applied = apply(configuration_); !applied) return applied;
  set_up_queues(configuration_);
  log_notices();
  return {};
}

// What may be refused in this has been judged before.
void Service::set_up_queues(const Configuration& configuration) {
  const auto workers = chosen_.plane->worker_count();
  if (const auto spread = default_scaling(adapter_, processors_of(*chosen_.plane)))
    if (const auto scaling = configuration.rss.applied_to(*spread, workers))
      if (const auto set = set_scaling(adapter_, *scaling); !set) spdlog::warn("[rss] {}", set.error().message);
  queues_.follow(configuration.policy.ports);
  steer();
}

// Whoever changed the adapter, its queues or its filters: the data plane does what they say now.
void Service::steer() {
  chosen_.plane->steer(queues_.steering());
}

Result<void> Service::apply(const Configuration& configuration) {
  if (auto applied = chosen_.plane->apply(configuration.policy); !applied) {
    auto error = applied.error();
    if (!error.subject.empty())
      error.message = to_string(locate_problem(configuration, error.subject, error.message), file_);
    return std::unexpected(std::move(error));
  }
  return {};
}

Result<void> Service::reload() {
  auto next = reread_configuration(file_, this_host());
  if (!next) return failure(ErrorCode::kInvalid, joined(next.error(), file_));
  if (auto judged = judge_change(*next); !judged) return judged;
  if (auto applied = apply(*next); !applied) return applied;
  if (auto replaced = adapter_.replace_keywords(next->offload); !replaced) return replaced;
  set_up_queues(*next);
  configuration_ = std::move(*next);
  ++reload_count_;
  log_notices();
  return {};
}

// All that can be wrong is found before anything changes.
Result<void> Service::judge_change(const Configuration& next) const {
  if (auto judged = control::judge_change(configuration_, next, file_); !judged) return judged;
  if (auto judged = judge_workers(next, file_, chosen_.plane->worker_count()); !judged) return judged;
  if (auto judged = adapter_.judge_keywords(next.offload); !judged)
    return failure(ErrorCode::kInvalid, file_ + ": [offload] " + judged.error().message);
  return {};
}

Result<json> Service::handle(const std::string& command, const json& request) {
  auto answer = perform(command, request);
  if (answer && command != "status") steer();
  return answer;
}

Result<json> Service::perform(const std::string& command, const json& request) {
  if (command == "status") return status();
  if (command == "offload.show") return to_json(adapter_);
  if (command == "offload.set") return set_offload(request);
  if (command == "offload.import") return import_offload(request);
  if (command == "rss.show") return show_rss();
  if (command == "rss.set") return set_rss(request);
  if (command == "oid.request") return request_oid(request);
  return failure(ErrorCode::kInvalid, "no command \"" + command +
                                          "\"; there are status, offload.show, offload.set, offload.import, rss.show, "
                                          "rss.set and oid.request");
}

json Service::status() const {
  const auto report = chosen_.plane->report();
  json out = to_json(report, configuration_.policy.records);
  out["queues"] = queues_json(adapter_, queues_.steering(), report);
  out["rss"] = rss_json(adapter_, queues_.steering(), report);
  const auto uptime = std::chrono::steady_clock::now() - started_;
  out["version"] = version();
  out["configuration"] = file_;
  out["plane_reason"] = chosen_.reason;
  out["uptime_seconds"] = std::chrono::duration_cast<std::chrono::seconds>(uptime).count();
  out["reloads"] = reload_count_;
  out["offload"] = to_json(adapter_);
  return out;
}

Result<json> Service::set_offload(const json& request) {
  const auto settings = settings_of(request);
  if (!settings) return std::unexpected(settings.error());
  for (const auto& setting : *settings)
    if (!offload::find_keyword(setting.name))
      return failure(ErrorCode::kInvalid, setting.name + ": " + unknown_keyword(setting.name));
  if (auto changed = adapter_.set_keywords(*settings); !changed) return std::unexpected(changed.error());
  for (const auto& setting : *settings) spdlog::info("offload {} = {}", setting.name, setting.value);
  return to_json(adapter_);
}

Result<json> Service::import_offload(const json& request) {
  const auto settings = settings_of(request);
  if (!settings) return std::unexpected(settings.error());
  const auto notes = adapter_.import_keywords(*settings);
  if (!notes) return std::unexpected(notes.error());
  for (const auto& note : *notes) spdlog::warn("offload import: {}", note);
  json out = to_json(adapter_);
  out["notes"] = *notes;
  return out;
}

Result<json> Service::request_oid(const json& request) {
  const auto inner = request.find("request");
  if (inner == request.end() || !inner->is_object())
    return failure(ErrorCode::kInvalid, "oid.request has \"request\", an object with \"oid\" and \"type\"");
  auto answer = make_oid_request(miniport_, oid_client_, *inner);
  if (answer && answer->at("type") != "query")
    spdlog::info("oid {} {} status={}", answer->at("type").get<std::string>(), answer->at("oid").get<std::string>(),
                 answer->at("status").get<std::string>());
  return answer;
}

json Service::show_rss() const {
  return rss_json(adapter_, queues_.steering(), chosen_.plane->report());
}

// All of it or nothing; frames are steered by the new parameters when the answer is given.
Result<json> Service::set_rss(const json& request) {
  const auto settings = rss_settings_of(request.value("values", json()));
  if (!settings) return std::unexpected(settings.error());
  const auto& present = scaling_of(adapter_);
  if (!present) return failure(ErrorCode::kInvalid, std::string(why_nothing_is_spread(adapter_)));
  const auto next = settings->applied_to(*present, chosen_.plane->worker_count());
  if (!next) return std::unexpected(next.error());
  if (auto set = set_scaling(adapter_, *next); !set) return std::unexpected(set.error());
  steer();
  spdlog::info("rss changed");
  return show_rss();
}

void Service::log_notices() const {
  for (const auto& notice : adapter_.keywords().notices()) spdlog::warn("{}: [offload] {}", file_, notice);
}

}  // namespace nvgre::control
