"""One end of a transfer, in a network namespace of its own: the kernel's TCP or UDP, and what it counted as wrong.

    linux_tenant.py ROLE PROTOCOL VERSION BYTES: ROLE is sender or receiver, PROTOCOL tcp or udp. Waits on standard input until
    the device "tenant" is there; prints one JSON object at the end.
"""

import hashlib
import json
import random
import socket
import sys

import tools

ADDRESSES = {4: {"sender": "192.0.2.1", "receiver": "192.0.2.2"}, 6: {"sender": "2001:db8::1", "receiver": "2001:db8::2"}}
PORT = 5201
UDP_SEGMENT, DATAGRAM, DATAGRAMS = 103, 1200, 40
# What may not grow: packets that arrived and were thrown away for what stands in them.
FAULTS = {"Ip": ["InHdrErrors"], "Tcp": ["InErrs", "InCsumErrors"], "Udp": ["InErrors", "InCsumErrors"]}
FAULTS_V6 = ["Ip6InHdrErrors", "Udp6InErrors", "Udp6InCsumErrors"]


def faults():
    with open("/proc/net/snmp", encoding="ascii") as file:
        lines = [line.split() for line in file]
    counts = {}
    for names, values in zip(lines[::2], lines[1::2]):
        layer = names[0].rstrip(":")
        row = dict(zip(names[1:], values[1:]))
        counts |= {f"{layer}.{name}": int(row[name]) for name in FAULTS.get(layer, [])}
    with open("/proc/net/snmp6", encoding="ascii") as file:
        rows = dict(line.split() for line in file)
    return counts | {name: int(rows[name]) for name in FAULTS_V6}


def set_up(role, version):
    """TCP hands down large super-frames whatever it thinks of the path's speed: what is slow here are our own tools."""
    address = f"{ADDRESSES[version][role]}/{24 if version == 4 else 64}"
    nodad = " nodad" if version == 6 else ""
    for command in ("sysctl -qw net.ipv4.tcp_min_tso_segs=32", "ip link set lo up", f"ip address add {address} dev tenant{nodad}",
                    "ip link set tenant up"):
        tools.run(*command.split())


def family(version):
    return socket.AF_INET if version == 4 else socket.AF_INET6


def send(protocol, version, size):
    data = random.Random(size).randbytes(size)
    peer = (ADDRESSES[version]["receiver"], PORT)
    if protocol == "tcp":
        with socket.create_connection(peer, timeout=tools.DEADLINE) as stream:
            stream.sendall(data)
            stream.shutdown(socket.SHUT_WR)
            stream.recv(1)  # the receiver has all of it
        return data
    with socket.socket(family(version), socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(tools.DEADLINE)
        datagrams.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, DATAGRAM)
        for start in range(0, size, DATAGRAM * DATAGRAMS):
            datagrams.sendto(data[start : start + DATAGRAM * DATAGRAMS], peer)
            datagrams.recvfrom(1)  # one super-datagram after the other: nothing may be lost
    return data


def receive(protocol, version, size):
    address, data = (ADDRESSES[version]["receiver"], PORT), b""
    if protocol == "tcp":
        with socket.create_server(address, family=family(version)) as server:
            print("ready", flush=True)
            stream, _ = server.accept()
            with stream:
                stream.settimeout(tools.DEADLINE)
                while part := stream.recv(1 << 16):
                    data += part
                stream.sendall(b".")
        return data
    with socket.socket(family(version), socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(address)
        datagrams.settimeout(tools.DEADLINE)
        print("ready", flush=True)
        while len(data) < size:
            part, sender = datagrams.recvfrom(1 << 16)
            data += part
            if len(data) % (DATAGRAM * DATAGRAMS) == 0 or len(data) == size:
                datagrams.sendto(b".", sender)
    return data


def main(role, protocol, version, size):
    print("here", flush=True)
    sys.stdin.readline()
    set_up(role, version)
    if role == "sender":
        print("ready", flush=True)
        sys.stdin.readline()
    data = (send if role == "sender" else receive)(protocol, version, size)
    print(json.dumps({"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "faults": faults()}), flush=True)
    sys.stdin.readline()  # until the other one is done, too


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
