"""Every flow of the tests runs under always_replay, or is named here with the reason.

The flows of the Python tests: `always_replay.py` plays what the fixture `play` and `run_flow` play once more. The
flows in the TypeScript tests: `TYPESCRIPT` says how each is played. Those of seed-flows/ run with all their examples
under the executor's own always_replay (seed-flows/seed-flows.test.ts).
"""

from __future__ import annotations

import ast
import pathlib
import re
import time
from typing import Any

import always_replay
import pytest
import typescript_flows

from hero_tracing.testing import assert_always_replay

FLOWS = dict(typescript_flows.flows())
CLI = "services/cli/test"
EXECUTOR = "services/executor/test"
FORK, SPAWN = f"{CLI}/fork.e2e.test.ts::", f"{CLI}/spawn.e2e.test.ts::"
CHAOS = "perf/chaos/flows.ts::"

#: `library` and `fill` (what stands for a `${...}`) aside, the options of assert_always_replay.
TYPESCRIPT: dict[str, dict[str, Any]] = {
    "admin-ui/test/support/flows.ts::GREETING": {"inputs": {"name": "Ada", "times": 2}, "answers": {"style": "warm"}},
    "admin-ui/test/support/flows.ts::WIDE": {"inputs": {"groups": 2, "size": 3}},
    "admin-ui/test/support/flows.ts::VAST": {"inputs": {"groups": 2, "size": 3}},
    "admin-ui/test/support/flows.ts::FAILING": {},
    "admin-ui/test/support/flows.ts::SLOW": {"inputs": {"times": 4}},
    "admin-ui/test/support/flows.ts::HOSTILE": {"inputs": {"text": "<b>"}},
    "admin-ui/test/support/flows.ts::ASKING": {"answers": {"time": "now"}},
    "admin-ui/test/support/flows.ts::RULED": {"answers": {"pay_12_000_eur_": True}},
    "admin-ui/test/support/flows.ts::LARGE": {"inputs": {"megabytes": 1}},
    "admin-ui/test/play-file.browser.test.ts::SECRETIVE": {},
    "deploy/chaos/load.ts::steps": {},
    "deploy/chaos/load.ts::asks": {"answers": {"what": "this", "then": "that"}},
    "deploy/chaos/load.ts::naps": {},
    f"{CHAOS}CHILD": {"inputs": {"n": 2}},
    f"{CHAOS}PARENT": {
        "inputs": {"steps": 2, "ms": 5, "children": 2, "sleep": 3.0},
        "answers": {"go": "yes"},
        "library": {"chaos_child": f"{CHAOS}CHILD"},
    },
    f"{CLI}/access.e2e.test.ts::APPROVAL": {"answers": {"pay": True}},
    f"{CLI}/bad-input.e2e.test.ts::SHARED": {},
    f"{CLI}/bad-input.e2e.test.ts::source": {"inputs": {"value": {"one": 1}}},
    f"{CLI}/bad-input.e2e.test.ts::nullable": {"inputs": {"a": None}},
    f"{CLI}/bench.e2e.test.ts::#0": {"inputs": {"x": 4}, "fill": {"${body}": "return x * 2"}},
    f"{CLI}/bench.e2e.test.ts::GENERATOR": {
        "inputs": {"workflow": "triple", "inputs": [{"name": "x"}], "examples": [], "count": 2}
    },
    f"{CLI}/cluster.e2e.test.ts::SLOW": {},
    f"{CLI}/cluster.e2e.test.ts::python_source": {},
    f"{CLI}/cluster.e2e.test.ts::source": {"inputs": {"n": 1}},
    f"{CLI}/crash.e2e.test.ts::SOURCE": {"inputs": {"count": 3, "ms": 1}, "answers": {"go": "yes"}},
    f"{CLI}/crash.e2e.test.ts::source": {"inputs": {"n": 1}},
    # Its step that fails at first counts its tries in the process.
    f"{FORK}NASTY": {
        "answers": {"go1": "a", "go2": "b", "go3": "c"},
        "library": {"doubled": f"{FORK}DOUBLED"},
        "replace": {"flaky": lambda: "in the end"},
    },
    f"{FORK}DOUBLED": {"inputs": {"n": 3}},
    f"{FORK}EDITED": {"answers": {"tone": "kind", "good": "yes"}},
    f"{FORK}CHILD": {"inputs": {"n": 1}, "answers": {"go": "yes"}},
    f"{FORK}PARENT": {"answers": {"go": "yes"}, "library": {"forked_child": f"{FORK}CHILD"}},
    f"{FORK}#5": {"inputs": {"slowly": True}, "answers": {"go": "yes"}},
    f"{FORK}#6": {
        "answers": {"go": "yes"},
        "fill": {"${n === 1 ? 'time.sleep(30)' : 'pass'}": "time.sleep(30)", "${n}": "1"},
    },
    f"{CLI}/full-disk.e2e.test.ts::SOURCE": {"inputs": {"count": 3}},
    f"{CLI}/fuzz.e2e.test.ts::QUESTION": {"answers": {"person": {"code": "the-good-one", "name": "Zoe", "age": 41}}},
    f"{CLI}/hold.e2e.test.ts::SOURCE": {"inputs": {"side_by_side": True}},
    f"{CLI}/library.e2e.test.ts::FLOW": {
        "inputs": {"customer": "Ada", "items": [1]},
        "answers": {"which_tone_": "kind", "extras_": [["gift"]]},
    },
    f"{CLI}/many-plays.e2e.test.ts::FLOW": {"inputs": {"amount": 2}},
    f"{CLI}/mcp.e2e.test.ts::ASKS": {
        "inputs": {"size": "M"},
        "answers": {"colour": 5, "extras": [[]], "price": 7, "address": {"city": "Rome"}, "sure": True},
    },
    f"{CLI}/mcp.e2e.test.ts::FAILS": {},
    f"{CLI}/mcp.e2e.test.ts::PLAIN": {},
    f"{CLI}/older-store.e2e.test.ts::source": {"inputs": {"n": 7}},
    f"{CLI}/play-export.e2e.test.ts::CHILD": {"inputs": {"n": 1}, "answers": {"inside": 1}},
    f"{CLI}/play-export.e2e.test.ts::MAIN": {
        "answers": {"inside": [1, 2], "end": "e", "late": 3},
        "library": {"child": f"{CLI}/play-export.e2e.test.ts::CHILD"},
    },
    f"{CLI}/play-export.e2e.test.ts::PART": {"inputs": {"n": 1}},
    f"{CLI}/play-export.e2e.test.ts::WHOLE": {"library": {"part": f"{CLI}/play-export.e2e.test.ts::PART"}},
    f"{CLI}/play-export.e2e.test.ts::QUOTE": {"inputs": {"order": "17"}, "answers": {"price": "9"}},
    f"{CLI}/race.e2e.test.ts::SOURCE": {"answers": {"peers": True, "why": "because"}},
    f"{CLI}/retention-crash.e2e.test.ts::SOURCE": {},
    f"{CLI}/retention-crash.e2e.test.ts::python_source": {
        "fill": {"${SOURCE}": FLOWS[f"{CLI}/retention-crash.e2e.test.ts::SOURCE"]}
    },
    f"{CLI}/secrets.e2e.test.ts::SOURCE": {"secrets": {"stripe": "sk_live_0123456789"}, "answers": {"go": True}},
    f"{CLI}/secrets.e2e.test.ts::source": {"secrets": {"kept": "a-secret-value"}},
    f"{CLI}/serve.e2e.test.ts::source": {},
    f"{SPAWN}square": {"inputs": {"n": 3}},
    f"{SPAWN}squares": {"inputs": {"count": 3}, "library": {"square": f"{SPAWN}square"}},
    f"{SPAWN}asks": {"inputs": {"who": "ann"}, "answers": {"what": "hi"}},
    f"{SPAWN}fails": {},
    f"{SPAWN}family": {
        "inputs": {"mode": "asks"},
        "answers": {"what": ["hi", "ho"]},
        "library": {"asks": f"{SPAWN}asks", "fails": f"{SPAWN}fails"},
    },
    # As in NASTY above.
    f"{CLI}/telemetry.e2e.test.ts::FLOW": {"answers": {"ok": True}, "replace": {"second": lambda: 2}},
    f"{EXECUTOR}/models.test.ts::TELLS": {},
    f"{EXECUTOR}/models.test.ts::COSTS": {"inputs": {"models": ["small", "large"]}},
    f"{EXECUTOR}/models.test.ts::WRITES": {"inputs": {"method": "workflow_create"}},
    f"{EXECUTOR}/real-python.test.ts::PAUSING": {"inputs": {"x": 5}, "answers": {"who": "Ada"}},
    f"{EXECUTOR}/real-python.test.ts::LARGE": {"inputs": {"text": "0123"}, "answers": {"go": True}},
    f"{EXECUTOR}/real-python.test.ts::double-current": {"inputs": {"n": 21}},
    f"{EXECUTOR}/real-python.test.ts::v2": {
        "inputs": {"name": "double"},
        "library": {"double": f"{EXECUTOR}/real-python.test.ts::double-current"},
    },
}

#: By `file::name`, or by file for all in it.
NOT_PLAYED = {
    f"{CLI}/always-replay.e2e.test.ts": "runs under the executor's own always_replay there",
    f"{CLI}/hold.e2e.test.ts::stubborn": "never ends, on purpose",
    f"{CLI}/namespaces.e2e.test.ts": "asks the services of a running server, and its executor past the SDK",
    f"{EXECUTOR}/hostile-cases.ts": "meant to break its process or its wire; hostile-flows.test.ts says how each ends",
    f"{EXECUTOR}/hostile-packages.test.ts": "looks at the packages of an executor",
    f"{EXECUTOR}/isolation.test.ts": "says what is left of the process of the play before, which a replay does not have",
    f"{EXECUTOR}/network.test.ts": "tries what the network of an executor lets through",
    f"{EXECUTOR}/packages.test.ts": "a frame for bodies that need the packages of an executor",
    f"{EXECUTOR}/real-python.test.ts::DIVERGING": "meant to do something else on a replay",
    f"{EXECUTOR}/real-python.test.ts::#5": "a frame for bodies that run over a limit of the executor",
    "services/cli/src/commands/example-verbs.test.ts": "is read, and not run",
    "services/cli/src/commands/flow-folder.test.ts": "is read, and not run",
    "services/registry/src/inspect/python-inspector.test.ts": "is read, and not run",
    "services/registry/src/rpc/workflow.test.ts": "is read, and not run",
    "services/registry/src/testing/build-for-test.ts": "is read, and not run",
    "services/registry/test/library/corpus.ts": "is searched, and not run",
}


def _entry(source: str) -> str:
    """The name of the workflow: that of its last flow."""
    last = source[source.rindex("@flow") :]
    named = re.match(r'@flow\([^)]*name="(\w+)"', last)
    defined = re.search(r"def (\w+)", last)
    assert defined is not None
    return (named or defined)[1]


def _is_listed(key: str) -> bool:
    return key in NOT_PLAYED or key.partition("::")[0] in NOT_PLAYED


@pytest.mark.parametrize("key", [key for key in FLOWS if not _is_listed(key)])
def test_flows_of_the_typescript_tests(key: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert key in TYPESCRIPT, f"{key} is new: say in TYPESCRIPT how it is played, or in NOT_PLAYED why it is not"
    options = dict(TYPESCRIPT[key])
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    source = FLOWS[key]
    for hole, text in options.pop("fill", {}).items():
        assert hole in source
        source = source.replace(hole, text)
    assert "${" not in source
    library = {name: FLOWS[other] for name, other in options.pop("library", {}).items()}
    folder = tmp_path / "work"
    folder.mkdir()
    options = {"name": _entry(source), "library": library, "folder": folder, **options}
    played = assert_always_replay(source, options.pop("inputs", {}), **options)
    assert played.status in ("success", "failed"), f"it waits for {[one.name for one in played.pending]}"


def test_the_lists_name_what_is_there() -> None:
    files = {key.partition("::")[0] for key in FLOWS}
    assert [key for key in TYPESCRIPT if key not in FLOWS or _is_listed(key)] == []
    assert [key for key in NOT_PLAYED if key not in FLOWS and key not in files] == []
    tests = {f"{file.name}::{test.name}" for file, test in _python_tests()}
    known = tests | {file.name for file, _ in _python_tests()}
    assert [name for name in always_replay.UNDISTURBED if name not in known] == []


def test_no_flow_of_a_python_test_goes_past_the_lists() -> None:
    """A flow that neither the fixture `play` nor `run_flow` plays is not seen by always_replay.py."""
    seen = ("play", "run_flow", "assert_always_replay")
    unseen = []
    for file, test in _python_tests():
        text = ast.unparse(test)
        used = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)} | {arg.arg for arg in test.args.args}
        is_listed = f"{file.name}::{test.name}" in always_replay.UNDISTURBED or file.name in always_replay.UNDISTURBED
        if "@flow" in text and not is_listed and used.isdisjoint(seen):
            unseen.append(f"{file.name}::{test.name}")
    assert unseen == []


def _python_tests() -> list[tuple[pathlib.Path, ast.FunctionDef]]:
    found = []
    for file in sorted(pathlib.Path(__file__).parent.glob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        found += [(file, one) for one in functions if one.name.startswith("test")]
    return found
