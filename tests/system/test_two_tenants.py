"""Two tenants with the same addresses, all four pairings of inner and outer IP version, judged by tshark."""

import pytest

from lab import Lab, Traffic, tcp_transfer, tshark

MEBIBYTE = 1 << 20


@pytest.fixture(scope="module", params=[4, 6], ids=["outer_v4", "outer_v6"])
def lab(request):
    with Lab(outer=request.param) as running:
        yield running.start()


@pytest.mark.parametrize("version", [4, 6], ids=["inner_v4", "inner_v6"])
@pytest.mark.parametrize("colour", ["blue", "red"])
def test_WIRE_6_icmp_crosses_in_both_directions(lab, colour, version):
    lab.ping(f"{colour}1", f"{colour}2", version=version)
    lab.ping(f"{colour}2", f"{colour}1", version=version)


@pytest.mark.parametrize("version", [4, 6], ids=["inner_v4", "inner_v6"])
@pytest.mark.parametrize("colour", ["blue", "red"])
def test_tcp_arrives_as_it_was_sent(lab, colour, version):
    for source, target in ((1, 2), (2, 1)):
        sent, received = tcp_transfer(lab, f"{colour}{source}", f"{colour}{target}", 65536, version)
        assert received == sent
    sent, received = tcp_transfer(lab, f"{colour}1", f"{colour}2", 16 * MEBIBYTE, version)
    assert received == sent


@pytest.mark.parametrize("version", [4, 6], ids=["inner_v4", "inner_v6"])
def test_udp_arrives_whole_and_in_order(lab, version):
    target = lab.tenant("blue2")
    address = target.address if version == 4 else target.address6
    receiver = Traffic(target.netns, "udp-receive", address, 7000, 30)
    Traffic(lab.tenant("blue1").netns, "udp-send", address, 7000, 500, 1000).result()
    assert receiver.result() == {"received": 500, "doubled": 0, "reordered": 0, "corrupt": 0, "highest": 499}


@pytest.mark.parametrize("version", [4, 6], ids=["inner_v4", "inner_v6"])
def test_USO_2_udp_super_frames_arrive_as_their_datagrams(lab, version):
    target = lab.tenant("red2")
    address = target.address if version == 4 else target.address6
    receiver = Traffic(target.netns, "udp-receive", address, 7001, 30)
    Traffic(lab.tenant("red1").netns, "udp-segment", address, 7001, 40, 1200).result()
    assert receiver.result() == {"received": 40, "doubled": 0, "reordered": 0, "corrupt": 0, "highest": 39}


def test_OVL_4_each_tenant_hears_only_its_own(lab):
    """The same addresses in both subnets: blue's stream must not show up at red."""
    listener = Traffic(lab.tenant("red2").netns, "udp-receive", lab.tenant("red2").address, 7002, 3)
    receiver = Traffic(lab.tenant("blue2").netns, "udp-receive", lab.tenant("blue2").address, 7002, 30)
    Traffic(lab.tenant("blue1").netns, "udp-send", lab.tenant("blue2").address, 7002, 100, 1000).result()
    assert receiver.result()["received"] == 100
    assert listener.result()["received"] == 0


def test_every_frame_on_the_wire_is_right(lab):
    """tshark, not our parser: lengths and checksums of both headers, and the tunnel's fixed fields."""
    with lab.capture(2) as path:
        for version in (4, 6):
            lab.ping("blue1", "blue2", version=version)
            tcp_transfer(lab, "blue1", "blue2", 4 * MEBIBYTE, version)
            tcp_transfer(lab, "red1", "red2", 4 * MEBIBYTE, version)
    assert len(tshark(path)) > 5000
    wrong = ("ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || "
             "icmp.checksum.status == 0 || icmpv6.checksum.status == 0 || _ws.malformed")
    assert tshark(path, "-Y", wrong)[:5] == []
    keys = set(tshark(path, "-T", "fields", "-e", "gre.key", "-e", "gre.proto", "-e", "gre.flags_and_version"))
    assert keys == {f"0x{vsid << 8:08x}\t0x6558\t0x2000" for vsid in (5001, 6002)}
    if lab.outer == 4:
        assert tshark(path, "-Y", "ip.flags.df#1 == 0")[:5] == []
    sizes = {int(size) for size in tshark(path, "-T", "fields", "-e", "frame.len")}
    assert max(sizes) == 1514
