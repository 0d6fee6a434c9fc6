// A run, in this order: the file is judged; the data plane and what it needs are checked; the socket is locked, so that
// a second run changes nothing; the data plane is made; offloads are turned on, ports made and attached; "ready"; then
// requests and signals, until one says to end. Going, in the opposite order, removes what was made.
#include "nvgre/control/run.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <optional>
#include <utility>

#include <poll.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <nlohmann/json.hpp>

#include "nvgre/control/api_protocol.h"
#include "nvgre/control/api_server.h"
#include "nvgre/control/configuration_check.h"
#include "nvgre/control/data_plane_choice.h"
#include "nvgre/control/host.h"
#include "nvgre/control/notify.h"
#include "nvgre/control/service.h"

namespace nvgre::control {
namespace {

RunStatus status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kUnavailable:
      return RunStatus::kConfiguration;
    case ErrorCode::kBusy:
      return RunStatus::kBusy;
    case ErrorCode::kPrivilege:
      return RunStatus::kPrivilege;
    case ErrorCode::kSystem:
      break;
  }
  return RunStatus::kFailed;
}

RunStatus refuse(const Error& error) {
  std::cerr << "nvgre run: " << error.message << '\n';
  return status_of(error.code);
}

/// Standard error; time stamps only where nobody else adds them.
void set_up_log() {
  auto logger = std::make_shared<spdlog::logger>("nvgre", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern(std::getenv("JOURNAL_STREAM") != nullptr ? "%l: %v" : "%Y-%m-%d %H:%M:%S.%e %l: %v");
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

/// SIGHUP, SIGTERM and SIGINT as a descriptor. A log or standard output that nobody reads any more ends nothing.
Result<FileDescriptor> take_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  FileDescriptor descriptor(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor) return failure(ErrorCode::kSystem, std::string("signalfd: ") + std::strerror(errno));
  return descriptor;
}

/// The socket; or why it can't be, with the line that asks for it.
Result<ApiSocket> open_socket(const Configuration& configuration, std::string_view file) {
  auto socket = ApiSocket::open(configuration.socket);
  if (socket) return socket;
  return failure(socket.error().code, located(file, configuration.lines.api, "socket", socket.error().message));
}

/// The next signal that arrived, if any.
std::optional<int> next_signal(const FileDescriptor& signals) {
  signalfd_siginfo info{};
  if (read(signals.number(), &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info))) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

// A wrong file is refused whole; the running configuration stays.
void reload(Service& service) {
  notify_reloading();
  if (const auto reloaded = service.reload(); reloaded)
    spdlog::info("reloaded");
  else
    spdlog::error("not reloaded, the running configuration stays: {}", reloaded.error().message);
  notify_service_manager("READY=1");
}

/// Requests and signals, one after another.
RunStatus serve(Service& service, ApiServer& api, const FileDescriptor& signals) {
  std::array<pollfd, 2> waiting = {pollfd{.fd = signals.number(), .events = POLLIN, .revents = 0},
                                   pollfd{.fd = api.descriptor(), .events = POLLIN, .revents = 0}};
  for (;;) {
    if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
      spdlog::critical("poll: {}", std::strerror(errno));
      return RunStatus::kFailed;
    }
    while (const auto signal = next_signal(signals)) {
      if (*signal != SIGHUP) {
        spdlog::info("ending on {}", *signal == SIGTERM ? "SIGTERM" : "SIGINT");
        return RunStatus::kEnded;
      }
      reload(service);
    }
    api.serve();
  }
}

void say_ready() {
  std::puts("ready");
  std::fflush(stdout);
  notify_service_manager("READY=1");
}

/// Each port costs descriptors for each worker: the usual soft limit of 1024 is soon reached.
void allow_many_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

RunStatus run(const std::string& configuration_file) {
  allow_many_descriptors();
  set_up_log();
  auto configuration = read_configuration(configuration_file, this_host());
  if (!configuration) return refuse({ErrorCode::kInvalid, joined(configuration.error(), configuration_file)});
  if (auto possible = check_data_plane(*configuration, configuration_file); !possible) return refuse(possible.error());
  auto signals = take_signals();
  if (!signals) return refuse(signals.error());
  auto socket = open_socket(*configuration, configuration_file);
  if (!socket) return refuse(socket.error());
  auto chosen = make_data_plane(*configuration);
  if (!chosen) return refuse(chosen.error());

  spdlog::info("{}", chosen->reason);
  Service service(configuration_file, std::move(*configuration), std::move(*chosen));
  const ApiHandler handler = [&service](const std::string& command, const nlohmann::json& request) {
    return service.handle(command, request);
  };
  auto api = ApiServer::start(*socket, [&handler](std::string_view line) { return answer_line(line, handler); });
  if (!api) return refuse(api.error());
  if (auto started = service.start(); !started) return refuse(started.error());
  say_ready();
  const RunStatus status = serve(service, *api, *signals);
  notify_service_manager("STOPPING=1");
  return status;
}

RunStatus check_configuration_file(const std::string& configuration_file) {
  const auto configuration = read_configuration(configuration_file, this_host());
  if (!configuration) return refuse({ErrorCode::kInvalid, joined(configuration.error(), configuration_file)});
  if (auto possible = check_datapath(*configuration, configuration_file); !possible) return refuse(possible.error());
  if (auto judged =
          judge_workers(*configuration, configuration_file, static_cast<unsigned>(worker_cpus(*configuration).size()));
      !judged)
    return refuse(judged.error());
  const auto& policy = configuration->policy;
  std::cout << configuration_file << ": good: " << policy.subnets.size() << " subnets, " << policy.ports.size()
            << " ports, " << policy.records.size() << " records\n";
  return RunStatus::kEnded;
}

}  // namespace nvgre::control
