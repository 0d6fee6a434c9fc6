"""The command under test, captures, and tshark: what the tests of this room share."""

import os
import random
import struct
import subprocess
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("NVGRE_BUILD", SOURCE / "build/release"))
DEADLINE = 300.0  # seconds; generous, because the machines are shared

OUTER = {4: ("198.18.0.1", "198.18.0.2"), 6: ("2001:db8:1::1", "2001:db8:1::2")}


def seeded_random():
    """Random numbers whose seed is printed; NVGRE_SEED repeats a run."""
    seed = int(os.environ.get("NVGRE_SEED", time.time_ns() % 2**32))
    print(f"NVGRE_SEED={seed}")
    return random.Random(seed)


def run(*words, check=True, **options):
    """Runs a program; its output is in the error when it fails."""
    done = subprocess.run([str(word) for word in words], capture_output=True, timeout=DEADLINE, check=False, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done


def nvgre(*words, **options):
    return run(BUILD / "nvgre", *words, **options)


def encap(source, destination, outer, vsid=5001):
    """Puts a capture into NVGRE over this IP version."""
    return nvgre("encap", source, destination, "--vsid", vsid, "--source", OUTER[outer][0], "--destination", OUTER[outer][1])


def write_capture(path, frames):
    """Ethernet frames as a pcap file, one a microsecond."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number, frame in enumerate(frames):
            file.write(struct.pack("<IIII", 1_700_000_000 + number // 1_000_000, number % 1_000_000, len(frame), len(frame)))
            file.write(frame)
    return path


def read_capture(path):
    """The frames of a pcap file that this machine wrote."""
    data = Path(path).read_bytes()
    assert struct.unpack_from("<I", data)[0] in (0xA1B2C3D4, 0xA1B23C4D), f"{path} is no pcap file of this machine"
    frames, offset = [], 24
    while offset < len(data):
        captured, original = struct.unpack_from("<II", data, offset + 8)
        assert captured == original, "a frame was cut"
        frames.append(data[offset + 16 : offset + 16 + captured])
        offset += 16 + captured
    return frames


def tshark(path, *fields, display_filter=None, options=()):
    """One list of strings a frame: what tshark says of each of the fields."""
    words = ["tshark", "-n", "-r", path, *options, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"]
    if display_filter:
        words += ["-Y", display_filter]
    for field in fields:
        words += ["-e", field]
    done = run(*words)
    assert b"Lua: Error" not in done.stdout and b"Lua" not in done.stderr, done.stderr.decode()
    return [line.split("\t") for line in done.stdout.decode().splitlines()]
