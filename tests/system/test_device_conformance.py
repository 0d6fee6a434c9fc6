"""`nvgre conformance` on a veth pair: the kernel's own segmentation agrees with the engine field by field, what was turned
off is put back, and a device that changes what it should not is found out."""

import json
import os
import signal
import subprocess

import pytest

from lab import DEADLINE, NVGRE, command, ip, wait_until


@pytest.fixture
def pair():
    netns = f"nvgre-conf-{os.getpid()}"
    ip("netns", "add", netns)
    try:
        ip("link", "add", "name", "card", "type", "veth", "peer", "name", "far", netns=netns)
        ip("link", "set", "dev", "card", "up", netns=netns)
        ip("link", "set", "dev", "far", "up", netns=netns)
        yield netns
    finally:
        ip("netns", "del", netns)


def features(netns, device):
    return command("ethtool", "-k", device, netns=netns).stdout


def conformance(netns, *options):
    words = [NVGRE, "conformance", "--device", "card", "--peer", "far", *options]
    return command(*words, netns=netns, check=False, timeout=300)


def test_the_kernel_holds_every_rule_but_the_id_split(pair):
    before = features(pair, "card"), features(pair, "far")
    done = conformance(pair, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    results = {rule["rule"]: rule["result"] for rule in report["rules"]}
    assert {rule for rule, result in results.items() if result != "pass"} == {"LSO-13"}
    assert results["LSO-13"] == "deviation"
    assert {"LSO-5", "LSO-9", "LSO-15", "LSO-17", "USO-2", "USO-8", "TXC-5", "WIRE-10"} <= set(results)
    assert not [case for case in report["cases"] if case["result"] == "not asked"]
    assert {case["headers"] for case in report["cases"]} == {
        "plain IPv4", "plain IPv6", "IPv4 in IPv4", "IPv6 in IPv4", "IPv4 in IPv6", "IPv6 in IPv6"}
    assert (features(pair, "card"), features(pair, "far")) == before


def test_a_device_that_changes_the_window_is_found_out(pair):
    rules = """table netdev spoil { chain out { type filter hook egress device "card" priority 0;
      ether type ip tcp sport 40000 tcp window set 7; }; }"""
    command("nft", "-f", "-", netns=pair, input=rules)
    done = conformance(pair, "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    results = {rule["rule"]: rule["result"] for rule in json.loads(done.stdout)["rules"]}
    assert {rule for rule, result in results.items() if result == "FAIL"} == {"LSO-10", "TXC-9"}


def test_Ctrl_C_puts_the_features_back(pair):
    before = features(pair, "card")
    process = subprocess.Popen(["ip", "netns", "exec", pair, NVGRE, "conformance", "--device", "card", "--peer", "far"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(lambda: features(pair, "card") != before or process.poll() is not None, "the offloads to be turned off",
               interval=0.001)
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=DEADLINE)
    assert process.returncode in (130, 0)  # 0: it was done already
    assert features(pair, "card") == before


def test_what_cannot_be_done_is_said(pair):
    done = command(NVGRE, "conformance", "--device", "nosuch", "--peer", "far", netns=pair, check=False)
    assert done.returncode == 2
    assert '"nosuch"' in done.stderr
    done = command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", NVGRE, "conformance", "--device", "card",
                   "--peer", "far", netns=pair, check=False)
    assert done.returncode == 4
    assert "CAP_NET_RAW" in done.stderr
    done = command(NVGRE, "conformance", "--device", "card", netns=pair, check=False)
    assert done.returncode == 2
    assert "--peer" in done.stderr
