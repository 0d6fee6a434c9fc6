#include "cli/demo/endpoint_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace nvgre::cli {
namespace {

constexpr int kPatienceMs = 60'000;

struct Pipe {
  FileDescriptor read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category(), "pipe");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

/// Starts this program with its standard output and error in these files; it belongs to the calling thread's namespace.
pid_t spawn_self(const std::vector<std::string>& words, int output, int log) {
  std::vector<std::string> copies = words;
  copies.insert(copies.begin(), "nvgre");
  std::vector<char*> arguments;
  arguments.reserve(copies.size() + 1);
  for (auto& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::system_category(), "fork");
  if (child > 0) return child;
  // Between fork and exec only calls that are safe after a fork in a program with threads.
  prctl(PR_SET_PDEATHSIG, SIGTERM);  // should the demonstration be killed, its endpoints end too
  if (getppid() != parent) _exit(1);
  dup2(output, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv("/proc/self/exe", arguments.data());
  _exit(127);
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = read(descriptor, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  return text;
}

/// Reads up to the end of the first line, or as much as comes before the writer ends or patience does.
std::string read_line(int descriptor) {
  std::string line;
  char byte = 0;
  pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
  while (poll(&waiting, 1, kPatienceMs) > 0 && read(descriptor, &byte, 1) == 1 && byte != '\n') line += byte;
  return line;
}

std::string contents(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

int wait_for(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

}  // namespace

EndpointProcess::EndpointProcess(const NetworkNamespace& where, const std::string& configuration_file,
                                 const std::string& log_file) {
  auto pipe = make_pipe();
  const FileDescriptor log(open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log) throw std::system_error(errno, std::system_category(), log_file);
  // A child that dies with its parent dies with the parent's thread: the main thread has to be the one that starts it.
  const FileDescriptor home(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (setns(where.descriptor(), CLONE_NEWNET) != 0)
    throw std::system_error(errno, std::system_category(), "entering a network namespace");
  process_ = spawn_self({"run", "--config", configuration_file}, pipe.write.number(), log.number());
  if (setns(home.number(), CLONE_NEWNET) != 0)
    throw std::system_error(errno, std::system_category(), "coming home from a network namespace");
  pipe.write = FileDescriptor();
  const auto line = read_line(pipe.read.number());
  if (line == "ready") return;
  kill(process_, SIGTERM);
  wait_for(process_);
  throw std::runtime_error("nvgre run did not become ready; its log:\n" + contents(log_file));
}

EndpointProcess::~EndpointProcess() {
  kill(process_, SIGTERM);
  wait_for(process_);
}

std::string run_self(const std::vector<std::string>& words) {
  auto pipe = make_pipe();
  const auto process = spawn_self(words, pipe.write.number(), STDERR_FILENO);
  pipe.write = FileDescriptor();
  auto output = read_all(pipe.read.number());
  const auto status = wait_for(process);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error("nvgre " + words.front() + " failed");
  return output;
}

}  // namespace nvgre::cli
