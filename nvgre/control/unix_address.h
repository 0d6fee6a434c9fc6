/// The address of a Unix socket, as the system calls want it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>

namespace nvgre::control {

class UnixAddress {
 public:
  static constexpr std::size_t kMaxPathLength = sizeof(sockaddr_un::sun_path) - 1;

  /// @param path  Of the file; with a leading '@' a name in the abstract namespace (unix(7)).
  /// @return      Nothing if the path is empty or longer than kMaxPathLength.
  [[nodiscard]] static std::optional<UnixAddress> of(std::string_view path) noexcept {
    if (path.empty() || path.size() > kMaxPathLength) return std::nullopt;
    UnixAddress address;
    address.address_.sun_family = AF_UNIX;
    std::ranges::copy(path, address.address_.sun_path);
    const bool is_abstract = path.front() == '@';
    if (is_abstract) address.address_.sun_path[0] = '\0';
    address.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1));
    return address;
  }
  // The socket interface takes every address as this type.
  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&address_); }
  [[nodiscard]] socklen_t size() const noexcept { return size_; }

 private:
  UnixAddress() noexcept = default;
  sockaddr_un address_{};
  socklen_t size_ = 0;
};

}  // namespace nvgre::control
