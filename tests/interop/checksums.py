"""The internet checksum in plain Python (RFC 1071): none of it is the engine's."""

import struct


def folded_sum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def checksum(data):
    return 0xFFFF - folded_sum(data)


def pseudo_header(addresses, protocol, length):
    """RFC 9293, section 3.1 and RFC 8200, section 8.1: the same sum in both forms."""
    return addresses + struct.pack(">IHH", length, 0, protocol)
