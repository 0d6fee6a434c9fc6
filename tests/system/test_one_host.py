"""Ports of one subnet on one host reach each other directly, super-frames whole; flooding includes them."""

import json
import subprocess

import pytest

from lab import Lab, Tenant, command, tcp_transfer

LISTEN = r"""
import json, socket, sys
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
receiver.bind(("", 7009))
receiver.settimeout(3)
heard = 0
print("listening", file=sys.stderr, flush=True)
try:
    while True:
        receiver.recv(100)
        heard += 1
except TimeoutError:
    print(json.dumps({"heard": heard}))
"""
SHOUT = r"""
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for _ in range(5):
    sender.sendto(b"everyone", ("192.0.2.255", 7009))
"""


@pytest.fixture(scope="module")
def lab():
    tenants = [Tenant("blue1", 5001, 1), Tenant("blue3", 5001, 3, host=1, kind="veth"), Tenant("blue2", 5001, 2),
               Tenant("red1", 6002, 1), Tenant("red2", 6002, 2)]
    with Lab(tenants=tenants) as running:
        yield running.start()


def counters(lab):
    return lab.hosts[1].status()["total"]["counts"]


@pytest.mark.parametrize("version", [4, 6], ids=["inner_v4", "inner_v6"])
def test_local_ports_reach_each_other_without_the_wire(lab, version):
    before = counters(lab)
    lab.ping("blue1", "blue3", version=version)
    for source, target in (("blue1", "blue3"), ("blue3", "blue1")):
        sent, received = tcp_transfer(lab, source, target, 16 << 20, version)
        assert received == sent
    after = counters(lab)
    assert after["local_deliveries"] - before["local_deliveries"] > 0
    assert after["lso_super_frames"] == before["lso_super_frames"], "super-frames pass whole"
    lab.ping("blue3", "blue2", version=version)


def test_OVL_15_a_broadcast_reaches_every_port_of_the_subnet_once_and_nobody_else(lab):
    listeners = {}
    for name in ("blue3", "blue2", "red1", "red2"):
        listeners[name] = subprocess.Popen(
            ["ip", "netns", "exec", lab.tenant(name).netns, "/usr/bin/python3", "-c", LISTEN],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert listeners[name].stderr.readline() == "listening\n"
    command("/usr/bin/python3", "-c", SHOUT, netns=lab.tenant("blue1").netns)
    heard = {name: json.loads(process.communicate(timeout=60)[0])["heard"] for name, process in listeners.items()}
    assert heard == {"blue3": 5, "blue2": 5, "red1": 0, "red2": 0}
