#include "cli/demo/demo_traffic.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <random>
#include <semaphore>
#include <set>
#include <system_error>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/ip.h"

namespace nvgre::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint16_t kStreamPort = 5201, kDatagramPort = 5202;
constexpr std::size_t kBlockSize = 65'536;
constexpr std::size_t kDatagramSize = 512;
constexpr std::ptrdiff_t kDatagramsUnderWay = 32;  // fewer than the smallest usual receive buffer holds
constexpr int kPatienceMs = 5'000;
constexpr int kStreamPatienceMs = 20'000;

[[noreturn]] void fail(const char* doing) {
  throw std::system_error(errno, std::system_category(), doing);
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  SocketAddress(const wire::IpAddress& address, std::uint16_t port) {
    if (address.is_v4()) {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      v4.sin_port = htons(port);
      std::memcpy(&v4.sin_addr, address.bytes().data(), sizeof(v4.sin_addr));
      std::memcpy(&storage, &v4, size = sizeof(v4));
    } else {
      sockaddr_in6 v6{};
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
      std::memcpy(&v6.sin6_addr, address.bytes().data(), sizeof(v6.sin6_addr));
      std::memcpy(&storage, &v6, size = sizeof(v6));
    }
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// A socket of the calling thread's namespace.
FileDescriptor open_socket(const wire::IpAddress& address, int type, int protocol = 0) {
  FileDescriptor made(socket(address.is_v4() ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, protocol));
  if (!made) fail("opening a socket");
  return made;
}

FileDescriptor open_receiver(const TrafficEnds& ends, int type, std::uint16_t port) {
  auto receiver = open_socket(ends.destination, type);
  const int on = 1;
  const int buffer_bytes = 8 << 20;
  setsockopt(receiver.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // For a stream's speed alone. A user namespace has no right to it; there the kernel finds a size by itself.
  setsockopt(receiver.number(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes, sizeof(buffer_bytes));
  const SocketAddress local(ends.destination, port);
  if (bind(receiver.number(), local.get(), local.size) != 0) fail("binding a socket");
  return receiver;
}

bool wait_readable(const FileDescriptor& descriptor, int patience_ms) {
  pollfd waiting{.fd = descriptor.number(), .events = POLLIN, .revents = 0};
  return poll(&waiting, 1, patience_ms) > 0;
}

std::vector<std::uint8_t> payload_block(std::uint64_t seed) {
  std::vector<std::uint8_t> block(kBlockSize);
  std::mt19937_64 engine(seed);
  for (auto& byte : block) byte = static_cast<std::uint8_t>(engine() >> 56);
  return block;
}

// -- echo

/// Whether `packet`, as a raw socket hands it over, answers request `number`.
bool is_answer(wire::Bytes packet, wire::IpVersion version, std::uint32_t number) {
  auto message = packet;
  if (version == wire::IpVersion::kV4) {  // raw IPv4 sockets give the IP header too
    const auto ip = wire::IpView::parse(packet);
    if (!ip) return false;
    message = ip->payload();
  }
  const auto icmp = wire::IcmpView::parse(version, message);
  const auto reply = version == wire::IpVersion::kV4 ? wire::IcmpV4::kEchoReply : wire::IcmpV6::kEchoReply;
  return icmp && icmp->type() == reply && icmp->rest_of_header() == number;
}

bool exchange_echo(const FileDescriptor& socket, const TrafficEnds& ends, std::uint32_t number) {
  const auto version = ends.destination.version();
  const bool is_v4 = version == wire::IpVersion::kV4;
  std::array<std::uint8_t, 64> request{};
  wire::write_icmp(request,
                   {.type = is_v4 ? wire::IcmpV4::kEchoRequest : wire::IcmpV6::kEchoRequest, .rest_of_header = number});
  if (is_v4) wire::update_icmp_checksum(request, ends.destination, ends.destination);  // ICMPv6: the kernel fills it in
  const SocketAddress peer(ends.destination, 0);
  if (sendto(socket.number(), request.data(), request.size(), 0, peer.get(), peer.size) < 0) return false;
  std::array<std::uint8_t, 2048> buffer{};
  while (wait_readable(socket, kPatienceMs)) {
    const auto size = recv(socket.number(), buffer.data(), buffer.size(), 0);
    if (size > 0 && is_answer(wire::Bytes(buffer).first(static_cast<std::size_t>(size)), version, number)) return true;
  }
  return false;
}

// -- datagrams

std::vector<std::uint8_t> datagram(const std::vector<std::uint8_t>& block, std::uint32_t number) {
  std::vector<std::uint8_t> bytes(block.begin(), block.begin() + kDatagramSize);
  wire::store_big_endian(wire::MutableBytes(bytes), number);
  return bytes;
}

/// How many more datagrams may be under way: UDP drops what its receiver has no room for.
using Allowance = std::counting_semaphore<>;

void send_datagrams(const TrafficEnds& ends, const std::vector<std::uint8_t>& block, unsigned count,
                    Allowance& allowance) {
  const auto sender = open_socket(ends.destination, SOCK_DGRAM);
  const SocketAddress peer(ends.destination, kDatagramPort);
  for (std::uint32_t number = 0; number < count; ++number) {
    if (!allowance.try_acquire_for(std::chrono::milliseconds(kPatienceMs))) return;
    const auto bytes = datagram(block, number);
    if (sendto(sender.number(), bytes.data(), bytes.size(), 0, peer.get(), peer.size) < 0) return;
  }
}

unsigned receive_datagrams(const FileDescriptor& receiver, const std::vector<std::uint8_t>& block, unsigned count,
                           Allowance& allowance) {
  std::set<std::uint32_t> seen;
  std::vector<std::uint8_t> buffer(kBlockSize);
  while (seen.size() < count && wait_readable(receiver, kPatienceMs)) {
    const auto size = recv(receiver.number(), buffer.data(), buffer.size(), 0);
    allowance.release();
    if (size != static_cast<ssize_t>(kDatagramSize)) continue;
    const auto number = wire::load_big_endian<std::uint32_t>(buffer);
    if (std::ranges::equal(wire::Bytes(buffer).first(kDatagramSize), datagram(block, number))) seen.insert(number);
  }
  return static_cast<unsigned>(seen.size());
}

/// How many datagrams of any kind a socket holds.
unsigned count_waiting(const FileDescriptor& receiver) {
  unsigned count = 0;
  std::array<std::uint8_t, kDatagramSize> buffer{};
  while (recv(receiver.number(), buffer.data(), buffer.size(), MSG_DONTWAIT) >= 0) ++count;
  return count;
}

// -- streams

StreamResult receive_stream(const FileDescriptor& listener, const std::vector<std::uint8_t>& block) {
  StreamResult result{.bytes = 0, .is_intact = true, .seconds = 0};
  if (!wait_readable(listener, kPatienceMs)) return {};
  const FileDescriptor connection(accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!connection) fail("accepting a connection");
  std::vector<std::uint8_t> buffer(4 * kBlockSize);
  Clock::time_point first{}, last{};
  while (wait_readable(connection, kStreamPatienceMs)) {
    const auto size = recv(connection.number(), buffer.data(), buffer.size(), 0);
    last = Clock::now();
    if (result.bytes == 0) first = last;
    if (size < 0) return {};
    if (size == 0) break;
    for (std::size_t done = 0; done < static_cast<std::size_t>(size);) {
      const auto offset = result.bytes % kBlockSize;
      const auto run = std::min<std::size_t>(kBlockSize - offset, static_cast<std::size_t>(size) - done);
      if (std::memcmp(&buffer[done], &block[offset], run) != 0) result.is_intact = false;
      done += run;
      result.bytes += run;
    }
  }
  result.seconds = std::chrono::duration<double>(last - first).count();
  return result;
}

std::uint64_t send_stream(const TrafficEnds& ends, const std::vector<std::uint8_t>& block, const StreamLength& length) {
  const auto sender = open_socket(ends.destination, SOCK_STREAM);
  const SocketAddress peer(ends.destination, kStreamPort);
  if (connect(sender.number(), peer.get(), peer.size) != 0) fail("connecting");
  const timeval patience{.tv_sec = kStreamPatienceMs / 1000, .tv_usec = 0};
  setsockopt(sender.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const auto end = Clock::now() + length.time;
  std::uint64_t sent = 0;
  while (sent < length.bytes && Clock::now() < end) {
    const auto offset = sent % kBlockSize;
    const auto size = std::min<std::uint64_t>(kBlockSize - offset, length.bytes - sent);
    const auto taken = send(sender.number(), &block[offset], size, MSG_NOSIGNAL);
    if (taken <= 0) fail("sending a stream");
    sent += static_cast<std::uint64_t>(taken);
  }
  return sent;
}

/// Does the work; what it throws is kept for the thread that waits for it.
template <typename Work>
std::exception_ptr failure_of(Work work) noexcept {
  try {
    work();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace

unsigned exchange_echoes(const TrafficEnds& ends, unsigned count) {
  unsigned answered = 0;
  ends.source.run([&] {
    const bool is_v4 = ends.destination.is_v4();
    const auto socket = open_socket(ends.destination, SOCK_RAW, is_v4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6});
    // The first that is not answered ends it: the others would only wait as long.
    while (answered < count && exchange_echo(socket, ends, static_cast<std::uint32_t>(ends.seed << 16) + answered))
      ++answered;
  });
  return answered;
}

DatagramResult exchange_datagrams(const TrafficEnds& ends, unsigned count) {
  const auto block = payload_block(ends.seed);
  DatagramResult result;
  FileDescriptor bystander;
  ends.bystander.run([&] { bystander = open_receiver(ends, SOCK_DGRAM, kDatagramPort); });
  ends.target.run([&] {
    const auto receiver = open_receiver(ends, SOCK_DGRAM, kDatagramPort);
    Allowance allowance(kDatagramsUnderWay);
    const auto sending = ends.source.start([&] { send_datagrams(ends, block, count, allowance); });
    result.received = receive_datagrams(receiver, block, count, allowance);
  });
  result.overheard = count_waiting(bystander);
  return result;
}

StreamResult exchange_stream(const TrafficEnds& ends, const StreamLength& length) {
  const auto block = payload_block(ends.seed);
  StreamResult result;
  std::uint64_t sent = 0;
  const auto send = [&] { sent = send_stream(ends, block, length); };
  ends.target.run([&] {
    const auto listener = open_receiver(ends, SOCK_STREAM, kStreamPort);
    if (listen(listener.number(), 1) != 0) fail("listening");
    std::exception_ptr failure;
    {
      const auto sending = ends.source.start([&] { failure = failure_of(send); });
      result = receive_stream(listener, block);
    }
    if (failure) std::rethrow_exception(failure);
  });
  result.is_intact = result.is_intact && result.bytes == sent;
  return result;
}

}  // namespace nvgre::cli
