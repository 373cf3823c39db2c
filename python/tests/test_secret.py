"""`flow.secret`: asked for on each run and never recorded. What a play was given shows nowhere, also not encoded, cut or in an
error; a step that returns it fails; a refusal is an error of its own; outside a play the environment has it."""

from __future__ import annotations

import base64
import json
import urllib.parse
from typing import Any

import pytest
from conftest import PlayOf

from hero_tracing import flow
from hero_tracing._masks import forms, hide, remember
from hero_tracing.testing import run_flow

TOKEN = 'sk-live/ä+"quoted" 0123456789'

USING = """
    @flow
    def call(token: str) -> int:
        print("token is", token)
        flow.current_span.log("x" * 4000 + token)
        return len(token)

    @flow
    def main():
        n = call(flow.secret("pay"))
        flow.pause("p")
        return [n, len(flow.secret("pay"))]
"""


def sent(run: Any) -> str:
    return json.dumps(run.events, ensure_ascii=False)


def test_it_is_given_and_not_shown(play: PlayOf) -> None:
    executor = play(USING)
    executor.secrets = {"pay": TOKEN}
    first = executor.run()
    assert first.code == 75
    executor.secrets = {"pay": TOKEN[::-1]}
    executor.answer("p", None)
    second = executor.run()
    assert second.output == [len(TOKEN), len(TOKEN)]
    for run in (first, second):
        assert not any(form in sent(run) for form in forms(TOKEN))
    assert "[secret pay]" in sent(first)
    assert second.statuses()["call"] == "replayed", "a rotated secret is the same call"
    assert [len(run.of("secret")) for run in (first, second)] == [1, 2], "asked anew, nothing is recorded"
    assert not any("secret" in step["name"] for step in executor.steps.values())


def test_a_step_must_not_return_it(play: PlayOf) -> None:
    for how in ("t", "{'a': [t]}", "'x' + t + 'y'", "base64.b64encode(b'ab' + t.encode()).decode()", "t.encode().hex()"):
        executor = play(f"""
            import base64

            @flow
            def leak(t): return {how}

            @flow
            def main(): return leak(flow.secret("pay"))
        """)
        executor.secrets = {"pay": TOKEN}
        run = executor.run()
        assert run.error["type"] == "ValueError" and "the output of step 'leak' holds [secret pay]" in run.error["message"]
        assert not executor.steps and not any(form in sent(run) for form in forms(TOKEN)), how


def test_an_error_does_not_tell_it(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main(): raise RuntimeError("refused: " + flow.secret("pay"))
    """)
    executor.secrets = {"pay": TOKEN}
    run = executor.run()
    assert run.error["message"] == "refused: [secret pay]" and TOKEN not in run.error["traceback"]


def test_a_refusal_is_an_error_of_its_own(play: PlayOf) -> None:
    run = play("""
        @flow
        def main():
            try:
                flow.secret("other")
            except flow.SecretRefused as error:
                return [error.name, str(error)]
    """).run()
    assert run.output[0] == "other" and "a test has no secrets" in run.output[1]


def test_every_form_is_found() -> None:
    remember("pay", TOKEN)
    for offset in range(3):
        for length in range(3):
            text = base64.b64encode(b"x" * offset + TOKEN.encode() + b"y" * length).decode()
            assert "[secret pay]" in hide(text)
    for text in (TOKEN, json.dumps({"a": TOKEN}, ensure_ascii=False), urllib.parse.quote(TOKEN, safe=""), TOKEN.encode().hex()):
        assert "[secret pay]" in hide(text)
    assert hide("nothing of it") == "nothing of it"


KEY_FILE = "-----BEGIN PRIVATE KEY-----\n" + "\n".join(c * 60 + "==" for c in "abc") + "\n-----END PRIVATE KEY-----\n"


def test_a_value_of_several_lines_is_found_line_by_line(play: PlayOf) -> None:
    source = """
        @flow
        def main():
            print("key", flow.secret("pay"))
            account = __import__("json").loads(flow.secret("account"))
            print(account["private_key"])
            for line in flow.secret("pay").splitlines(): print("  ", line)
    """
    executor = play(source)
    executor.secrets = {"pay": KEY_FILE, "account": json.dumps({"private_key": KEY_FILE.replace("b", "d")})}
    run = executor.run()
    assert run.code == 0
    for letter in "abcd":
        assert letter * 16 not in sent(run)
    assert "-----BEGIN PRIVATE KEY-----" in sent(run)


@pytest.mark.parametrize("value", [TOKEN, "it's \\' \"both\" \U0001f600 quotes", "a tab\tand\na line", "p+w/d=0123456789"])
def test_it_is_found_as_python_and_json_write_it(value: str) -> None:
    remember("pay", value)
    inner = {"a": value}
    texts = [repr(value), ascii(value), repr(value + '"'), repr(value + "'"), str(inner), str({**inner, "'": 1}), repr(value.encode())]
    texts += [json.dumps(inner), json.dumps(json.dumps(inner)), json.dumps(json.dumps(inner, ensure_ascii=False))]
    texts += [urllib.parse.quote(value), urllib.parse.quote_plus(value), urllib.parse.quote(value, safe="").lower()]
    for text in texts:
        assert "[secret pay]" in hide(text), text


def test_a_play_that_is_spawned_is_not_given_it(play: PlayOf) -> None:
    executor = play("""
        @flow
        def main():
            flow.invoke("other", spawn=True, key=flow.secret("pay"))
    """)
    executor.secrets = {"pay": TOKEN}
    run = executor.run()
    assert "the input of flow 'other' holds [secret pay]; let the flow that needs it ask for it by its name" in sent(run)


def test_a_test_gives_its_own() -> None:
    @flow
    def main() -> int:
        return len(flow.secret("pay"))

    assert run_flow(main, secrets={"pay": TOKEN}).output == len(TOKEN)


def test_outside_a_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HERO_SECRET_PAY_ME", "from here")
    assert flow.secret("pay-me") == "from here"
    with pytest.raises(flow.SecretRefused, match="set HERO_SECRET_OTHER"):
        flow.secret("other")
