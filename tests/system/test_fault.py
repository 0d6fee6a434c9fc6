"""A fault in the engine shows on both data planes, because both run the same engine: here the transmit checksum leaves
the transport header out, in a copy of the command that is built with this one line missing."""

import pytest

from lab import BUILD, NVGRE, command

FAULTY = f"{BUILD}/tests/system/nvgre_faulty"


@pytest.mark.parametrize("mode", ["memory", "userspace"])
def test_the_sound_engine_passes(mode):
    done = command(NVGRE, "demo", "--mode", mode, "--seconds", "1", timeout=300)
    assert "every captured frame is valid NVGRE" in done.stdout


@pytest.mark.parametrize("mode", ["memory", "userspace"])
def test_the_faulty_engine_fails(mode):
    done = command(FAULTY, "demo", "--mode", mode, "--seconds", "1", timeout=300, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED" in done.stdout
    assert "wrong TCP or UDP checksum" in done.stdout
