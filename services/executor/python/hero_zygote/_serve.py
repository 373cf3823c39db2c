"""Isolation ``version``: plays of one version, one after the other in this process.

What a play may have changed is put back before the next one where that can be done: the work folder is emptied, and
environment, folder, path, hooks, signal handlers, timers and the modules that came from a source are as they were. A
process that cannot be put back serves no other play: it ends, as it does after every play that has failed. That is so
when threads, child processes, descriptors, or limits of the play are left, when its output goes elsewhere, and when
half of the CPU time or memory of one play is used up. Modules that were imported, what they hold, and whatever else lies
in memory stay: plays of a version are not protected from the ones before.
"""

import contextvars
import gc
import json
import linecache
import os
import random
import resource
import select
import shutil
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

import hero_tracing.run

from . import _job, _rlimits, _staged

_OK: Final = (0, 75)  # it has returned, or it waits for an answer
_HOOKS: Final = ("excepthook", "displayhook", "unraisablehook", "breakpointhook")
_LIMITS: Final = (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE)
#: New descriptors take the lowest numbers. A poll of more than a play may open is refused.
_FDS: Final = 64
_TIMERS: Final = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


def serve(job: _job.Job, channel: socket.socket, *, own: _rlimits.Limits, staged: int | None, output: str) -> int:
    """Runs this play and those that follow. Returns the exit code of the last one."""
    state = _State.now(staged, output)
    try:
        while True:
            used = _cpu_s()
            code = _play(job, state, channel)
            if code not in _OK or not state.restore() or not _has_room(job):
                return code
            served = {"code": code, "cpu_ms": round((_cpu_s() - used) * 1000), "max_rss_kb": _max_rss_kb()}
            channel.sendall(json.dumps({"served": served}).encode() + b"\n")
            del job
            gc.collect()  # nobody waits for it; what the play left in memory goes
            line = _next_job(channel)
            if line is None:
                return 0
            try:
                job = _job.read(line, own)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                print(f"the job line cannot be read: {error!r}", file=sys.__stderr__)
                return _job.EXIT_BAD_JOB
            os.ftruncate(1, 0)
            _job.accept(job)
    finally:
        channel.detach()


def _play(job: _job.Job, state: "_State", channel: socket.socket) -> int:
    def begin() -> dict[str, str]:
        has_files, variables = _job.await_go(channel) if job.goes_later else (True, {})
        if state.staged is not None and has_files:
            _staged.bring(state.staged, state.output)
        if variables:
            os.environ.update(variables)
        return variables

    random.seed()
    gc.enable()
    # The SDK closes its end when the play is over: it gets one of its own.
    environment = {**job.environment, "HERO_FLOW_SPAN_SOCK": f"fd:{os.dup(channel.fileno())}"}
    os.environ["HERO_FLOW_SPAN_SOCK"] = environment["HERO_FLOW_SPAN_SOCK"]
    # In a context of its own: what the SDK and the flow set in theirs goes with it.
    return contextvars.Context().run(hero_tracing.run.run_play, environment, job.source, begin)


def _next_job(channel: socket.socket) -> bytes | None:
    """Passes over what was still on its way to the play before."""
    while (line := _job.read_line(channel)) is not None and not line.startswith(b'{"job":'):
        pass
    return line


def _has_room(job: _job.Job) -> bool:
    """Enough is left of the process's limits for a play to use all of its own."""
    return _cpu_s() < job.cpu_s / 2 and _max_rss_kb() < job.memory_mb * 512


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _max_rss_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@dataclass(frozen=True, kw_only=True)
class _State:
    """The process before its first play."""

    staged: int | None
    output: str
    folder: str
    path: list[str]
    modules: frozenset[str]
    streams: tuple[Any, ...]
    hooks: dict[str, Any]
    handlers: dict[int, Any]
    blocked: frozenset[int]
    mask: int
    recursion: int
    limits: list[tuple[int, int]]
    outputs: list[tuple[int, int]]
    open_fds: list[int]

    @classmethod
    def now(cls, staged: int | None, output: str) -> "_State":
        return cls(
            staged=staged,
            output=output,
            folder=os.getcwd(),
            path=list(sys.path),
            modules=frozenset(sys.modules),
            streams=(sys.stdin, sys.stdout, sys.stderr),
            hooks={name: getattr(sys, name) for name in _HOOKS},
            handlers={number: signal.getsignal(number) for number in signal.valid_signals()},
            blocked=frozenset(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
            mask=_mask(),
            recursion=sys.getrecursionlimit(),
            limits=[resource.getrlimit(kind) for kind in _LIMITS],
            outputs=_outputs(),
            open_fds=_open_fds(),
        )

    def restore(self) -> bool:
        """Puts back what can be. False when something is left that cannot."""
        try:
            self._reset_interpreter()
            self._reset_signals()
            os.chdir(self.folder)
            _empty(self.output)
        except Exception as error:  # whatever a play has left there: its process is not used again
            print(f"this process is not used again: {error!r}", file=sys.__stderr__)
            return False
        return not self._has_left_something()

    def _reset_interpreter(self) -> None:
        sys.settrace(None)
        sys.setprofile(None)
        sys.stdin, sys.stdout, sys.stderr = self.streams
        sys.path[:] = self.path
        sys.argv[:] = ["flow.py"]
        sys.setrecursionlimit(self.recursion)
        for name, hook in self.hooks.items():
            setattr(sys, name, hook)
        os.umask(self.mask)
        os.environ.clear()
        for name in sys.modules.keys() - self.modules:
            if self._is_of_play(sys.modules[name]):
                del sys.modules[name]
        linecache.clearcache()

    def _is_of_play(self, module: Any) -> bool:
        """It came from the source of a flow, or from a file in the work folder."""
        spec, file = getattr(module, "__spec__", None), str(getattr(module, "__file__", None) or os.sep)
        return (spec is None and not os.path.isabs(file)) or os.path.abspath(file).startswith(self.folder + os.sep)

    def _reset_signals(self) -> None:
        for timer in _TIMERS:
            signal.setitimer(timer, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, self.blocked)
        for number, handler in self.handlers.items():
            if handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)

    def _has_left_something(self) -> bool:
        return (
            [resource.getrlimit(kind) for kind in _LIMITS] != self.limits
            or threading.active_count() > 1
            or len(_frames()) > 1
            or _has_children()
            or _open_fds() != self.open_fds
            or _outputs() != self.outputs
            or (self.staged is None and _number_of(self.output) != self.outputs[0])
        )


def _frames() -> dict[int, FrameType]:
    """One for each thread, also of those that the module threading does not know."""
    return sys._current_frames()


def _has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _open_fds() -> list[int]:
    """Those of the first numbers that are open, by one system call: ``/proc`` is not there for a play."""
    poll, first = select.poll(), range(min(_FDS, resource.getrlimit(resource.RLIMIT_NOFILE)[0]))
    for fd in first:
        poll.register(fd, 0)
    closed = {fd for fd, event in poll.poll(0) if event & select.POLLNVAL}
    return [fd for fd in first if fd not in closed]


def _outputs() -> list[tuple[int, int]]:
    """The files behind descriptors 1 and 2."""
    return [(found.st_dev, found.st_ino) for found in (os.fstat(1), os.fstat(2))]


def _number_of(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path, follow_symlinks=False)
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)


def _mask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _empty(without: str) -> None:
    """Removes everything from the current folder but that file."""
    with os.scandir(".") as entries:
        found = list(entries)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        elif entry.name != without:
            os.unlink(entry.path)
