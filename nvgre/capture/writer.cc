#include "nvgre/capture/writer.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <pcap/pcap.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nvgre::capture {
namespace {

/// The largest frame that libpcap's readers accept, bytes; a super-frame of 64 KiB and its headers fit.
constexpr int kSnapLength = 262'144;

/// mkstemp() makes private files; a capture gets the mode that any new file of this user gets.
void give_usual_mode(int descriptor) {
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(descriptor, 0666 & ~mask);
}

}  // namespace

void Writer::Close::operator()(struct pcap* handle) const noexcept {
  pcap_close(handle);
}
void Writer::Close::operator()(struct pcap_dumper* dumper) const noexcept {
  pcap_dump_close(dumper);
}

Result<Writer> Writer::create(const std::string& path) {
  std::string temporary_path = path == "-" ? std::string() : path + ".XXXXXX";
  const int descriptor = path == "-" ? dup(STDOUT_FILENO) : mkstemp(temporary_path.data());
  if (descriptor < 0) return failure(ErrorCode::kUnavailable, path + ": " + std::strerror(errno), path);
  if (path != "-") give_usual_mode(descriptor);
  Writer writer(path, std::move(temporary_path));
  if (auto started = writer.start(descriptor); !started) return std::unexpected(started.error());
  return writer;
}

Writer::Writer(std::string path, std::string temporary_path) noexcept
    : path_(std::move(path)), temporary_path_(std::move(temporary_path)) {}

// A moved-from string need not be empty, and only one of the two may remove the file.
Writer::Writer(Writer&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_path_(std::exchange(other.temporary_path_, {})),
      error_number_(other.error_number_),
      handle_(std::move(other.handle_)),
      dumper_(std::move(other.dumper_)) {}

Writer::~Writer() {
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

Result<void> Writer::start(int descriptor) {
  std::FILE* file = fdopen(descriptor, "wb");
  if (file == nullptr) {
    const int error_number = errno;
    close(descriptor);
    return cannot_write(error_number);
  }
  handle_.reset(pcap_open_dead_with_tstamp_precision(DLT_EN10MB, kSnapLength, PCAP_TSTAMP_PRECISION_NANO));
  if (handle_) dumper_.reset(pcap_dump_fopen(handle_.get(), file));
  if (!dumper_) {
    std::fclose(file);
    return cannot_write(EIO);
  }
  return {};
}

void Writer::write(const CapturedFrame& frame) {
  pcap_pkthdr header{};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(frame.time);
  header.ts.tv_sec = seconds.count();
  header.ts.tv_usec = (frame.time - seconds).count();  // nanoseconds, by the handle's precision
  header.caplen = static_cast<bpf_u_int32>(frame.bytes.size());
  header.len = static_cast<bpf_u_int32>(frame.original_length);
  // libpcap's callback signature: the dumper travels as bytes.
  pcap_dump(reinterpret_cast<u_char*>(dumper_.get()), &header, frame.bytes.data());
  if (error_number_ == 0 && std::ferror(pcap_dump_file(dumper_.get())) != 0) error_number_ = errno;
}

Result<void> Writer::finish() {
  if (std::fflush(pcap_dump_file(dumper_.get())) != 0 && error_number_ == 0) error_number_ = errno;
  if (error_number_ != 0) return cannot_write(error_number_);
  dumper_.reset();
  if (is_standard_output()) return {};
  if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) return cannot_write(errno);
  temporary_path_.clear();
  return {};
}

std::unexpected<Error> Writer::cannot_write(int error_number) const {
  const std::string name = is_standard_output() ? "standard output" : path_;
  return failure(ErrorCode::kUnavailable, name + ": cannot write: " + std::strerror(error_number), path_);
}

}  // namespace nvgre::capture
