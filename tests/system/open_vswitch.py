"""Open vSwitch's userspace datapath in a namespace, with databases, logs and processes of its own."""

import os
import signal
import time
from pathlib import Path

from lab import command, ip, wait_until

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"


class OpenVswitch:
    """One instance: bridge br-phy on the underlay device, bridge br-int with one GRE port towards the peer.

    The tenant is br-int's own internal port: a veth behind it would send unfinished checksums.
    """

    def __init__(self, netns, folder, device, address, peer, key, tenant_address, tenant_mac, mtu):
        self.netns, self.folder, self.device = netns, Path(folder), device
        self.address, self.peer, self.key = address, peer, key
        self.tenant_address, self.tenant_mac, self.mtu = tenant_address, tenant_mac, mtu
        self.folder.mkdir(parents=True, exist_ok=True)
        self.environment = dict(os.environ, OVS_RUNDIR=str(folder), OVS_DBDIR=str(folder), OVS_LOGDIR=str(folder))

    def __enter__(self):
        try:
            self._start()
            self._connect()
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for name in ("vswitchd", "ovsdb"):
            pid_file = self.folder / f"{name}.pid"
            if not pid_file.exists():
                continue
            pid = int(pid_file.read_text())
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not os.path.exists(f"/proc/{pid}"), f"{name} to end")

    def vsctl(self, *words):
        return self._run("ovs-vsctl", f"--db=unix:{self.folder}/db.sock", *words)

    def _run(self, *words):
        return command(*words, netns=self.netns, env=self.environment)

    def _start(self):
        folder = self.folder
        command("ovsdb-tool", "create", folder / "conf.db", SCHEMA)
        self._run("ovsdb-server", folder / "conf.db", f"--remote=punix:{folder}/db.sock", f"--pidfile={folder}/ovsdb.pid",
                  f"--unixctl={folder}/ovsdb.ctl", f"--log-file={folder}/ovsdb.log", "--detach", "-vconsole:off")
        self.vsctl("--no-wait", "init")
        self._run("ovs-vswitchd", f"unix:{folder}/db.sock", f"--pidfile={folder}/vswitchd.pid", "--disable-system",
                  f"--unixctl={folder}/vswitchd.ctl", f"--log-file={folder}/vswitchd.log", "--detach", "-vconsole:off")

    def _connect(self):
        self.vsctl("add-br", "br-phy", "--", "set", "bridge", "br-phy", "datapath_type=netdev",
                   "--", "add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=netdev",
                   f"other-config:hwaddr={self.tenant_mac}")
        self.vsctl("add-port", "br-phy", self.device)
        ip("address", "flush", "dev", self.device, netns=self.netns, check=False)
        ip("address", "add", f"{self.address}/24", "dev", "br-phy", netns=self.netns)
        ip("link", "set", "br-phy", "up", netns=self.netns)
        self.vsctl("add-port", "br-int", "gre0", "--", "set", "interface", "gre0", "type=gre",
                   f"options:remote_ip={self.peer}", f"options:key={self.key}")
        ip("address", "add", f"{self.tenant_address}/24", "dev", "br-int", netns=self.netns)
        ip("link", "set", "br-int", "mtu", self.mtu, "up", netns=self.netns)
