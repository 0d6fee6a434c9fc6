#!/usr/bin/python3
"""Captures of any size in constant memory. They come through a pipe, so that no disk has to hold them. How large they are
is NVGRE_CAPTURE_MB, 300 unless it is set."""

import os
import subprocess
import threading
import unittest

from streams import FILE_HEADER, NVGRE, TIMEOUT, nvgre_packet, record, tcp_frame

SIZE = int(os.environ.get("NVGRE_CAPTURE_MB", "300")) * 1_000_000
LIMIT_KB = 100_000  # of memory that is resident at any time


def peak_memory(words, block):
    """Feeds a tool its capture. @return its exit status, its peak memory in KB, and its summary"""
    with open(os.devnull, "wb") as nowhere:
        tool = subprocess.Popen([NVGRE, *words], stdin=subprocess.PIPE, stdout=nowhere, stderr=subprocess.PIPE)
    summary = []
    reader = threading.Thread(target=lambda: summary.append(tool.stderr.read().decode()))
    reader.start()
    tool.stdin.write(FILE_HEADER)
    for _ in range(SIZE // len(block)):
        tool.stdin.write(block)
    tool.stdin.close()
    _, status, usage = os.wait4(tool.pid, 0)
    tool.returncode = os.waitstatus_to_exitcode(status)
    reader.join(TIMEOUT)
    tool.stderr.close()
    return tool.returncode, usage.ru_maxrss, summary[0]


class Large(unittest.TestCase):
    def check(self, words, records):
        block = b"".join(records) * (1_000_000 // sum(map(len, records)) + 1)
        frames = SIZE // len(block) * (1_000_000 // sum(map(len, records)) + 1) * len(records)
        status, memory, summary = peak_memory(words, block)
        self.assertEqual(status, 0, summary)
        self.assertIn(f"{frames} frames", summary)
        self.assertLess(memory, LIMIT_KB, summary)
        print(f"{' '.join(words)}: {frames} frames of {SIZE // 1_000_000} MB with {memory} KB")

    def test_inspect(self):
        self.check(["inspect", "-"], [record(nvgre_packet(tcp_frame(1400)))])

    def test_inspect_json(self):
        self.check(["inspect", "--json", "-"], [record(nvgre_packet(tcp_frame(1400)))])

    def test_segment(self):
        self.check(["segment", "-", "-", "--mss", "1400"], [record(nvgre_packet(tcp_frame(60000)))])

    def test_coalesce(self):
        self.check(["coalesce", "--decap", "-", "-"], [record(nvgre_packet(tcp_frame(1000, 1 + i * 1000))) for i in range(40)])

    def test_coalesce_the_largest_frames(self):
        self.check(["coalesce", "-", "-"], [record(bytes(262144))])

    def test_encap(self):
        self.check(["encap", "-", "-", "--vsid", "5001", "--source", "2001:db8::1", "--destination", "2001:db8::2"], [record(tcp_frame(1400))])


if __name__ == "__main__":
    unittest.main()
