"""The far end is somebody else's program: Open vSwitch's userspace datapath, GRE with key = VSID * 256."""

import pytest

from lab import Lab, Tenant, Traffic, command
from open_vswitch import OpenVswitch

TOTAL = 4 << 20


@pytest.fixture(scope="module")
def lab():
    with Lab(tenants=[Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2)]) as running:
        far = running.tenant("blue2")
        with OpenVswitch(running.host_netns(2), running.folder / "ovs", "u2", "198.18.0.2", "198.18.0.1", 5001 * 256,
                         far.address, far.mac, 1458):
            running.hosts[1].start()
            running.furnish(running.tenant("blue1"))
            yield running


def near(lab):
    return lab.tenant("blue1").netns


def far(lab):
    return lab.host_netns(2)  # br-int, the tenant's port, stays in the host's namespace


def test_ping_crosses_both_ways(lab):
    command("ping", "-c", "5", "-i", "0.1", "-W", "5", "192.0.2.2", netns=near(lab))
    command("ping", "-c", "5", "-i", "0.1", "-W", "5", "192.0.2.1", netns=far(lab))


@pytest.mark.parametrize("direction", ["to_open_vswitch", "from_open_vswitch"])
def test_tcp_arrives_as_it_was_sent(lab, direction):
    source, target, address = (near(lab), far(lab), "192.0.2.2") if direction == "to_open_vswitch" else (
        far(lab), near(lab), "192.0.2.1")
    receiver = Traffic(target, "tcp-receive", address, 5201)
    sent = Traffic(source, "tcp-send", address, 5201, TOTAL).result()
    assert receiver.result() == sent
