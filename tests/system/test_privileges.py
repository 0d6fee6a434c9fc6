"""`nvgre run` with some capabilities only: what the packaged unit grants is enough for everything; what is missing is named."""

import re
from pathlib import Path

import pytest

from lab import NVGRE, Lab, Tenant, command

UNIT = Path(__file__).resolve().parents[2] / "packaging/systemd/nvgre.service"
NEEDED = ["CAP_NET_ADMIN", "CAP_NET_RAW"]


def with_only(capabilities):
    names = ",".join("+" + capability.removeprefix("CAP_").lower() for capability in capabilities)
    return ["setpriv", "--inh-caps=-all", "--ambient-caps=-all", f"--bounding-set=-all,{names}"]


def granted_by_the_unit():
    return re.search(r"^CapabilityBoundingSet=(.+)$", UNIT.read_text(), re.MULTILINE).group(1).split()


@pytest.fixture
def lab():
    with Lab(tenants=[Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2)], datapath_options="workers = 2") as made:
        yield made


def test_what_the_unit_grants_is_enough_for_the_steering_program(lab):
    for host in lab.hosts.values():
        host.start(by=with_only(granted_by_the_unit()))
    for tenant in lab.tenants:
        lab.furnish(tenant)
    rss = lab.hosts[1].status()["rss"]
    assert (rss["steered_by"], rss["problem"]) == ("program", None), lab.hosts[1].logged()
    assert "port device=blue1 kind=tap mtu=1458 queues=2" in lab.hosts[1].logged()
    lab.ping("blue1", "blue2")


@pytest.mark.parametrize("optional, missing", [
    ([], "CAP_BPF and CAP_PERFMON"), (["CAP_PERFMON"], "CAP_BPF"), (["CAP_BPF"], "CAP_PERFMON")])
def test_without_a_capability_of_the_steering_program_status_says_which(lab, optional, missing):
    host = lab.hosts[1].start(by=with_only(NEEDED + optional))
    rss = host.status()["rss"]
    if optional == ["CAP_BPF"] and rss["steered_by"] == "program":
        pytest.skip("this kernel has no mitigations to verify for, and needs no CAP_PERFMON")
    assert rss["steered_by"] == "kernel"
    assert re.search(rf"cannot .+; this process lacks {missing} \(", rss["problem"]), rss["problem"]
    assert f'warning: steering reason="{rss["problem"]}"' in host.logged()
    text = command(NVGRE, "status", "--socket", host.socket).stdout
    assert f"WORKERS ARE CHOSEN BY THE KERNEL'S OWN HASH: {rss['problem']}" in text


def test_every_line_of_the_log_looks_alike_from_the_first_on(lab):
    host = lab.hosts[1].start(by=with_only(NEEDED))  # "ready" is alone on standard output
    assert host.stop() == 0
    assert "steering reason" in host.logged()
    stamped = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (info|warning): ")
    assert [line for line in host.logged().splitlines() if not stamped.match(line)] == []


def test_in_the_journal_no_line_has_a_time_stamp(lab):
    host = lab.hosts[1].start(by=["env", "JOURNAL_STREAM=8:1", *with_only(NEEDED)])
    assert host.stop() == 0
    assert "steering reason" in host.logged()
    assert [line for line in host.logged().splitlines() if not re.match("(info|warning): ", line)] == []
