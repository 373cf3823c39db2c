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
from dataclasses import asdict, dataclass
from typing import Any, Final

from . import _policy, _preload, _rlimits, _seccomp, child
from ._probe import Finding, probe

CONTROL_FD: Final = 3
_NETWORKS: Final[tuple[_seccomp.Network, ...]] = ("none", "any")


@dataclass(frozen=True)
class _Child:
    spare: str
    pid: int


class Zygote:
    """Forks, kills and reaps children on behalf of the executor."""

    def __init__(self, control: socket.socket, *, socket_path: str, finding: Finding) -> None:
        self._control = control
        self._socket_path = socket_path
        self._finding = finding
        self._rules = {network: _policy.open_rules(network) for network in _NETWORKS}
        self._pid = os.getpid()
        self._children: dict[int, _Child] = {}
        self._pidfds: dict[str, int] = {}
        self._received = b""
        self._epoll = select.epoll()
        self._epoll.register(control, select.EPOLLIN)

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
        while True:
            for fd, _ in self._epoll.poll():
                if fd != self._control.fileno():
                    self._reap(fd)
                elif not self._read_control():
                    return

    def end_children(self) -> None:
        """Kills them and waits: nobody else can, and whoever waits for the zygote may take all of them for gone."""
        for ended in self._children.values():
            os.kill(ended.pid, signal.SIGKILL)
        for ended in self._children.values():
            os.waitpid(ended.pid, 0)

    def _read_control(self) -> bool:
        chunk = self._control.recv(1 << 16)
        *lines, self._received = (self._received + chunk).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))
        return bool(chunk)

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
        )
        rules = self._rules[spare.network]
        try:
            pid = os.fork()
        except OSError as error:
            print(f"cannot fork: {error}", file=sys.stderr, flush=True)
            self._report(spare.id, code=child.EXIT_NOT_READY)
            return
        if pid == 0:
            layers = self._finding.layers
            child.run(spare, socket_path=self._socket_path, layers=layers, rules=rules, zygote_pid=self._pid)
        pidfd = os.pidfd_open(pid)
        self._children[pidfd] = _Child(spare.id, pid)
        self._pidfds[spare.id] = pidfd
        self._epoll.register(pidfd, select.EPOLLIN)

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
        self._epoll.unregister(pidfd)
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
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=CONTROL_FD)
    finding = probe(options.dir)
    zygote = Zygote(control, socket_path=options.socket, finding=finding)
    _preload.warm_up_zygote(options.dir)
    try:
        zygote.serve()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the executor is gone
    zygote.end_children()
    os._exit(0)


if __name__ == "__main__":
    main()
