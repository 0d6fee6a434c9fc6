#include "nvgre/wire/checksum.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace nvgre::wire {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::size_t kBlock = 4 * kWord;

/// A ones' complement sum of 64-bit words in the machine's own byte order. Ones' complement addition does not care in
/// which order the bytes of a word stand as long as it is always the same (RFC 1071, section 2 (B)), so the loop swaps
/// nothing; the folded result is swapped once.
class NativeSum {
 public:
  void add(std::uint64_t word) noexcept {
    sum_ += word;
    sum_ += static_cast<std::uint64_t>(sum_ < word);  // end-around carry
  }
  void add(const NativeSum& other) noexcept { add(other.sum_); }

  /// The sum as a 16-bit number of big-endian words (host order).
  [[nodiscard]] std::uint16_t folded() const noexcept {
    std::uint64_t sum = (sum_ >> 32) + (sum_ & 0xFFFF'FFFF);
    sum = (sum >> 32) + (sum & 0xFFFF'FFFF);
    sum = (sum >> 16) + (sum & 0xFFFF);
    sum = (sum >> 16) + (sum & 0xFFFF);
    const auto native = static_cast<std::uint16_t>((sum >> 16) + sum);
    return std::endian::native == std::endian::little ? std::byteswap(native) : native;
  }

 private:
  std::uint64_t sum_ = 0;
};

std::uint64_t load_native(const std::uint8_t* from) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, kWord);
  return word;
}

/// Steps of the one loop below: what happens to each word besides being added.
struct ReadOnly {
  std::uint64_t word(const std::uint8_t* from) noexcept { return load_native(from); }
  void tail(const std::uint8_t*, std::size_t) noexcept {}
};
struct Copy {
  std::uint8_t* to;
  std::uint64_t word(const std::uint8_t* from) noexcept {
    const std::uint64_t value = load_native(from);
    std::memcpy(to, &value, kWord);
    to += kWord;
    return value;
  }
  void tail(const std::uint8_t* from, std::size_t size) noexcept { std::memcpy(to, from, size); }
};

/// Sums `bytes`, four words a step into four accumulators so that no addition waits for the carry of the one before.
template <typename Step>
std::uint16_t native_sum(Bytes bytes, Step step) noexcept {
  const std::uint8_t* from = bytes.data();
  std::size_t left = bytes.size();
  NativeSum sums[4];
  for (; left >= kBlock; left -= kBlock, from += kBlock) {
    sums[0].add(step.word(from));
    sums[1].add(step.word(from + kWord));
    sums[2].add(step.word(from + 2 * kWord));
    sums[3].add(step.word(from + 3 * kWord));
  }
  for (; left >= kWord; left -= kWord, from += kWord) sums[0].add(step.word(from));
  if (left > 0) {
    std::uint64_t last = 0;  // the bytes behind the end count as zero (RFC 1071, section 4.1)
    std::memcpy(&last, from, left);
    step.tail(from, left);
    sums[1].add(last);
  }
  for (std::size_t i = 1; i < 4; ++i) sums[0].add(sums[i]);
  return sums[0].folded();
}

constexpr std::uint16_t fold(std::uint64_t sum) noexcept {
  while (sum > 0xFFFF) sum = (sum >> 16) + (sum & 0xFFFF);
  return static_cast<std::uint16_t>(sum);
}

}  // namespace

void InternetSum::add_piece(std::uint16_t folded, std::size_t size) noexcept {
  // A piece that starts at an odd byte has its words shifted by one byte: the sum's two bytes change places.
  sum_ += odd_ ? std::byteswap(folded) : folded;
  odd_ ^= size % 2 != 0;
}

void InternetSum::add(Bytes bytes) noexcept {
  add_piece(native_sum(bytes, ReadOnly{}), bytes.size());
}

void InternetSum::add_copy(MutableBytes to, Bytes from) noexcept {
  assert(to.size() >= from.size());
  add_piece(native_sum(from, Copy{to.data()}), from.size());
}

std::uint16_t InternetSum::folded() const noexcept {
  return fold(sum_);
}

std::uint16_t internet_sum(Bytes bytes) noexcept {
  return native_sum(bytes, ReadOnly{});
}

std::uint16_t pseudo_header_sum(const IpAddress& source, const IpAddress& destination, IpProtocol protocol,
                                std::uint32_t transport_length) noexcept {
  InternetSum sum;
  sum.add(source.bytes());
  sum.add(destination.bytes());
  sum.add_number(static_cast<std::uint16_t>(protocol));
  sum.add_number(static_cast<std::uint16_t>(transport_length >> 16));
  sum.add_number(static_cast<std::uint16_t>(transport_length & 0xFFFF));
  return sum.folded();
}

std::uint16_t updated_checksum(std::uint16_t checksum, std::uint16_t old_value, std::uint16_t new_value) noexcept {
  const std::uint64_t sum =
      std::uint64_t{static_cast<std::uint16_t>(~checksum)} + static_cast<std::uint16_t>(~old_value) + new_value;
  return static_cast<std::uint16_t>(~fold(sum));
}

}  // namespace nvgre::wire
