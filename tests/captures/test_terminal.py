#!/usr/bin/python3
"""The progress bar: on a terminal, and nowhere else."""

import os
import pty
import subprocess
import tempfile
import time
import unittest

from streams import FILE_HEADER, NVGRE, TIMEOUT, record, tcp_frame


class Progress(unittest.TestCase):
    def errors_of(self, stderr):
        """Runs a tool whose output nobody takes for longer than it keeps silent. @return what it left on stderr's read end"""
        with tempfile.TemporaryDirectory(prefix="nvgre-test-") as folder:
            capture = os.path.join(folder, "in.pcap")
            with open(capture, "wb") as file:
                file.write(FILE_HEADER + record(tcp_frame(1400)) * 5000)
            read_end, write_end = stderr
            tool = subprocess.Popen([NVGRE, "checksum", capture, "-"], stdout=subprocess.PIPE, stderr=write_end)
            os.close(write_end)
            time.sleep(1)  # its half second of silence, while it waits for room in the pipe
            self.assertEqual(len(tool.stdout.read()), 24 + 5000 * (16 + 1454))
            self.assertEqual(tool.wait(TIMEOUT), 0)
            tool.stdout.close()
            text = b""
            try:
                while piece := os.read(read_end, 65536):
                    text += piece
            except OSError:  # a terminal whose other side is closed
                pass
            os.close(read_end)
            return text.decode()

    def test_a_terminal_sees_a_bar_and_then_the_summary_alone_on_its_line(self):
        text = self.errors_of(pty.openpty())
        self.assertRegex(text, r"\r\[#* *\] +\d+ %")
        self.assertRegex(text, r"\r\x1b\[Knvgre checksum: 5000 frames read, 5000 written; 5000 filled in, 0 unchanged\r\n$")

    def test_a_file_gets_the_summary_only(self):
        self.assertEqual(self.errors_of(os.pipe()), "nvgre checksum: 5000 frames read, 5000 written; 5000 filled in, 0 unchanged\n")


if __name__ == "__main__":
    unittest.main()
