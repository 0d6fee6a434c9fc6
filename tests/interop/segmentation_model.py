"""What `nvgre segment` has to make of a frame, written a second time in plain Python from the rules (LSO, USO, D-1 to D-8)."""

import struct

from checksums import checksum, pseudo_header
from headers import TCP, UDP, parse_as_card

FIN, SYN, RST, PSH, URG, CWR = 0x01, 0x02, 0x04, 0x08, 0x20, 0x80


def is_request(frame, mss):
    """Whether the frame is cut: TCP or UDP with more payload than fits, and nothing that forbids it (LSO-11, USO-13, LOC-12)."""
    if not frame.transport or frame.end - frame.payload <= mss:
        return False
    return frame.ip.protocol == UDP or not frame.data[frame.transport + 13] & (SYN | RST | URG)


def inner_id(first, index, protocol):
    """Lower half wraps in itself for TCP (LSO-13, D-1, D-2); UDP counts modulo 65536 (USO-6)."""
    return (first + index) % 0x8000 if protocol == TCP and first < 0x8000 else (first + index) % 0x10000


def finish_ip(segment, ip, identification):
    length = len(segment) - ip.offset
    if ip.version == 6:
        struct.pack_into(">H", segment, ip.offset + 4, length - 40)
        return
    struct.pack_into(">HH", segment, ip.offset + 2, length, identification)
    struct.pack_into(">H", segment, ip.offset + 10, 0)
    base = ip.end if ip.version == 6 else ip.offset + 4 * (segment[ip.offset] & 15)
    struct.pack_into(">H", segment, ip.offset + 10, checksum(bytes(segment[ip.offset : base])))


def finish_transport(segment, frame, had_checksum):
    length = len(segment) - frame.transport
    field = frame.transport + (16 if frame.ip.protocol == TCP else 6)
    struct.pack_into(">H", segment, field, 0)
    if not had_checksum:
        return
    value = checksum(pseudo_header(frame.addresses(), frame.ip.protocol, length) + bytes(segment[frame.transport :]))
    struct.pack_into(">H", segment, field, 0xFFFF if value == 0 and frame.ip.protocol == UDP else value)


def finish_tcp(segment, frame, index, sent, is_last):
    at = frame.transport
    sequence = (struct.unpack_from(">I", segment, at + 4)[0] + sent) % 2**32
    struct.pack_into(">I", segment, at + 4, sequence)
    cleared = (0 if index == 0 else CWR) | (0 if is_last else FIN | PSH)
    segment[at + 13] &= 0xFF & ~cleared


def segment_frame(data, mss):
    """The segments of a frame, or the frame itself."""
    frame = parse_as_card(data)
    if not is_request(frame, mss):
        return [data]
    payload, ip = data[frame.payload : frame.end], frame.ip
    had_checksum = ip.protocol == TCP or frame.word(frame.transport + 6) != 0
    first_inner, first_outer = frame.word(ip.offset + 4), frame.word(frame.outer.offset + 4) if frame.outer else 0
    segments = []
    for index, sent in enumerate(range(0, len(payload), mss)):
        segment = bytearray(data[: frame.payload] + payload[sent : sent + mss])
        finish_ip(segment, ip, inner_id(first_inner, index, ip.protocol))
        if ip.protocol == TCP:
            finish_tcp(segment, frame, index, sent, sent + mss >= len(payload))
        else:
            struct.pack_into(">H", segment, frame.transport + 4, len(segment) - frame.transport)
        finish_transport(segment, frame, had_checksum)
        if frame.outer:
            finish_ip(segment, frame.outer, (first_outer + index) % 0x10000)
        segments.append(bytes(segment))
    return segments
