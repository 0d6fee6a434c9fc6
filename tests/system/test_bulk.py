"""Bulk TCP: the tenant is offered TSO, super-frames are cut once and joined again, and the wire is never overfilled."""

import json
import re

import pytest

from lab import NVGRE, Lab, Tenant, command, tcp_transfer, tshark

TOTAL = 64 << 20


@pytest.fixture(scope="module", params=[4, 6], ids=["outer_v4", "outer_v6"])
def lab(request):
    with Lab(outer=request.param, tenants=[Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2)]) as running:
        yield running.start()


def features(lab):
    shown = command("ethtool", "-k", "blue1", netns=lab.tenant("blue1").netns).stdout
    return dict(re.findall(r"^\s*([\w-]+): (on|off)", shown, re.MULTILINE))


def counters(lab, number):
    return lab.hosts[number].status()["total"]["counts"]


def test_the_tenant_is_offered_segmentation_and_checksums(lab):
    assert features(lab)["tcp-segmentation-offload"] == "on"
    assert features(lab)["tx-checksumming"] == "on"


def test_LSO_and_RSC_carry_the_bulk(lab):
    before_sent, before_received = counters(lab, 1), counters(lab, 2)
    with lab.capture(2, snaplen=128) as path:
        sent, received = tcp_transfer(lab, "blue1", "blue2", TOTAL)
    assert received == sent
    sizes = [int(size) for size in tshark(path, "-T", "fields", "-e", "frame.len")]
    assert max(sizes) - 14 == 1500

    after_sent, after_received = counters(lab, 1), counters(lab, 2)
    super_frames = after_sent["lso_super_frames"] - before_sent["lso_super_frames"]
    segments = after_sent["lso_segments"] - before_sent["lso_segments"]
    assert segments / super_frames > 8
    units = after_received["rsc_units"] - before_received["rsc_units"]
    joined = after_received["rsc_segments"] - before_received["rsc_segments"]
    assert joined / units > 8
    assert joined > 0.5 * segments
    answer = command(NVGRE, "oid", "query", "OID_TCP_RSC_STATISTICS", "--socket", lab.hosts[2].socket, "--json").stdout
    shown = {field["name"]: int(field["value"], 0) for field in json.loads(answer)["fields"]}
    assert shown["CoalesceEvents"] == after_received["rsc_units"]
    assert shown["CoalescedPkts"] == after_received["rsc_segments"]
    assert shown["CoalescedOctets"] > TOTAL // 2


def test_offloads_off_is_as_on_a_host_without_us(lab):
    lab.hosts[1].offload("EncapsulatedPacketTaskOffload=0")
    lab.hosts[2].offload("EncapsulatedPacketTaskOffload=0")
    try:
        before = counters(lab, 1)
        assert features(lab)["tcp-segmentation-offload"] == "off"
        sent, received = tcp_transfer(lab, "blue1", "blue2", 8 << 20)
        assert received == sent
        assert counters(lab, 1)["lso_super_frames"] == before["lso_super_frames"]
    finally:
        lab.hosts[1].offload("EncapsulatedPacketTaskOffload=1")
        lab.hosts[2].offload("EncapsulatedPacketTaskOffload=1")
    assert features(lab)["tcp-segmentation-offload"] == "on"
