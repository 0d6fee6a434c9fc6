"""The life of `nvgre run`: reload under traffic, refusals, kill -9, devices that come and go, idle."""

import os
import signal
import time

import pytest

from lab import NVGRE, Lab, Traffic, command, ip, tcp_transfer, wait_until

COUNT, RATE = 20_000, 2_000  # numbered datagrams: ten seconds of traffic


@pytest.fixture(scope="module")
def lab():
    with Lab() as running:
        yield running.start()


def numbered_udp(lab, meanwhile):
    source, target = lab.tenant("blue1"), lab.tenant("blue2")
    # A busy machine may keep a worker from its CPU for seconds: what the tenant sends then waits in its device.
    ip("link", "set", source.device, "txqueuelen", str(COUNT), netns=source.netns)
    receiver = Traffic(target.netns, "udp-receive", target.address, 7000, 30)
    sender = Traffic(source.netns, "udp-send", target.address, 7000, COUNT, RATE)
    meanwhile()
    sender.result()
    return receiver.result()


def test_a_run_without_reloads_loses_nothing(lab):
    assert numbered_udp(lab, lambda: None) == {
        "received": COUNT, "doubled": 0, "reordered": 0, "corrupt": 0, "highest": COUNT - 1}


def test_twenty_reloads_lose_double_and_reorder_nothing(lab):
    # A subnet, a port and a record more on every other turn.
    extra = '[[subnet]]\nvsid = 7003\nname = "green"\n\n' \
            '[[port]]\ndevice = "green1"\nvsid = 7003\nmac = "02:00:00:00:03:01"\naddresses = ["192.0.2.8"]\n\n' \
            '[[record]]\nvsid = 7003\naddress = "192.0.2.9"\nmac = "02:00:00:00:03:09"\nprovider = "198.18.0.2"\n'

    def reload_both():
        for turn in range(10):
            for number in (1, 2):
                text = lab.config(number) + (extra if turn % 2 == 0 and number == 1 else "")
                lab.hosts[number].reload(text)
            status = lab.hosts[1].status()
            assert (7003 in [subnet["vsid"] for subnet in status["subnets"]]) == (turn % 2 == 0)
            assert ("green1" in [port["device"] for port in status["ports"]]) == (turn % 2 == 0)

    assert numbered_udp(lab, reload_both) == {
        "received": COUNT, "doubled": 0, "reordered": 0, "corrupt": 0, "highest": COUNT - 1}


def test_a_wrong_configuration_is_refused_whole_and_the_running_one_keeps_running(lab):
    host = lab.hosts[1]
    before = host.status()["subnets"]
    host.config.write_text(lab.config(1) + '\n[[port]]\ndevice = "x1"\nvsid = 5001\nmac = "nonsense"\n')
    os.kill(host.pid, signal.SIGHUP)
    wait_until(lambda: "nonsense" in host.logged(), "the refusal in the log")
    assert f"{host.config}:" in host.logged()
    assert [subnet["vsid"] for subnet in host.status()["subnets"]] == [subnet["vsid"] for subnet in before]
    lab.ping("blue1", "blue2")
    host.config.write_text(lab.config(1))


def test_a_second_run_on_the_same_socket_is_refused(lab):
    host = lab.hosts[1]
    done = command(NVGRE, "run", "--config", host.config, netns=host.netns, check=False)
    assert done.returncode == 5, done.stderr
    assert host.socket in done.stderr and "[api] socket" in done.stderr
    lab.ping("blue1", "blue2")


def test_keywords_are_imported_live_and_an_export_gives_them_back(lab):
    host = lab.hosts[1]
    text = lab.folder / "driver.inf"

    def offload(*words):
        return command(NVGRE, "offload", *words, "--socket", host.socket)

    text.write_text('HKR,, *LsoV2IPv4, 0, "0"\nHKR,, *FlowControl, 0, "3"\nHKR,, *NumRSSQueues, 0, "3"\n')
    done = offload("import", text)
    assert done.stdout == "LsoV2IPv4 = 0\n"
    assert "*FlowControl: no such keyword; ignored" in done.stderr
    assert "NumRSSQueues takes effect at start" in done.stderr
    assert "offload import: *FlowControl" in host.logged()
    exported = offload("export").stdout
    assert 'HKR, , *LsoV2IPv4, 0, "0"\n' in exported
    assert offload("set", "LsoV2IPv4=1", "UsoIPv4=0").stdout
    text.write_text(exported)
    assert offload("import", text).stdout == "LsoV2IPv4 = 0\n", "what it does not give stays"
    host.reload(lab.config(1))


def test_an_idle_worker_sleeps(lab):
    """At most 5 voluntary context switches a second per worker: read from the kernel, over four seconds."""
    pid = lab.hosts[1].pid

    def switches():
        return {thread: int(line.split()[1])
                for thread in os.listdir(f"/proc/{pid}/task")
                for line in open(f"/proc/{pid}/task/{thread}/status") if line.startswith("voluntary_ctxt_switches")}

    before, start = switches(), time.monotonic()
    time.sleep(4)
    after, seconds = switches(), time.monotonic() - start
    busy = {thread: (after[thread] - before[thread]) / seconds for thread in before if thread in after}
    assert max(busy.values()) <= 5, busy


def test_KEY_19_each_worker_runs_on_the_cpu_that_the_file_gives_it(lab):
    for number, host in lab.hosts.items():
        pinned = {}
        for thread in os.listdir(f"/proc/{host.pid}/task"):
            name = open(f"/proc/{host.pid}/task/{thread}/comm").read().strip()
            if name.startswith("nvgre-") and name[6:].isdigit():
                pinned[int(name[6:])] = os.sched_getaffinity(int(thread))
        assert pinned == {worker: {cpu} for worker, cpu in enumerate(lab.cpus(number))}
        assert [worker["cpu"] for worker in host.status()["workers"]] == lab.cpus(number)


def test_the_underlay_may_go_down_and_come_back(lab):
    host = lab.host_netns(1)
    losses = lab.hosts[1].status()["underlay"]["loss_count"]
    ip("link", "set", "u1", "down", netns=host)
    wait_until(lambda: lab.hosts[1].status()["underlay"]["loss_count"] == losses + 1, "the loss to be counted")
    assert lab.ping("blue1", "blue2", count=1, check=False, options=("-w", "1")).returncode != 0
    ip("link", "set", "u1", "up", netns=host)
    command("ip", "-n", host, "address", "replace", "2001:db8:1::1/64", "dev", "u1", "nodad")
    wait_until(lambda: lab.ping("blue1", "blue2", count=1, check=False, options=("-w", "1")).returncode == 0,
               "traffic to cross again")


def test_kill_9_and_restart(lab):
    """A TAP dies with its process and is new afterwards; nothing else stands in the way of a restart."""
    host = lab.hosts[1]
    host.stop(signal.SIGKILL)
    assert command("ip", "-n", lab.tenant("blue1").netns, "link", "show", "blue1", check=False).returncode != 0
    host.start()
    for name in ("blue1", "red1"):
        lab.furnish(lab.tenant(name))
    lab.ping("blue1", "blue2")
    sent, received = tcp_transfer(lab, "red2", "red1", 1 << 20)
    assert received == sent


def test_SIGTERM_ends_cleanly_and_leaves_nothing(lab):
    host = lab.hosts[2]
    assert host.stop() == 0
    assert not os.path.exists(host.socket)
    assert "nvgre" not in command("nft", "list", "ruleset", netns=host.netns).stdout
    for name in ("blue2", "red2"):
        assert command("ip", "-n", lab.tenant(name).netns, "link", "show", name, check=False).returncode != 0
    host.start()
    for name in ("blue2", "red2"):
        lab.furnish(lab.tenant(name))
    lab.ping("blue1", "blue2")


# -- refusals at start: each names what was given and leaves the given exit status


def refused(lab, text, status):
    config = lab.folder / "wrong.toml"
    config.write_text(text.replace("/1.sock", "/wrong.sock"))
    done = command(NVGRE, "run", "--config", config, netns=lab.host_netns(1), check=False)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    assert "ready" not in done.stdout
    return done.stderr


def test_a_provider_address_that_is_not_on_the_interface_is_refused(lab):
    message = refused(lab, lab.config(1).replace("198.18.0.1", "198.18.0.99"), 2)
    assert "198.18.0.99" in message and "u1" in message


def test_a_socket_in_the_place_of_another_file_is_refused_and_the_file_stays(lab):
    place = lab.folder / "wrong.sock"
    place.write_text("somebody's")
    message = refused(lab, lab.config(1), 2)
    line = lab.config(1).splitlines().index(f'socket = "{lab.folder}/1.sock"') + 1
    assert f'wrong.toml:{line}: [api] socket: given "{place}": it is there and is no socket; accepted is' in message
    assert place.read_text() == "somebody's"
    place.unlink()


def test_an_interface_that_does_not_exist_is_refused(lab):
    message = refused(lab, lab.config(1).replace('"u1"', '"nosuch0"'), 2)
    assert "nosuch0" in message


def test_a_provider_address_that_is_reached_by_another_interface_is_refused(lab):
    ip("route", "add", "203.0.113.9/32", "dev", "lo", netns=lab.host_netns(1))
    message = refused(lab, lab.config(1).replace('provider = "198.18.0.2"', 'provider = "203.0.113.9"', 1), 2)
    assert "203.0.113.9" in message and "u1" in message and "wrong.toml:" in message


def port_on(device):
    return f'\n[[port]]\ndevice = "{device}"\nvsid = 5001\nmac = "02:00:00:00:01:77"\naddresses = ["192.0.2.77"]\n'


@pytest.fixture
def tun(lab):
    """A layer-3 device: no Ethernet header."""
    ip("tuntap", "add", "tp0", "mode", "tun", netns=lab.host_netns(1))
    yield "tp0"
    ip("link", "del", "tp0", netns=lab.host_netns(1))


def only_port(lab, device):
    """A configuration whose first port could be made and whose second is on `device`."""
    lines = ["[provider]", 'interface = "u1"', 'addresses = ["198.18.0.1"]', "[api]", f'socket = "{lab.folder}/1.sock"',
             "[[subnet]]", "vsid = 5001"]
    return "\n".join(lines) + port_on("first1").replace("77", "76") + port_on(device)


@pytest.mark.parametrize("device", ["lo", "tp0"])
def test_a_port_on_a_device_without_Ethernet_is_refused_at_start(lab, tun, device):
    lab.hosts[1].stop()
    try:
        text = only_port(lab, device)
        message = refused(lab, text, 2)
        line = text.splitlines().index(f'device = "{device}"') + 1
        assert f"wrong.toml:{line}: [[port]] device: given \"{device}\"" in message and "accepted is" in message
        assert "table" not in command("nft", "list", "ruleset", netns=lab.host_netns(1)).stdout
        command("ping", "-c", "1", "-W", "5", "127.0.0.1", netns=lab.host_netns(1))
    finally:
        lab.hosts[1].start()
        for name in ("blue1", "red1"):
            lab.furnish(lab.tenant(name))


@pytest.mark.parametrize("device", ["lo", "tp0"])
def test_a_port_on_a_device_without_Ethernet_is_refused_by_a_reload(lab, tun, device):
    host = lab.hosts[1]
    before = len(host.status()["ports"])
    host.config.write_text(lab.config(1) + port_on("first1").replace("77", "76") + port_on(device))
    os.kill(host.pid, signal.SIGHUP)
    wait_until(lambda: f'[[port]] device: given "{device}"' in host.logged(), "the refusal in the log")
    assert "device=first1" not in host.logged(), "nothing was made for a configuration that is refused"
    assert len(host.status()["ports"]) == before
    command("ping", "-c", "1", "-W", "5", "127.0.0.1", netns=host.netns)
    lab.ping("blue1", "blue2")
    host.config.write_text(lab.config(1))


def test_an_underlay_without_Ethernet_is_refused(lab):
    ip("address", "add", "198.18.0.77/32", "dev", "lo", netns=lab.host_netns(1))
    message = refused(lab, lab.config(1).replace('"u1"', '"lo"').replace("198.18.0.1", "198.18.0.77"), 2)
    assert '[provider] interface: given "lo"' in message and "wrong.toml:" in message


@pytest.fixture
def altname(lab):
    """Makes a device answer to "enp9s0", as udev's rules do; nftables knows its own name only."""
    host = lab.host_netns(1)
    ip("link", "add", "cable1", "type", "veth", "peer", "name", "cable2", netns=host)
    yield lambda device: ip("link", "property", "add", "dev", device, "altname", "enp9s0", netns=host)
    ip("link", "property", "del", "dev", "enp9s0", "altname", "enp9s0", netns=host)
    ip("link", "del", "cable1", netns=host)


def test_an_underlay_that_is_called_by_another_name_is_refused(lab, altname):
    altname("u1")
    text = lab.config(1).replace('"u1"', '"enp9s0"')
    line = text.splitlines().index('interface = "enp9s0"') + 1
    assert f'wrong.toml:{line}: [provider] interface: "enp9s0" is another name of "u1"; write "u1"' in refused(lab, text, 2)


@pytest.mark.parametrize("device", ["u1", "cable1"])
def test_a_port_that_is_called_by_another_name_is_refused(lab, altname, device):
    altname(device)
    host = lab.hosts[1]
    host.config.write_text(lab.config(1) + port_on("enp9s0"))
    os.kill(host.pid, signal.SIGHUP)
    refusal = f'[[port]] device: "enp9s0" is another name of "{device}"; write "{device}"'
    wait_until(lambda: refusal in host.logged(), "the refusal in the log")
    host.config.write_text(lab.config(1))


def test_missing_privileges_name_the_capability(lab):
    done = command("setpriv", "--bounding-set=-net_admin,-net_raw", "--inh-caps=-all", "--ambient-caps=-all",
                   NVGRE, "run", "--config", lab.hosts[1].config, netns=lab.host_netns(2), check=False)
    assert done.returncode == 4, done.stderr
    assert "CAP_NET_" in done.stderr
