// `nvgre encap`: puts each frame of a capture into NVGRE.
#include <array>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/capture_tool.h"
#include "cli/commands.h"
#include "cli/option_values.h"
#include "cli/reason_counts.h"
#include "nvgre/overlay/captured_packet.h"

namespace nvgre::cli {
namespace {

constexpr const char* kAbout =
    R"(Each frame becomes the inner frame of an NVGRE packet between the two Provider Addresses, IPv4 or IPv6. 802.1Q and
802.1ad tags are removed first (RFC 7637, section 3.3). The outer header copies DSCP and ECN, has TTL 64 and, in IPv4, DF
and an ID that counts up from --ip-id; in IPv6 the flow label is a hash of the inner flow. A frame that is too long for
the outer length field, as a super-frame is, gets the length 0. Frames without a whole Ethernet header are left out.

)";

constexpr const char* kExamples = R"(
Examples:
  nvgre encap tenant.pcap underlay.pcap --vsid 5001 --source 198.18.0.1 --destination 198.18.0.2
  nvgre encap tenant.pcap - --vsid 5001 --source 2001:db8::1 --destination 2001:db8::2 --flow-id hash | nvgre inspect -)";

struct EncapOptions {
  CapturePaths paths;
  std::uint32_t vsid = 0;
  std::uint32_t ip_id = 0;
  std::string flow_id = "0";
  wire::ProviderAddress source, destination;
  wire::MacAddress source_mac{{2, 0, 0, 0, 0, 1}};
  wire::MacAddress destination_mac{{2, 0, 0, 0, 0, 2}};
};

constexpr const char* kFlowIdHash = "hash";

overlay::TunnelFields tunnel_of(const EncapOptions& options) {
  overlay::TunnelFields tunnel{.source_mac = options.source_mac,
                               .destination_mac = options.destination_mac,
                               .vlan = std::nullopt,
                               .source = options.source,
                               .destination = options.destination,
                               .vsid = *wire::Vsid::from(options.vsid),
                               .identification = static_cast<std::uint16_t>(options.ip_id)};
  if (options.flow_id != kFlowIdHash) tunnel.flow_id = static_cast<wire::FlowId>(std::stoul(options.flow_id));
  return tunnel;
}

class EncapTool final : public CaptureTool {
 public:
  explicit EncapTool(const EncapOptions& options)
      : entrance_(tunnel_of(options),
                  options.flow_id == kFlowIdHash ? overlay::FlowIdSource::kFlowHash : overlay::FlowIdSource::kTunnel) {}

  void take(const capture::CapturedFrame& frame, FrameOutput& output) override {
    const auto packet = entrance_.wrap(frame.bytes, frame.original_length);
    if (!packet) return left_out_.add(packet.error());
    if (packet->headers.size() + packet->payload.size() > capture::kMaxFrameSize)
      return left_out_.add("too long for a capture");
    output.write(frame.time, packet->size, std::array{packet->headers, packet->payload});
  }
  std::string summary() const override { return left_out_.text("left out"); }

 private:
  overlay::TunnelEntrance entrance_;
  ReasonCounts left_out_;
};

/// What the parser can't know of one option alone.
int encap_command(EncapOptions& options, bool has_destination_mac) {
  const auto& destination = options.destination.ip();
  if (options.source.ip().version() != destination.version() || options.source.ip().is_multicast()) {
    fmt::print(stderr,
               "nvgre encap: --source {} --destination {}: accepted are a unicast source and a destination of "
               "the same IP version\n",
               options.source.to_string(), options.destination.to_string());
    return kUsage;
  }
  if (!has_destination_mac && destination.is_multicast()) options.destination_mac = destination.multicast_mac();
  EncapTool tool(options);
  return run_capture_tool("encap", options.paths, tool);
}

std::string judge_flow_id(const std::string& text) {
  const bool is_number = !text.empty() && text.size() <= 3 && text.find_first_not_of("0123456789") == std::string::npos;
  if (text == kFlowIdHash || (is_number && std::stoul(text) <= UINT8_MAX)) return "";
  return "\"" + text + "\" is not accepted; accepted is a number from 0 to 255, or hash";
}

}  // namespace

void add_encap_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("encap", "Put each frame of a capture into NVGRE");
  const auto options = std::make_shared<EncapOptions>();
  add_capture_paths(*command, options->paths);
  add_vsid(*command, options->vsid, "The Virtual Subnet ID, 4096 to 16777214")->required();
  add_provider(*command, "--source", options->source, "The outer source address")->required();
  add_provider(*command, "--destination", options->destination, "The outer destination address")->required();
  command->add_option("--flow-id", options->flow_id, "The FlowID: a number from 0 to 255, or hash: of the inner flow")
      ->check(judge_flow_id)
      ->capture_default_str()
      ->type_name("N|hash");
  add_unicast_mac(*command, "--source-mac", options->source_mac, "The outer source MAC address [02:00:00:00:00:01]");
  const auto* destination_mac =
      add_mac(*command, "--destination-mac", options->destination_mac,
              "The outer destination MAC address [02:00:00:00:00:02; of a group, the group's]");
  add_number(*command, "--ip-id", options->ip_id, {.low = 0, .high = UINT16_MAX},
             "The outer IPv4 ID of the first packet [0]");
  command->footer(std::string(kAbout) + kCaptureHelp + kExamples);
  command->callback(
      [options, destination_mac, &status] { status = encap_command(*options, destination_mac->count() > 0); });
}

}  // namespace nvgre::cli
