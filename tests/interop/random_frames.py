"""Random frames and super-frames, built by scapy: none of the engine's writers is used."""

from scapy.all import (Dot1Q, Ether, GRE, IP, IPOption_NOP, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, PadN, Raw, TCP, UDP, raw)

SENDER, RECEIVER = "02:00:00:00:50:01", "02:00:00:00:50:02"
GATEWAY, HOST = "02:00:00:00:aa:01", "02:00:00:00:aa:02"
CUSTOMERS = {4: ("192.0.2.1", "192.0.2.2"), 6: ("2001:db8::1", "2001:db8::2")}
PROVIDERS = {4: ("198.18.0.1", "198.18.0.2"), 6: ("2001:db8:1::1", "2001:db8:1::2")}
LARGEST_WITH_LENGTH = 65_000  # payload bytes; with all headers it still fits a length field

TCP_OPTIONS = [
    [],
    [("NOP", None), ("NOP", None), ("Timestamp", (0x01020304, 0x05060708))],
    [("NOP", None), ("NOP", None), ("SAck", (1000, 2000))],
    [("NOP", None)] * 40,
]


def ip_header(random, version, addresses):
    source, destination = addresses
    traffic_class, hop_limit = random.choice([0, 0, 2, 0xB8]), random.choice([64, 1, 255])
    if version == 4:
        options = [IPOption_NOP()] * random.choice([0, 0, 0, 4, 12, 40])
        flags = random.choice(["DF", "DF", 0])
        identification = random.choice([0, 0x7FFE, 0x7FFF, 0x8000, 0xFFFF, random.randrange(0x10000)])
        return IP(src=source, dst=destination, tos=traffic_class, ttl=hop_limit, flags=flags, id=identification, options=options)
    header = IPv6(src=source, dst=destination, tc=traffic_class, hlim=hop_limit, fl=random.randrange(2**20))
    for extension in random.choice([(), (), (), (IPv6ExtHdrDestOpt,), (IPv6ExtHdrHopByHop, IPv6ExtHdrDestOpt)]):
        header /= extension(options=[PadN(optdata=b"\0" * random.choice([4, 12, 20]))])
    return header


def payload(random, size):
    return Raw(random.randbytes(size))


def tcp_header(random, flags=None):
    if flags is None:
        flags = random.choice(["A", "PA", "FA", "CEA", "CA", "FPA", "EA", "FPCEA"])
    return TCP(sport=40000, dport=5201, flags=flags, seq=random.choice([1, 0xFFFFFF00, random.randrange(2**32)]),
               ack=random.randrange(2**32), window=random.randrange(2**16), options=random.choice(TCP_OPTIONS))


def udp_header(random):
    return UDP(sport=random.randrange(1024, 2**16), dport=5001, **random.choice([{}, {}, {}, {"chksum": 0}]))


def encapsulated(random, version, inner, vsid=5001):
    link = Ether(src=GATEWAY, dst=HOST)
    if random.random() < 0.2:
        link /= Dot1Q(vlan=100, prio=3)
    key = vsid << 8 | random.randrange(256)
    return link / ip_header(random, version, PROVIDERS[version]) / GRE(proto=0x6558, key_present=1, key=key) / inner


def without_lengths(frame):
    """The form in which senders hand super-frames down: no length field says anything (D-4)."""
    for layer, field in ((IP, "len"), (IPv6, "plen"), (UDP, "len")):
        index = 1
        while found := frame.getlayer(layer, index):
            setattr(found, field, 0)
            index += 1
    return frame


def super_frame(random):
    """Any frame that segmentation takes, and some that it does not take."""
    outer, inner = random.choice([None, 4, 6]), random.choice([4, 6])
    transport = random.choice([tcp_header, udp_header])(random)
    size = random.choice([random.randrange(0, 200), random.randrange(0, 9000), random.randrange(0, 9000), random.randrange(0, 70_000)])
    frame = Ether(src=SENDER, dst=RECEIVER) / ip_header(random, inner, CUSTOMERS[inner]) / transport / payload(random, size)
    if outer:
        frame = encapsulated(random, outer, frame)
    has_lengths = size <= LARGEST_WITH_LENGTH and random.random() < 0.5
    data = raw(frame if has_lengths else without_lengths(frame))
    if has_lengths and random.random() < 0.1:
        data += b"\xee" * random.randrange(1, 20)  # link padding
    return data


def frame_that_stays(random):
    """Frames that must leave as they came: forbidden flags, fragments, other protocols, inner tags."""
    link, version = Ether(src=SENDER, dst=RECEIVER), random.choice([4, 6])
    kind = random.randrange(4)
    if kind == 0:
        frame = link / ip_header(random, version, CUSTOMERS[version]) / tcp_header(random, random.choice(["S", "RA", "UA", "SA"]))
    elif kind == 1:
        frame = link / IP(src=CUSTOMERS[4][0], dst=CUSTOMERS[4][1], flags="MF", frag=random.choice([0, 100])) / UDP(sport=1, dport=2)
    elif kind == 2:
        frame = link / IP(src=CUSTOMERS[4][0], dst=CUSTOMERS[4][1], proto=1)
    else:
        tagged = link / Dot1Q(vlan=7) / ip_header(random, version, CUSTOMERS[version]) / tcp_header(random)
        return raw(encapsulated(random, random.choice([4, 6]), tagged / payload(random, 3000)))
    return raw(frame / payload(random, 3000))
