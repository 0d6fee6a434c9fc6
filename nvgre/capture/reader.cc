#include "nvgre/capture/reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include <pcap/pcap.h>
#include <sys/stat.h>

namespace nvgre::capture {
namespace {

/// libpcap begins its messages with the file's name, where it knows it; ours begin with it always.
std::string without_prefix(std::string_view message, const std::string& path) {
  if (message.starts_with(path + ": ")) message.remove_prefix(path.size() + 2);
  return std::string(message);
}

/// What helps where a pcapng file is right and libpcap can't read it. Nothing but the words tells such errors apart; a
/// block of the other byte order has an absurd size.
std::string_view remedy_for(std::string_view message) {
  if (message.contains("different from the type")) return "; captures of Ethernet alone are read";
  if (message.contains("different from the snapshot length") || message.contains("pcapng block size"))
    return "; where interfaces differ in snap length, or sections in byte order, \"editcap -F nsecpcap IN OUT\" helps";
  return "";
}

std::string link_type_name(int link_type) {
  const char* name = pcap_datalink_val_to_name(link_type);
  return name != nullptr ? name : std::to_string(link_type);
}

/// Looks at the first four bytes and puts them back: glibc takes back whatever its buffer holds, of a pipe too.
FileFormat peek_format(std::FILE* file) {
  std::array<unsigned char, sizeof(std::uint32_t)> bytes{};
  std::size_t count = std::fread(bytes.data(), 1, bytes.size(), file);
  while (count > 0) std::ungetc(bytes.at(--count), file);
  return format_of(std::bit_cast<std::uint32_t>(bytes));
}

/// With nanosecond precision tv_usec holds nanoseconds. A pcapng file can name moments that no nanosecond clock
/// reaches, after the year 2262: those are the last one that it does.
CaptureTime time_of(const timeval& time) {
  constexpr auto kLast = std::chrono::duration_cast<std::chrono::seconds>(CaptureTime::max()).count() - 1;
  constexpr auto kFirst = -kLast;
  return std::chrono::seconds(std::clamp<std::int64_t>(time.tv_sec, kFirst, kLast)) +
         std::chrono::nanoseconds(std::clamp<std::int64_t>(time.tv_usec, 0, 999'999'999));
}

}  // namespace

void Reader::Close::operator()(struct pcap* handle) const noexcept {
  pcap_close(handle);
}

Result<Reader> Reader::open(const std::string& path) {
  const bool is_standard_input = path == "-";
  const std::string name = is_standard_input ? "standard input" : path;
  std::FILE* file = is_standard_input ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return failure(ErrorCode::kUnavailable, name + ": " + std::strerror(errno), path);

  const FileFormat format = peek_format(file);
  std::array<char, PCAP_ERRBUF_SIZE> message{};
  std::unique_ptr<struct pcap, Close> handle(
      pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, message.data()));
  if (!handle) {
    if (!is_standard_input) std::fclose(file);
    return failure(ErrorCode::kInvalid, name + ": not a pcap or pcapng capture (" + message.data() + ")", path);
  }
  if (const int link_type = pcap_datalink(handle.get()); link_type != DLT_EN10MB) {
    return failure(ErrorCode::kInvalid,
                   name + ": link type " + link_type_name(link_type) + "; captures of Ethernet (EN10MB) are read",
                   path);
  }
  return Reader(name, format, std::move(handle));
}

Reader::Reader(std::string name, FileFormat format, std::unique_ptr<struct pcap, Close> handle)
    : name_(std::move(name)), format_(format), handle_(std::move(handle)) {
  struct stat status{};
  if (fstat(fileno(pcap_file(handle_.get())), &status) == 0 && S_ISREG(status.st_mode))
    size_ = static_cast<std::uint64_t>(status.st_size);
}

std::optional<CapturedFrame> Reader::next() {
  if (error_) return std::nullopt;
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  const int outcome = pcap_next_ex(handle_.get(), &header, &bytes);
  if (outcome == PCAP_ERROR) {
    const std::string message = without_prefix(pcap_geterr(handle_.get()), name_);
    error_ = Error{ErrorCode::kInvalid, name_ + ": " + message + std::string(remedy_for(message)), name_};
    return std::nullopt;
  }
  if (outcome != 1) return std::nullopt;                             // PCAP_ERROR_BREAK: the end of the file
  const std::size_t length = std::max(header->len, header->caplen);  // some writers leave the one out
  return CapturedFrame{wire::Bytes(bytes, header->caplen), length, time_of(header->ts)};
}

std::uint64_t Reader::position() const {
  const long position = std::ftell(pcap_file(handle_.get()));
  return position < 0 ? 0 : static_cast<std::uint64_t>(position);
}

}  // namespace nvgre::capture
