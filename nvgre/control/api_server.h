/// Serves the API socket in the control thread: no thread of its own, nothing blocks, nothing runs while nobody asks.
/// It knows lines; what they mean is api_protocol.h.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "nvgre/control/api_socket.h"
#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/wire/result.h"

namespace nvgre::control {

class ApiServer {
 public:
  static constexpr std::size_t kMaxClients = 64;          ///< At the same time; one more is hung up on.
  static constexpr std::size_t kMaxRequestSize = 65'536;  ///< Bytes of one line; a longer one is answered as "".
  /// Bytes of answers that wait for a client: at so many the rest of its lines waits, until it has taken all of them.
  static constexpr std::size_t kMaxUnsentSize = std::size_t{1} << 20;

  /// The answer to one line; both without the newline.
  using Answer = std::function<std::string(std::string_view line)>;

  /// @param socket  Outlives the server.
  [[nodiscard]] static Result<ApiServer> start(const ApiSocket& socket, Answer answer);

  /// Readable when serve() has something to do: an epoll instance.
  [[nodiscard]] int descriptor() const noexcept { return epoll_.number(); }
  /// Accepts clients, reads requests, answers them; returns when there is nothing left to do now.
  void serve();

 private:
  /// One connection.
  struct Client {
    FileDescriptor descriptor;
    std::string received;         ///< Lines that are not answered yet, and the beginning of one.
    std::string to_send;          ///< Answers; empty when all of them are gone.
    std::size_t sent_size = 0;    ///< Bytes of `to_send` that are gone.
    bool has_lines_left = false;  ///< `received` has a whole line.
    bool is_finished = false;     ///< It sends no more; it goes when all is answered and sent.
    [[nodiscard]] bool is_served() const noexcept { return to_send.empty() && !has_lines_left; }
  };
  ApiServer(int listener, Answer answer, FileDescriptor epoll);

  void accept_clients();
  void serve_client(Client& client);
  /// @return false if the connection is broken.
  [[nodiscard]] bool take_turn(Client& client);
  [[nodiscard]] bool receive(Client& client);
  [[nodiscard]] bool send(Client& client);
  void answer_lines(Client& client);
  void watch(const Client& client, int operation) const;

  int listener_;
  Answer answer_;
  FileDescriptor epoll_;
  std::map<int, Client> clients_;  ///< By descriptor.
};

}  // namespace nvgre::control
