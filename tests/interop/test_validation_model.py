"""`nvgre inspect --json` against a model of receive validation in Python, on random frames of which many are spoiled."""

import collections
import json

import tools
from headers import parse
from random_frames import frame_that_stays, super_frame
from segmentation_model import segment_frame
from validation_model import verdicts

FRAMES, MSS, LARGEST = 4000, 1300, 10_000


def spoilable(frame):
    """Bytes of which none says where something lies: IPv4's TTL and checksum, addresses, ports, transport checksum, payload."""
    offsets = []
    for ip in filter(None, (frame.outer, frame.ip)):
        start, size = (8, 12) if ip.version == 4 else (7, 33)
        offsets += [ip.offset + start + at for at in range(size) if ip.version == 6 or start + at != 9]
    if frame.transport:
        checksum = frame.transport + (16 if frame.ip.protocol == 6 else 6)
        offsets += [*range(frame.transport, frame.transport + 4), checksum, checksum + 1, *range(frame.payload, len(frame.data))]
    return offsets


def random_frame(random):
    if random.random() < 0.1:
        data = frame_that_stays(random)
    else:
        while len(data := super_frame(random)) > LARGEST:
            pass
        data = random.choice(segment_frame(data, MSS))
        if not parse(data).ip.length:  # too short to be cut: still without lengths
            return random_frame(random)
    if random.random() < 0.5:
        return data
    out = bytearray(data)
    for _ in range(random.choice([1, 1, 2])):
        out[random.choice(spoilable(parse(data)))] ^= random.randrange(1, 256)
    return bytes(out)


def test_verdicts_are_those_of_the_model(tmp_path):
    random, seen = tools.seeded_random(), collections.Counter()
    frames = [random_frame(random) for _ in range(FRAMES)]
    source = tools.write_capture(tmp_path / "frames.pcap", frames)
    lines = tools.nvgre("inspect", "--json", source).stdout.decode().splitlines()
    assert len(lines) == FRAMES
    for number, (frame, line) in enumerate(zip(frames, lines)):
        found = json.loads(line)
        checksum, receive = verdicts(frame)
        assert (found["checksum"], found["receive"]) == (checksum, receive), f"frame {number}: {frame[:160].hex()}"
        seen.update(f"{name} {verdict}" for name, verdict in checksum.items())
    print(dict(seen))
    assert all(seen[f"{name} {verdict}"] > 10 for name in ("outer_ip", "inner_ip", "transport") for verdict in ("good", "bad"))
