#!/usr/bin/python3
"""The examples of docs/captures.md print what the page shows. `test_documents.py --write` puts there what they print."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from streams import NVGRE, TIMEOUT

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "captures.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def transcript(commands, folder):
    """The commands, each followed by what it prints on standard output and then on standard error."""
    text = ""
    environment = {**os.environ, "TZ": "UTC"}
    for command in commands:
        words = command.removeprefix("$ nvgre ").split()
        done = subprocess.run([os.path.abspath(NVGRE), *words], cwd=folder, env=environment, capture_output=True, text=True,
                              timeout=TIMEOUT, check=False)
        text += f"{command}\n{done.stdout}{done.stderr}"
    return text


def page_with_transcripts(page):
    with tempfile.TemporaryDirectory(prefix="nvgre-test-") as folder:
        shutil.copy(ROOT / "examples" / "captures" / "tenant.pcap", folder)

        def replaced(block):
            commands = [line for line in block.group(1).splitlines() if line.startswith("$ ")]
            return f"```console\n{transcript(commands, folder)}```"

        return BLOCK.sub(replaced, page)


class Documents(unittest.TestCase):
    def test_the_page_shows_what_is_printed(self):
        page = PAGE.read_text(encoding="utf-8")
        self.assertGreater(len(BLOCK.findall(page)), 5)
        self.maxDiff = None
        self.assertEqual(page_with_transcripts(page), page)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page_with_transcripts(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        unittest.main()
