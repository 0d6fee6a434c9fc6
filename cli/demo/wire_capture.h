/// Captures what arrives at one end of the wire and judges it while it comes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "cli/demo/network_namespace.h"
#include "cli/demo/wire_judge.h"

struct pcap;

namespace nvgre::cli {

class WireCapture {
 public:
  /// Starts capturing. @throws std::runtime_error
  WireCapture(const NetworkNamespace& where, const std::string& interface, std::size_t mtu);
  ~WireCapture();
  WireCapture(const WireCapture&) = delete;
  WireCapture& operator=(const WireCapture&) = delete;

  /// Ends capturing once what has arrived is judged.
  void stop();
  /// After stop(). @return What was found.
  [[nodiscard]] const WireJudgement& judgement() const { return judge_.judgement(); }
  /// After stop(). @return Frames that passed faster than they could be captured.
  [[nodiscard]] std::uint64_t missed() const { return missed_; }

 private:
  void open(const std::string& interface);
  void follow();

  struct Close {
    void operator()(pcap* handle) const;
  };
  std::unique_ptr<pcap, Close> handle_;
  WireJudge judge_;
  std::uint64_t missed_ = 0;
  std::atomic<bool> is_ending_ = false;
  std::jthread thread_;  // last: it uses what stands above
};

}  // namespace nvgre::cli
