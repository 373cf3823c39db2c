"""The zygote process: serves the control stream on file descriptor 3 (docs/wire.md section 7).

One thread and one epoll loop. It holds no secret and never reads a flow, because every child inherits its memory. It
ignores SIGINT and SIGTERM (a terminal and a service manager send them to the whole group): it ends when the
control stream closes, and its children die with it.
"""

import argparse
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from . import _landlock, _namespaces, _outside, _policy, _preload, _rlimits, _seccomp, child
from ._probe import Finding, probe, worlds_folders

CONTROL_FD: Final = 3
_NETWORKS: Final[tuple[_seccomp.Network, ...]] = ("none", "hosts", "any")


@dataclass(frozen=True)
class _Child:
    spare: str
    pid: int


class Zygote:
    """Forks, kills and reaps children on behalf of the executor, and makes their connections to its proxy."""

    def __init__(
        self,
        control: socket.socket,
        *,
        socket_path: str,
        finding: Finding,
        world: _namespaces.World | None,
        packages: str,
    ) -> None:
        self._control = control
        self._socket_path = socket_path
        self._finding = finding
        self._world = world
        self._packages = packages
        abi = finding.layers.landlock_abi
        self._rules = {
            network: _landlock.pack(_policy.open_rules(network, packages), abi_version=abi) for network in _NETWORKS
        }
        self._pid = os.getpid()
        self._children: dict[int, _Child] = {}
        self._pidfds: dict[str, int] = {}
        self._received = b""
        self._epoll = select.epoll()
        #: What to do when a descriptor is ready; it is told by which event.
        self._on_ready: dict[int, Callable[[int], None]] = {}
        self._is_open = True
        self._watch(control.fileno(), self._read_control)

    def ground(self, network: _seccomp.Network, *, way: int | None = None) -> child.Ground:
        return child.Ground(
            layers=self._finding.layers,
            rules=self._rules[network],
            zygote_pid=self._pid,
            world=self._world,
            way=way,
        )

    def serve(self) -> None:
        """Returns when the executor has closed the control stream."""
        self._send(
            {
                "op": "ready",
                "tier": self._finding.tier,
                "layers": asdict(self._finding.layers),
                "missing": self._finding.missing,
            }
        )
        while self._is_open:
            for fd, event in self._epoll.poll():
                ready = self._on_ready.get(fd)
                if ready is not None:
                    ready(event)

    def end_children(self) -> None:
        """Kills them and waits: nobody else can, and whoever waits for the zygote may take all of them for gone."""
        for ended in self._children.values():
            os.kill(ended.pid, signal.SIGKILL)
        for ended in self._children.values():
            os.waitpid(ended.pid, 0)

    def _watch(self, fd: int, ready: Callable[[int], None]) -> None:
        self._on_ready[fd] = ready
        self._epoll.register(fd, select.EPOLLIN)

    def _leave(self, fd: int) -> None:
        del self._on_ready[fd]
        self._epoll.unregister(fd)

    def _read_control(self, _event: int) -> None:
        chunk = self._control.recv(1 << 16)
        *lines, self._received = (self._received + chunk).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))
        self._is_open = bool(chunk)

    def _obey(self, order: dict[str, Any]) -> None:
        if order["op"] == "fork":
            self._fork(order)
        elif order["op"] == "kill":
            self._kill(order["spare"], order["signal"])
        else:
            print(f"unknown operation: {order['op']}", file=sys.stderr, flush=True)

    def _fork(self, order: dict[str, Any]) -> None:
        limits = {name: value for name, value in (order.get("limits") or {}).items() if value is not None}
        spare = child.Spare(
            id=order["spare"],
            folder=order["dir"],
            uid=order.get("uid"),
            network=order["network"],
            limits=_rlimits.Limits(**limits),
            packages=self._packages,
            is_awaited=bool(order.get("awaited")),
        )
        ours, theirs = socket.socketpair() if spare.network == "hosts" else (None, None)
        ground = self.ground(spare.network, way=None if theirs is None else theirs.fileno())
        child.prepare(spare, ground)
        try:
            pid = os.fork()
        except OSError as error:
            print(f"cannot fork: {error}", file=sys.stderr, flush=True)
            self._report(spare.id, code=child.EXIT_NOT_READY)
            return
        if pid == 0:
            self._on_ready.clear()  # other plays' tokens are no business of this one
            child.run(spare, ground, socket_path=self._socket_path)
        if ours is not None and theirs is not None:
            theirs.close()
            self._await_listener(ours, _outside.Proxy(**order["proxy"]))
        pidfd = os.pidfd_open(pid)
        self._children[pidfd] = _Child(spare.id, pid)
        self._pidfds[spare.id] = pidfd
        self._watch(pidfd, lambda _event: self._reap(pidfd))

    def _await_listener(self, way: socket.socket, proxy: _outside.Proxy) -> None:
        def take(_event: int) -> None:
            listener = _outside.take_over(way)
            self._leave(way.fileno())
            way.close()
            if listener is not None:
                self._watch(listener, lambda event: self._serve(listener, proxy, event))

        self._watch(way.fileno(), take)

    def _serve(self, listener: int, proxy: _outside.Proxy, event: int) -> None:
        if event & select.EPOLLIN:
            _outside.serve(listener, proxy)
        else:
            self._leave(listener)
            os.close(listener)

    def _kill(self, spare: str, name: str) -> None:
        pidfd = self._pidfds.get(spare)
        if pidfd is None:
            return
        try:
            signal.pidfd_send_signal(pidfd, signal.SIGTERM if name == "TERM" else signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has just ended; its exit is about to be reported

    def _reap(self, pidfd: int) -> None:
        ended = self._children.pop(pidfd)
        del self._pidfds[ended.spare]
        self._leave(pidfd)
        os.close(pidfd)
        _, status, usage = os.wait4(ended.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self._report(
            ended.spare,
            code=code if code >= 0 else None,
            signal_number=-code if code < 0 else None,
            cpu_ms=round((usage.ru_utime + usage.ru_stime) * 1000),
            max_rss_kb=usage.ru_maxrss,
        )

    def _report(
        self,
        spare: str,
        *,
        code: int | None,
        signal_number: int | None = None,
        cpu_ms: int = 0,
        max_rss_kb: int = 0,
    ) -> None:
        message = {"code": code, "signal": signal_number, "cpu_ms": cpu_ms, "max_rss_kb": max_rss_kb}
        self._send({"op": "exit", "spare": spare, **message})

    def _send(self, message: dict[str, Any]) -> None:
        self._control.sendall(json.dumps(message).encode() + b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="hero_zygote")
    parser.add_argument("--socket", required=True, help="Unix socket of the executor that every child connects to")
    parser.add_argument("--dir", required=True, help="folder that will hold the work folders")
    parser.add_argument("--packages", default="", help="folder of the packages that its plays may import")
    parser.add_argument("--most", default="A+", help="the best tier to use where the machine gives more")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    folder = os.path.abspath(options.dir)
    finding = probe(folder, most=options.most)
    world = None
    if finding.layers.namespaces:
        world = _namespaces.enter(**worlds_folders(folder, os.path.dirname(options.socket), options.packages))
    control = socket.socket(fileno=CONTROL_FD)
    zygote = Zygote(
        control, socket_path=options.socket, finding=finding, world=world, packages=options.packages
    )
    _preload.warm_up_zygote(folder, lambda: child.practise(zygote.ground("none")))
    try:
        zygote.serve()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the executor is gone
    zygote.end_children()
    os._exit(0)


if __name__ == "__main__":
    main()
