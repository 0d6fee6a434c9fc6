"""What cannot fit: the tenant is told, by ICMP from the destination's address, and adapts."""

import pytest

from lab import Lab, Tenant, Traffic, command, tcp_transfer

OVERHEAD = {4: 42, 6: 62}


@pytest.fixture(scope="module", params=[4, 6], ids=["outer_v4", "outer_v6"])
def lab(request):
    tenants = [Tenant("blue1", 5001, 1, kind="veth", mtu=1500), Tenant("blue2", 5001, 2, kind="veth", mtu=1500),
               Tenant("red1", 6002, 1), Tenant("red2", 6002, 2)]
    with Lab(outer=request.param, tenants=tenants) as running:
        yield running.start()


def test_OVL_14_a_made_port_has_the_mtu_that_fits(lab):
    mtu = 1500 - OVERHEAD[lab.outer]
    shown = command("ip", "link", "show", "red1", netns=lab.tenant("red1").netns).stdout
    assert f"mtu {mtu} " in shown
    assert next(port for port in lab.hosts[1].status()["ports"] if port["device"] == "red1")["mtu"] == mtu


def test_KEY_31_a_made_port_fits_JumboPacket_where_that_is_less_than_the_underlay_takes():
    tenants = [Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2)]
    with Lab(tenants=tenants, underlay_mtu=9000, extra="[offload]\nJumboPacket = 1514\n") as small:
        small.start()
        assert "port device=blue1 kind=tap mtu=1458" in small.hosts[1].logged()
        assert small.hosts[1].status()["ports"][0]["mtu"] == 1458
        small.ping("blue1", "blue2", size=4000)
        assert small.hosts[1].status()["total"]["drops"].get("too_big", 0) == 0


@pytest.mark.parametrize("version", [4, 6], ids=["inner_v4", "inner_v6"])
def test_OVL_11_the_sender_of_an_oversize_packet_is_told_the_mtu(lab, version):
    header = 28 if version == 4 else 48
    mtu = 1500 - OVERHEAD[lab.outer]
    fitting = lab.ping("red1", "red2", count=1, size=mtu - header, version=version, options=("-M", "do"))
    assert fitting.returncode == 0
    over = lab.ping("blue1", "blue2", count=2, size=1500 - header, version=version, check=False, options=("-M", "do"))
    told = over.stdout + over.stderr
    assert f"mtu={mtu}" in told or f"mtu = {mtu}" in told, told


@pytest.mark.parametrize("version", [4, 6], ids=["inner_v4", "inner_v6"])
def test_tcp_between_tenants_with_a_larger_mtu_arrives(lab, version):
    sent, received = tcp_transfer(lab, "blue1", "blue2", 8 << 20, version)
    assert received == sent


def test_udp_super_frames_that_cannot_fit_are_dropped_and_told(lab):
    """Only TCP is cut smaller."""
    before = lab.hosts[1].status()["total"]["drops"]["too_big"]
    target = lab.tenant("blue2")
    command("ip", "route", "flush", "cache", netns=lab.tenant("blue1").netns)  # what earlier answers taught it
    receiver = Traffic(target.netns, "udp-receive", target.address, 7001, 3)
    Traffic(lab.tenant("blue1").netns, "udp-segment", target.address, 7001, 10, 1470).process.wait()
    assert receiver.result()["received"] == 0
    assert lab.hosts[1].status()["total"]["drops"]["too_big"] > before
