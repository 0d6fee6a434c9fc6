"""The underlay's own changes: a new MAC address, a cable that flaps, an administrator's neighbour that goes. The kernel
flushes neighbours then, and the other host never asks for ours, so that only we can have them resolved again."""

import subprocess

import pytest

from lab import Lab, Tenant, command, ip, wait_until

PEER = "198.18.0.2"
FIRST_MAC, SECOND_MAC = "02:00:00:00:aa:01", "02:00:00:00:aa:02"


@pytest.fixture
def lab():
    """Under traffic all the while, none of which has to arrive."""
    with Lab(tenants=[Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2)]) as made:
        set_mac(made, FIRST_MAC)
        made.start()
        made.ping("blue1", "blue2")
        blue1, blue2 = made.tenant("blue1"), made.tenant("blue2")
        traffic = subprocess.Popen(["ip", "netns", "exec", blue1.netns, "ping", "-i", "0.02", blue2.address],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        yield made
        traffic.terminate()
        traffic.wait()


def set_mac(lab, mac):
    """Host 2 is told by hand and for good: it never asks for host 1 and so never tells of itself."""
    ip("link", "set", "u1", "address", mac, netns=lab.host_netns(1))
    ip("neighbor", "replace", "198.18.0.1", "lladdr", mac, "dev", "u2", "nud", "permanent", netns=lab.host_netns(2))


def wait_until_traffic_crosses(lab):
    wait_until(lambda: lab.ping("blue1", "blue2", count=1, check=False, options=("-w", "1")).returncode == 0,
               "traffic to cross again")


def test_the_underlay_may_change_its_MAC_address(lab):
    for mac in (SECOND_MAC, FIRST_MAC):
        set_mac(lab, mac)
        wait_until_traffic_crosses(lab)


def test_the_underlay_may_flap_faster_than_anyone_looks(lab):
    for _ in range(20):
        command("ip", "-n", lab.host_netns(1), "-batch", "-", input="link set u1 down\nlink set u1 up\n")
        wait_until_traffic_crosses(lab)


def test_a_neighbour_that_an_administrator_gives_back_is_kept_resolved_again(lab):
    host = lab.host_netns(1)
    mac = lab.hosts[1].status()["next_hops"][0]["macs"][0]
    ip("neighbor", "replace", PEER, "lladdr", mac, "dev", "u1", "nud", "permanent", netns=host)
    wait_until_traffic_crosses(lab)
    ip("neighbor", "del", PEER, "dev", "u1", netns=host)
    wait_until_traffic_crosses(lab)


def test_a_next_hop_that_stays_unresolved_is_told_once_in_the_log(lab):
    host = lab.hosts[1]
    ip("link", "set", "u2", "arp", "off", netns=lab.host_netns(2))
    ip("neighbor", "flush", "dev", "u1", netns=host.netns)
    wait_until(lambda: f"next_hops interface=u1 unresolved=1 first={PEER}" in host.logged(), "the loss in the log")
    ip("link", "set", "u2", "arp", "on", netns=lab.host_netns(2))
    wait_until(lambda: "next_hops interface=u1 unresolved=0" in host.logged(), "the end of it in the log")
    assert host.logged().count("unresolved=") == 2
