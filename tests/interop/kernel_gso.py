"""Run in a network namespace of its own (unshare --net): the kernel cuts super-frames on their way out of a device that can't.

    kernel_gso.py IN OUT MSS: sends each frame of IN with a virtio-net header that asks for segments of MSS bytes, through one
    end of a veth pair without offloads, and writes what the other end receives to OUT. The namespace goes with the process.
"""

import select
import struct
import sys

import tools
from checksums import folded_sum, pseudo_header
from headers import TCP, parse
from packet_socket import GSO_ECN, GSO_TCPV4, GSO_TCPV6, GSO_UDP_L4, HEADER_SIZE, LARGEST_FRAME, NEEDS_CSUM, open_socket

CWR = 0x80
END = bytes.fromhex("020000000001020000000002 88b5") + b"end of the test".ljust(46)  # a local experimental EtherType


def make_cable():
    for command in ("ip link add near mtu 9000 type veth peer name far mtu 9000", "sysctl -qw net.ipv6.conf.all.disable_ipv6=1", "ip link set near up",
                    "ip link set far up", "ethtool -K near tx off sg off tso off tx-udp-segmentation off", "ethtool -K far gro off"):
        tools.run(*command.split())


def request(data, mss):
    """The virtio-net header of a super-frame, and the frame with the checksum that a sender leaves unfinished."""
    frame, out = parse(data), bytearray(data)
    is_tcp = frame.ip.protocol == TCP
    kind = GSO_UDP_L4 if not is_tcp else GSO_TCPV4 if frame.ip.version == 4 else GSO_TCPV6
    if is_tcp and data[frame.transport + 13] & CWR:
        kind |= GSO_ECN
    offset = 16 if is_tcp else 6
    seed = folded_sum(pseudo_header(frame.addresses(), frame.ip.protocol, len(data) - frame.transport))
    struct.pack_into(">H", out, frame.transport + offset, seed)
    return struct.pack("=BBHHHH", NEEDS_CSUM, kind, frame.payload, mss, frame.transport, offset) + out


def receive_until_end(packets):
    """Frames up to the one that says that all were sent."""
    frames = []
    while select.select([packets], [], [], tools.DEADLINE)[0]:
        frame = packets.recv(LARGEST_FRAME)
        if frame[12:14] == END[12:14]:
            return frames
        frames.append(frame)
    raise AssertionError("the kernel sent nothing more")


def main(source, destination, mss):
    make_cable()
    sender, receiver = open_socket("near", with_header=True), open_socket("far")
    received = []
    for data in tools.read_capture(source):
        sender.send(request(data, mss))
        sender.send(bytes(HEADER_SIZE) + END)
        received += receive_until_end(receiver)
    tools.write_capture(destination, received)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
