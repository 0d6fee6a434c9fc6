"""`nvgre segment` against a model written a second time in Python from the rules, on random super-frames, byte for byte."""

import tools
from random_frames import frame_that_stays, super_frame
from segmentation_model import segment_frame

ROUNDS, FRAMES = 5, 800


def compare(directory, frames, mss):
    source = tools.write_capture(directory / "super.pcap", frames)
    tools.nvgre("segment", source, directory / "wire.pcap", "--mss", mss)
    ours = tools.read_capture(directory / "wire.pcap")
    position = 0
    for number, frame in enumerate(frames):
        expected = segment_frame(frame, mss)
        got = ours[position : position + len(expected)]
        position += len(expected)
        for index, (want, have) in enumerate(zip(expected, got)):
            assert want == have, f"frame {number}, segment {index}, mss {mss}:\n{frame[:200].hex()}\n{want[:200].hex()}\n{have[:200].hex()}"
    assert position == len(ours), f"{position} frames expected, {len(ours)} written"
    return position


def test_segments_are_those_of_the_model(tmp_path):
    random, cut, segments = tools.seeded_random(), 0, 0
    for _ in range(ROUNDS):
        mss = random.choice([1448, 1418, 536, random.randrange(100, 3000)])
        frames = [super_frame(random) if random.random() < 0.95 else frame_that_stays(random) for _ in range(FRAMES)]
        segments += compare(tmp_path, frames, mss)
        cut += sum(len(segment_frame(frame, mss)) > 1 for frame in frames)
    print(f"{ROUNDS * FRAMES} frames, {cut} of them cut, {segments} frames on the wire")
    assert cut > ROUNDS * FRAMES // 2
