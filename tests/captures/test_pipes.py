#!/usr/bin/python3
"""The tools between pipes: they can be chained, pass each frame on when it comes, and leave nothing behind when killed."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from streams import FILE_HEADER, NVGRE, TIMEOUT, nvgre_packet, record, run, tcp_frame

TUNNEL = ["--vsid", "5001", "--source", "198.18.0.1", "--destination", "198.18.0.2"]


class Pipes(unittest.TestCase):
    def test_encap_into_inspect(self):
        frames = FILE_HEADER + record(tcp_frame(100)) + record(tcp_frame(3000))
        encap = subprocess.Popen([NVGRE, "encap", "-", "-", *TUNNEL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        inspect = subprocess.Popen([NVGRE, "inspect", "--json", "-"], stdin=encap.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        encap.stdout.close()
        encap.stdin.write(frames)
        encap.stdin.close()
        lines = inspect.communicate(timeout=TIMEOUT)[0].splitlines()
        self.assertEqual((encap.wait(TIMEOUT), inspect.returncode), (0, 0))
        self.assertEqual(encap.stderr.read().decode(), "nvgre encap: 2 frames read, 2 written; 0 left out\n")
        encap.stderr.close()
        self.assertEqual([json.loads(line)["gre"]["vsid"] for line in lines], [5001, 5001])
        self.assertEqual([json.loads(line)["length"] for line in lines], [196, 3096])

    def test_every_tool_between_pipes(self):
        status, encapsulated, _ = run("encap", "-", "-", *TUNNEL, stdin=FILE_HEADER + record(tcp_frame(3000)))
        self.assertEqual(status, 0)
        self.assertEqual(encapsulated[24 + 16:], nvgre_packet(tcp_frame(3000)))
        status, cut, _ = run("segment", "-", "-", "--mss", "1000", stdin=encapsulated)
        self.assertEqual(status, 0)
        status, joined, error = run("coalesce", "--decap", "-", "-", stdin=cut)
        self.assertEqual((status, error), (0, "nvgre coalesce: 3 frames read, 1 written; 3 stripped, 3 joined, 0 alone\n"))
        status, filled, _ = run("checksum", "-", "-", stdin=FILE_HEADER + record(tcp_frame(3000)))
        self.assertEqual(status, 0)
        self.assertEqual(joined[24 + 16:], filled[24 + 16:], "cut, stripped and joined is what it was, with a checksum")
        self.assertEqual(run("inspect", "--check", "-", stdin=joined)[0], 0)

    def test_a_frame_goes_on_when_it_comes(self):
        tool = subprocess.Popen([NVGRE, "decap", "-", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for size in (10, 20):
            tool.stdin.write((FILE_HEADER if size == 10 else b"") + record(nvgre_packet(tcp_frame(size))))
            tool.stdin.flush()
            expected = (24 if size == 10 else 0) + 16 + 54 + size
            self.assertEqual(len(tool.stdout.read(expected)), expected)  # else the time-out of the whole test ends it
        tool.stdin.close()
        self.assertEqual(tool.stdout.read(), b"")
        self.assertEqual(tool.wait(TIMEOUT), 0)
        tool.stdout.close()

    def test_a_truncated_stream_is_3(self):
        stream = FILE_HEADER + record(nvgre_packet(tcp_frame(10))) + record(tcp_frame(10))[:-1]
        status, out, error = run("decap", "-", "-", stdin=stream)
        self.assertEqual(status, 3)
        self.assertEqual(len(out), 24 + 16 + 64)
        self.assertIn("nvgre decap: standard input: truncated", error)
        self.assertIn("1 frames read, 1 written", error)

    def test_a_reader_that_goes_away_ends_the_tool(self):
        tool = subprocess.Popen([NVGRE, "checksum", "-", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        tool.stdout.close()
        with self.assertRaises(BrokenPipeError):
            while True:
                tool.stdin.write(FILE_HEADER + record(tcp_frame(1000)) * 100)
        tool.stdin.detach().close()
        self.assertNotEqual(tool.wait(TIMEOUT), 0)


WRITER = """
import signal, sys
def end(*_):
    sys.stdout.buffer.write(last)
    sys.exit(0)
first, last = bytes.fromhex(sys.argv[1]), bytes.fromhex(sys.argv[2])
signal.signal(signal.SIGINT, end)
sys.stdout.buffer.write(first)
sys.stdout.buffer.flush()
while True:
    signal.pause()
"""  # hands its last frame over when it is interrupted, as tcpdump does


class Signals(unittest.TestCase):
    def test_what_a_writer_hands_over_at_the_end_is_not_lost(self):
        first, last = FILE_HEADER + record(tcp_frame(10)), record(tcp_frame(20))
        writer = subprocess.Popen([sys.executable, "-c", WRITER, first.hex(), last.hex()], stdout=subprocess.PIPE)
        tool = subprocess.Popen([NVGRE, "inspect", "--json", "-"], stdin=writer.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        writer.stdout.close()
        lines = [tool.stdout.readline()]  # both are at work
        tool.send_signal(signal.SIGINT)
        writer.send_signal(signal.SIGINT)
        out, error = tool.communicate(timeout=TIMEOUT)
        lines += out.splitlines()
        self.assertEqual((writer.wait(TIMEOUT), tool.returncode), (0, 0))
        self.assertEqual([json.loads(line)["length"] for line in lines], [64, 74])
        self.assertIn("2 frames", error.decode())

    def kill_in_the_middle(self, number):
        with tempfile.TemporaryDirectory(prefix="nvgre-test-") as folder:
            before = os.path.join(folder, "before.pcap")
            with open(before, "w", encoding="ascii") as file:
                file.write("what was here before")
            for target in ("out.pcap", "before.pcap"):
                tool = subprocess.Popen([NVGRE, "segment", "-", os.path.join(folder, target), "--mss", "100"], stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                # More than pipes and buffers hold, so that frames were written when the signal comes.
                tool.stdin.write(FILE_HEADER + record(tcp_frame(60000)) * 50)
                tool.stdin.flush()
                self.assertIsNone(tool.poll())
                while tool.poll() is None:  # two signals that wait are one, so how many it takes can't be told
                    tool.send_signal(number)
                    time.sleep(0.05)
                self.assertEqual(tool.wait(TIMEOUT), -number)
                tool.stdin.close()
                self.assertEqual(os.listdir(folder), ["before.pcap"])
            with open(before, encoding="ascii") as file:
                self.assertEqual(file.read(), "what was here before")

    def test_killed_in_the_middle_leaves_nothing(self):
        self.kill_in_the_middle(signal.SIGKILL)

    def test_interrupted_again_in_the_middle_leaves_nothing(self):
        self.kill_in_the_middle(signal.SIGINT)


if __name__ == "__main__":
    unittest.main()
