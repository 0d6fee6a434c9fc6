/// What an operator says about the overlay, as plain data: the configuration file's [provider], [[subnet]], [[port]]
/// and [[record]] tables. Compiled into a Policy before frames see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::overlay {

struct ProviderDescription {
  std::string interface = {};  ///< The underlay interface.
  /// This endpoint's PAs; the first of a version is the default source.
  std::vector<wire::ProviderAddress> addresses = {};
  std::optional<std::uint8_t> dscp = {};   ///< Fixed DSCP 0..63; nothing: copied from the inner header (D-37).
  std::uint8_t time_to_live = 64;          ///< Outer TTL or hop limit.
  bool flow_label = true;                  ///< Outer IPv6 flow label from the flow hash (OVL-21).
  std::optional<std::uint16_t> vlan = {};  ///< Outer 802.1Q VLAN ID 1..4094; nothing: untagged.
  friend bool operator==(const ProviderDescription&, const ProviderDescription&) = default;
};

enum class FlowIdMode : std::uint8_t { kZero, kHash };
enum class FloodMode : std::uint8_t { kReplicate, kDrop, kGroup };
enum class UnknownMode : std::uint8_t { kDrop, kFlood, kReport };

struct SubnetDescription {
  wire::Vsid vsid = *wire::Vsid::from(wire::Vsid::kFirstTenant);
  std::string name = {};
  FlowIdMode flow_id = FlowIdMode::kZero;
  FloodMode flood = FloodMode::kReplicate;
  std::optional<wire::ProviderAddress> flood_group = {};  ///< PA multicast group, with FloodMode::kGroup (OVL-15).
  UnknownMode unknown = UnknownMode::kDrop;
  bool source_check = true;                          ///< Only PAs with a record here may send (OVL-29).
  bool fragment = false;                             ///< Inner IPv4 with DF clear may be fragmented (OVL-12).
  std::optional<wire::ProviderAddress> source = {};  ///< The PA to send from (OVL-2).
  std::map<wire::CustomerAddress, wire::ProviderAddress> groups = {};  ///< Inner group to PA group (OVL-16).
  friend bool operator==(const SubnetDescription&, const SubnetDescription&) = default;
};

struct PortDescription {
  std::string device = {};
  wire::Vsid vsid = *wire::Vsid::from(wire::Vsid::kFirstTenant);
  wire::MacAddress mac = {};
  std::vector<wire::CustomerAddress> addresses = {};
  bool spoof_check = true;             ///< Frames with another source MAC or that claim another's address are dropped.
  bool router = false;                 ///< Its addresses are a router's: ND answers for them say so.
  std::vector<unsigned> workers = {};  ///< Of the data plane, that serve this port's VM queue; empty: it chooses.
  friend bool operator==(const PortDescription&, const PortDescription&) = default;
};

/// Lookup record: where a Customer Address lives (RFC 7637, section 3.1).
struct RecordDescription {
  wire::Vsid vsid = *wire::Vsid::from(wire::Vsid::kFirstTenant);
  std::vector<wire::CustomerAddress> addresses = {};
  wire::MacAddress mac = {};
  wire::ProviderAddress provider = {};
  bool router = false;  ///< The addresses are a router's: ND answers for them say so.
  friend bool operator==(const RecordDescription&, const RecordDescription&) = default;
};

struct PolicyDescription {
  ProviderDescription provider;
  std::vector<SubnetDescription> subnets = {};
  std::vector<PortDescription> ports = {};
  std::vector<RecordDescription> records = {};
  friend bool operator==(const PolicyDescription&, const PolicyDescription&) = default;
};

/// One thing that is wrong with a description. `control/` adds file and line.
struct PolicyProblem {
  enum class Table : std::uint8_t { kProvider, kSubnet, kPort, kRecord };
  Table table = Table::kProvider;
  std::size_t index = 0;     ///< Which [[subnet]], [[port]] or [[record]], from 0.
  std::string key = {};      ///< The key inside the table, for example "mac".
  std::string message = {};  ///< What was given and what is accepted.
};

/// Judges a description as a whole: unknown VSIDs, duplicate MACs or addresses in a subnet, reserved VSIDs, PAs of no
/// use, ... Empty if it may be compiled.
[[nodiscard]] std::vector<PolicyProblem> check(const PolicyDescription& description);

}  // namespace nvgre::overlay
