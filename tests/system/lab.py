"""Two hosts, their cable and their tenants, as network namespaces: what every system test is played on.

    blue1 (tenant)                                              blue2 (tenant)
       |                                                           |
    [host 1: nvgre run] u1 ---------- the cable ---------- u2 [host 2: nvgre run]
       |                                                           |
    red1 (tenant)                                               red2 (tenant)

Blue and red use the same Customer Addresses. Everything that is made is removed when the Lab closes, also after a
failure; names carry the process ID so that two test runs do not meet.
"""

import contextlib
import dataclasses
import itertools
import json
import os
import re
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

BUILD = os.environ.get("NVGRE_BUILD", str(Path(__file__).resolve().parents[2] / "build/release"))
NVGRE = f"{BUILD}/nvgre"
DEADLINE = 60.0  # seconds; generous, because the machines are shared


def command(*words, netns=None, check=True, timeout=DEADLINE, text=True, **options):
    """Runs a command, in a namespace if one is named; its output is in the error when it fails."""
    words = [str(word) for word in words]
    if netns:
        words = ["ip", "netns", "exec", netns, *words]
    done = subprocess.run(words, capture_output=True, text=text, timeout=timeout, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def ip(*words, netns=None, check=True):
    return command("ip", *(["-n", netns] if netns else []), *words, check=check)


def wait_until(condition, what, timeout=DEADLINE, interval=0.05):
    """Waits for a condition and returns its first true value; no test ever relies on how long that took."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(interval)
    raise AssertionError(f"gave up waiting {timeout:.0f} s for {what}")


@dataclasses.dataclass
class Tenant:
    """One tenant's end: a namespace with one interface."""

    name: str  # for example "blue1"
    vsid: int
    number: int  # the last part of its addresses
    host: int = 0  # the host it is on; 0: the same number
    kind: str = "tap"  # "tap": made by nvgre; "veth": an existing device, nvgre gets the host's end
    netns: str = ""
    device: str = ""  # as the tenant sees it
    mtu: int = 0  # 0: what nvgre gives it
    options: str = ""  # further lines of its [[port]]

    def __post_init__(self):
        self.host = self.host or self.number

    @property
    def mac(self):
        return f"02:00:00:00:{self.vsid % 100:02d}:{self.number:02d}"

    @property
    def address(self):
        return f"192.0.2.{self.number}"

    @property
    def address6(self):
        return f"2001:db8:2::{self.number}"


class Nvgre:
    """One `nvgre run` process."""

    def __init__(self, lab, netns, config, socket):
        self.lab, self.netns, self.config, self.socket = lab, netns, Path(config), socket
        self.process, self.log = None, None

    def start(self, ready=True, by=()):
        """`by`: a command that becomes nvgre, for example setpriv with fewer capabilities."""
        self.log = open(self.config.with_suffix(".log"), "ab")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", self.netns, *by, NVGRE, "run", "--config", str(self.config)],
            stdout=subprocess.PIPE, stderr=self.log, start_new_session=True)
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            readable, _, _ = select.select([self.process.stdout], [], [], 0.2)
            if readable:
                line = self.process.stdout.readline().decode()
                assert line == "ready\n", f"expected 'ready', got {line!r}\n{self.logged()}"
                return
            assert self.process.poll() is None, f"nvgre run ended with {self.process.returncode}\n{self.logged()}"
        raise AssertionError(f"nvgre run never said ready\n{self.logged()}")

    @property
    def pid(self):
        return self.process.pid  # `ip netns exec` becomes nvgre by exec

    def logged(self):
        return self.config.with_suffix(".log").read_text(errors="replace")

    def status(self):
        return json.loads(command(NVGRE, "status", "--socket", self.socket, "--json").stdout)

    def offload(self, *settings):
        return command(NVGRE, "offload", "set", "--socket", self.socket, *settings)

    def reload(self, text=None):
        """SIGHUP; returns when the new configuration is in force."""
        if text is not None:
            self.config.write_text(text)
        before = self.status()["reloads"]
        os.kill(self.pid, signal.SIGHUP)
        wait_until(lambda: self.status()["reloads"] == before + 1, "the reload")

    def stop(self, with_signal=signal.SIGTERM):
        """Ends the process and returns its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            os.kill(self.pid, with_signal)
        status = self.process.wait(timeout=DEADLINE)
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return status


class Lab:
    """The topology; a context manager."""

    _numbers = itertools.count()  # several at a time have names of their own

    def __init__(self, outer=4, tenants=None, underlay_mtu=1500, subnet_options="", extra="", datapath_options=""):
        self.outer, self.underlay_mtu = outer, underlay_mtu
        self.subnet_options, self.extra, self.datapath_options = subnet_options, extra, datapath_options
        self.tenants = tenants if tenants is not None else [
            Tenant("blue1", 5001, 1), Tenant("blue2", 5001, 2), Tenant("red1", 6002, 1), Tenant("red2", 6002, 2)]
        self.prefix = f"nv{os.getpid()}x{next(self._numbers)}"
        self.stack = contextlib.ExitStack()
        self.folder = None
        self.hosts = {}

    # -- making and removing

    def __enter__(self):
        try:
            self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="nvgre-lab-")))
            self._make_cable()
            for tenant in self.tenants:
                self._make_tenant(tenant)
            for number in (1, 2):
                config = self.folder / f"host{number}.toml"
                config.write_text(self.config(number))
                self.hosts[number] = Nvgre(self, self.host_netns(number), config, str(self.folder / f"{number}.sock"))
            return self
        except BaseException:
            self.stack.close()
            raise

    def __exit__(self, *_):
        for host in self.hosts.values():
            with contextlib.suppress(Exception):
                host.stop()
            if host.process is not None:
                host.stop(signal.SIGKILL)
        self.stack.close()

    def start(self):
        """Starts nvgre on both hosts and gives the tenants their addresses."""
        for host in self.hosts.values():
            host.start()
        for tenant in self.tenants:
            self.furnish(tenant)
        return self

    def netns(self, name):
        full = f"{self.prefix}-{name}"
        ip("netns", "add", full)
        self.stack.callback(ip, "netns", "del", full, check=False)
        ip("link", "set", "lo", "up", netns=full)
        return full

    def host_netns(self, number):
        return f"{self.prefix}-h{number}"

    def provider(self, number, version=None):
        return f"198.18.0.{number}" if (version or self.outer) == 4 else f"2001:db8:1::{number}"

    def underlay(self, number):
        return f"u{number}"

    def _make_cable(self):
        first, second = self.netns("h1"), self.netns("h2")
        ip("link", "add", "u1", "netns", first, "type", "veth", "peer", "name", "u2", "netns", second)
        for number, netns in ((1, first), (2, second)):
            device = self.underlay(number)
            command("sysctl", "-qw", f"net.ipv6.conf.{device}.accept_dad=0", netns=netns)
            ip("address", "add", f"198.18.0.{number}/24", "dev", device, netns=netns)
            ip("address", "add", f"2001:db8:1::{number}/64", "dev", device, "nodad", netns=netns)
            ip("link", "set", device, "mtu", str(self.underlay_mtu), "up", netns=netns)

    def _make_tenant(self, tenant):
        tenant.netns = self.netns(tenant.name)
        if tenant.kind == "tap":
            tenant.device = tenant.name
            return
        tenant.device = "eth0"
        host = self.host_netns(tenant.host)
        ip("link", "add", tenant.name, "netns", host, "type", "veth", "peer", "name", "eth0", "netns", tenant.netns)
        ip("link", "set", "eth0", "address", tenant.mac, netns=tenant.netns)
        ip("link", "set", tenant.name, "up", netns=host)

    def furnish(self, tenant):
        """Moves a TAP into its tenant's namespace and sets addresses, as a tenant would."""
        if tenant.kind == "tap":
            ip("link", "set", tenant.device, "netns", tenant.netns, netns=self.host_netns(tenant.host))
        command("sysctl", "-qw", f"net.ipv6.conf.{tenant.device}.accept_dad=0", netns=tenant.netns)
        if tenant.kind == "veth" and not tenant.mtu:
            tenant.mtu = self.underlay_mtu - (42 if self.outer == 4 else 62)
        if tenant.mtu:
            ip("link", "set", tenant.device, "mtu", str(tenant.mtu), netns=tenant.netns)
        ip("address", "add", f"{tenant.address}/24", "dev", tenant.device, netns=tenant.netns)
        ip("address", "add", f"{tenant.address6}/64", "dev", tenant.device, "nodad", netns=tenant.netns)
        ip("link", "set", tenant.device, "up", netns=tenant.netns)

    def tenant(self, name):
        return next(tenant for tenant in self.tenants if tenant.name == name)

    # -- configuration

    @staticmethod
    def cpus(number):
        """Both hosts send a flow to their worker of the same number; on this one machine its two ends shall not share a CPU."""
        usable = sorted(os.sched_getaffinity(0))
        first = number % len(usable)
        return usable[first:] + usable[:first]

    def config(self, number):
        lines = ["[provider]", f'interface = "{self.underlay(number)}"', f'addresses = ["{self.provider(number)}"]', "",
                 "[datapath]", 'mode = "userspace"', f"cpus = {self.cpus(number)}", self.datapath_options, "", "[api]", f'socket = "{self.folder}/{number}.sock"', "", self.extra]
        for vsid in sorted({tenant.vsid for tenant in self.tenants}):
            lines += ["[[subnet]]", f"vsid = {vsid}", f'name = "subnet{vsid}"', self.subnet_options, ""]
        for tenant in self.tenants:
            lines += self.port(tenant) if tenant.host == number else self.record(tenant)
        return "\n".join(lines) + "\n"

    def port(self, tenant):
        return ["[[port]]", f'device = "{tenant.name}"', f"vsid = {tenant.vsid}", f'mac = "{tenant.mac}"',
                f'addresses = ["{tenant.address}", "{tenant.address6}"]', tenant.options, ""]

    def record(self, tenant):
        return ["[[record]]", f"vsid = {tenant.vsid}", f'addresses = ["{tenant.address}", "{tenant.address6}"]',
                f'mac = "{tenant.mac}"', f'provider = "{self.provider(tenant.host)}"', ""]

    # -- traffic

    def ping(self, source, target, count=3, size=56, check=True, version=4, options=()):
        address = self.tenant(target).address if version == 4 else self.tenant(target).address6
        return command("ping", f"-{version}", "-c", count, "-i", "0.05", "-W", "5", "-s", size, *options, address,
                       netns=self.tenant(source).netns, check=check)

    @contextlib.contextmanager
    def capture(self, number, name="wire", filter_text="proto gre or ip6 proto 47", snaplen=0):
        """Captures on one end of the cable; yields the file's path, complete when the block ends."""
        path = self.folder / f"{name}.pcap"
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.host_netns(number), "tcpdump", "-i", self.underlay(number), "-Q", "in", "-U",
             "-w", str(path), "-B", "65536", "-s", str(snaplen), *filter_text.split()],
            stderr=subprocess.PIPE, text=True)
        try:
            line = process.stderr.readline()
            while "listening on" not in line:
                assert line, "tcpdump did not start"
                line = process.stderr.readline()
            yield path
            time.sleep(0.3)  # what is in flight
        finally:
            process.send_signal(signal.SIGINT)
            process.stderr.read()
            process.wait(timeout=DEADLINE)
            process.stderr.close()

    def script(self, netns, text, *arguments, timeout=DEADLINE):
        """Runs a Python script inside a namespace; it prints JSON."""
        done = command("/usr/bin/python3", "-c", text, *arguments, netns=netns, timeout=timeout)
        return json.loads(done.stdout) if done.stdout.strip() else None


def tshark(path, *arguments):
    """Lines of a tshark run over a capture, with every checksum validated. The random payload stays data: a guess at
    what it might be would only find it malformed."""
    done = command("tshark", "-r", path, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
                   "-o", "udp.check_checksum:TRUE", "-d", "tcp.port==5201,data", *arguments, timeout=300)
    return [line for line in done.stdout.splitlines() if line]


def number_in(text, pattern):
    found = re.search(pattern, text)
    assert found, f"{pattern!r} not in:\n{text}"
    return float(found.group(1))


TRAFFIC = str(Path(__file__).resolve().parent / "traffic.py")


class Traffic:
    """One traffic.py in a tenant's namespace."""

    def __init__(self, netns, *arguments):
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", netns, "/usr/bin/python3", TRAFFIC, *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if "receive" in arguments[0]:
            line = self.process.stderr.readline()
            assert line == "listening\n", line + self.process.stderr.read()

    def result(self, timeout=180):
        output, errors = self.process.communicate(timeout=timeout)
        assert self.process.returncode == 0, errors
        return json.loads(output)


def tcp_transfer(lab, source, target, total, version=4, port=5201):
    """Sends `total` bytes and returns what both ends say of them: they must agree."""
    address = lab.tenant(target).address if version == 4 else lab.tenant(target).address6
    receiver = Traffic(lab.tenant(target).netns, "tcp-receive", address, port)
    sent = Traffic(lab.tenant(source).netns, "tcp-send", address, port, total).result()
    return sent, receiver.result()
