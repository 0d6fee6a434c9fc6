"""What the host's own stack must not do (answer our packets) and must go on doing (everything else)."""

import pytest

from lab import Lab, Tenant, command

SEND = r"""
import json, sys
from scapy.all import *
outer, kind = sys.argv[1:3]
source, target = ("198.18.0.2", "198.18.0.1") if outer == "4" else ("2001:db8:1::2", "2001:db8:1::1")
ip = IP(src=source, dst=target) if outer == "4" else IPv6(src=source, dst=target)
inner = Ether(src="02:00:00:00:01:02", dst="02:00:00:00:01:01") / IP(src="192.0.2.2", dst="192.0.2.1") / UDP(dport=9)
packet = ip / (GRE(key_present=1, key=5001 << 8, proto=0x6558) / inner if kind == "nvgre" else GRE(proto=0x0800) / IP() / UDP())
conf.verb = 0

def is_host_answer(frame):
    # An ICMP error of the host under test in the packet itself; what a tenant answers is inside GRE.
    packet = frame.payload
    if getattr(packet, "src", None) != target:
        return False
    if isinstance(packet, IP):
        return packet.proto == 1
    return isinstance(packet, IPv6) and isinstance(packet.payload, (ICMPv6DestUnreach, ICMPv6ParamProblem))

sniffer = AsyncSniffer(iface="u2", lfilter=is_host_answer)
sniffer.start()
import time
time.sleep(0.5)
for _ in range(3):
    send(packet)
time.sleep(1.5)
print(json.dumps({"answers": len(sniffer.stop())}))
"""


@pytest.fixture(scope="module", params=[4, 6], ids=["outer_v4", "outer_v6"])
def lab(request):
    with Lab(outer=request.param, tenants=[Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2)]) as running:
        command("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", netns=running.host_netns(1))
        command("sysctl", "-qw", "net.ipv6.icmp.ratelimit=0", netns=running.host_netns(1))
        command("ping", "-c", "1", running.provider(1), netns=running.host_netns(2))
        yield running


def answers(lab, kind):
    return lab.script(lab.host_netns(2), SEND, str(lab.outer), kind)["answers"]


def test_the_host_would_answer_without_us(lab):
    """The counter-check: what is silenced below is really there."""
    assert answers(lab, "nvgre") > 0


def test_the_host_is_silent_about_our_packets_and_untouched_otherwise(lab):
    lab.hosts[1].start()
    try:
        lab.furnish(lab.tenant("blue1"))
        assert answers(lab, "nvgre") == 0
        assert answers(lab, "other") > 0, "other GRE of the host is not ours to silence"
        command("ping", "-c", "2", "-i", "0.1", lab.provider(1), netns=lab.host_netns(2))
    finally:
        assert lab.hosts[1].stop() == 0
    assert answers(lab, "nvgre") > 0, "everything is as it was before"
