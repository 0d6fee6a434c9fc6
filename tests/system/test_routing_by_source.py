"""A subnet that sends from a second Provider Address takes the next hop that the kernel's rules give to that address."""

import time

import pytest

from lab import NVGRE, Lab, Tenant, command, ip, tshark, wait_until

PEER = "203.0.113.9"
FIRST, SECOND = ("198.18.0.1", "02:00:00:00:aa:01"), ("198.18.1.1", "02:00:00:00:aa:02")  # own address, gateway's MAC


@pytest.fixture(scope="module")
def lab():
    tenants = [Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2), Tenant("red1", 6002, 1), Tenant("red2", 6002, 2)]
    with Lab(tenants=tenants) as made:
        host = made.host_netns(1)
        ip("address", "add", "198.18.1.1/24", "dev", "u1", netns=host)
        ip("route", "add", "203.0.113.0/24", "via", "198.18.0.254", netns=host)
        ip("route", "add", "default", "via", "198.18.1.254", "dev", "u1", "table", "100", netns=host)
        ip("rule", "add", "from", SECOND[0], "lookup", "100", netns=host)
        for gateway, (_, mac) in (("198.18.0.254", FIRST), ("198.18.1.254", SECOND)):
            ip("neighbor", "add", gateway, "lladdr", mac, "dev", "u1", "nud", "permanent", netns=host)
        text = made.config(1).replace(f'["{FIRST[0]}"]', f'["{FIRST[0]}", "{SECOND[0]}"]')
        text = text.replace('"subnet6002"', f'"subnet6002"\nsource = "{SECOND[0]}"').replace('"198.18.0.2"', f'"{PEER}"')
        made.hosts[1].config.write_text(text)
        made.hosts[1].start()
        for name in ("blue1", "red1"):
            made.furnish(made.tenant(name))
        yield made


def sent(lab):
    """(outer source, destination MAC) of what leaves when both tenants ask for their peers."""
    with lab.capture(2) as path:
        for name in ("blue1", "red1"):
            command("ping", "-c", "1", "-W", "1", "192.0.2.2", netns=lab.tenant(name).netns, check=False)
        time.sleep(0.5)
    lines = tshark(path, "-T", "fields", "-E", "occurrence=f", "-e", "ip.src", "-e", "eth.dst", "-Y", f"ip.dst == {PEER}")
    return {tuple(line.split("\t")) for line in lines}


def test_OVL_1_OVL_2_each_subnet_leaves_by_the_next_hop_of_its_own_address(lab):
    assert sent(lab) == {FIRST, SECOND}
    hops = {hop["source"]: hop["macs"] for hop in lab.hosts[1].status()["next_hops"]}
    assert hops == {None: [FIRST[1]], SECOND[0]: [SECOND[1]]}


def test_a_change_of_the_rules_is_followed(lab):
    host = lab.host_netns(1)
    ip("rule", "del", "from", SECOND[0], "lookup", "100", netns=host)
    wait_until(lambda: all(hop["macs"] == [FIRST[1]] for hop in lab.hosts[1].status()["next_hops"]), "the other route")
    assert sent(lab) == {FIRST, (SECOND[0], FIRST[1])}
    ip("rule", "add", "from", SECOND[0], "lookup", "100", netns=host)


def test_a_route_that_leaves_elsewhere_for_that_address_only_is_refused(lab):
    host = lab.host_netns(1)
    ip("route", "add", f"{PEER}/32", "dev", "lo", "table", "100", netns=host)
    other = lab.folder / "other.toml"
    other.write_text(lab.hosts[1].config.read_text().replace("/1.sock", "/other.sock"))
    done = command(NVGRE, "run", "--config", other, netns=host, check=False)
    assert done.returncode == 2 and f"from {SECOND[0]} to Provider Address {PEER}" in done.stderr, done.stderr
    ip("route", "del", f"{PEER}/32", "dev", "lo", "table", "100", netns=host)
