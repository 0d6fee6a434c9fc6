"""The kernel may merge packets on the underlay before we see them: such super-frames are delivered whole and right."""

import pytest

from lab import Lab, Tenant, command, tcp_transfer


@pytest.fixture(scope="module", params=[4, 6], ids=["outer_v4", "outer_v6"])
def lab(request):
    with Lab(outer=request.param, tenants=[Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2)]) as running:
        yield running.start()


def merge_on_the_underlay(lab, on):
    """veth merges only if the sender cuts (TSO off) and the receiver's NAPI waits a moment."""
    command("ethtool", "-K", "u1", "tso", "off" if on else "on", netns=lab.host_netns(1))
    command("ethtool", "-K", "u2", "gro", "on" if on else "off", netns=lab.host_netns(2))
    for name, value in (("gro_flush_timeout", "100000" if on else "0"), ("napi_defer_hard_irqs", "10" if on else "0")):
        command("sh", "-c", f"echo {value} > /sys/class/net/u2/{name}", netns=lab.host_netns(2))


def merged(lab):
    return lab.hosts[2].status()["total"]["counts"]["super_frames_from_underlay"]


@pytest.mark.parametrize("version", [4, 6], ids=["inner_v4", "inner_v6"])
@pytest.mark.parametrize("on", [False, True], ids=["gro_off", "gro_on"])
def test_tcp_arrives_as_it_was_sent(lab, on, version):
    merge_on_the_underlay(lab, on)
    before = merged(lab)
    sent, received = tcp_transfer(lab, "blue1", "blue2", 16 << 20, version)
    assert received == sent
    assert (merged(lab) > before) == on
    lab.ping("blue1", "blue2", version=version)
