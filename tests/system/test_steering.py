"""Which worker handles which flow: each of 256 flows is sent by itself, and the worker that counted it is compared with
the hash and the indirection table as this file computes them, bit by bit and without a line of nvgre's.

Host 1 has no nvgre here: it is the wire, from which NVGRE packets are injected towards host 2, which has four workers.
"""

import contextlib
import json
import random
import socket
import struct
import subprocess
import threading

import pytest

from lab import DEADLINE, NVGRE, Lab, Tenant, command, ip, wait_until

WORKERS = 4
MICROSOFT_KEY = bytes.fromhex("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa")
BLUE, RED = 5001, 6002

# Sends each frame alone and says which worker counted it. Runs in host 1's namespace; the API's socket is a file.
ONE_BY_ONE = """
import json, socket, sys, time
frames, path, device = json.load(open(sys.argv[1])), sys.argv[2], sys.argv[3]
api = socket.socket(socket.AF_UNIX)
api.connect(path)
lines = api.makefile("rwb")
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((device, 0))
def counted():
    lines.write(b'{"command": "rss.show"}\\n')
    lines.flush()
    return [worker["packets"] for worker in json.loads(lines.readline())["result"]["workers"]]
workers, before = [], counted()
for frame in frames:
    wire.send(bytes.fromhex(frame))
    end = time.monotonic() + 30
    while (now := counted()) == before:
        assert time.monotonic() < end, "a frame was never counted"
    changes = [after - earlier for after, earlier in zip(now, before)]
    assert sum(changes) == 1, changes
    workers.append(changes.index(1))
    before = now
print(json.dumps(workers))
"""

# Sends numbered datagrams of several flows, a few at a time.
NUMBERED = """
import json, socket, struct, sys, time
heads, count, device = json.load(open(sys.argv[1])), int(sys.argv[2]), sys.argv[3]
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((device, 0))
for number in range(count):
    for head in heads:
        wire.send(bytes.fromhex(head) + struct.pack("!I", number))
    time.sleep(0.002)
print(json.dumps(count))
"""

# Takes them: for each source port what arrived, in the order of arrival.
TAKE_NUMBERED = """
import json, socket, struct, sys
port, total = int(sys.argv[1]), int(sys.argv[2])
taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taker.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
taker.bind(("", port))
taker.settimeout(20)
print("bound", flush=True)
arrived = {}
try:
    for _ in range(total):
        data, (_, source) = taker.recvfrom(2048)
        arrived.setdefault(source, []).append(struct.unpack("!I", data[:4])[0])
except TimeoutError:
    pass
print(json.dumps(arrived))
"""


def toeplitz(key, data):
    """The hash as its definition has it: for every set bit of the input the 32 bits of the key that start there."""
    bits = int.from_bytes(key, "big")
    width, result = 8 * len(key), 0
    for position in range(8 * len(data)):
        if data[position // 8] >> (7 - position % 8) & 1:
            result ^= bits >> (width - 32 - position) & 0xFFFFFFFF
    return result


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source, destination, protocol, size, identification=0):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + size, identification, 0x4000, 64, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:]


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


class Flow:
    """One UDP flow towards a tenant of host 2, as an NVGRE packet on the wire."""

    def __init__(self, tenant, source, source_port, port=9):
        self.tenant, self.source, self.source_port, self.port = tenant, source, source_port, port

    def packet(self, lab, macs, payload=b"", room=0):
        size = len(payload) + room
        udp = struct.pack("!HHHH", self.source_port, self.port, 8 + size, 0)
        inner = mac(self.tenant.mac) + mac("02:00:00:00:00:99") + b"\x08\x00"
        inner += ipv4(self.source, self.tenant.address, 17, 8 + size) + udp + payload
        gre = struct.pack("!HHI", 0x2000, 0x6558, self.tenant.vsid << 8)
        outer = macs[2] + macs[1] + b"\x08\x00" + ipv4(lab.provider(1), lab.provider(2), 47,
                                                      len(gre) + len(inner) + room)
        return outer + gre + inner

    def inner_input(self):
        return (socket.inet_aton(self.source) + socket.inet_aton(self.tenant.address) +
                struct.pack("!HH", self.source_port, self.port))


def flows_to(tenant, count=256):
    randomly = random.Random(tenant.vsid)
    return [Flow(tenant, f"198.51.100.{randomly.randrange(1, 255)}", randomly.randrange(1024, 65536))
            for _ in range(count)]


class Wire:
    """Host 2 with its workers, and host 1 as the place where packets come from."""

    def __init__(self, lab):
        self.lab, self.host = lab, lab.hosts[2]
        self.macs = {number: mac(json.loads(ip("-j", "link", "show", lab.underlay(number),
                                               netns=lab.host_netns(number)).stdout)[0]["address"])
                     for number in (1, 2)}

    def file(self, name, content):
        path = self.lab.folder / name
        path.write_text(json.dumps(content))
        return path

    def workers_of(self, flows):
        """The worker of each flow, by sending one packet after the other."""
        path = self.file("frames.json", [flow.packet(self.lab, self.macs, b"x").hex() for flow in flows])
        return self.lab.script(self.lab.host_netns(1), ONE_BY_ONE, path, self.host.socket, self.lab.underlay(1),
                               timeout=4 * DEADLINE)

    def rss(self, *settings):
        words = ["set", *settings] if settings else ["show"]
        return json.loads(command(NVGRE, "rss", *words, "--socket", self.host.socket, "--json").stdout)

    def refused(self, *settings):
        done = command(NVGRE, "rss", "set", *settings, "--socket", self.host.socket, check=False)
        assert done.returncode == 2, done.stdout + done.stderr
        return done.stderr

    def queues(self):
        return {queue["device"]: queue for queue in self.host.status()["queues"]}


@contextlib.contextmanager
def wire(tenants=None, extra="", **options):
    tenants = tenants or [Tenant("blue2", BLUE, 2)]
    # Whoever sends here has a record on host 1's address: one tenant there, without a host of its own.
    senders = [Tenant(f"peer{vsid}", vsid, 1, host=1) for vsid in sorted({tenant.vsid for tenant in tenants})]
    with Lab(tenants=tenants + senders, extra=extra, datapath_options=f"workers = {WORKERS}", **options) as lab:
        lab.hosts[2].start()
        for tenant in tenants:
            lab.furnish(tenant)
        yield Wire(lab)


def expected(flow, rss, key=MICROSOFT_KEY, served_by=None):
    """The entry of a flow, and its worker by the table; with the queue's own workers where they are fewer."""
    entry = toeplitz(key, flow.inner_input()) % len(rss["table"])
    worker = rss["table"][entry]
    if served_by is not None and worker not in served_by:
        worker = served_by[entry % len(served_by)]
    return entry, worker


def outer_worker(lab, rss, key=MICROSOFT_KEY):
    addresses = socket.inet_aton(lab.provider(1)) + socket.inet_aton(lab.provider(2))
    return rss["table"][toeplitz(key, addresses) % len(rss["table"])]


def shuffled_table():
    randomly = random.Random(46)
    return [randomly.randrange(WORKERS) for _ in range(128)]


def test_the_vector_of_the_hash():
    """Published: 66.9.149.187:2794 > 161.142.100.80:1766 is 0x51ccc178."""
    data = socket.inet_aton("66.9.149.187") + socket.inet_aton("161.142.100.80") + struct.pack("!HH", 2794, 1766)
    assert toeplitz(MICROSOFT_KEY, data) == 0x51CCC178


def test_256_flows_are_handled_by_the_workers_that_the_table_names():
    with wire() as w:
        flows = flows_to(w.lab.tenant("blue2"))
        rss = w.rss()
        assert rss["steered_by"] == "program" and rss["table"] == [entry % WORKERS for entry in range(128)]
        assert w.workers_of(flows) == [expected(flow, rss)[1] for flow in flows]

        # Another table: every flow by itself.
        rss = w.rss("table=" + ",".join(map(str, shuffled_table())))
        assert rss["table"] == shuffled_table()
        before = w.workers_of(flows)
        assert before == [expected(flow, rss)[1] for flow in flows]

        # A change moves exactly the flows that it names.
        entries = sorted({expected(flow, rss)[0] for flow in flows})[:3]
        rss = w.rss(*[f"table.{entry}={(rss['table'][entry] + 1) % WORKERS}" for entry in entries])
        after = w.workers_of(flows)
        for flow, one, other in zip(flows, before, after):
            assert (one != other) == (expected(flow, rss)[0] in entries)
            assert other == expected(flow, rss)[1]

        # The queue counted all of them, and says where.
        queue = w.queues()["blue2"]
        assert queue["state"] == "running" and queue["packets"] == 4 * len(flows) - len(flows)
        assert [share["packets"] for share in queue["workers"]] == [share["packets"] for share in w.rss()["workers"]]
        assert queue["filters"][0]["vsid"] == BLUE and queue["filters"][0]["mac"] == w.lab.tenant("blue2").mac

        # The interface goes down and up again: workers keep their numbers.
        ip("link", "set", "u2", "down", netns=w.lab.host_netns(2))
        ip("link", "set", "u2", "up", netns=w.lab.host_netns(2))
        wait_until(lambda: w.host.status()["underlay"]["up"], "the underlay")
        assert w.workers_of(flows[:64]) == after[:64]


def test_key_and_hash_types_change_while_it_runs():
    with wire() as w:
        flows = flows_to(w.lab.tenant("blue2"), 64)
        key = bytes(random.Random(1).randrange(256) for _ in range(40))
        rss = w.rss(f"key={key.hex()}", "table=" + ",".join(map(str, shuffled_table())))
        assert rss["key"] == key.hex()
        assert w.workers_of(flows) == [expected(flow, rss, key)[1] for flow in flows]

        # Without the type of inner UDP: the outer addresses, which are the same for all (RSS-9, RSS-27).
        rss = w.rss("hash_types=ipv4,tcp_ipv4")
        assert w.workers_of(flows) == [outer_worker(w.lab, rss, key)] * len(flows)

        # Without those of IPv4 too: no hash, and so the default worker (RSS-10, RSS-18).
        w.rss("hash_types=ipv6", "default_worker=3")
        assert w.workers_of(flows) == [3] * len(flows)


def test_bad_input_is_refused_whole():
    with wire() as w:
        before = w.rss()
        for bad in ("table=0,1,2", "table=4", "table.128=0", "table.0=x", "key=00", "hash_types=udp", "hash_types=",
                    "default_worker=4", "colour=blue"):
            message = w.refused("table.1=0", bad)
            assert message.startswith("nvgre rss set: "), message
            assert {**w.rss(), "workers": []} == {**before, "workers": []}
        assert "there is no worker 4" in w.refused("table=4")


def test_nothing_is_lost_or_reordered_while_other_entries_change():
    with wire() as w:
        tenant, count, port = w.lab.tenant("blue2"), 2_000, 5001
        flows = [Flow(tenant, "198.51.100.7", 20_000 + number, port) for number in range(8)]
        rss = w.rss()
        moving = {expected(flow, rss)[0] for flow in flows[:4]}
        staying = [flow for flow in flows if expected(flow, rss)[0] not in moving]
        assert staying
        heads = w.file("heads.json", [flow.packet(w.lab, w.macs, room=4).hex() for flow in flows])
        taker = subprocess.Popen(["ip", "netns", "exec", tenant.netns, "/usr/bin/python3", "-c", TAKE_NUMBERED,
                                  str(port), str(count * len(flows))], stdout=subprocess.PIPE, text=True)
        try:
            assert taker.stdout.readline() == "bound\n"
            sender = threading.Thread(target=w.lab.script, args=(w.lab.host_netns(1), NUMBERED, heads, count, "u1"),
                                      kwargs={"timeout": 4 * DEADLINE})
            sender.start()
            changes = 0
            while sender.is_alive():
                others = [entry for entry in range(128) if entry in moving or entry % 3 == changes % 3]
                stays = {expected(flow, rss)[0] for flow in staying}
                w.rss(*[f"table.{entry}={changes % WORKERS}" for entry in others if entry not in stays])
                changes += 1
            sender.join()
            arrived = json.loads(taker.communicate(timeout=2 * DEADLINE)[0])
        finally:
            taker.kill()
            taker.wait()
        assert changes > 5
        for flow in flows:
            assert sorted(arrived[str(flow.source_port)]) == list(range(count)), "lost"
        for flow in staying:
            assert arrived[str(flow.source_port)] == list(range(count)), "reordered"


def test_each_port_is_served_by_its_queues_workers():
    tenants = [Tenant("blue2", BLUE, 2, options="workers = [0, 1]"), Tenant("red2", RED, 2, options="workers = [2, 3]")]
    with wire(tenants) as w:
        rss = w.rss("table=" + ",".join(map(str, shuffled_table())))
        for tenant, served_by in zip(tenants, ([0, 1], [2, 3])):
            flows = flows_to(tenant, 128)
            assert w.workers_of(flows) == [expected(flow, rss, served_by=served_by)[1] for flow in flows]
            queue = w.queues()[tenant.name]
            assert queue["served_by"] == served_by and queue["packets"] == len(flows)
            assert {share["worker"] for share in queue["workers"] if share["packets"]} == set(served_by)

        # What the tenant sends is its queue's workers' too: the worker of the answer.
        ip("neighbor", "add", "192.0.2.1", "lladdr", w.lab.tenant(f"peer{BLUE}").mac, "dev", "blue2",
           netns=tenants[0].netns)
        sent, before = 20, w.rss()["workers"]
        expectation = [0] * WORKERS
        for number in range(32):
            answer = Flow(tenants[0], "192.0.2.1", 7, 30_000 + number)
            expectation[expected(answer, rss, served_by=[0, 1])[1]] += sent
        send = ("import socket, sys\nfor number in range(32):\n s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                " s.bind(('', 30000 + number))\n [s.sendto(b'x', ('192.0.2.1', 7)) for _ in range(int(sys.argv[1]))]")
        w.lab.script(tenants[0].netns, send, sent)

        def handled():
            return [now["frames_from_ports"] - then["frames_from_ports"] for now, then in zip(w.rss()["workers"], before)]
        wait_until(lambda: sum(handled()) >= sum(expectation), "what the tenant sent")
        stray = 18  # ARP, ND and multicast reports of both tenants
        for number, wanted in zip(handled(), expectation):
            assert wanted <= number <= wanted + stray, (handled(), expectation)


@pytest.mark.parametrize("offload, has_queue, spreads", [
    ("VMQ = 0", False, False),                                    # nothing steers: one worker
    ("RssOrVmqPreference = 0", False, True),                      # queue 0 alone, and RSS
    ("RssOrVmqPreference = 0\nRSS = 0", False, False),
    ("queue_rss = 0", True, False),                               # each queue has one worker (VMQ-31)
])
def test_the_keywords_decide(offload, has_queue, spreads):
    with wire(extra=f"[offload]\n{offload}\n") as w:
        flows = flows_to(w.lab.tenant("blue2"), 32)
        rss = w.rss()
        assert w.workers_of(flows) == ([expected(flow, rss)[1] for flow in flows] if spreads else [0] * len(flows))
        queues = w.queues()
        assert (queues["blue2"]["packets"] if has_queue else 0) == (len(flows) if has_queue else 0)
        assert ("blue2" in queues) == has_queue


def test_without_the_offload_no_filter_on_inner_addresses_matches():
    with wire() as w:
        flows = flows_to(w.lab.tenant("blue2"), 32)
        w.host.offload("EncapsulatedPacketTaskOffload=0")
        assert w.workers_of(flows) == [outer_worker(w.lab, w.rss())] * len(flows)  # RSS-11
        assert w.queues()["blue2"]["packets"] == 0  # VMQ-19
        assert w.queues()[None]["packets"] == len(flows)
        w.host.offload("EncapsulatedPacketTaskOffload=1")
        assert w.workers_of(flows) == [expected(flow, w.rss())[1] for flow in flows]
        assert w.queues()["blue2"]["packets"] == len(flows)


def test_the_file_says_it_too_and_a_reload_changes_it():
    key = bytes(range(40))
    text = f'[rss]\nkey = "{key.hex()}"\ntable = [3, 2]\nhash_types = ["udp_ipv4", "ipv4"]\n'
    with wire(extra=text) as w:
        flows = flows_to(w.lab.tenant("blue2"), 32)
        rss = w.rss()
        assert (rss["table"], rss["hash_types"]) == ([3, 2], ["ipv4", "udp_ipv4"])
        assert w.workers_of(flows) == [expected(flow, rss, key)[1] for flow in flows]
        w.host.reload(w.lab.config(2).replace("table = [3, 2]", "table = [1]"))
        assert w.workers_of(flows) == [1] * len(flows)
        w.host.config.write_text(w.lab.config(2).replace("table = [3, 2]", "table = [9]"))
        w.host.process.send_signal(1)  # SIGHUP
        wait_until(lambda: "[rss] table: there is no worker 9" in w.host.logged(), "the refusal")
        assert w.rss()["table"] == [1]
