#include "cli/demo/wire_capture.h"

#include <array>
#include <stdexcept>

#include <pcap/pcap.h>

namespace nvgre::cli {
namespace {

constexpr int kSnapshotBytes = 65'535;
constexpr int kBufferBytes = 256 << 20;
constexpr int kWakeUpMs = 50;
constexpr const char* kFilter = "ip proto 47 or ip6 proto 47";

}  // namespace

void WireCapture::Close::operator()(pcap* handle) const {
  pcap_close(handle);
}

WireCapture::WireCapture(const NetworkNamespace& where, const std::string& interface, std::size_t mtu) : judge_(mtu) {
  where.run([&] { open(interface); });
  thread_ = std::jthread([this] { follow(); });
}

WireCapture::~WireCapture() {
  stop();
}

void WireCapture::open(const std::string& interface) {
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  handle_.reset(pcap_create(interface.c_str(), error.data()));
  if (!handle_) throw std::runtime_error("capturing on " + interface + ": " + error.data());
  pcap_set_snaplen(handle_.get(), kSnapshotBytes);
  pcap_set_buffer_size(handle_.get(), kBufferBytes);
  pcap_set_timeout(handle_.get(), kWakeUpMs);
  bpf_program filter{};
  const bool ready = pcap_activate(handle_.get()) >= 0 && pcap_setdirection(handle_.get(), PCAP_D_IN) == 0 &&
                     pcap_compile(handle_.get(), &filter, kFilter, 1, PCAP_NETMASK_UNKNOWN) == 0 &&
                     pcap_setfilter(handle_.get(), &filter) == 0;
  pcap_freecode(&filter);
  if (!ready) throw std::runtime_error("capturing on " + interface + ": " + pcap_geterr(handle_.get()));
}

void WireCapture::follow() {
  const auto take = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
    reinterpret_cast<WireJudge*>(user)->judge(wire::Bytes(bytes, header->caplen));
  };
  // A turn without a frame after the end was asked for: everything that had arrived is judged.
  while (pcap_dispatch(handle_.get(), -1, take, reinterpret_cast<u_char*>(&judge_)) > 0 || !is_ending_) continue;
}

void WireCapture::stop() {
  if (!thread_.joinable()) return;
  is_ending_ = true;
  thread_.join();
  pcap_stat statistics{};
  if (pcap_stats(handle_.get(), &statistics) == 0) missed_ = statistics.ps_drop;
}

}  // namespace nvgre::cli
