"""The ids, keys and paths of docs/wire.md section 6, made here anew from their parts: for arguments of every length, calls that
are equal, odd names, further attempts and flows of the library. The text of a path is only made for who needs it."""

from __future__ import annotations

import hashlib

import pytest

from hero_tracing._context import Span


def sha1(*parts: str) -> str:
    return hashlib.sha1("|".join(parts).encode()).hexdigest()


def top() -> Span:
    return Span(None, "", "", "", ("", ""), "", "VE1", "")


def step(parent: Span, name: str, arguments: str) -> tuple[Span, str]:
    key, part = parent.step_key(name, arguments)
    return parent.below(name, "step", (key, part)), key


def digest(name: str, arguments: str) -> str:
    return sha1(name, arguments, "")[:16]


# Around the lengths at which another way is taken to the same digest.
@pytest.mark.parametrize("size", [2, 58, 59, 60, 440, 470, 500, 5000])
def test_arguments_of_every_length(size: int) -> None:
    root = top().below("main", "flow_root", ("", "main#0"))
    arguments = f'"{"ä" * ((size - 2) // 2)}"'
    for n in range(3):
        span, key = step(root, "load", arguments)
        assert key == sha1("VE1", "main#0", "load", arguments, str(n))
        assert span.id == sha1("span", root.id, "load", str(n))[:16]
        assert span.path == span.scope == f"main#0/load:{digest('load', arguments)}#{n}"
    other, _ = step(root, "load", arguments[:-1] + 'x"')
    assert other.path.endswith("#0"), "calls with other arguments are counted by themselves"


def test_a_further_attempt_runs_its_steps_afresh_and_keeps_its_answers() -> None:
    outer, _ = step(top(), "a/b", "{}")
    path = f"a%2Fb:{digest('a/b', '{}')}#0"
    first, _ = step(outer, "inner", "{}")
    outer.next_attempt(2)
    outer.next_attempt(3)
    assert (outer.path, outer.scope) == (path, f"{path}@3")
    inner, key = step(outer, "inner", "{}")
    assert key == sha1("VE1", f"{path}@3", "inner", "{}", "0")
    assert inner.id == sha1("span", f"{outer.id}@3", "inner", "0")[:16]
    part = f"inner:{digest('inner', '{}')}#0"
    assert (inner.path, inner.scope) == (f"{path}/{part}", f"{path}@3/{part}")
    assert first.scope == f"{path}/{part}", "that of the attempt in which it began"
    assert inner.resume_id("ask") == sha1("pause", f"{path}/{part}", "ask", "0")[:16]
    assert inner.resume_id("wait", per_attempt=True) == sha1("pause", f"{path}@3/{part}", "wait", "0")[:16]


def test_a_flow_of_the_library_has_keys_of_its_own_version() -> None:
    assert top().step_key("sub", "{}", "VE2")[0] == sha1("VE2", "", "sub", "{}", "0")


def test_the_path_of_a_step_is_made_when_something_runs_below_it() -> None:
    root = top().below("main", "flow_root", ("", "main#0"))
    leaf, _ = step(root, "leaf", "{}")
    assert leaf._path is None
    leaf.below("log", "other")
    assert leaf._path == leaf.path
