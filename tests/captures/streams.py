"""Captures for the tests of this folder, written byte by byte, and the command that they run."""

import os
import struct
import subprocess

NVGRE = os.path.join(os.environ.get("NVGRE_BUILD", "build/release"), "nvgre")
TIMEOUT = 300  # seconds; nothing here takes more than a few

FILE_HEADER = struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)


def record(frame, seconds=1):
    return struct.pack("<IIII", seconds, 0, len(frame), len(frame)) + frame


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip_header(length, protocol, source, destination):
    head = struct.pack(">BBHHHBB", 0x45, 0, length, 0, 0x4000, 64, protocol)
    addresses = bytes(source) + bytes(destination)
    return head + struct.pack(">H", checksum(head + b"\0\0" + addresses)) + addresses


def tcp_frame(payload_size, sequence=1):
    """A TCP frame of 192.0.2.1 > 192.0.2.2; its checksum field holds nothing of use."""
    ethernet = bytes.fromhex("020000001002" "020000001001" "0800")
    tcp = struct.pack(">HHIIHHHH", 40000, 5201, sequence, 1, 0x5010, 500, 0xBEEF, 0)
    return ethernet + ip_header(40 + payload_size, 6, (192, 0, 2, 1), (192, 0, 2, 2)) + tcp + bytes(payload_size)


def nvgre_packet(frame):
    """The frame in VSID 5001, from 198.18.0.1 to 198.18.0.2."""
    ethernet = bytes.fromhex("020000000002" "020000000001" "0800")
    gre = bytes.fromhex("20006558" "00138900")
    return ethernet + ip_header(28 + len(frame), 47, (198, 18, 0, 1), (198, 18, 0, 2)) + gre + frame


def run(*words, stdin=b""):
    """@return status, standard output, standard error"""
    done = subprocess.run([NVGRE, *words], input=stdin, capture_output=True, timeout=TIMEOUT, check=False)
    return done.returncode, done.stdout, done.stderr.decode()
