"""`nvgre demo` where something is not allowed: it says what, shows the same on the memory plane and succeeds."""

import os
import signal
import subprocess
import time

import pytest

from lab import NVGRE, command, wait_until


def shown_in_memory(done, reason):
    assert "data plane: memory" in done.stdout
    assert reason in done.stdout
    for expected in ("offloads on", "offloads off", "blue IPv4", "blue IPv6", "red IPv4", "red IPv6", "VSID 5001",
                     "VSID 6002", "every captured frame is valid NVGRE"):
        assert expected in done.stdout


def test_an_unprivileged_user_sees_it_in_memory():
    done = command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", NVGRE, "demo")
    shown_in_memory(done, "CAP_SYS_ADMIN")


def test_namespaces_alone_are_not_enough():
    """As in a container that may make namespaces but not set up what is in them."""
    done = command("setpriv", "--bounding-set=-net_admin", "--inh-caps=-all", NVGRE, "demo")
    shown_in_memory(done, "CAP_NET_ADMIN")


def test_an_unprivileged_user_in_a_user_namespace_sees_it_in_network_namespaces():
    """There CAP_NET_ADMIN is had, but what it allows in the initial namespace alone, as SO_RCVBUFFORCE, is refused."""
    inside = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "-Urn"]
    if command(*inside, "true", check=False).returncode != 0:
        pytest.skip("user namespaces are not allowed here")
    done = command(*inside, NVGRE, "demo", "--seconds", "1")
    assert "data plane: userspace" in done.stdout


def test_without_dev_net_tun_it_is_seen_in_memory():
    done = command("unshare", "--mount", "sh", "-c", f"mount -t tmpfs none /dev/net && exec {NVGRE} demo")
    shown_in_memory(done, "/dev/net/tun")


def test_what_was_asked_for_and_is_not_allowed_is_refused():
    done = command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", NVGRE, "demo", "--mode", "userspace",
                   check=False)
    assert done.returncode == 4
    assert "CAP_SYS_ADMIN" in done.stderr


def test_what_was_asked_for_and_is_not_to_be_had_is_refused():
    done = command("unshare", "--mount", "sh", "-c",
                   f"mount -t tmpfs none /dev/net && exec {NVGRE} demo --mode userspace", check=False)
    assert done.returncode == 1
    assert "/dev/net/tun" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT])
def test_an_interrupted_demo_leaves_nothing_behind(number, tmp_path):
    process = subprocess.Popen([NVGRE, "demo", "--mode", "userspace", "--seconds", "60"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env=dict(os.environ, TMPDIR=str(tmp_path)))
    try:
        wait_until(lambda: len(children(process.pid)) == 2, "both endpoints to run")
        endpoints = children(process.pid)
        time.sleep(0.5)
        process.send_signal(number)
        assert process.wait(timeout=60) == 130
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in endpoints), "the endpoints to end")
        assert list(tmp_path.iterdir()) == []
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_demo_that_nobody_reads_any_more_leaves_nothing_behind(tmp_path):
    """As in `nvgre demo | head -1`."""
    process = subprocess.Popen([NVGRE, "demo", "--mode", "userspace", "--seconds", "1"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=dict(os.environ, TMPDIR=str(tmp_path)))
    try:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=60) == -signal.SIGPIPE, "as any other command"
        assert process.stderr.read() == b""
        assert list(tmp_path.iterdir()) == []
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def children(pid):
    return command("ps", "--ppid", pid, "-o", "pid=", check=False).stdout.split()
