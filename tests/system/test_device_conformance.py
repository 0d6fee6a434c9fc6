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
    assert {"LSO-5", "LSO-9", "LSO-12", "LSO-15", "LSO-17", "USO-2", "USO-8", "USO-11", "TXC-5", "WIRE-10"} <= set(results)
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


@pytest.fixture
def hole(pair):
    """Between the two devices a bridge that swallows all of one case, behind the sender's back."""
    ip("link", "del", "dev", "card", netns=pair)
    ip("link", "add", "name", "bridge", "type", "bridge", netns=pair)
    for name in ("card", "far"):
        ip("link", "add", "name", name, "type", "veth", "peer", "name", f"{name}-b", netns=pair)
        ip("link", "set", "dev", f"{name}-b", "master", "bridge", netns=pair)
        ip("link", "set", "dev", f"{name}-b", "up", netns=pair)
        ip("link", "set", "dev", name, "up", netns=pair)
    ip("link", "set", "dev", "bridge", "up", netns=pair)
    wait_until(lambda: "forwarding" in command("bridge", "link", "show", "dev", "far-b", netns=pair).stdout,
               "the bridge to forward")
    rules = """table netdev hole { chain in { type filter hook ingress device "card-b" priority 0;
      ether saddr 02:00:00:4e:00:03 drop; }; }"""
    command("nft", "-f", "-", netns=pair, input=rules)
    return pair


def test_a_device_that_swallows_a_request_is_no_pass(hole):
    done = conformance(hole)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 packets arrived, not 1, and then nothing" in done.stdout
    assert done.stdout.count("FAIL") == 2  # the case, and the rule about it


def test_a_peer_that_is_not_the_other_end_is_said_at_once(pair):
    ip("link", "add", "name", "other", "type", "veth", "peer", "name", "its-peer", netns=pair)
    ip("link", "set", "dev", "other", "up", netns=pair)
    ip("link", "set", "dev", "its-peer", "up", netns=pair)
    done = command(NVGRE, "conformance", "--device", "card", "--peer", "other", netns=pair, check=False, timeout=300)
    assert done.returncode == 1
    assert "nothing comes through after 0 cases" in done.stderr


def test_without_the_privilege_for_the_program_nothing_passes(pair):
    done = command("setpriv", "--inh-caps=-all,+net_raw,+net_admin", "--ambient-caps=-all,+net_raw,+net_admin",
                   "--bounding-set=-all,+net_raw,+net_admin", "--reuid=65534", "--regid=65534", "--clear-groups", NVGRE,
                   "conformance", "--device", "card", "--peer", "far", netns=pair, check=False, timeout=300)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "CAP_BPF" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_puts_the_features_back(hole, number):  # the hole keeps the command busy for some seconds
    before = features(hole, "card")
    process = subprocess.Popen(["ip", "netns", "exec", hole, NVGRE, "conformance", "--device", "card", "--peer", "far"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_until(lambda: features(hole, "card") != before, "the offloads to be turned off", interval=0.001)
    os.kill(process.pid, number)
    process.communicate(timeout=DEADLINE)
    assert process.returncode == 128 + number
    assert features(hole, "card") == before


def test_a_device_that_is_down_is_named(pair):
    before = features(pair, "card")
    ip("link", "set", "dev", "card", "down", netns=pair)
    done = conformance(pair)
    assert done.returncode == 2
    assert done.stderr == 'nvgre conformance: "card" is down; `ip link set card up` helps\n'
    ip("link", "set", "dev", "card", "up", netns=pair)
    ip("link", "set", "dev", "far", "down", netns=pair)
    done = conformance(pair)
    assert done.returncode == 1
    assert "are both up?" in done.stderr
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
