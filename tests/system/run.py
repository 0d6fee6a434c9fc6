"""Runs one system test file with pytest; exit status 77 when it could only be skipped."""

import importlib.util
import os
import shutil
import sys

NEEDED_PROGRAMS = ["ip", "ping", "tcpdump", "tshark", "ethtool", "nft", "setpriv", "ovs-vswitchd"]


def why_not():
    if os.geteuid() != 0:
        return "needs root: network namespaces, TUN and packet sockets"
    missing = [program for program in NEEDED_PROGRAMS if not shutil.which(program)]
    if missing:
        return f"needs {', '.join(missing)}: scripts/setup installs them"
    if not os.path.exists("/dev/net/tun"):
        return "needs /dev/net/tun"
    for module in ("pytest", "scapy"):
        if importlib.util.find_spec(module) is None:
            return f"needs python3-{module}: scripts/setup installs it"
    return None


if __name__ == "__main__":
    if reason := why_not():
        print(f"SKIPPED: {reason}")
        sys.exit(77)
    import pytest
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
