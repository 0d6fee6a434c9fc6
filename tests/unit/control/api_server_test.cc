#include "nvgre/control/api_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <nlohmann/json.hpp>

#include "nvgre/control/api_client.h"
#include "nvgre/control/api_protocol.h"
#include "nvgre/control/unix_address.h"
#include "tests/unit/capture/temporary_directory.h"

namespace nvgre::control {
namespace {

using nlohmann::json;
using test::TemporaryDirectory;

/// A server that answers each line with "LINE!", served by the test itself.
class ApiServerTest : public testing::Test {
 protected:
  ApiServerTest() : path_(directory_.file("api.sock")) {
    socket_.emplace(ApiSocket::open(path_).value());
    server_.emplace(ApiServer::start(*socket_, [](std::string_view line) { return std::string(line) + "!"; }).value());
  }
  FileDescriptor connected() const {
    FileDescriptor client(socket(AF_UNIX, SOCK_STREAM, 0));
    const auto address = UnixAddress::of(path_);
    EXPECT_EQ(connect(client.number(), address->get(), address->size()), 0);
    return client;
  }
  static void send_text(const FileDescriptor& client, const std::string& text) {
    EXPECT_EQ(send(client.number(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  /// What has arrived by now; "EOF" when the server hung up.
  static std::string received(const FileDescriptor& client) {
    std::array<char, 4096> buffer{};
    const auto size = recv(client.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size == 0) return "EOF";
    return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }
  bool is_readable() const {
    pollfd waiting{.fd = server_->descriptor(), .events = POLLIN, .revents = 0};
    return poll(&waiting, 1, 0) == 1;
  }

  TemporaryDirectory directory_;
  std::string path_;
  std::optional<ApiSocket> socket_;
  std::optional<ApiServer> server_;
};

TEST_F(ApiServerTest, answers_lines_in_pieces_and_several_at_once) {
  const auto client = connected();
  send_text(client, "on");
  server_->serve();
  EXPECT_EQ(received(client), "");
  send_text(client, "e\ntwo\nthr");
  server_->serve();
  EXPECT_EQ(received(client), "one!\ntwo!\n");
  send_text(client, "ee\n");
  server_->serve();
  EXPECT_EQ(received(client), "three!\n");
}

TEST_F(ApiServerTest, is_quiet_while_nobody_asks) {
  const auto client = connected();
  EXPECT_TRUE(is_readable());
  server_->serve();
  EXPECT_FALSE(is_readable());
  send_text(client, "x\n");
  EXPECT_TRUE(is_readable());
  server_->serve();
  EXPECT_FALSE(is_readable());
}

TEST_F(ApiServerTest, serves_several_clients_and_forgets_those_that_go) {
  auto first = connected();
  const auto second = connected();
  send_text(first, "a\n");
  send_text(second, "b\n");
  server_->serve();
  EXPECT_EQ(received(first), "a!\n");
  EXPECT_EQ(received(second), "b!\n");
  first = FileDescriptor();
  server_->serve();
  EXPECT_FALSE(is_readable());
  send_text(second, "c\n");
  server_->serve();
  EXPECT_EQ(received(second), "c!\n");
}

TEST_F(ApiServerTest, answers_a_client_that_sends_no_more) {
  const auto client = connected();
  send_text(client, "last\n");
  shutdown(client.number(), SHUT_WR);
  server_->serve();
  EXPECT_EQ(received(client), "last!\n");
  EXPECT_EQ(received(client), "EOF");
}

/// Answers of 100 kB each, and how many have been given.
class LargeAnswers : public ApiServerTest {
 protected:
  static constexpr std::size_t kAnswerSize = 100'000;
  LargeAnswers() {
    server_.emplace(ApiServer::start(*socket_, [this](std::string_view) {
                      ++answer_count_;
                      return std::string(kAnswerSize, 'x');
                    }).value());
  }
  /// Reads what is there, and says how many answers have ended.
  std::size_t read_answers(const FileDescriptor& client) {
    std::size_t count = 0;
    for (auto text = received(client); !text.empty() && text != "EOF"; text = received(client))
      count += static_cast<std::size_t>(std::ranges::count(text, '\n'));
    return count;
  }
  std::size_t answer_count_ = 0;
};

TEST_F(LargeAnswers, answers_no_more_than_a_client_takes) {
  constexpr std::size_t kBound = ApiServer::kMaxUnsentSize / kAnswerSize + 1;
  const auto client = connected();
  std::size_t asked = 0, read = 0;
  for (int turn = 0; turn < 200; ++turn) {
    while (send(client.number(), "a\nb\nc\nd\n", 8, MSG_NOSIGNAL | MSG_DONTWAIT) == 8 && asked < 100'000) asked += 4;
    server_->serve();
    ASSERT_LE(answer_count_, read + 2 * kBound + 3) << turn << ": what the socket holds, and what waits";
    std::array<char, 4096> little{};
    const auto size = recv(client.number(), little.data(), little.size(), MSG_DONTWAIT);
    for (ssize_t i = 0; i < size; ++i) read += little.at(static_cast<std::size_t>(i)) == '\n' ? 1 : 0;
  }
  EXPECT_GT(asked, 1'000U);
}

TEST_F(LargeAnswers, answers_every_line_though_nothing_more_is_sent) {
  constexpr std::size_t kLines = 200;
  const auto client = connected();
  std::string lines;
  for (std::size_t i = 0; i < kLines; ++i) lines += "x\n";
  send_text(client, lines);
  shutdown(client.number(), SHUT_WR);
  std::size_t read = 0;
  for (std::size_t turn = 0; turn < 20 * kLines && read < kLines; ++turn) {
    server_->serve();
    read += read_answers(client);
  }
  EXPECT_EQ(read, kLines);
  EXPECT_EQ(answer_count_, kLines);
  server_->serve();
  EXPECT_EQ(received(client), "EOF");
  EXPECT_FALSE(is_readable());
}

TEST_F(ApiServerTest, hangs_up_on_a_line_without_end) {
  const auto client = connected();
  const std::string piece(4096, 'x');
  for (std::size_t sent = 0; sent <= ApiServer::kMaxRequestSize; sent += piece.size()) {
    send_text(client, piece);
    server_->serve();
  }
  EXPECT_EQ(received(client), "!\n") << "the answer to an empty line";
  EXPECT_EQ(received(client), "EOF");
}

TEST_F(ApiServerTest, hangs_up_on_more_clients_than_it_serves) {
  std::vector<FileDescriptor> clients;
  for (std::size_t i = 0; i <= ApiServer::kMaxClients; ++i) {
    clients.push_back(connected());
    server_->serve();
  }
  EXPECT_EQ(received(clients.back()), "EOF");
  send_text(clients.front(), "x\n");
  server_->serve();
  EXPECT_EQ(received(clients.front()), "x!\n");
}

TEST(ApiClient, asks_and_gets_the_result_or_the_reason) {
  const TemporaryDirectory directory;
  const auto path = directory.file("api.sock");
  const auto socket = ApiSocket::open(path);
  ASSERT_TRUE(socket);
  const ApiHandler handler = [](const std::string& command, const json&) -> Result<json> {
    if (command == "fail") return failure(ErrorCode::kInvalid, "not like that");
    return json(std::string(200'000, 'x'));  // more than one read
  };
  auto server = ApiServer::start(*socket, [&](std::string_view line) { return answer_line(line, handler); });
  ASSERT_TRUE(server);
  std::atomic<bool> is_done = false;
  std::thread serving([&] {
    while (!is_done) {
      pollfd waiting{.fd = server->descriptor(), .events = POLLIN, .revents = 0};
      poll(&waiting, 1, 10);
      server->serve();
    }
  });
  const auto result = ask(path, {{"command", "status"}});
  const auto failed = ask(path, {{"command", "fail"}});
  is_done = true;
  serving.join();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->get<std::string>().size(), 200'000U);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "not like that");
}

TEST(ApiClient, says_that_nobody_runs_there) {
  const auto result = ask("/nowhere/nvgre.sock", {{"command", "status"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(result.error().message,
            "/nowhere/nvgre.sock: no nvgre runs here; start it with `nvgre run`, or name its socket with --socket");
}

TEST(ApiClient, refuses_what_can_not_be_a_socket) {
  for (const auto& path : {std::string(), std::string(108, 'x')}) {
    const auto result = ask(path, {{"command", "status"}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kInvalid) << "wrong usage";
    EXPECT_EQ(result.error().message,
              "socket: given \"" + path + "\", accepted is a path of 1 to 107 bytes without NUL");
  }
}

}  // namespace
}  // namespace nvgre::control
