"""The Linux kernel's TCP and UDP as both far ends: it makes the super-frames, and it judges the segments made of them.

A kernel that speaks NVGRE itself (gretap) is not asked for: the ones that this runs on need not have it. What the receiving
kernel sees are the inner frames, after segmentation, encapsulation and decapsulation by our tools: it verifies each checksum
and length, and puts the payload together.
"""

import json
import sys

import pytest
import tools

NEEDS = ["unshare", "setpriv", "ip", "sysctl", "BUILD/nvgre"]
NEEDS_ROOT = True

SIZE = {"tcp": 1_500_001, "udp": 700_000}


@pytest.mark.parametrize("protocol, version, outer", [("tcp", 4, 6), ("tcp", 6, 4), ("udp", 4, 4), ("udp", 6, 6)])
def test_the_kernel_takes_the_segments_of_its_own_super_frames(tmp_path, protocol, version, outer):
    relay = tools.SOURCE / "tests/interop/linux_relay.py"
    done = tools.run("unshare", "--net", sys.executable, relay, protocol, version, outer, SIZE[protocol], tmp_path)
    result = json.loads(done.stdout)
    print(result)
    sender, receiver = result["sender"], result["receiver"]
    assert receiver["bytes"] == SIZE[protocol]
    assert receiver["sha256"] == sender["sha256"]
    assert not any(receiver["faults"].values()), receiver["faults"]
    assert not any(sender["faults"].values()), sender["faults"]
    assert result["super_frames"] > 5 and result["segments"] > 100, "the kernel hands down super-frames, and they are cut"
    assert result["unfinished"] > 1, "and frames whose checksum is to be finished"
