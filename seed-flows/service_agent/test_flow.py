"""service_agent: search, choose, write, run, mend, report, keep. It asks when it is not sure, and changes the library only when told to."""

from __future__ import annotations

import pathlib
from typing import Any

from hero_tracing import flow
from hero_tracing.testing import assert_always_replay, run_flow

HERE = pathlib.Path(__file__).parent
FLOW = HERE / "flow.py"
LIBRARY = {
    name: HERE.parent / name / "flow.py"
    for name in ("model_call", "pick_service", "service_code_gen", "run_code", "sample_words")
}
PICK = {"when": "You choose which services", "text": '{"services": ["sample_words"], "confidence": 0.9}'}
UNSURE = {"when": "You choose which services", "text": '{"services": [], "confidence": 0.2}'}
GOOD = """```python
from hero_tracing import flow

@flow
def main():
    return flow.invoke("sample_words", text="to be or not to be")
```"""
BROKEN = GOOD.replace("to be or not to be", "x").replace("return", "return undefined or")
SUMMARY = {"when": "You report results", "text": "Counted six words."}


def search(method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"hits": [{"name": "sample_words", "description": "count words", "inputs": [], "outputs": []}]}


class Library:
    """What the registry would do."""

    def __init__(self) -> None:
        self.saved: dict[str, str] = {}

    def create(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if params["name"] == "taken":
            raise flow.CallFailed(method, "WORKFLOW_NAME_TAKEN", "the name is taken")
        self.saved[params["name"]] = params["python_source"]
        return {"sid": "01w"}


def play(inputs: dict[str, Any], *, always: bool = False, **options: Any) -> Any:
    library = Library()
    replace = {"flow_library_search": search, "workflow_create": library.create}
    run = assert_always_replay if always else run_flow
    played = run(FLOW, {"prompt": "count words of a text", **inputs}, library=LIBRARY, replace=replace, **options)
    return played, library


def test_from_the_prompt_to_the_library(broker) -> None:
    broker(PICK, SUMMARY, {"text": GOOD})
    played, library = play({}, always=True, answers={"save": True, "save_as": ["taken", "word_counts"]})
    assert played.output["result"] == {"to": 2, "be": 2, "or": 1, "not": 1}
    assert played.output["summary"] == "Counted six words." and played.output["services"] == ["sample_words"]
    assert played.output["attempts"] == 1 and played.output["saved_as"] == "word_counts"
    assert list(library.saved) == ["word_counts"] and library.saved["word_counts"] == played.output["source"]


def test_an_error_is_fed_back(broker) -> None:
    turn = ({"text": BROKEN, "times": 1}, {"text": GOOD, "times": 1})
    double = broker(PICK, SUMMARY, *turn, *turn)
    played, library = play({}, always=True, answers={"save": False})
    assert played.output["attempts"] == 2 and played.output["saved_as"] == "" and not library.saved
    mending, _again = [r for r in double.requests if "it failed" in str(r["body"]["messages"])]
    told = mending["body"]["messages"][1]["content"]
    assert "NameError" in told and 'File "program.py"' in told and "undefined or flow.invoke" in told


def test_it_gives_up_and_says_why(broker) -> None:
    broker(PICK, {"text": BROKEN})
    played, _ = play({"max_attempts": 2})
    assert "no program worked in 2 attempts; the last error: NameError" in played.error["message"]


def test_it_asks_when_unsure(broker) -> None:
    broker(UNSURE, SUMMARY, {"when": "1999", "text": GOOD}, {"text": "QUESTION: Which year?"})
    played, _ = play({"offer_to_save": False})
    (question,) = played.pending
    assert question.name == "services" and [o["value"] for o in question.ui["options"]] == ["sample_words"]
    played.resume("services", ["sample_words"])
    (question,) = played.pending
    assert (question.name, question.message) == ("question_1", "Which year?")
    done = played.resume("question_1", "1999")
    assert done.output["services"] == ["sample_words"] and done.output["result"]["to"] == 2
    answers = {"services": [["sample_words"]], "question_1": "1999"}
    asked, _ = play({"offer_to_save": False}, always=True, answers=answers)
    assert asked.output == done.output


def test_without_an_endpoint(monkeypatch) -> None:
    monkeypatch.delenv("HERO_AIBROKER_URL", raising=False)
    played, _ = play({})
    assert "HERO_AIBROKER_URL is not set" in played.error["message"]
