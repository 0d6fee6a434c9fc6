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
  if (!take_turn(client) || (client.is_finished && client.is_served())) {
    clients_.erase(client.descriptor.number());  // closing takes it out of epoll
    return;
  }
  watch(client, EPOLL_CTL_MOD);
}

// A client that asks faster than it reads the answers is neither read nor answered until it has taken them: so what it
// costs is bounded by kMaxUnsentSize, one answer and kMaxRequestSize.
bool ApiServer::take_turn(Client& client) {
  if (!send(client)) return false;
  if (!client.to_send.empty()) return true;
  const bool is_alive = receive(client);
  answer_lines(client);
  return is_alive && send(client);
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
  std::size_t end = client.received.find('\n');
  for (; end != std::string::npos && client.to_send.size() < kMaxUnsentSize; end = client.received.find('\n', start)) {
    client.to_send += answer_(std::string_view(client.received).substr(start, end - start)) + '\n';
    start = end + 1;
  }
  client.received.erase(0, start);
  client.has_lines_left = end != std::string::npos;
  if (client.has_lines_left || client.received.size() <= kMaxRequestSize) return;
  client.to_send += answer_("") + '\n';  // too long: an empty line is no request either
  client.received.clear();
  client.is_finished = true;
}

bool ApiServer::send(Client& client) {
  const std::string_view all = client.to_send;
  while (client.sent_size < all.size()) {
    const auto rest = all.substr(client.sent_size);
    const ssize_t size = ::send(client.descriptor.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0) return would_block();
    client.sent_size += static_cast<std::size_t>(size);
  }
  client.to_send.clear();
  client.sent_size = 0;
  return true;
}

// Lines that are left are answered when the client can take more, whether or not it sends more.
void ApiServer::watch(const Client& client, int operation) const {
  epoll_event event{};
  event.events = client.is_served() ? EPOLLIN : EPOLLOUT;
  event.data.fd = client.descriptor.number();
  epoll_ctl(epoll_.number(), operation, client.descriptor.number(), &event);
}

}  // namespace nvgre::control
