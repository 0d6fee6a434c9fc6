/// The first half of the steering program: the walk through a frame's headers. What may be read and what counts as a
/// header is locate()'s business (nvgre/wire/locate.cc); this is the same walk without its findings. A frame is never
/// read behind its end: a load there would end the program with worker 0.
#pragma once

#include <cstdint>

#include <linux/if_ether.h>

#include "nvgre/datapath/userspace/bpf_assembler.h"

namespace nvgre::datapath::userspace {

/// What both halves of the program keep where.
struct SteeringState {
  using Label = BpfAssembler::Label;
  using Register = BpfRegister;

  static constexpr auto kContext = BpfAssembler::kContext;
  static constexpr auto kAnswer = BpfAssembler::kAnswer, kScratch = Register::k1, kOther = Register::k2;
  static constexpr auto kAt = Register::k7;  ///< Where the header that is looked at begins.
  static constexpr auto kHash = Register::k8, kSettings = Register::k9;

  // Numbers that outlive a load from the frame.
  static constexpr BpfSlot kIndex{-8};        ///< Key of an array.
  static constexpr BpfSlot kQueue{-16};       ///< The chosen queue.
  static constexpr BpfSlot kBound{-24};       ///< Where the frame or the packet of the innermost IP header ends.
  static constexpr BpfSlot kHasLength{-32};   ///< NetworkHeader::has_length.
  static constexpr BpfSlot kIp{-40};          ///< Where that IP header begins.
  static constexpr BpfSlot kEnd{-48};         ///< Where the header that was looked at ends.
  static constexpr BpfSlot kProtocol{-56};    ///< What follows it.
  static constexpr BpfSlot kHeaderSize{-64};  ///< Bytes of an IPv4 header.
  static constexpr BpfSlot kHeadersEnd{-72};  ///< Where the last good header ends.
  static constexpr BpfSlot kTransport{-80};   ///< Where the TCP or UDP header begins.
  static constexpr BpfSlot kType{-88};        ///< Of an extension header.
  static constexpr BpfSlot kOuterBit{-96};    ///< The EncapsulatedMask bit of the outer IP header.
  static constexpr BpfSlot kInnerBit{-104};   ///< The same of the inner one; 0: there is none.
  static constexpr BpfSlot kFilterKey{-120};  ///< What filters ask for.

  static constexpr std::int32_t kLinkSize = ETH_HLEN, kWord = 4;
};

/// Writes the instructions that step over one header after the other.
class SteeringWalk : protected SteeringState {
 protected:
  /// Where the labels of one IP header lead.
  struct IpLabels {
    Label good, fragment, bad, too_long;
  };

  /// A number that the kernel's verifier does not know: what it knows it follows separately, path by path, and there
  /// are too many of those.
  void set_opaque(Register to, std::int32_t value);
  /// Goes to `v4` or `v6` by the frame's protocol as the kernel found it, else to `other`.
  void by_protocol(Label v4, Label v6, Label other);
  /// An IPv4 header at kAt; `bit` gets its EncapsulatedMask bit.
  void read_ipv4(BpfSlot bit, std::int32_t bit_value, const IpLabels& labels);
  /// An IPv6 header at kAt, with its extension headers. Leaves kAt where it was.
  void read_ipv6(BpfSlot bit, std::int32_t bit_value, const IpLabels& labels);
  /// GRE behind the outer header: with a key and an Ethernet frame inside it is followed (LOC-4 to LOC-6).
  void read_gre();
  /// The inner Ethernet header at kAt, which is there: its address for the filters, then what it carries.
  void read_inner_link();
  /// TCP or UDP at kEnd: goes to inner_found_ or inner_lost_ (LOC-11).
  void read_transport();
  /// LOC-12: such a packet is one that the adapter does not know; no filter on its inner address either.
  void refuse_long_headers();

  BpfAssembler code_;
  Label by_default_ = code_.new_label();   ///< No hash; the queue is chosen.
  Label hash_outer_ = code_.new_label();   ///< The outer addresses; the queue is chosen.
  Label inner_found_ = code_.new_label();  ///< An inner TCP or UDP header is there.
  Label inner_lost_ = code_.new_label();   ///< An inner Ethernet header, but no TCP or UDP that may be hashed.

 private:
  /// Goes to `otherwise` unless frame and packet have `size` bytes behind kAt.
  void require(std::int32_t size, Label otherwise);
  void require_end(Register end, Label otherwise);
  /// Notes an IP header from kAt to `end`.
  void accept_ip(Register end, BpfSlot bit, std::int32_t bit_value);
  void store_opaque(BpfSlot to, std::int32_t value);
  /// Moves the bound to where a packet of R0 bytes ends, if it holds its header of R1 bytes and lies within the bound.
  void bound_payload();
  /// One extension header at kAt, by the type in kProtocol; if it is none, goes to `end`.
  void step_over_extension(Label end, Label fragment, const IpLabels& labels);
  /// Adds `size` to `to` if the flags in R0 have `flag`.
  void skip_unless(std::int32_t flag, Register to, std::int32_t size);
  /// A tag ends what may be hashed, but the filters see the address (LOC-9), if the whole Ethernet header is there.
  void read_inner_tags();
};

}  // namespace nvgre::datapath::userspace
