"""Ports on devices that exist already: the host's end of a veth pair. The host's own stack must not see the tenant."""

import re

import pytest

from lab import Lab, Tenant, Traffic, command, ip, tcp_transfer, wait_until


@pytest.fixture(scope="module", params=[4, 6], ids=["outer_v4", "outer_v6"])
def lab(request):
    tenants = [Tenant("blue1", 5001, 1, kind="veth"), Tenant("blue2", 5001, 2, kind="veth"),
               Tenant("red1", 6002, 1, kind="veth"), Tenant("red2", 6002, 2)]
    with Lab(outer=request.param, tenants=tenants) as running:
        yield running.start()


def counters(lab, number):
    return lab.hosts[number].status()["total"]["counts"]


@pytest.mark.parametrize("version", [4, 6], ids=["inner_v4", "inner_v6"])
def test_everything_crosses_between_veth_and_veth_and_tap(lab, version):
    for source, target in (("blue1", "blue2"), ("red1", "red2"), ("red2", "red1")):
        lab.ping(source, target, version=version)
        sent, received = tcp_transfer(lab, source, target, 8 << 20, version)
        assert received == sent


def test_super_frames_pass_whole_in_both_directions(lab):
    before_sent, before_received = counters(lab, 1), counters(lab, 2)
    sent, received = tcp_transfer(lab, "blue1", "blue2", 32 << 20)
    assert received == sent
    after_sent, after_received = counters(lab, 1), counters(lab, 2)
    made = after_sent["lso_segments"] - before_sent["lso_segments"]
    assert made / (after_sent["lso_super_frames"] - before_sent["lso_super_frames"]) > 8
    joined = after_received["rsc_segments"] - before_received["rsc_segments"]
    assert joined / (after_received["rsc_units"] - before_received["rsc_units"]) > 8


def test_the_host_neither_answers_nor_forwards_a_tenants_frames():
    """The host's end of the cable has an address, forwarding is on, and the tenant uses it as its gateway: without us
    the host answers and forwards, with us nothing of the tenant reaches its stack."""
    tenants = [Tenant("blue1", 5001, 1, kind="veth"), Tenant("blue2", 5001, 2)]
    with Lab(tenants=tenants) as lab:
        host, tenant = lab.host_netns(1), lab.tenant("blue1")
        command("sysctl", "-qw", "net.ipv4.ip_forward=1", netns=host)
        ip("address", "add", "192.0.2.254/24", "dev", "blue1", netns=host)
        lab.furnish(tenant)
        ip("route", "add", "198.18.0.2/32", "via", "192.0.2.254", netns=tenant.netns)
        ip("neighbor", "replace", "192.0.2.254", "lladdr", mac_of(host, "blue1"), "dev", "eth0", netns=tenant.netns)

        def leaked():
            before = counted(host, "IcmpInEchos"), counted(host, "IpForwDatagrams")
            for address in ("192.0.2.254", "198.18.0.2"):
                command("ping", "-c", "3", "-i", "0.05", "-W", "1", address, netns=tenant.netns, check=False)
            return counted(host, "IcmpInEchos") - before[0], counted(host, "IpForwDatagrams") - before[1]

        assert leaked() >= (3, 3), "the counter-check: without us it does leak"
        lab.hosts[1].start()
        assert leaked() == (0, 0)


def mac_of(netns, device):
    return re.search(r"link/ether (\S+)", ip("link", "show", device, netns=netns).stdout).group(1)


def counted(netns, name):
    return int(re.search(rf"{name}\s+(\d+)", command("nstat", "-asz", name, netns=netns).stdout).group(1))


def test_a_port_that_vanishes_and_comes_back_is_attached_again(lab):
    def port():
        return next(port for port in lab.hosts[1].status()["ports"] if port["device"] == "red1")

    before = port()
    tenant = lab.tenant("red1")
    ip("link", "del", "red1", netns=lab.host_netns(1))
    wait_until(lambda: not port()["attached"], "the loss to be noticed")
    assert port()["loss_count"] == before["loss_count"] + 1
    lab.ping("blue1", "blue2")  # the others are not disturbed

    host = lab.host_netns(1)
    ip("link", "add", "red1", "netns", host, "type", "veth", "peer", "name", "eth0", "netns", tenant.netns)
    ip("link", "set", "eth0", "address", tenant.mac, netns=tenant.netns)
    ip("link", "set", "red1", "up", netns=host)
    lab.furnish(tenant)
    wait_until(lambda: port()["attached"] and port()["up"], "the port to be attached again")
    assert port()["attach_count"] == before["attach_count"] + 1
    lab.ping("red1", "red2")


def test_numbered_udp_arrives_whole_between_veths(lab):
    target = lab.tenant("blue2")
    receiver = Traffic(target.netns, "udp-receive", target.address, 7000, 30)
    Traffic(lab.tenant("blue1").netns, "udp-send", target.address, 7000, 2000, 2000).result()
    assert receiver.result() == {"received": 2000, "doubled": 0, "reordered": 0, "corrupt": 0, "highest": 1999}
