"""packaging/wireshark/nvgre.lua under tshark: VSID and FlowID, what RFC 7637 does not allow, and the inner frame dissected."""

import pytest
import tools
from random_frames import CUSTOMERS, GATEWAY, HOST, PROVIDERS, RECEIVER, SENDER
from scapy.all import Dot1AD, Dot1Q, Ether, GRE, IP, IPv6, Raw, UDP, raw

NEEDS = ["tshark", "BUILD/nvgre"]

SCRIPT = tools.SOURCE / "packaging/wireshark/nvgre.lua"
WARNINGS = ["reserved_vsid", "vendor_vsid", "inner_tag", "checksum_bit", "sequence_bit"]


def inner_frame(tag=None):
    link = Ether(src=SENDER, dst=RECEIVER)
    link = link / tag if tag else link
    return link / IP(src=CUSTOMERS[4][0], dst=CUSTOMERS[4][1]) / UDP(sport=4000, dport=5000) / Raw(b"x" * 20)


def packet(vsid, flow_id=0, tag=None, version=4, **fields):
    ip = IP if version == 4 else IPv6
    gre = GRE(proto=0x6558, key_present=1, key=vsid << 8 | flow_id, **fields)
    return raw(Ether(src=GATEWAY, dst=HOST) / ip(src=PROVIDERS[version][0], dst=PROVIDERS[version][1]) / gre / inner_frame(tag))


def dissect(path, frames, *fields, **options):
    """With the script; a fault in it shows on standard error, which has to be silent about Lua."""
    source = tools.write_capture(path / "frames.pcap", frames)
    return tools.tshark(source, *fields, options=["-X", f"lua_script:{SCRIPT}"], **options)


@pytest.mark.parametrize("version", [4, 6])
def test_splits_the_key_and_leaves_the_inner_frame_to_its_dissectors(tmp_path, version):
    lines = dissect(tmp_path, [packet(5001, 0x2A, version=version)],
                    "nvgre.vsid", "nvgre.flowid", "gre.key", "udp.dstport", "eth.src", "_ws.expert.message")
    assert lines == [["5001", "42", "0x0013892a", "5000", f"{GATEWAY},{SENDER}", ""]]


@pytest.mark.parametrize("frame, warning", [
    (packet(0), "reserved_vsid"),
    (packet(0xFFF), "reserved_vsid"),
    (packet(0x1000), None),
    (packet(0xFFFFFE, 255), None),
    (packet(0xFFFFFF), "vendor_vsid"),
    (packet(5001, tag=Dot1Q(vlan=7)), "inner_tag"),
    (packet(5001, tag=Dot1AD(vlan=7)), "inner_tag"),
    (packet(5001, chksum_present=1), "checksum_bit"),
    (packet(5001, seqnum_present=1, sequence_number=9), "sequence_bit"),
])
def test_points_at_what_is_not_allowed(tmp_path, frame, warning):
    [found] = dissect(tmp_path, [frame], *(f"nvgre.{name}" for name in WARNINGS), "udp.dstport")
    assert found[-1] == "5000", "the inner frame is dissected all the same"
    assert [name for name, value in zip(WARNINGS, found) if value] == ([warning] if warning else [])


def test_filters_by_virtual_subnet_and_by_warning(tmp_path):
    frames = [packet(5001), packet(5002, 7), packet(5), packet(5001, 9)]
    assert dissect(tmp_path, frames, "frame.number", display_filter="nvgre.vsid == 5001") == [["1"], ["4"]]
    assert dissect(tmp_path, frames, "frame.number", display_filter="nvgre.flowid == 7") == [["2"]]
    assert dissect(tmp_path, frames, "frame.number", display_filter="nvgre.reserved_vsid") == [["3"]]


def test_other_gre_is_no_nvgre(tmp_path):
    ip = Ether(src=GATEWAY, dst=HOST) / IP(src=PROVIDERS[4][0], dst=PROVIDERS[4][1])
    without_key = raw(ip / GRE(proto=0x6558) / inner_frame())
    routed = raw(ip / GRE(proto=0x0800, key_present=1, key=1) / inner_frame().payload)
    assert dissect(tmp_path, [without_key, routed], "nvgre.vsid", "udp.dstport") == [["", "5000"], ["", "5000"]]


def test_gre_in_gre_shows_both(tmp_path):
    inner = Ether(packet(7000, 9))
    outer = Ether(src=GATEWAY, dst=HOST) / IP(src=PROVIDERS[4][0], dst=PROVIDERS[4][1])
    nested = raw(outer / GRE(proto=0x6558, key_present=1, key=6000 << 8) / inner)
    assert dissect(tmp_path, [nested], "nvgre.vsid", "nvgre.flowid", "udp.dstport") == [["6000,7000", "0,9", "5000"]]


def test_survives_frames_cut_anywhere(tmp_path):
    whole = packet(5001, 3)
    lines = dissect(tmp_path, [whole[:size] for size in range(14, len(whole))], "nvgre.vsid", "_ws.malformed")
    assert len(lines) == len(whole) - 14
    assert lines[-1][0] == "5001"


def test_reads_what_nvgre_encap_writes(tmp_path):
    tenant = tools.write_capture(tmp_path / "tenant.pcap", [raw(inner_frame())])
    for outer in (4, 6):
        tools.nvgre("encap", tenant, tmp_path / "wire.pcap", "--vsid", 0xABCDE, "--flow-id", 17,
                    "--source", tools.OUTER[outer][0], "--destination", tools.OUTER[outer][1])
        [frame] = tools.read_capture(tmp_path / "wire.pcap")
        assert dissect(tmp_path, [frame], "nvgre.vsid", "nvgre.flowid", "udp.dstport", "_ws.expert") == [[str(0xABCDE), "17", "5000", ""]]
