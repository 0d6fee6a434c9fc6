"""What `nvgre coalesce` has to make of a batch of frames, written a second time in plain Python from the rules (RSC)."""

import struct

from checksums import checksum, folded_sum, pseudo_header
from headers import TCP, UDP, parse
from validation_model import ip_verdict, transport_verdict

ACK, PSH, ECN_FLAGS = 0x10, 0x08, 0xC0
MERGEABLE = ACK | PSH | ECN_FLAGS
MOST_BYTES, MOST_DATAGRAMS = 65_535, 64


def flow_of(frame):
    """MAC pair, protocol, version, addresses and ports (RSC-2); frames without a transport header are in no flow."""
    if not frame.transport:
        return None
    ports = frame.data[frame.transport : frame.transport + 4]
    return frame.data[:12], frame.ip.protocol, frame.ip.version, frame.addresses(), ports


def timestamp_of(frame):
    """Offset and value of the only option that a unit may have; False if there is another one (RSC-5)."""
    at, end, found = frame.transport + 20, frame.payload, None
    while at < end:
        if frame.data[at] == 1:
            at += 1
        elif frame.data[at] == 8 and found is None and end - at >= 10 and frame.data[at + 1] == 10:
            found = (at + 2 - frame.transport, struct.unpack_from(">I", frame.data, at + 2)[0])
            at += 10
        else:
            return False
    return found


def is_candidate(frame):
    ip = frame.ip
    plain_size = 20 if ip.version == 4 else 40
    if ip.size != plain_size or ip_verdict(frame.data, ip) == "bad" or transport_verdict(frame) != "good":
        return False
    if ip.protocol == UDP:
        return frame.end > frame.payload and frame.end == ip.offset + ip.length
    flags = frame.word(frame.transport + 12) & 0xFFF
    return flags & ACK and not flags & ~MERGEABLE and timestamp_of(frame) is not False


def ip_fields(frame):
    """What all segments of a unit have in common (RSC-7, RSC-13): DSCP, ECN and DF, or traffic class and flow label."""
    data, at = frame.data, frame.ip.offset
    return (data[at + 1], data[at + 6] & 0x40) if frame.ip.version == 4 else data[at : at + 4]


def hop_limit(frame):
    return frame.data[frame.ip.offset + (8 if frame.ip.version == 4 else 7)]


def not_before(a, b):
    return (a - b) % 2**32 < 2**31


class Unit:
    """Segments of one flow that are one already; the headers of the first with what later ones change."""

    def __init__(self, frame):
        self.first, self.payload, self.count, self.changed = frame, frame.data[frame.payload : frame.end], 1, False
        self.hops, self.fields, self.segment_size = hop_limit(frame), ip_fields(frame), frame.end - frame.payload
        self.last_size = self.segment_size
        if frame.ip.protocol == TCP:
            self.flags = frame.data[frame.transport + 13]
            self.take_numbers(frame)

    def take_numbers(self, frame):
        self.acknowledgment, self.window = struct.unpack_from(">I2xH", frame.data, frame.transport + 8)
        self.timestamp = timestamp_of(frame)
        if self.timestamp:
            self.timestamps = frame.data[frame.transport + self.timestamp[0] : frame.transport + self.timestamp[0] + 8]

    def next_sequence(self):
        return (struct.unpack_from(">I", self.first.data, self.first.transport + 4)[0] + len(self.payload)) % 2**32

    def length_with(self, size):
        """IPv4 total length or IPv6 payload length (RSC-16)."""
        base = 0 if self.first.ip.version == 4 else 40
        return self.first.payload - self.first.ip.offset - base + len(self.payload) + size

    def tcp_headers_agree(self, frame):
        if ip_fields(frame) != self.fields or frame.payload - frame.transport != self.first.payload - self.first.transport:
            return False
        if frame.data[frame.transport + 13] & ECN_FLAGS != self.flags & ECN_FLAGS:
            return False
        ours, theirs = self.timestamp, timestamp_of(frame)
        return bool(ours) == bool(theirs) and (not ours or ours[0] == theirs[0] and not_before(theirs[1], ours[1]))

    def is_window_update(self, frame):
        sequence, acknowledgment, window = struct.unpack_from(">II2xH", frame.data, frame.transport + 4)
        return (self.tcp_headers_agree(frame) and sequence == self.next_sequence()
                and acknowledgment == self.acknowledgment and window != self.window)

    def takes_tcp(self, frame):
        sequence, acknowledgment = struct.unpack_from(">II", frame.data, frame.transport + 4)
        return (self.tcp_headers_agree(frame) and sequence == self.next_sequence() and not_before(acknowledgment, self.acknowledgment)
                and self.length_with(frame.end - frame.payload) <= MOST_BYTES)

    def merge(self, frame):
        self.hops, self.changed = min(self.hops, hop_limit(frame)), True
        if frame.ip.protocol == TCP:
            self.flags |= frame.data[frame.transport + 13] & PSH
            self.take_numbers(frame)

    def append(self, frame):
        part = frame.data[frame.payload : frame.end]
        self.payload, self.count, self.last_size = self.payload + part, self.count + 1, len(part)
        self.merge(frame)

    def bytes(self):
        """A normal packet of its flow (RSC-14 to RSC-23); a frame alone is what it was."""
        if not self.changed:
            return self.first.data
        frame, ip = self.first, self.first.ip
        out = bytearray(frame.data[: frame.payload] + self.payload)
        length = len(out) - ip.offset
        if ip.version == 4:
            struct.pack_into(">H", out, ip.offset + 2, length)
            out[ip.offset + 8] = self.hops
            struct.pack_into(">H", out, ip.offset + 10, 0)
            struct.pack_into(">H", out, ip.offset + 10, checksum(bytes(out[ip.offset : ip.end])))
        else:
            struct.pack_into(">H", out, ip.offset + 4, length - 40)
            out[ip.offset + 7] = self.hops
        if ip.protocol == TCP:
            struct.pack_into(">I", out, frame.transport + 8, self.acknowledgment)
            struct.pack_into(">H", out, frame.transport + 14, self.window)
            out[frame.transport + 13] = self.flags
            if self.timestamp:
                out[frame.transport + self.timestamp[0] : frame.transport + self.timestamp[0] + 8] = self.timestamps
        else:
            struct.pack_into(">H", out, frame.transport + 4, len(out) - frame.transport)
        field = frame.transport + (16 if ip.protocol == TCP else 6)
        struct.pack_into(">H", out, field, 0)
        covered = bytes(out[frame.transport :])
        value = 0xFFFF - folded_sum(pseudo_header(frame.addresses(), ip.protocol, len(covered)) + covered)
        struct.pack_into(">H", out, field, value or (0xFFFF if ip.protocol == UDP else 0))
        return bytes(out)


class Batch:
    """The frames of one batch; nothing is held beyond it (RSC-4)."""

    def __init__(self):
        self.units, self.delivered = {}, {}

    def deliver(self, key, data):
        self.delivered.setdefault(key, []).append(data)

    def end(self, key):
        unit = self.units.pop(key, None)
        if unit:
            self.deliver(key, unit.bytes())

    def alone(self, key, frame):
        self.end(key)
        self.deliver(key, frame.data)

    def restart(self, key, frame):
        self.end(key)
        self.units[key] = Unit(frame)

    def add(self, data):
        frame = parse(data)
        key = flow_of(frame)
        if key is None:
            self.end_units_between(frame)
            self.deliver(None, data)
        elif not is_candidate(frame):
            self.alone(key, frame)
        else:
            (self.add_tcp if frame.ip.protocol == TCP else self.add_udp)(key, frame)

    def end_units_between(self, frame):
        """A fragment may be of any flow between its hosts."""
        if frame.ip and frame.ip.is_fragment:
            for key in [key for key in self.units if key[3] == frame.addresses()]:
                self.end(key)

    def add_tcp(self, key, frame):
        unit = self.units.get(key)
        if frame.end == frame.payload:
            if unit and unit.is_window_update(frame):
                unit.merge(frame)
            else:
                self.alone(key, frame)
        elif unit and unit.takes_tcp(frame):
            unit.append(frame)
        else:
            self.restart(key, frame)

    def add_udp(self, key, frame):
        unit, size = self.units.get(key), frame.end - frame.payload
        if not unit or unit.count == MOST_DATAGRAMS or unit.last_size < unit.segment_size:
            self.restart(key, frame)
        elif ip_fields(frame) != unit.fields or hop_limit(frame) != unit.hops or size > unit.segment_size:
            self.alone(key, frame)
        elif unit.length_with(size) > MOST_BYTES:
            self.restart(key, frame)
        else:
            unit.append(frame)

    def finish(self):
        for key in list(self.units):
            self.end(key)


def coalesce(frames, batch_size):
    """Frames and units in the order of each flow."""
    delivered = {}
    for start in range(0, len(frames), batch_size):
        batch = Batch()
        for data in frames[start : start + batch_size]:
            batch.add(data)
        batch.finish()
        for key, items in batch.delivered.items():
            delivered.setdefault(key, []).extend(items)
    return delivered
