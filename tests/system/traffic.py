#!/usr/bin/python3
"""Traffic that can be judged: run inside a tenant's namespace, prints one JSON object when it ends.

    traffic.py tcp-receive ADDRESS PORT             bytes and their SHA-256
    traffic.py tcp-send ADDRESS PORT BYTES          the same, of what was sent
    traffic.py udp-receive ADDRESS PORT SECONDS     numbered datagrams: lost, doubled, reordered
    traffic.py udp-send ADDRESS PORT COUNT RATE     numbered datagrams at RATE per second, then an end mark
    traffic.py udp-segment ADDRESS PORT COUNT SIZE  one send of COUNT datagrams of SIZE bytes (UDP_SEGMENT)
"""

import hashlib
import json
import random
import socket
import struct
import sys
import time

SO_RCVBUFFORCE = 33  # asm-generic/socket.h
UDP_SEGMENT = 103
END = 0xFFFFFFFF


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def payload_blocks(total):
    generator = random.Random(7637)
    while total > 0:
        block = generator.randbytes(min(65536, total))
        total -= len(block)
        yield block


def tcp_receive(address, port):
    with socket.create_server((address, int(port)), family=family_of(address)) as server:
        print("listening", file=sys.stderr, flush=True)
        server.settimeout(60)
        connection, _ = server.accept()
        with connection:
            connection.settimeout(60)
            digest, total = hashlib.sha256(), 0
            while block := connection.recv(262144):
                digest.update(block)
                total += len(block)
    return {"bytes": total, "sha256": digest.hexdigest()}


def tcp_send(address, port, total):
    digest = hashlib.sha256()
    with socket.create_connection((address, int(port)), timeout=60) as connection:
        for block in payload_blocks(int(total)):
            digest.update(block)
            connection.sendall(block)
    return {"bytes": int(total), "sha256": digest.hexdigest()}


def udp_receive(address, port, seconds):
    seen, doubled, reordered, corrupt, highest = set(), 0, 0, 0, -1
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)  # a busy machine may let us wait
        receiver.bind((address, int(port)))
        print("listening", file=sys.stderr, flush=True)
        receiver.settimeout(float(seconds))
        while True:
            try:
                datagram = receiver.recv(65536)
            except TimeoutError:
                break
            (number,) = struct.unpack_from("!I", datagram)
            if number == END:
                break
            if datagram[4:] != bytes([number % 251]) * (len(datagram) - 4):
                corrupt += 1
            doubled += number in seen
            reordered += number < highest
            seen.add(number)
            highest = max(highest, number)
    return {"received": len(seen), "doubled": doubled, "reordered": reordered, "corrupt": corrupt, "highest": highest}


def numbered(number, size):
    return struct.pack("!I", number) + bytes([number % 251]) * (size - 4)


def udp_send(address, port, count, rate):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sender:
        due = time.monotonic()
        for number in range(int(count)):
            if (wait := due - time.monotonic()) > 0:
                time.sleep(wait)
            sender.sendto(numbered(number, 200), (address, int(port)))
            due = max(due + 1 / float(rate), time.monotonic())  # who is late is late: no burst makes up for it
        time.sleep(0.5)
        for _ in range(3):
            sender.sendto(struct.pack("!I", END), (address, int(port)))
    return {"sent": int(count)}


def udp_segment(address, port, count, size):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, int(size))
        sender.sendto(b"".join(numbered(number, int(size)) for number in range(int(count))), (address, int(port)))
        sender.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 0)
        time.sleep(0.5)
        sender.sendto(struct.pack("!I", END), (address, int(port)))
    return {"sent": int(count)}


if __name__ == "__main__":
    modes = {"tcp-receive": tcp_receive, "tcp-send": tcp_send, "udp-receive": udp_receive, "udp-send": udp_send,
             "udp-segment": udp_segment}
    print(json.dumps(modes[sys.argv[1]](*sys.argv[2:])))
