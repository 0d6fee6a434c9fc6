-- NVGRE (RFC 7637) for Wireshark and tshark: splits the key of GRE that carries Ethernet frames into Virtual Subnet ID and
-- FlowID, and points at what NVGRE does not allow. Wireshark's own dissectors stay in place: GRE is dissected before, the
-- inner frame after.
--
--     nvgre.vsid == 5001        one virtual subnet
--     nvgre.flowid == 0x2a      one flow of it
--     nvgre.reserved_vsid       one of the warnings: what RFC 7637 does not allow

local nvgre = Proto("nvgre", "Network Virtualization using GRE")

local TRANSPARENT_ETHERNET_BRIDGING = 0x6558
local FLAG_CHECKSUM, FLAG_KEY, FLAG_SEQUENCE = 0x8000, 0x2000, 0x1000
local FIRST_TENANT_VSID = 0x001000 -- RFC 7637, section 3.4: 0 to 0xFFF are reserved
local VENDOR_VSID = 0xFFFFFF -- for communication between peers of one vendor
local ETHER_TYPE_OFFSET, ETHERNET_HEADER_SIZE = 12, 14
local TAGS = { [0x8100] = "802.1Q", [0x88A8] = "802.1ad" }

local vsid_field = ProtoField.uint24("nvgre.vsid", "Virtual Subnet ID", base.DEC_HEX)
local flow_id_field = ProtoField.uint8("nvgre.flowid", "FlowID", base.DEC_HEX)
nvgre.fields = { vsid_field, flow_id_field }

local function warning(name, text)
  return ProtoExpert.new("nvgre." .. name, text, expert.group.PROTOCOL, expert.severity.WARN)
end
local reserved_vsid = warning("reserved_vsid", "Reserved VSID: no tenant may use 0 to 0xFFF (RFC 7637, section 3.4)")
local vendor_vsid = warning("vendor_vsid", "VSID 0xFFFFFF: only between peers of one vendor (RFC 7637, section 3.4)")
local inner_tag = warning("inner_tag", "The inner frame has a VLAN tag (RFC 7637, section 3.3)")
local checksum_bit = warning("checksum_bit", "The GRE checksum bit is set (RFC 7637, section 3.2)")
local sequence_bit = warning("sequence_bit", "The GRE sequence number bit is set (RFC 7637, section 3.2)")
nvgre.experts = { reserved_vsid, vendor_vsid, inner_tag, checksum_bit, sequence_bit }

-- What the built-in dissector of GRE has read.
local gre_flags, gre_key = Field.new("gre.flags_and_version"), Field.new("gre.key")

local ethernet = DissectorTable.get("gre.proto"):get_dissector(TRANSPARENT_ETHERNET_BRIDGING)

-- The header that was dissected last: with GRE in GRE, the innermost.
local function last(extractor)
  local found = { extractor() }
  return found[#found]
end

local function judge_vsid(item, vsid)
  if vsid < FIRST_TENANT_VSID then
    item:add_proto_expert_info(reserved_vsid)
  elseif vsid == VENDOR_VSID then
    item:add_proto_expert_info(vendor_vsid)
  end
end

local function judge_flags(item, flags)
  if bit.band(flags, FLAG_CHECKSUM) ~= 0 then item:add_proto_expert_info(checksum_bit) end
  if bit.band(flags, FLAG_SEQUENCE) ~= 0 then item:add_proto_expert_info(sequence_bit) end
end

local function judge_inner_frame(item, buffer)
  if buffer:len() < ETHERNET_HEADER_SIZE then return end
  local tag = TAGS[buffer(ETHER_TYPE_OFFSET, 2):uint()]
  if tag then item:add_proto_expert_info(inner_tag, "The inner frame has an " .. tag .. " tag (RFC 7637, section 3.3)") end
end

local function add_nvgre(flags, key, buffer, tree)
  local vsid, flow_id = key.range(0, 3), key.range(3, 1)
  local item = tree:add(nvgre, key.range)
  item:set_text(string.format("NVGRE, VSID: %d (0x%06x), FlowID: %d", vsid:uint(), vsid:uint(), flow_id:uint()))
  judge_vsid(item:add(vsid_field, vsid), vsid:uint())
  item:add(flow_id_field, flow_id)
  judge_flags(item, flags)
  judge_inner_frame(item, buffer)
end

-- buffer: what follows the GRE header.
function nvgre.dissector(buffer, packet, tree)
  local flags = last(gre_flags)
  if flags and bit.band(flags.value, FLAG_KEY) ~= 0 then -- without a key it is plain Ethernet over GRE
    add_nvgre(flags.value, last(gre_key), buffer, tree)
  end
  ethernet:call(buffer, packet, tree)
end

DissectorTable.get("gre.proto"):add(TRANSPARENT_ETHERNET_BRIDGING, nvgre)
