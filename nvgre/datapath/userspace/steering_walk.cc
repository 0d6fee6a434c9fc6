#include "nvgre/datapath/userspace/steering_walk.h"

#include <cstddef>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "nvgre/datapath/userspace/steering_layout.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/wire/gre.h"

namespace nvgre::datapath::userspace {

using offload::EncapsulatedMask;

namespace {

constexpr std::int32_t kIpv4Size = 20, kIpv6Size = 40, kExtensionUnit = 8, kTcpSize = 20, kUdpSize = 8;
constexpr std::int32_t kEtherTypeAt = 12, kTagSize = 4, kMaxTags = 8;
constexpr std::int32_t kMaxExtensions = 32;  // 256 bytes of headers hold no more, and longer chains are refused

}  // namespace

void SteeringWalk::require(std::int32_t size, Label otherwise) {
  code_.copy(kScratch, kAt);
  code_.advance(kScratch, size);
  require_end(kScratch, otherwise);
}

void SteeringWalk::require_end(Register end, Label otherwise) {
  code_.load(kOther, kBound);
  code_.jump_if(BPF_JGT, end, kOther, otherwise);
}

void SteeringWalk::by_protocol(Label v4, Label v6, Label other) {
  code_.load(BPF_W, kAnswer, kContext, offsetof(__sk_buff, protocol));
  code_.jump_if(BPF_JEQ, kAnswer, htons(ETH_P_IP), v4);
  code_.jump_if(BPF_JEQ, kAnswer, htons(ETH_P_IPV6), v6);
  code_.jump(other);
}

void SteeringWalk::read_ipv4(BpfSlot bit, std::int32_t bit_value, const IpLabels& labels) {
  constexpr std::int32_t kFragmentBits = 0x3FFF, kFragmentAt = 6, kProtocolAt = 9, kTotalLengthAt = 2;
  require(kIpv4Size, labels.bad);
  code_.load_frame(BPF_B, kAt, 0);
  code_.jump_if(BPF_JLT, kAnswer, 0x45, labels.bad);
  code_.jump_if(BPF_JGT, kAnswer, 0x4F, labels.bad);
  code_.calculate(BPF_AND, kAnswer, 0x0F);
  code_.calculate(BPF_LSH, kAnswer, 2);
  code_.store(kHeaderSize, kAnswer);
  code_.calculate(BPF_ADD, kAnswer, kAt);
  require_end(kAnswer, labels.bad);
  accept_ip(kAnswer, bit, bit_value);
  code_.load_frame(BPF_H, kAt, kTotalLengthAt);
  code_.load(kScratch, kHeaderSize);
  bound_payload();
  code_.load_frame(BPF_B, kAt, kProtocolAt);
  code_.store(kProtocol, kAnswer);
  code_.load_frame(BPF_H, kAt, kFragmentAt);
  code_.jump_if(BPF_JSET, kAnswer, kFragmentBits, labels.fragment);
  code_.jump(labels.good);
}

void SteeringWalk::accept_ip(Register end, BpfSlot bit, std::int32_t bit_value) {
  code_.store(kIp, kAt);
  code_.store(kEnd, end);
  code_.store(kHeadersEnd, end);
  store_opaque(bit, bit_value);
  store_opaque(kHasLength, 0);
}

void SteeringWalk::set_opaque(Register to, std::int32_t value) {
  code_.load(BPF_W, to, kSettings, offsetof(HashSettings, zero));
  code_.calculate(BPF_OR, to, value);
}

void SteeringWalk::store_opaque(BpfSlot to, std::int32_t value) {
  set_opaque(kOther, value);
  code_.store(to, kOther);
}

void SteeringWalk::bound_payload() {
  const auto no_length = code_.new_label();
  code_.jump_if(BPF_JLT, kAnswer, kScratch, no_length);
  code_.calculate(BPF_ADD, kAnswer, kAt);
  code_.load(kOther, kBound);
  code_.jump_if(BPF_JGT, kAnswer, kOther, no_length);
  code_.store(kBound, kAnswer);
  store_opaque(kHasLength, 1);
  code_.here(no_length);
}

void SteeringWalk::read_ipv6(BpfSlot bit, std::int32_t bit_value, const IpLabels& labels) {
  constexpr std::int32_t kNextHeaderAt = 6, kPayloadLengthAt = 4;
  const auto fragment = code_.new_label(), whole = code_.new_label();
  require(kIpv6Size, labels.bad);
  code_.load_frame(BPF_B, kAt, 0);
  code_.calculate(BPF_RSH, kAnswer, 4);
  code_.jump_if(BPF_JNE, kAnswer, 6, labels.bad);
  code_.store(kIp, kAt);
  code_.load_frame(BPF_B, kAt, kNextHeaderAt);
  code_.store(kProtocol, kAnswer);
  code_.calculate(BPF_ADD, kAt, kIpv6Size);
  for (std::int32_t i = 0; i < kMaxExtensions; ++i) step_over_extension(whole, fragment, labels);
  code_.jump(labels.too_long);
  for (const bool is_fragment : {true, false}) {
    code_.here(is_fragment ? fragment : whole);
    code_.copy(kScratch, kAt);
    code_.load(kAt, kIp);
    accept_ip(kScratch, bit, bit_value);
    if (is_fragment) code_.jump(labels.fragment);
  }
  code_.load_frame(BPF_H, kAt, kPayloadLengthAt);
  code_.jump_if(BPF_JEQ, kAnswer, 0, labels.good);
  code_.calculate(BPF_ADD, kAnswer, kIpv6Size);
  code_.load(kScratch, kEnd);  // bytes of the header: its end less its start
  code_.calculate(BPF_SUB, kScratch, kAt);
  bound_payload();
  code_.jump(labels.good);
}

void SteeringWalk::step_over_extension(Label end, Label fragment, const IpLabels& labels) {
  const auto extension = code_.new_label(), sized = code_.new_label();
  code_.load(kAnswer, kProtocol);
  for (const int type : {IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS, IPPROTO_FRAGMENT})
    code_.jump_if(BPF_JEQ, kAnswer, type, extension);
  code_.jump(end);
  code_.here(extension);
  code_.store(kType, kAnswer);
  require(kExtensionUnit, labels.bad);
  code_.load_frame(BPF_H, kAt, 0);  // next header, and how many units of 8 bytes follow the first
  code_.copy(kScratch, kAnswer);
  code_.calculate(BPF_RSH, kScratch, 8);
  code_.store(kProtocol, kScratch);
  code_.calculate(BPF_AND, kAnswer, 0xFF);
  code_.load(kOther, kType);
  code_.jump_if(BPF_JNE, kOther, IPPROTO_FRAGMENT, sized);
  code_.set(kAnswer, 0);  // a Fragment header's second byte is reserved
  code_.here(sized);
  code_.calculate(BPF_ADD, kAnswer, 1);
  code_.calculate(BPF_LSH, kAnswer, 3);
  code_.calculate(BPF_ADD, kAt, kAnswer);
  require_end(kAt, labels.bad);
  code_.copy(kScratch, kAt);
  code_.calculate(BPF_ADD, kScratch, kLinkSize);
  code_.load(BPF_W, kOther, kSettings, offsetof(HashSettings, extension_end_size));
  code_.jump_if(BPF_JGT, kScratch, kOther, labels.too_long);
  code_.load(kOther, kType);
  code_.jump_if(BPF_JEQ, kOther, IPPROTO_FRAGMENT, fragment);
}

void SteeringWalk::read_gre() {
  constexpr std::int32_t kBaseSize = 4, kFieldSize = 4;
  code_.load(kScratch, kProtocol);
  code_.jump_if(BPF_JNE, kScratch, IPPROTO_GRE, hash_outer_);
  code_.load(kAt, kEnd);
  require(kBaseSize, hash_outer_);
  code_.load_frame(BPF_H, kAt, 2);
  code_.jump_if(BPF_JNE, kAnswer, ETH_P_TEB, hash_outer_);
  code_.load_frame(BPF_H, kAt, 0);
  code_.jump_if(BPF_JSET, kAnswer, wire::GreFlags::kUnparseable, hash_outer_);
  code_.copy(kScratch, kAnswer);
  code_.calculate(BPF_AND, kScratch, wire::GreFlags::kKeyPresent);
  code_.jump_if(BPF_JEQ, kScratch, 0, hash_outer_);
  code_.copy(kScratch, kAt);
  code_.calculate(BPF_ADD, kScratch, kBaseSize);
  skip_unless(wire::GreFlags::kChecksumPresent, kScratch, kFieldSize);
  code_.store(kTransport, kScratch);  // the key's place, for a moment
  code_.calculate(BPF_ADD, kScratch, kFieldSize);
  skip_unless(wire::GreFlags::kSequencePresent, kScratch, kFieldSize);
  code_.store(kEnd, kScratch);
  code_.advance(kScratch, kLinkSize);
  require_end(kScratch, hash_outer_);  // without an inner Ethernet header it is no packet for us
  code_.load(kAt, kTransport);
  code_.load_frame(BPF_W, kAt, 0);
  code_.calculate(BPF_RSH, kAnswer, 8);
  code_.store_word(kFilterKey, offsetof(FilterKey, vsid), kAnswer);
  code_.load(kAt, kEnd);
}

void SteeringWalk::skip_unless(std::int32_t flag, Register to, std::int32_t size) {
  const auto absent = code_.new_label();
  code_.copy(kOther, kAnswer);
  code_.calculate(BPF_AND, kOther, flag);
  code_.jump_if(BPF_JEQ, kOther, 0, absent);
  code_.calculate(BPF_ADD, to, size);
  code_.here(absent);
}

void SteeringWalk::read_inner_link() {
  const auto v4 = code_.new_label(), v6 = code_.new_label(), tagged = code_.new_label();
  store_opaque(kInnerBit, 0);
  code_.load_frame(BPF_W, kAt, 0);
  code_.store_word(kFilterKey, offsetof(FilterKey, mac_start), kAnswer);
  code_.load_frame(BPF_H, kAt, kWord);
  code_.store_word(kFilterKey, offsetof(FilterKey, mac_end), kAnswer);
  code_.load_frame(BPF_H, kAt, kEtherTypeAt);
  code_.calculate(BPF_ADD, kAt, kLinkSize);
  code_.store(kHeadersEnd, kAt);
  code_.jump_if(BPF_JEQ, kAnswer, ETH_P_IP, v4);
  code_.jump_if(BPF_JEQ, kAnswer, ETH_P_IPV6, v6);
  code_.jump_if(BPF_JEQ, kAnswer, ETH_P_8021Q, tagged);
  code_.jump_if(BPF_JNE, kAnswer, ETH_P_8021AD, inner_lost_);
  code_.here(tagged);
  read_inner_tags();
  for (const bool is_v4 : {true, false}) {
    const auto transport = code_.new_label();
    const IpLabels labels{.good = transport, .fragment = inner_lost_, .bad = inner_lost_, .too_long = hash_outer_};
    code_.here(is_v4 ? v4 : v6);
    if (is_v4)
      read_ipv4(kInnerBit, EncapsulatedMask::kInnerV4, labels);
    else
      read_ipv6(kInnerBit, EncapsulatedMask::kInnerV6, labels);
    code_.here(transport);
    read_transport();
  }
}

void SteeringWalk::read_inner_tags() {
  for (std::int32_t tags = 1; tags <= kMaxTags; ++tags) {
    const auto next = code_.new_label();
    require(kTagSize, hash_outer_);
    code_.load_frame(BPF_H, kAt, 2);
    code_.calculate(BPF_ADD, kAt, kTagSize);
    code_.store(kHeadersEnd, kAt);
    code_.jump_if(BPF_JEQ, kAnswer, ETH_P_8021Q, next);
    code_.jump_if(BPF_JNE, kAnswer, ETH_P_8021AD, inner_lost_);
    code_.here(next);
  }
  code_.jump(hash_outer_);
}

void SteeringWalk::read_transport() {
  const auto tcp = code_.new_label(), udp = code_.new_label(), good = code_.new_label(), measured = code_.new_label();
  code_.load(kAt, kEnd);
  code_.store(kTransport, kAt);
  code_.load(kScratch, kProtocol);
  code_.jump_if(BPF_JEQ, kScratch, IPPROTO_TCP, tcp);
  code_.jump_if(BPF_JNE, kScratch, IPPROTO_UDP, inner_lost_);

  code_.here(udp);
  require(kUdpSize, inner_lost_);
  code_.load_frame(BPF_H, kAt, kWord);
  code_.set(kScratch, kUdpSize);
  code_.jump_if(BPF_JNE, kAnswer, 0, measured);
  code_.load(kOther, kHasLength);
  code_.jump_if(BPF_JEQ, kOther, 0, good);  // neither header has a length
  code_.here(measured);
  code_.jump_if(BPF_JLT, kAnswer, kUdpSize, inner_lost_);
  code_.calculate(BPF_ADD, kAnswer, kAt);
  require_end(kAnswer, inner_lost_);
  code_.jump(good);

  code_.here(tcp);
  require(kTcpSize, inner_lost_);
  code_.load_frame(BPF_B, kAt, 12);
  code_.calculate(BPF_RSH, kAnswer, 4);
  code_.calculate(BPF_LSH, kAnswer, 2);
  code_.jump_if(BPF_JLT, kAnswer, kTcpSize, inner_lost_);
  code_.copy(kScratch, kAnswer);
  code_.calculate(BPF_ADD, kAnswer, kAt);
  require_end(kAnswer, inner_lost_);

  code_.here(good);
  code_.calculate(BPF_ADD, kScratch, kAt);
  code_.store(kHeadersEnd, kScratch);
  code_.jump(inner_found_);
}

void SteeringWalk::refuse_long_headers() {
  code_.load(kScratch, kHeadersEnd);
  code_.calculate(BPF_ADD, kScratch, kLinkSize);
  code_.load(BPF_W, kOther, kSettings, offsetof(HashSettings, max_header_size));
  code_.jump_if(BPF_JGT, kScratch, kOther, hash_outer_);
}

}  // namespace nvgre::datapath::userspace
