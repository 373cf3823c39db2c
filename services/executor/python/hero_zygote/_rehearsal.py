"""The rehearsal of a play: a small flow goes the whole way of one, from its job line to its last word.

What a play touches first of all is the process's own by then, and near the processor: that halves the time to its first
span. The executor of a rehearsal is a socket pair on which everything has been said beforehand. Leaves nothing behind.
"""

import itertools
import json
import linecache
import os
import socket
import sys
from typing import Final

import hero_tracing.run

from . import _environment, _job, _rlimits

_FLOW: Final = """
from hero_tracing import flow

@flow
def load(n: int) -> int:
    return n * 2

@flow
def main(count: int = 2) -> dict:
    return {"total": sum(load(n) for n in range(count))}

"""
#: As many and as long as those of a play.
_VARIABLES: Final = {f"HERO_REHEARSAL_{n}": "x" * 40 for n in range(10)}
_SAID: Final = b'{"go":{}}\n{"ack": 1000000}\n'
#: Each rehearsal compiles: a source that is known would be there already.
_count = itertools.count()
_can_play = True


def give_up() -> None:
    """From now on nothing is played: it does not work here."""
    global _can_play
    _can_play = False


def in_zygote() -> None:
    """All but the limits, and the file in the work folder. Raises what does not work."""
    before = dict(os.environ)
    job = _job.read(_line(steps=2), _rlimits.Limits())
    _environment.become(job.environment)
    try:
        _play(job)
    finally:
        _environment.become(before)


def in_child(own: _rlimits.Limits, *, steps: int) -> None:
    """With limits that change nothing. The more ``steps``, the longer it takes and the more it touches."""
    job = _job.read(_line(steps), own)
    _job.accept(job)
    if _can_play:
        _play(job)
    _environment.become({})
    _environment.forget_former()
    os.unlink(_job.FLOW_FILE)


def _line(steps: int) -> bytes:
    environment = {**_VARIABLES, "HERO_FLOW_NAME": "main", "HERO_FLOW_INPUT": json.dumps({"count": steps})}
    job = {"env": environment, "limits": {}, "source": f"{_FLOW}# {next(_count)}\n", "serve": True, "go_later": True}
    return json.dumps({"job": job}).encode()


def _play(job: _job.Job) -> None:
    executor, play = socket.socketpair()
    with executor:
        executor.sendall(_SAID)

        def begin() -> dict[str, str]:
            _, variables = _job.await_go(play)
            play.detach()
            return variables

        environment = {**job.environment, "HERO_FLOW_SPAN_SOCK": f"fd:{play.fileno()}"}
        code = hero_tracing.run.run_play(environment, job.source, begin)
    sys.modules.pop("flow", None)
    linecache.clearcache()
    if code != 0:
        raise RuntimeError(f"the rehearsal has ended with {code}")
