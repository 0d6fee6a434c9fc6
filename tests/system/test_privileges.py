"""`nvgre run` with some capabilities only: what it says then, and where."""

import re

import pytest

from lab import Lab, Tenant

NEEDED = ["CAP_NET_ADMIN", "CAP_NET_RAW"]


def with_only(capabilities):
    names = ",".join("+" + capability.removeprefix("CAP_").lower() for capability in capabilities)
    return ["setpriv", "--inh-caps=-all", "--ambient-caps=-all", f"--bounding-set=-all,{names}"]


@pytest.fixture
def lab():
    with Lab(tenants=[Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2)], datapath_options="workers = 2") as made:
        yield made


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
