"""`nvgre segment` against DPDK's rte_gso on what both can do: TCP over IPv4, plain and in GRE over IPv4.

Where the two differ is written down here and in docs/conformance.md, each with the rule that ours follows:
  - DPDK leaves every checksum to the card: the fields are not compared (tshark and the model judge ours);
  - DPDK keeps CWR in every segment; ours keeps it in the first (LSO-9), as the sender's one answer to one mark;
  - DPDK counts inner IDs modulo 65536; ours stay below 0x8000 if they began there (LSO-13).
"""

import struct

import tools
from headers import parse
from random_frames import CUSTOMERS, PROVIDERS, GATEWAY, HOST, RECEIVER, SENDER, ip_header, payload, tcp_header
from scapy.all import Ether, GRE, raw

NEEDS = ["BUILD/tests/interop/dpdk/dpdk_gso_segment", "BUILD/nvgre"]

SEGMENTER = tools.BUILD / "tests/interop/dpdk/dpdk_gso_segment"
FRAMES = 500
CWR = 0x80


def super_frame(random):
    inner = Ether(src=SENDER, dst=RECEIVER) / ip_header(random, 4, CUSTOMERS[4]) / tcp_header(random)
    inner /= payload(random, random.choice([random.randrange(0, 3000), random.randrange(1, 40_000)]))
    if random.random() < 0.3:
        return raw(inner)
    gre = GRE(proto=0x6558, key_present=1, key=random.randrange(2**32))
    return raw(Ether(src=GATEWAY, dst=HOST) / ip_header(random, 4, PROVIDERS[4]) / gre / inner)


class Differences:
    """How often each documented difference was met."""

    def __init__(self):
        self.cwr = self.inner_id = 0

    def normalized(self, segment, index, ours):
        """A segment without what is known to differ: checksums, and of all but the first one CWR and the ID's highest bit."""
        out, frame = bytearray(segment), parse(segment)
        for ip in filter(None, (frame.outer, frame.ip)):
            struct.pack_into(">H", out, ip.offset + 10, 0)
        struct.pack_into(">H", out, frame.transport + 16, 0)
        if index:
            self.cwr += not ours and bool(out[frame.transport + 13] & CWR)
            out[frame.transport + 13] &= 0xFF & ~CWR
        return bytes(out)


def same_inner_id(first, ours, theirs):
    return ours == theirs or (first < 0x8000 <= theirs and ours == theirs % 0x8000)


def compare(differences, ours, theirs, first_id):
    for index, (our, their) in enumerate(zip(ours, theirs)):
        our, their = differences.normalized(our, index, True), bytearray(differences.normalized(their, index, False))
        field = parse(our).ip.offset + 4
        our_id, their_id = (struct.unpack_from(">H", data, field)[0] for data in (our, their))
        assert same_inner_id(first_id, our_id, their_id), f"segment {index}: inner ID {our_id:#x}, DPDK {their_id:#x}"
        differences.inner_id += our_id != their_id
        struct.pack_into(">H", their, field, our_id)
        assert our == bytes(their), f"segment {index}:\n{our[:140].hex()}\n{their[:140].hex()}"


def test_segments_are_those_of_dpdk_but_for_what_is_known(tmp_path):
    random, differences, cut, total = tools.seeded_random(), Differences(), 0, 0
    for mss in (1418, random.randrange(536, 9000)):
        frames = [super_frame(random) for _ in range(FRAMES)]
        source = tools.write_capture(tmp_path / "super.pcap", frames)
        tools.nvgre("segment", source, tmp_path / "ours.pcap", "--mss", mss)
        tools.run(SEGMENTER, source, tmp_path / "theirs.pcap", mss)
        ours, theirs = (tools.read_capture(tmp_path / name) for name in ("ours.pcap", "theirs.pcap"))
        assert len(ours) == len(theirs)
        position = 0
        for frame in map(parse, frames):
            count = max(1, -(-(len(frame.data) - frame.payload) // mss))
            compare(differences, ours[position : position + count], theirs[position : position + count], frame.word(frame.ip.offset + 4))
            position, cut, total = position + count, cut + (count > 1), total + count
        assert position == len(ours)
    print(f"{2 * FRAMES} frames, {cut} cut into {total}; CWR {differences.cwr} times, inner ID {differences.inner_id} times")
    assert cut > FRAMES // 2
    assert differences.cwr and differences.inner_id, "what is documented as different has to be met"
