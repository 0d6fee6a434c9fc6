"""Where the headers of a frame lie, found in plain Python by the rules alone (WIRE, LOC); none of it is the engine's."""

import dataclasses
import struct

TCP, UDP, GRE = 6, 17, 47
EXTENSIONS = {0, 43, 60}  # hop-by-hop, routing, destination options
FRAGMENT = 44
VLAN_TYPES = (0x8100, 0x88A8)
LONGEST_HEADERS = 256  # MaxHeaderSizeSupported of a card that nobody configured (CAP-5)


@dataclasses.dataclass
class Ip:
    """One IP header with its options or extension headers."""

    offset: int
    version: int
    size: int
    protocol: int
    length: int  # what the length field says, as bytes of the whole IP packet; 0: it says nothing
    is_fragment: bool

    @property
    def end(self):
        return self.offset + self.size


@dataclasses.dataclass
class Frame:
    """A frame and its headers; `outer` is nothing for a frame that is not encapsulated."""

    data: bytes
    outer: Ip | None
    link: int  # of the (inner) Ethernet header
    ip: Ip | None
    transport: int = 0
    payload: int = 0
    end: int = 0  # of the payload

    def word(self, offset):
        return struct.unpack_from(">H", self.data, offset)[0]

    def addresses(self):
        start = self.ip.offset + (12 if self.ip.version == 4 else 8)
        return self.data[start : start + (8 if self.ip.version == 4 else 32)]


def parse_ip(data, offset):
    version = data[offset] >> 4
    if version == 4:
        length, fragment = struct.unpack_from(">H2xH", data, offset + 2)
        return Ip(offset, 4, 4 * (data[offset] & 15), data[offset + 9], length, (fragment & 0x3FFF) != 0)
    length = struct.unpack_from(">H", data, offset + 4)[0]
    following, size, is_fragment = data[offset + 6], 40, False
    while following in EXTENSIONS or following == FRAGMENT:
        is_fragment |= following == FRAGMENT
        step = 8 if following == FRAGMENT else 8 + 8 * data[offset + size + 1]
        following, size = data[offset + size], size + step
    return Ip(offset, 6, size, following, length + 40 if length else 0, is_fragment)


def skip_ethernet(data, offset):
    """@return the EtherType behind all tags, where it ends, and how many tags there are."""
    offset, tags = offset + 12, 0
    while struct.unpack_from(">H", data, offset)[0] in VLAN_TYPES:
        offset, tags = offset + 4, tags + 1
    return struct.unpack_from(">H", data, offset)[0], offset + 2, tags


def parse(data):
    """A well-formed frame, plain or NVGRE; one level of encapsulation."""
    ether_type, offset, _ = skip_ethernet(data, 0)
    if ether_type not in (0x0800, 0x86DD):
        return Frame(data, None, 0, None)
    ip, outer, link = parse_ip(data, offset), None, 0
    if ip.protocol == GRE and data[ip.end : ip.end + 4] == b"\x20\x00\x65\x58":
        outer, link = ip, ip.end + 8
        ether_type, offset, tags = skip_ethernet(data, link)
        if ether_type not in (0x0800, 0x86DD) or tags:
            return Frame(data, outer, link, None)
        ip = parse_ip(data, offset)
    frame = Frame(data, outer, link, ip)
    if not ip.is_fragment and ip.protocol in (TCP, UDP):
        locate_payload(frame)
    return frame


def parse_as_card(data):
    """A card knows nothing of what lies in a tunnel packet whose headers are too long for it (LOC-12, LOC-6)."""
    frame = parse(data)
    headers_end = frame.payload or (frame.ip.end if frame.ip else 0)
    if frame.outer and headers_end > LONGEST_HEADERS:
        return Frame(data, frame.outer, frame.link, None)
    return frame


def locate_payload(frame):
    """A length that is real bounds the payload; 0 means the frame's end."""
    data, ip = frame.data, frame.ip
    frame.transport = ip.end
    frame.payload = ip.end + (4 * (data[ip.end + 12] >> 4) if ip.protocol == TCP else 8)
    frame.end = ip.offset + ip.length if ip.length else len(data)
    if ip.protocol == UDP and frame.word(ip.end + 4):
        frame.end = min(frame.end, ip.end + frame.word(ip.end + 4))
