// Exit statuses and messages of the command, as design sections 7 and 8 have them, by calling what main() calls.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "nvgre/capture/writer.h"
#include "nvgre/wire/frame_builder.h"
#include "tests/unit/capture/temporary_directory.h"
#include "tests/unit/cli/command.h"

namespace nvgre::cli {
namespace {

using test::run;
using test::run_into_full_device;
using testing::HasSubstr;
using testing::IsEmpty;

/// The least that a configuration has.
const std::string kProvider = "[provider]\naddresses = [\"198.18.0.1\"]\n";

class CommandLine : public testing::Test {
 protected:
  /// A capture of one good NVGRE frame and, if wanted, one with a broken payload.
  std::string capture(bool with_bad) const {
    const auto path = directory_.file("test.pcap");
    auto writer = capture::Writer::create(path).value();
    const auto ip = [](std::string_view text) { return wire::IpAddress::parse(text).value(); };
    auto frame = wire::FrameBuilder()
                     .ethernet(wire::MacAddress({2, 0, 0, 0, 0, 1}), wire::MacAddress({2, 0, 0, 0, 0, 2}))
                     .ip(ip("198.18.0.1"), ip("198.18.0.2"))
                     .nvgre(*wire::Vsid::from(5001))
                     .ethernet(wire::MacAddress({2, 0, 0, 0, 0, 3}), wire::MacAddress({2, 0, 0, 0, 0, 4}))
                     .ip(ip("192.0.2.1"), ip("192.0.2.2"))
                     .udp(1'000, 2'000)
                     .counting_payload(30)
                     .build();
    writer.write({frame, frame.size(), {}});
    frame.back() ^= 1;
    if (with_bad) writer.write({frame, frame.size(), {}});
    EXPECT_TRUE(writer.finish());
    return path;
  }
  std::string file(const std::string& text) const { return write("nvgre.toml", text); }
  std::string write(const std::string& name, const std::string& text) const {
    auto path = directory_.file(name);
    std::ofstream(path) << text;
    return path;
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  test::TemporaryDirectory directory_;
};

TEST_F(CommandLine, tells_its_version) {
  const auto outcome = run({"--version"});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_EQ(outcome.out.rfind("nvgre ", 0), 0U);
}

TEST_F(CommandLine, help_of_every_subcommand_has_examples) {
  for (const auto* command :
       {"run", "status", "offload", "inspect", "encap", "decap", "segment", "coalesce", "checksum"}) {
    const auto outcome = run({command, "--help"});
    EXPECT_EQ(outcome.status, kDone) << command;
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  nvgre ")) << command;
    EXPECT_THAT(outcome.out, HasSubstr("Exit status:")) << command;
  }
  EXPECT_THAT(run({"--help"}).out, HasSubstr("nvgre inspect capture.pcap"));
}

TEST_F(CommandLine, help_of_run_explains_every_key) {
  const auto help = run({"run", "--help"}).out;
  for (const auto* key :
       {"[provider]", "flow_label", "[datapath]", "[[subnet]]", "source_check", "spoof_check", "[[record]]"})
    EXPECT_THAT(help, HasSubstr(key));
}

TEST_F(CommandLine, wrong_usage_is_2_with_a_hint) {
  for (const auto& words : std::vector<std::vector<const char*>>{{},
                                                                 {"dance"},
                                                                 {"run"},
                                                                 {"inspect"},
                                                                 {"inspect", "a", "b"},
                                                                 {"inspect", "a", "--rss-key", "00"},
                                                                 {"status", "--colour"},
                                                                 {"offload"},
                                                                 {"offload", "set"},
                                                                 {"offload", "set", "LsoV2IPv4"},
                                                                 {"offload", "set", "LsoV9=1"},
                                                                 {"offload", "show", "LsoV9"},
                                                                 {"offload", "export", "--format", "xml"},
                                                                 {"offload", "import"}}) {
    const auto outcome = run(words);
    EXPECT_EQ(outcome.status, kUsage) << testing::PrintToString(words);
    EXPECT_EQ(outcome.error.rfind("nvgre", 0), 0U) << outcome.error;
    EXPECT_THAT(outcome.out, IsEmpty());
  }
  EXPECT_THAT(run({"inspekt"}).error, HasSubstr("\"inspekt\" is no subcommand; did you mean \"inspect\"?"));
  EXPECT_THAT(run({"offload", "show", "LsoV2Pv4"}).error, HasSubstr("did you mean \"LsoV2IPv4\"?"));
}

TEST_F(CommandLine, wrong_usage_points_to_the_help_that_explains_it) {
  EXPECT_THAT(run({"offload", "export", "--format", "xml"}).error, HasSubstr("See `nvgre offload export --help`."));
  EXPECT_THAT(run({"offload", "--colour"}).error, HasSubstr("See `nvgre offload --help`."));
  EXPECT_THAT(run({"--colour"}).error, HasSubstr("See `nvgre --help`."));
}

TEST_F(CommandLine, a_subcommand_that_there_is_not_has_no_help) {
  for (const auto& words : std::vector<std::vector<const char*>>{
           {"dance", "--help"}, {"--help", "dance"}, {"offload", "dance", "--help"}, {"offload", "dance"}}) {
    const auto outcome = run(words);
    EXPECT_EQ(outcome.status, kUsage) << testing::PrintToString(words);
    EXPECT_THAT(outcome.error, HasSubstr("\"dance\" is no subcommand"));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
  EXPECT_THAT(run({"offload", "exprot", "--help"}).error, HasSubstr("did you mean \"export\"?"));
}

TEST_F(CommandLine, standard_output_that_takes_nothing_is_3) {
  const auto path = file(kProvider), captured = capture(false);
  for (const auto& words : std::vector<std::vector<const char*>>{{"--help"},
                                                                 {"run", "--help"},
                                                                 {"run", "--check", "--config", path.c_str()},
                                                                 {"oid", "list"},
                                                                 {"oid", "list", "--json"},
                                                                 {"demo", "--mode", "memory"},
                                                                 {"offload", "export", "--config", path.c_str()},
                                                                 {"inspect", captured.c_str()}}) {
    const auto outcome = run_into_full_device(words);
    EXPECT_EQ(outcome.status, kUnreadable) << testing::PrintToString(words);
    EXPECT_THAT(outcome.error, HasSubstr("standard output: "));
    const auto reason = outcome.error.find("No space left on device");
    EXPECT_NE(reason, std::string::npos) << outcome.error;
    EXPECT_EQ(reason, outcome.error.rfind("No space left on device")) << "said once";
  }
}

TEST_F(CommandLine, KEY_keywords_go_from_one_file_into_another_by_way_of_an_INF_file) {
  const auto from = write("from.toml", kProvider + "[offload]\nLsoV2IPv4 = false\nJumboPacket = 9014\n");
  const auto exported = run({"offload", "export", "--format", "inf", "--config", from.c_str()});
  EXPECT_EQ(exported.status, kDone);
  const auto inf = write("adapter.inf", exported.out + "HKR, , *FlowControl, 0, \"3\"\n");
  const auto into = write("into.toml", "# mine\n" + kProvider);
  const auto imported = run({"offload", "import", inf.c_str(), "--config", into.c_str()});
  EXPECT_EQ(imported.status, kDone);
  EXPECT_EQ(imported.out, "LsoV2IPv4 = 0\nJumboPacket = 9014\n");
  EXPECT_THAT(imported.error, HasSubstr("*FlowControl: no such keyword; ignored"));
  EXPECT_EQ(read(into), "# mine\n" + kProvider + "\n[offload]\nLsoV2IPv4 = false\nJumboPacket = 9014\n");
  EXPECT_EQ(run({"offload", "export", "--config", into.c_str()}).out, exported.out);
  EXPECT_THAT(run({"offload", "export", "--format", "toml", "--config", into.c_str()}).out,
              HasSubstr("\nLsoV2IPv4 = false  # "));
}

TEST_F(CommandLine, export_and_import_say_which_file_is_wrong) {
  const auto wrong = write("wrong.toml", "[provider]\n");
  const auto inf = write("adapter.inf", "HKR,,*LsoV2IPv4,0,0\n");
  EXPECT_EQ(run({"offload", "export", "--config", wrong.c_str()}).status, kUsage);
  EXPECT_EQ(run({"offload", "import", inf.c_str(), "--config", wrong.c_str()}).status, kUsage);
  EXPECT_EQ(read(wrong), "[provider]\n");
  const auto absent = run({"offload", "import", "/nowhere.inf", "--config", wrong.c_str()});
  EXPECT_EQ(absent.status, kUnreadable);
  EXPECT_THAT(absent.error, HasSubstr("/nowhere.inf: cannot read: No such file or directory"));
  for (const auto& words : std::vector<std::vector<const char*>>{{"export", "--config", "/nowhere.toml"},
                                                                 {"import", inf.c_str(), "--config", "/nowhere.toml"},
                                                                 {"import", "/tmp", "--config", wrong.c_str()}}) {
    auto line = words;
    line.insert(line.begin(), "offload");
    const auto outcome = run(line);
    EXPECT_EQ(outcome.status, kUnreadable) << testing::PrintToString(words);
    EXPECT_THAT(outcome.error, HasSubstr(": cannot read: "));
  }
}

TEST_F(CommandLine, inspect_prints_a_line_for_each_frame_and_sums_up) {
  const auto path = capture(true);
  const auto text = run({"inspect", path.c_str()});
  EXPECT_EQ(text.status, kDone);
  EXPECT_EQ(std::ranges::count(text.out, '\n'), 2);
  EXPECT_EQ(text.error,
            "nvgre inspect: 2 frames: 2 nvgre, 0 other gre, 0 unsupported, 0 not encapsulated; 1 with a bad "
            "checksum, 0 with a wrong format\n");
  const auto json = run({"inspect", "--json", path.c_str()});
  EXPECT_EQ(json.out.rfind("{\"frame\": 1, ", 0), 0U);
  EXPECT_THAT(json.out, HasSubstr("\n{\"frame\": 2, "));
}

TEST_F(CommandLine, inspect_check_is_1_if_anything_is_wrong) {
  EXPECT_EQ(run({"inspect", "--check", capture(false).c_str()}).status, kDone);
  EXPECT_EQ(run({"inspect", "--check", capture(true).c_str()}).status, kFailed);
  EXPECT_EQ(run({"inspect", capture(true).c_str()}).status, kDone) << "nobody asked";
}

TEST_F(CommandLine, inspect_takes_an_RSS_key) {
  const auto path = capture(false);
  const std::string zeros(80, '0');
  EXPECT_THAT(run({"inspect", "--json", "--rss-key", zeros.c_str(), path.c_str()}).out,
              HasSubstr(R"("rss": {"hash": "0x00000000", "type": "udp_ipv4"})"));
}

TEST_F(CommandLine, inspect_takes_no_empty_name) {
  const auto outcome = run({"inspect", ""});
  EXPECT_EQ(outcome.status, kUsage);
  EXPECT_THAT(outcome.error, HasSubstr("FILE: the name is empty; accepted is a file's, or -"));
}

TEST_F(CommandLine, unreadable_captures_are_3_and_named) {
  const auto missing = run({"inspect", "/nowhere.pcap"});
  EXPECT_EQ(missing.status, kUnreadable);
  EXPECT_EQ(missing.error, "nvgre inspect: /nowhere.pcap: No such file or directory\n");
  EXPECT_EQ(run({"inspect", file("no capture").c_str()}).status, kUnreadable);

  const auto path = capture(true);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 5);
  const auto cut = run({"inspect", path.c_str()});
  EXPECT_EQ(cut.status, kUnreadable);
  EXPECT_EQ(std::ranges::count(cut.out, '\n'), 1) << "what was readable is still processed";
  EXPECT_THAT(cut.error, HasSubstr("nvgre inspect: " + path + ": truncated"));
}

TEST_F(CommandLine, run_check_judges_a_file) {
  const auto good = run({"run", "--check", "--config", file("[provider]\naddresses = [\"198.18.0.1\"]\n").c_str()});
  EXPECT_EQ(good.status, 0);
  const auto path = file("[provider]\naddresses = [\"198.18.0.1\"]\nttl = 0\ndscp = 99\n");
  const auto wrong = run({"run", "--check", "--config", path.c_str()});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.error, HasSubstr(path + ":3: [provider] ttl: given 0, accepted is a number from 1 to 255\n"));
  EXPECT_THAT(wrong.error, HasSubstr(path + ":4: [provider] dscp: given 99"));
  EXPECT_EQ(run({"run", "--config", path.c_str()}).status, 2);
  EXPECT_EQ(run({"run", "--config", "/nowhere.toml"}).status, 2);
}

TEST_F(CommandLine, run_check_judges_what_the_file_asks_of_the_data_plane) {
  const std::string port = kProvider + "[[subnet]]\nvsid = 5001\n[[port]]\ndevice = \"blue1\"\nvsid = 5001\n" +
                           "mac = \"02:00:00:00:50:01\"\n";
  for (const auto& [text, problem] :
       {std::pair{kProvider + "[datapath]\nmode = \"kernel\"\n", ":4: [datapath] mode: given \"kernel\""},
        {kProvider + "[datapath]\nworkers = 2\n[rss]\ntable = [0, 7]\n", ":6: [rss] table: there is no worker 7"},
        {port + "workers = [3]\n[datapath]\nworkers = 1\n", ":9: [[port]] workers: given 3, accepted is a worker"},
        {kProvider + "[rss]\ntable = [255]\n", ":4: [rss] table: there is no worker 255"}}) {
    const auto path = file(text);
    const auto outcome = run({"run", "--check", "--config", path.c_str()});
    EXPECT_EQ(outcome.status, 2) << text;
    EXPECT_THAT(outcome.error, HasSubstr(path + problem));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST_F(CommandLine, status_without_an_endpoint_is_1_and_says_what_helps) {
  for (const auto& words :
       std::vector<std::vector<const char*>>{{"status", "--socket", "/nowhere.sock"},
                                             {"offload", "show", "--socket", "/nowhere.sock"},
                                             {"offload", "set", "LsoV2IPv4=1", "--socket", "/nowhere.sock"},
                                             {"offload", "export", "--socket", "/nowhere.sock"}}) {
    const auto outcome = run(words);
    EXPECT_EQ(outcome.status, kFailed);
    EXPECT_THAT(outcome.error, HasSubstr("/nowhere.sock: no nvgre runs here; start it with `nvgre run`"));
  }
}

}  // namespace
}  // namespace nvgre::cli
