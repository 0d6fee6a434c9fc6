"""Frames that must not reach a tenant, injected with scapy from the peer host: each is dropped under its own name."""

import json

import pytest

from lab import Lab, Tenant, command, wait_until

INJECT = r"""
import json, sys
from scapy.all import *
case, outer, source_mac, destination_mac, device = sys.argv[1:6]
SOURCE, TARGET = ("198.18.0.2", "198.18.0.1") if outer == "4" else ("2001:db8:1::2", "2001:db8:1::1")

def outer_ip(source=SOURCE, **more):
    if outer == "4":
        return IP(src=source, dst=TARGET, flags=more.pop("flags", "DF"), **more)
    return IPv6(src=source, dst=TARGET, **more)

def inner(**more):
    return Ether(src="02:00:00:00:01:02", dst="02:00:00:00:01:01") / IP(src="192.0.2.2", dst="192.0.2.1") / \
        UDP(sport=9, dport=9999) / Raw(b"must not arrive")

def gre(key=5001 << 8, proto=0x6558, **more):
    return GRE(key_present=1, key=key, proto=proto, **more)

ether = Ether(src=source_mac, dst=destination_mac)
spoofed = "198.18.0.77" if outer == "4" else "2001:db8:1::77"
tagged = Ether(src="02:00:00:00:01:02", dst="02:00:00:00:01:01") / Dot1Q(vlan=7) / IP(src="192.0.2.2", dst="192.0.2.1") / UDP()
packet = ether / outer_ip() / gre() / inner()
frames = {
    "good": packet,
    "unknown_vsid": ether / outer_ip() / gre(key=5002 << 8) / inner(),
    "reserved_vsid": ether / outer_ip() / gre(key=0xFFF << 8) / inner(),
    "unknown_provider": ether / outer_ip(source=spoofed) / gre() / inner(),
    "inner_vlan": ether / outer_ip() / gre() / tagged,
    "gre_flags": ether / outer_ip() / GRE(key_present=1, chksum_present=1, seqnum_present=0, key=5001 << 8, proto=0x6558) / inner(),
    "unknown_port": ether / outer_ip() / gre() / Ether(src="02:00:00:00:01:02", dst="02:00:00:00:01:09") / IP() / UDP(),
    "outer_ecn": ether / (outer_ip(tos=3) if outer == "4" else outer_ip(tc=3)) / gre() / inner(),
}
if outer == "4":
    frames["outer_ip_checksum"] = ether / outer_ip(chksum=0x1234) / gre() / inner()
    frames["outer_fragment"] = ether / outer_ip(flags="MF") / gre() / inner()
else:
    frames["outer_fragment"] = ether / outer_ip() / IPv6ExtHdrFragment(nh=47) / gre() / inner()
if case.startswith("truncated"):
    whole = bytes(packet)
    header = 14 + (20 if outer == "4" else 40)
    cut = header + (6 if case == "truncated_gre" else 8 + 10)
    payload = whole[header:cut]
    frame = bytes(ether / (outer_ip(proto=47) if outer == "4" else outer_ip(nh=47)) / Raw(payload))
else:
    frame = bytes(frames[case])
sendp(frame, iface=device, count=5, verbose=False)
print(json.dumps({"sent": 5}))
"""

CASES = ["unknown_vsid", "reserved_vsid", "unknown_provider", "inner_vlan", "gre_flags", "unknown_port", "outer_ecn",
         "outer_ip_checksum", "outer_fragment", "truncated_gre", "truncated_inner"]


@pytest.fixture(scope="module", params=[4, 6], ids=["outer_v4", "outer_v6"])
def lab(request):
    tenants = [Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2)]
    with Lab(outer=request.param, tenants=tenants) as running:
        running.hosts[1].start()
        running.furnish(tenants[0])
        yield running


def mac_of(netns, device):
    return json.loads(command("ip", "-n", netns, "-j", "link", "show", device).stdout)[0]["address"]


def inject(lab, case):
    device = lab.underlay(2)
    macs = mac_of(lab.host_netns(2), device), mac_of(lab.host_netns(1), lab.underlay(1))
    return lab.script(lab.host_netns(2), INJECT, case, str(lab.outer), *macs, device)


def drops(lab):
    return lab.hosts[1].status()["total"]["drops"]


def delivered(lab):
    return next(port for port in lab.hosts[1].status()["ports"] if port["device"] == "blue1")["counts"]["frames_to_tenant"]


@pytest.mark.parametrize("case", CASES)
def test_OVL_30_each_refused_frame_is_counted_under_its_name(lab, case):
    if lab.outer == 6 and case == "outer_ip_checksum":
        return  # IPv6 has no header checksum
    before, delivered_before = drops(lab), delivered(lab)
    inject(lab, case)
    wait_until(lambda: drops(lab).get(case, 0) - before.get(case, 0) == 5, f"5 frames counted as {case}")
    after = drops(lab)
    others = {name: count - before.get(name, 0) for name, count in after.items()
              if name != case and name not in ("not_gre", "not_our_address") and count != before.get(name, 0)}
    assert others == {}
    assert delivered(lab) == delivered_before


def test_the_same_frame_unspoiled_is_delivered(lab):
    def accepted():
        return lab.hosts[1].status()["total"]["counts"]["packets_decapsulated"]

    before = accepted()
    inject(lab, "good")
    wait_until(lambda: accepted() - before == 5, "the good frames")
