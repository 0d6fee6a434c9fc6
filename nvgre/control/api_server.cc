#include "nvgre/control/api_server.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace nvgre::control {
namespace {

constexpr int kMaxTurns = 64;

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

Result<ApiServer> ApiServer::start(const ApiSocket& socket, Answer answer) {
  FileDescriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket.descriptor();
  if (!epoll || epoll_ctl(epoll.number(), EPOLL_CTL_ADD, socket.descriptor(), &event) != 0)
    return failure(ErrorCode::kSystem, std::string("epoll: ") + std::strerror(errno));
  return ApiServer(socket.descriptor(), std::move(answer), std::move(epoll));
}

ApiServer::ApiServer(int listener, Answer answer, FileDescriptor epoll)
    : listener_(listener), answer_(std::move(answer)), epoll_(std::move(epoll)) {}

void ApiServer::serve() {
  std::array<epoll_event, 16> events{};
  // Bounded: a client that can't be accepted (no descriptors left) stays ready, and must not keep the caller from its
  // signals; the caller comes back for the rest.
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    const int count = epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), 0);
    if (count <= 0) return;
    for (int i = 0; i < count; ++i) {
      const int descriptor = events.at(static_cast<std::size_t>(i)).data.fd;
      if (descriptor == listener_)
        accept_clients();
      else if (const auto found = clients_.find(descriptor); found != clients_.end())
        serve_client(found->second);
    }
  }
}

void ApiServer::accept_clients() {
  for (;;) {
    FileDescriptor descriptor(accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!descriptor) return;
    if (clients_.size() >= kMaxClients) continue;
    const int number = descriptor.number();
    const auto [added, is_new] =
        clients_.emplace(number, Client{.descriptor = std::move(descriptor), .received = {}, .to_send = {}});
    watch(added->second, EPOLL_CTL_ADD);
  }
}

void ApiServer::serve_client(Client& client) {
  const bool is_alive = receive(client);
  answer_lines(client);
  if (!is_alive || !send(client) || (client.is_finished && client.to_send.empty())) {
    clients_.erase(client.descriptor.number());  // closing takes it out of epoll
    return;
  }
  watch(client, EPOLL_CTL_MOD);
}

bool ApiServer::receive(Client& client) {
  std::array<char, 4096> buffer{};
  while (!client.is_finished && client.received.size() <= kMaxRequestSize) {
    const ssize_t size = recv(client.descriptor.number(), buffer.data(), buffer.size(), 0);
    if (size < 0) return would_block();
    if (size == 0)
      client.is_finished = true;
    else
      client.received.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return true;
}

void ApiServer::answer_lines(Client& client) {
  std::size_t start = 0;
  for (std::size_t end = 0; (end = client.received.find('\n', start)) != std::string::npos; start = end + 1)
    client.to_send += answer_(std::string_view(client.received).substr(start, end - start)) + '\n';
  client.received.erase(0, start);
  if (client.received.size() <= kMaxRequestSize) return;
  client.to_send += answer_("") + '\n';  // too long: an empty line is no request either
  client.received.clear();
  client.is_finished = true;
}

bool ApiServer::send(Client& client) {
  while (!client.to_send.empty()) {
    const ssize_t size = ::send(client.descriptor.number(), client.to_send.data(), client.to_send.size(), MSG_NOSIGNAL);
    if (size < 0) return would_block();
    client.to_send.erase(0, static_cast<std::size_t>(size));
  }
  return true;
}

// A client that asks faster than it reads the answers is not read until it has.
void ApiServer::watch(const Client& client, int operation) const {
  epoll_event event{};
  event.events = client.to_send.empty() ? EPOLLIN : EPOLLOUT;
  event.data.fd = client.descriptor.number();
  epoll_ctl(epoll_.number(), operation, client.descriptor.number(), &event);
}

}  // namespace nvgre::control
