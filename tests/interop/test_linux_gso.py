"""`nvgre segment` against the Linux kernel's GSO: the same super-frames, cut by the kernel in a namespace of its own.

Only what virtio-net headers can ask for is compared: TCP and UDP that are not encapsulated; they have no way to ask for GRE.
Everything is the same but one thing: the kernel counts IPv4 IDs modulo 65536, ours stay below 0x8000 if they began there
(LSO-13), for TCP.
"""

import struct
import sys

import tools
from checksums import checksum
from headers import TCP, parse
from random_frames import CUSTOMERS, RECEIVER, SENDER, ip_header, payload, tcp_header, udp_header
from scapy.all import UDP, Ether, raw

NEEDS = ["unshare", "ip", "ethtool", "sysctl", "BUILD/nvgre"]
NEEDS_ROOT = True

FRAMES, MOST_DATAGRAMS = 300, 60


def super_frame(random, mss):
    version = random.choice([4, 6])
    transport = random.choice([tcp_header, udp_header])(random)
    largest = 60_000 if not isinstance(transport, UDP) else min(60_000, MOST_DATAGRAMS * mss)
    if isinstance(transport, UDP):
        del transport.chksum  # the kernel has no request for datagrams without a checksum
    header = ip_header(random, version, CUSTOMERS[version])
    return raw(Ether(src=SENDER, dst=RECEIVER) / header / transport / payload(random, random.randrange(mss + 1, largest)))


def with_our_id(theirs, first, index):
    """The kernel's segment with the inner ID that LSO-13 asks for, its header checksum adjusted."""
    frame = parse(theirs)
    if frame.ip.version == 6 or frame.ip.protocol != TCP or first >= 0x8000:
        return theirs
    out, ip = bytearray(theirs), frame.ip
    assert struct.unpack_from(">H", out, ip.offset + 4)[0] == (first + index) % 0x10000
    struct.pack_into(">H", out, ip.offset + 4, (first + index) % 0x8000)
    struct.pack_into(">H", out, ip.offset + 10, 0)
    struct.pack_into(">H", out, ip.offset + 10, checksum(bytes(out[ip.offset : ip.end])))
    return bytes(out)


def test_segments_are_those_of_the_kernel(tmp_path):
    random = tools.seeded_random()
    mss = random.choice([1448, 1400, random.randrange(600, 1448)])
    frames = [super_frame(random, mss) for _ in range(FRAMES)]
    source = tools.write_capture(tmp_path / "super.pcap", frames)
    tools.run("unshare", "--net", sys.executable, tools.SOURCE / "tests/interop/kernel_gso.py", source, tmp_path / "theirs.pcap", mss)
    tools.nvgre("segment", source, tmp_path / "ours.pcap", "--mss", mss)
    ours, theirs = (tools.read_capture(tmp_path / name) for name in ("ours.pcap", "theirs.pcap"))
    position = 0
    for number, frame in enumerate(map(parse, frames)):
        first = frame.word(frame.ip.offset + 4)
        for index in range(-(-(len(frame.data) - frame.payload) // mss)):
            their = with_our_id(theirs[position], first, index)
            assert ours[position] == their, f"frame {number}, segment {index}, mss {mss}:\n{ours[position][:160].hex()}\n{their[:160].hex()}"
            position += 1
    assert position == len(ours) == len(theirs) > 2 * FRAMES
    print(f"{FRAMES} super-frames, {position} segments")
