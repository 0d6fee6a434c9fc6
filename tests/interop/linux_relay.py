"""Two tenants, each with a kernel stack of its own, joined by our tools alone. Run it in a network namespace of its own.

    linux_relay.py PROTOCOL VERSION OUTER BYTES DIRECTORY: every frame that a tenant's kernel hands over, super-frames and
    unfinished checksums included, is taken as it is, finished by `nvgre segment` or `nvgre checksum --seeded`, put into NVGRE over
    IP version OUTER and taken out again, and given to the other tenant's kernel. Prints one JSON object at the end.
"""

import itertools
import json
import select
import struct
import subprocess
import sys
from pathlib import Path

import tools
from packet_socket import HEADER_SIZE, LARGEST_FRAME, NEEDS_CSUM, open_socket

BATCH = 64


class Tenant:
    """A process in its own namespace, with one end of a cable of which we hold the other."""

    def __init__(self, role, *arguments):
        script = Path(__file__).with_name("linux_tenant.py")
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "unshare", "--net", sys.executable, script, role, *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.listen("here")
        tools.run("ip", "link", "add", role, "type", "veth", "peer", "name", "tenant", "netns", self.process.pid)
        tools.run("ip", "link", "set", role, "up")
        self.taken, self.given = open_socket(role, with_header=True), open_socket(role)
        self.tell()
        self.listen("ready")

    def listen(self, word):
        assert self.process.stdout.readline().strip() == word

    def tell(self):
        self.process.stdin.write("go on\n")
        self.process.stdin.flush()

    def end(self, result):
        """The namespace goes with the process."""
        self.tell()
        assert self.process.wait(tools.DEADLINE) == 0
        return json.loads(result)


class Carrier:
    """Carries frames from one tenant to the other by way of captures, and counts what it met."""

    def __init__(self, directory, outer):
        self.path, self.outer = Path(directory), outer
        self.super_frames = self.segments = self.unfinished = 0

    def finish(self, frames, segment_size, needs_checksum):
        """What a card would do: frames of one kind become whole ones."""
        source = tools.write_capture(self.path / "taken.pcap", frames)
        if segment_size:
            tools.nvgre("segment", source, self.path / "finished.pcap", "--mss", segment_size)
            self.super_frames += len(frames)
        elif needs_checksum:
            tools.nvgre("checksum", "--seeded", source, self.path / "finished.pcap")
            self.unfinished += len(frames)
        else:
            source.rename(self.path / "finished.pcap")
        tools.encap(self.path / "finished.pcap", self.path / "wire.pcap", self.outer)
        tools.nvgre("decap", self.path / "wire.pcap", self.path / "given.pcap")
        finished = tools.read_capture(self.path / "given.pcap")
        self.segments += len(finished) if segment_size else 0
        return finished

    def carry(self, taken, given):
        """Everything that is there to be taken, in its order, runs of one kind together."""
        packets = []
        while len(packets) < BATCH and select.select([taken], [], [], 0)[0]:
            packet = taken.recv(LARGEST_FRAME)
            flags, kind, _, segment_size = struct.unpack_from("=BBHH", packet)
            packets.append((segment_size if kind else 0, flags & NEEDS_CSUM, packet[HEADER_SIZE:]))
        for key, run in itertools.groupby(packets, key=lambda packet: packet[:2]):
            for frame in self.finish([packet[2] for packet in run], *key):
                given.send(frame)


def main(protocol, version, outer, size, directory):
    tools.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
    receiver, sender = Tenant("receiver", protocol, version, size), Tenant("sender", protocol, version, size)
    carrier = Carrier(directory, int(outer))
    sender.tell()
    taken = {sender.taken: receiver.given, receiver.taken: sender.given}
    results = {sender.process.stdout: None, receiver.process.stdout: None}
    while not all(results.values()):
        ready, _, _ = select.select([*taken, *(stream for stream in results if not results[stream])], [], [], tools.DEADLINE)
        assert ready, "neither tenant does anything any more"
        for source in ready:
            if source in taken:
                carrier.carry(source, taken[source])
            else:
                results[source] = source.readline()
    print(json.dumps({"sender": sender.end(results[sender.process.stdout]), "receiver": receiver.end(results[receiver.process.stdout]),
                      "super_frames": carrier.super_frames, "segments": carrier.segments, "unfinished": carrier.unfinished}))


if __name__ == "__main__":
    main(*sys.argv[1:])
