// A frame's way through the program; each step is a function that writes its instructions:
//   1. the outer IP header, and GRE behind it;          a tenant's frame begins with step 3
//   2. the inner Ethernet header: what the filters test
//   3. the inner IP header and its TCP or UDP header
//   4. the queue, by the filters
//   5. the hash: inner 4-tuple, or by the rules the outer 2-tuple, or none
//   6. the worker, by the queue's indirection table
// Steps 1 to 3 are steering_walk.cc's.
#include "nvgre/datapath/userspace/steering_program.h"

#include <array>
#include <cstddef>

#include <netinet/in.h>

#include "nvgre/datapath/userspace/bpf_assembler.h"
#include "nvgre/datapath/userspace/steering_layout.h"
#include "nvgre/datapath/userspace/steering_walk.h"
#include "nvgre/offload/active_offloads.h"

namespace nvgre::datapath::userspace {
namespace {

using offload::EncapsulatedMask;
using offload::RssHashType;

constexpr std::int32_t bit_of(RssHashType type) {
  return 1 << static_cast<int>(type);
}

/// The three hash types of one IP version.
struct VersionTypes {
  RssHashType two_tuple, tcp, udp;
};
constexpr VersionTypes kTypesV4{RssHashType::kIpv4, RssHashType::kTcpIpv4, RssHashType::kUdpIpv4};
constexpr VersionTypes kTypesV6{RssHashType::kIpv6, RssHashType::kTcpIpv6, RssHashType::kUdpIpv6};

/// Where addresses lie in an IP header, and where in the hash's input.
struct AddressLayout {
  std::int32_t source, size;
};
constexpr AddressLayout kAddressesV4{12, 4}, kAddressesV6{8, 16};

/// Whose frames are hashed with their ends exchanged.
enum class Direction : std::uint8_t { kToTenant, kFromTenant };

class SteeringAssembler : private SteeringWalk {
 public:
  SteeringAssembler(SteeringPlace place, const SteeringMapNumbers& maps) : place_(place), maps_(maps) {}

  std::vector<bpf_insn> assemble(std::uint32_t queue) {
    begin(queue);
    if (place_ == SteeringPlace::kUnderlaySocket)
      steer_packet();
    else
      steer_tenant_frame();
    code_.here(by_hash_);
    choose_worker_by_hash();
    code_.here(by_default_);
    choose_default_worker();
    code_.here(fail_);
    code_.set(kAnswer, 0);
    code_.finish();
    return code_.code();
  }

 private:
  // The frame of the program.

  void begin(std::uint32_t queue) {
    code_.copy(kContext, Register::k1);  // R1 brings the context
    code_.store(kQueue, static_cast<std::int32_t>(queue));
    code_.store(kIndex, 0);
    code_.look_up(maps_.selector, kIndex);
    code_.jump_if(BPF_JEQ, kAnswer, 0, fail_);
    code_.load(BPF_W, kAnswer, kAnswer, 0);
    code_.store(kIndex, kAnswer);
    code_.look_up(maps_.hash, kIndex);
    code_.jump_if(BPF_JEQ, kAnswer, 0, fail_);
    code_.copy(kSettings, kAnswer);
    code_.set(kHash, 0);
    code_.load(BPF_W, kScratch, kContext, offsetof(__sk_buff, len));
    code_.store(kBound, kScratch);
  }

  // The walk.

  void steer_packet() {
    const auto v4 = code_.new_label(), v6 = code_.new_label(), tunnel = code_.new_label();
    set_opaque(kAt, 0);
    by_protocol(v4, v6, by_default_);
    const IpLabels outer{.good = tunnel, .fragment = hash_outer_, .bad = by_default_, .too_long = by_default_};
    code_.here(v4);
    read_ipv4(kOuterBit, EncapsulatedMask::kOuterV4, outer);
    code_.here(v6);
    read_ipv6(kOuterBit, EncapsulatedMask::kOuterV6, outer);
    code_.here(tunnel);
    read_gre();
    read_inner_link();
    code_.here(inner_found_);
    refuse_long_headers();
    filter();
    hash_inner_if_covered();
    code_.here(inner_lost_);
    refuse_long_headers();
    filter();
    code_.here(hash_outer_);
    hash_outer();
  }

  void steer_tenant_frame() {
    const auto v4 = code_.new_label(), v6 = code_.new_label();
    set_opaque(kAt, place_ == SteeringPlace::kTapQueue ? kLinkSize : 0);
    by_protocol(v4, v6, by_default_);
    const auto two_tuple = code_.new_label();
    inner_lost_ = two_tuple;
    for (const bool is_v4 : {true, false}) {
      const auto transport = code_.new_label();
      const IpLabels labels{.good = transport, .fragment = two_tuple, .bad = by_default_, .too_long = by_default_};
      code_.here(is_v4 ? v4 : v6);
      if (is_v4)
        read_ipv4(kInnerBit, EncapsulatedMask::kInnerV4, labels);
      else
        read_ipv6(kInnerBit, EncapsulatedMask::kInnerV6, labels);
      code_.here(transport);
      read_transport();
    }
    code_.here(inner_found_);
    hash_flow(two_tuple, Direction::kFromTenant);
    code_.here(two_tuple);
    by_version(kInnerBit, EncapsulatedMask::kInnerV4, [this](bool is_v4) {
      code_.load(kAt, kIp);
      hash_addresses_if_enabled(is_v4, Direction::kFromTenant);
    });
  }

  // The queue.

  /// Looks the inner address up: in its subnet, then in any (VMQ-22). Changes kQueue if a filter is found.
  void filter() {
    const auto found = code_.new_label(), done = code_.new_label();
    require_vmq(done);
    code_.look_up(maps_.filters, kFilterKey);
    code_.jump_if(BPF_JNE, kAnswer, 0, found);
    code_.set(kScratch, 0);
    code_.store_word(kFilterKey, offsetof(FilterKey, vsid), kScratch);
    code_.look_up(maps_.filters, kFilterKey);
    code_.jump_if(BPF_JEQ, kAnswer, 0, done);
    code_.here(found);
    code_.load(BPF_W, kAnswer, kAnswer, 0);
    code_.store(kQueue, kAnswer);
    code_.here(done);
  }

  /// VMQ-19, VMQ-20: without an inner IP header the outer version decides.
  void require_vmq(Label otherwise) {
    const auto check_outer = code_.new_label();
    code_.load(BPF_W, kAnswer, kSettings, offsetof(HashSettings, vmq_mask));
    code_.jump_if(BPF_JEQ, kAnswer, 0, otherwise);
    code_.load(kScratch, kInnerBit);
    code_.jump_if(BPF_JEQ, kScratch, 0, check_outer);
    require_bit(kScratch, otherwise);
    code_.here(check_outer);
    code_.load(kScratch, kOuterBit);
    require_bit(kScratch, otherwise);
  }

  /// Goes on if the mask in R0 has the bit.
  void require_bit(Register bit, Label otherwise) {
    code_.calculate(BPF_AND, bit, kAnswer);
    code_.jump_if(BPF_JEQ, bit, 0, otherwise);
  }

  // The hash.

  /// RSS-8, RSS-12: the inner 4-tuple, where it is enabled; else goes to hash_outer_.
  void hash_inner_if_covered() {
    code_.load(BPF_W, kAnswer, kSettings, offsetof(HashSettings, rss_mask));
    for (const auto slot : {kInnerBit, kOuterBit}) {
      code_.load(kScratch, slot);
      require_bit(kScratch, hash_outer_);
    }
    hash_flow(hash_outer_, Direction::kToTenant);
  }

  /// Addresses and ports of the inner header, if their type is enabled; goes to by_hash_.
  void hash_flow(Label if_disabled, Direction direction) {
    by_version(kInnerBit, EncapsulatedMask::kInnerV4, [&](bool is_v4) {
      const auto& types = is_v4 ? kTypesV4 : kTypesV6;
      const auto& layout = is_v4 ? kAddressesV4 : kAddressesV6;
      const auto tcp = code_.new_label(), enabled = code_.new_label();
      code_.load(BPF_W, kAnswer, kSettings, offsetof(HashSettings, hash_types));
      code_.load(kScratch, kProtocol);
      code_.jump_if(BPF_JEQ, kScratch, IPPROTO_TCP, tcp);
      code_.jump_if(BPF_JSET, kAnswer, bit_of(types.udp), enabled);
      code_.jump(if_disabled);
      code_.here(tcp);
      code_.jump_if(BPF_JSET, kAnswer, bit_of(types.tcp), enabled);
      code_.jump(if_disabled);
      code_.here(enabled);
      code_.load(kAt, kIp);
      hash_addresses(layout, direction);
      code_.load(kAt, kTransport);
      hash_ports(2 * layout.size, direction);
      code_.jump(by_hash_);
    });
  }

  /// RSS-9, RSS-10: the outer addresses, if their type is enabled.
  void hash_outer() {
    by_version(kOuterBit, EncapsulatedMask::kOuterV4, [this](bool is_v4) {
      code_.set(kAt, 0);
      hash_addresses_if_enabled(is_v4, Direction::kToTenant);
    });
  }

  void hash_addresses_if_enabled(bool is_v4, Direction direction) {
    const auto enabled = code_.new_label();
    code_.load(BPF_W, kAnswer, kSettings, offsetof(HashSettings, hash_types));
    code_.jump_if(BPF_JSET, kAnswer, bit_of((is_v4 ? kTypesV4 : kTypesV6).two_tuple), enabled);
    code_.jump(by_default_);
    code_.here(enabled);
    hash_addresses(is_v4 ? kAddressesV4 : kAddressesV6, direction);
    code_.jump(by_hash_);
  }

  /// Writes both versions' instructions; which of them run is decided by the bit in `slot`.
  template <typename Write>
  void by_version(BpfSlot slot, std::int32_t v4_bit, Write write) {
    const auto v6 = code_.new_label();
    code_.load(kScratch, slot);
    code_.jump_if(BPF_JNE, kScratch, v4_bit, v6);
    write(true);
    code_.here(v6);
    write(false);
  }

  /// Both addresses of the IP header at kAt.
  void hash_addresses(const AddressLayout& layout, Direction direction) {
    const std::int32_t source_position = direction == Direction::kToTenant ? 0 : layout.size;
    const std::int32_t destination_position = layout.size - source_position;
    for (std::int32_t at = 0; at < layout.size; at += kWord) {
      code_.load_frame(BPF_W, kAt, layout.source + at);
      hash_bytes({source_position + at, source_position + at + 1, source_position + at + 2, source_position + at + 3});
    }
    for (std::int32_t at = 0; at < layout.size; at += kWord) {
      const std::int32_t position = destination_position + at;
      code_.load_frame(BPF_W, kAt, layout.source + layout.size + at);
      hash_bytes({position, position + 1, position + 2, position + 3});
    }
  }

  /// Both ports of the TCP or UDP header at kAt.
  void hash_ports(std::int32_t position, Direction direction) {
    code_.load_frame(BPF_W, kAt, 0);
    if (direction == Direction::kToTenant)
      hash_bytes({position, position + 1, position + 2, position + 3});
    else
      hash_bytes({position + 2, position + 3, position, position + 1});
  }

  /// The four bytes of R0, most significant first, each at its position in the hash's input.
  void hash_bytes(const std::array<std::int32_t, 4>& positions) {
    constexpr std::int32_t kRowSize = 256 * sizeof(std::uint32_t), kLargestOffset = 32'767;
    for (std::size_t i = 0; i < positions.size(); ++i) {
      code_.copy(kScratch, kAnswer);
      code_.calculate(BPF_RSH, kScratch, static_cast<std::int32_t>(24 - 8 * i));
      code_.calculate(BPF_AND, kScratch, 0xFF);
      code_.calculate(BPF_LSH, kScratch, 2);
      code_.advance(kScratch, kSettings);
      auto offset = static_cast<std::int32_t>(offsetof(HashSettings, toeplitz)) + positions[i] * kRowSize;
      if (offset > kLargestOffset) {
        code_.advance(kScratch, offset);
        offset = 0;
      }
      code_.load(BPF_W, kOther, kScratch, static_cast<std::size_t>(offset));
      code_.calculate(BPF_XOR, kHash, kOther);
    }
  }

  // The worker.

  void choose_worker_by_hash() {
    look_up_queue();
    code_.calculate(BPF_AND, kHash, QueueWorkers::kEntries - 1);
    code_.advance(kAnswer, kHash);
    code_.load(BPF_B, kAnswer, kAnswer, offsetof(QueueWorkers, by_hash));
    code_.finish();
  }

  void choose_default_worker() {
    look_up_queue();
    code_.load(BPF_W, kAnswer, kAnswer, offsetof(QueueWorkers, without_hash));
    code_.finish();
  }

  void look_up_queue() {
    code_.look_up(maps_.queues, kQueue);
    code_.jump_if(BPF_JEQ, kAnswer, 0, fail_);
  }

  SteeringPlace place_;
  SteeringMapNumbers maps_;
  Label by_hash_ = code_.new_label(), fail_ = code_.new_label();
};

}  // namespace

std::vector<bpf_insn> assemble_steering(SteeringPlace place, std::uint32_t queue, const SteeringMapNumbers& maps) {
  return SteeringAssembler(place, maps).assemble(queue);
}

}  // namespace nvgre::datapath::userspace
