"""`nvgre coalesce` against a model of receive coalescing in Python, on random flows, byte for byte and in the order of each flow."""

import tools
from coalescing_model import coalesce, flow_of
from headers import parse
from random_frames import RECEIVER, SENDER
from scapy.all import IP, TCP, UDP, Ether, IPOption_NOP, IPv6, IPv6ExtHdrDestOpt, PadN, Raw, raw

FRAMES = 3000
SIZES = [1000, 1000, 1000, 1000, 1000, 999, 1, 0, 1200]


class Flow:
    """A sender that mostly goes on with its stream and now and then does something that ends a unit."""

    def __init__(self, random, number):
        self.random, self.number = random, number
        self.version, self.is_tcp = random.choice([4, 6]), random.random() < 0.7
        self.sequence, self.acknowledgment = random.choice([1, 2**32 - 5000]), random.randrange(2**32)
        self.window, self.clock, self.has_timestamps = 500, random.choice([100, 2**32 - 3]), random.random() < 0.5
        self.identification = random.randrange(2**16)

    def seldom(self, common, *rare):
        return self.random.choice(rare) if self.random.random() < 0.05 else common

    def ip(self):
        host, seldom = self.number % 2 + 1, self.seldom
        if self.version == 4:
            self.identification = (self.identification + 1) % 2**16
            options = seldom([], [IPOption_NOP()] * 4)
            return IP(src=f"192.0.2.{host}", dst="192.0.2.99", tos=seldom(0, 3, 0xB8), ttl=seldom(64, 63, 65),
                      flags=seldom("DF", 0), id=self.identification, options=options)
        header = IPv6(src=f"2001:db8::{host}", dst="2001:db8::99", tc=seldom(0, 3), hlim=seldom(64, 63, 65), fl=seldom(7, 8))
        return seldom(header, header / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)]))

    def tcp(self, size):
        seldom = self.seldom
        self.acknowledgment = (self.acknowledgment + self.random.choice([0, 0, 0, 1000])) % 2**32
        self.window = seldom(self.window, 600, 700, 800)
        self.clock = (self.clock + self.random.choice([0, 1])) % 2**32
        options = [("NOP", None), ("NOP", None), ("Timestamp", (seldom(self.clock, 1), 9))] if self.has_timestamps else []
        header = TCP(sport=40000 + self.number, dport=5201, seq=seldom(self.sequence, self.random.randrange(2**32)),
                     ack=seldom(self.acknowledgment, (self.acknowledgment - 2000) % 2**32), window=self.window,
                     flags=seldom("A", "PA", "PA", "FA", "EA", "CEA", "UA", "S"), options=seldom(options, [("NOP", None)] * 4, [("SAck", (1, 2))]))
        self.sequence = (self.sequence + size) % 2**32
        return header

    def frame(self):
        size = self.random.choice(SIZES)
        if self.is_tcp:
            transport = self.tcp(size)
        else:
            transport = UDP(sport=50000 + self.number, dport=5001, **self.seldom({}, {"chksum": 0}))
        data = bytearray(raw(Ether(src=SENDER, dst=RECEIVER) / self.ip() / transport / Raw(self.random.randbytes(size))))
        if self.random.random() < 0.03:
            data[-1] ^= 0x55  # a wrong checksum; of the last header byte if there is no payload
        return bytes(data)


def random_frames(random):
    flows, frames = [], []
    while len(frames) < FRAMES:
        if len(frames) % 500 == 0 or random.random() < 0.002:
            flows = [Flow(random, number) for number in range(random.randrange(1, 7))]
        flow = random.choice(flows)
        frames += [flow.frame() for _ in range(random.choice([1, 1, 3, 10]))]
        if random.random() < 0.01:
            frames.append(raw(Ether(src=SENDER, dst=RECEIVER) / IP(src="192.0.2.1", dst="192.0.2.99", flags="MF", proto=6) / Raw(b"x" * 80)))
    return frames


def by_flow(frames):
    flows = {}
    for data in frames:
        flows.setdefault(flow_of(parse(data)), []).append(data)
    return flows


def compare(expected, found):
    assert expected.keys() == found.keys()
    for key, units in expected.items():
        for index, (want, have) in enumerate(zip(units, found[key])):
            assert want == have, f"unit {index} of {key}:\n{len(want)} {want[:120].hex()}\n{len(have)} {have[:120].hex()}"
        assert len(units) == len(found[key])


def test_units_are_those_of_the_model(tmp_path):
    random = tools.seeded_random()
    frames, batch = random_frames(random), random.choice([64, 64, 16, 200])
    source = tools.write_capture(tmp_path / "wire.pcap", frames)
    tools.nvgre("coalesce", source, tmp_path / "units.pcap", "--batch", batch)
    expected, units = coalesce(frames, batch), tools.read_capture(tmp_path / "units.pcap")
    compare(expected, by_flow(units))
    print(f"{len(frames)} frames, {len(units)} units of batches of {batch}")
    assert len(units) < 0.8 * len(frames)


def test_decapsulated_frames_become_the_same_units(tmp_path):
    random = tools.seeded_random()
    frames = random_frames(random)
    source = tools.write_capture(tmp_path / "tenant.pcap", frames)
    tools.encap(source, tmp_path / "wire.pcap", 6)
    tools.nvgre("coalesce", tmp_path / "wire.pcap", tmp_path / "same.pcap")
    assert tools.read_capture(tmp_path / "same.pcap") == tools.read_capture(tmp_path / "wire.pcap"), "encapsulated, they stay (RSC-1)"
    tools.nvgre("coalesce", "--decap", tmp_path / "wire.pcap", tmp_path / "units.pcap")
    compare(coalesce(frames, 64), by_flow(tools.read_capture(tmp_path / "units.pcap")))
