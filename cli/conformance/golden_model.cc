#include "cli/conformance/golden_model.h"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/offload/send.h"
#include "nvgre/wire/drop_reason.h"

namespace nvgre::cli {
namespace {

class PacketCollector final : public offload::PacketSink {
 public:
  bool emit(const offload::OutgoingPacket& packet) override {
    wire::ByteVector joined(packet.headers.begin(), packet.headers.end());
    for (const auto slice : packet.payload) joined.insert(joined.end(), slice.begin(), slice.end());
    packets_.push_back(std::move(joined));
    return true;
  }
  [[nodiscard]] std::vector<wire::ByteVector> take() { return std::move(packets_); }

 private:
  std::vector<wire::ByteVector> packets_;
};

offload::SendRequest request_of(const DeviceCase& device_case, std::span<const offload::GatherList> packets) {
  offload::SendRequest request{.packets = packets};
  if (device_case.outer) request.supplemental = offload::SupplementalRequest{.is_encapsulated = true};
  switch (device_case.task) {
    case DeviceTask::kLso:
      request.large_send = offload::LargeSendRequest{.mss = device_case.mss};
      break;
    case DeviceTask::kUso:
      request.udp_segmentation = offload::UdpSegmentationRequest{.mss = device_case.mss};
      break;
    case DeviceTask::kChecksum: {
      const bool is_v4 = device_case.outer.value_or(device_case.inner) == wire::IpVersion::kV4;
      const bool is_udp = device_case.name.starts_with("UDP");
      request.checksum = offload::ChecksumRequest{
          .is_ipv4 = is_v4, .is_ipv6 = !is_v4, .ip_header = is_v4, .tcp = !is_udp, .udp = is_udp};
      break;
    }
  }
  return request;
}

}  // namespace

std::vector<wire::ByteVector> golden_packets(const DeviceCase& device_case) {
  const std::array<wire::Bytes, 1> pieces{device_case.request};
  const std::array<offload::GatherList, 1> packets{pieces};
  PacketCollector collector;
  const auto completion = offload::send(request_of(device_case, packets), offload::ActiveOffloads::all(), collector);
  if (!completion.succeeded())
    throw std::logic_error("the engine refuses the case \"" + device_case.name +
                           "\": " + std::string(wire::machine_name(*completion.failure)));
  return collector.take();
}

}  // namespace nvgre::cli
