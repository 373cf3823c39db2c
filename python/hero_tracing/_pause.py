"""Questions to the outside: `flow.pause`.

A pause that is answered returns its payload, on this run as on each replay. One that is not is recorded (durable
before anything else happens), and the play leaves through PauseSignal. Outside a play a pause returns its default,
or None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _context
from ._check import came, check_limit, check_name, check_text
from ._context import Span
from ._errors import PauseExpired, PlayRefused
from ._json import decode, encode, preview, quote
from ._masks import hide
from ._play import Play
from ._rules import rule_members

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._rules import Rules


def pause(
    name: str,
    *,
    schema: dict[str, Any] | bool | None = None,
    ui: Any = None,
    message: str = "",
    timeout: float | None = None,
    default: Any = ...,
    **rules: Unpack[Rules],
) -> Any:
    """Wait for an answer from outside and return it.

    `schema` (JSON Schema) checks the answer, `ui` hints at its form, `message` is Markdown for the reader. After
    `timeout` seconds the `default` is the answer; without a default `flow.PauseExpired` is raised. `rules` say who may
    answer and how many have to: `assignee`, `group`, `quorum`, `no_self_approval`, `escalate_after`, `escalate_to`.
    """
    check_name(name)
    check_text("message", message)
    check_limit("timeout", timeout)
    if schema is not None and not isinstance(schema, (dict, bool)):
        raise TypeError(f'schema must be a JSON Schema, not {came(schema)}: write schema={{"type": "string"}}')
    people = rule_members(**rules)
    play = _context.play
    if play is None:
        return None if default is ... else default
    members = _members(name, schema, ui, message, timeout, default) + people
    parent = play.enter()
    span = play.below(parent, name, "pause")
    resume_id = parent.resume_id(name)
    play.start(span, title=message if len(message) <= 200 and "\n" not in message else "")
    error: BaseException | None = None
    payload = ""
    try:
        answer = play.answers.get(resume_id) or _ask(play, span, resume_id, name, members)
        if "error" in answer:
            raise PlayRefused(str(answer["error"]))
        if answer.get("expired"):
            if default is ...:
                raise PauseExpired(name)
            payload = encode(default, f"pause {name!r}")
        else:
            payload = answer["payload"]
        return decode(payload)
    except BaseException as raised:
        error = raised
        raise
    finally:
        play.end_with(span, error, output=preview(hide(payload)) if error is None else None)


def _ask(play: Play, span: Span, resume_id: str, name: str, members: str) -> dict[str, Any]:
    line = f',"name":{quote(name)},"span_id":"{span.id}","kind":"answer"{members}'

    def look() -> bool:
        play.send_pause(span, resume_id, line)
        return resume_id in play.answers

    if look() or (span.branch is not None and span.branch.wait(None, look)):
        return play.answers[resume_id]
    play.pause_here(name, span)


def _members(name: str, schema: Any, ui: Any, message: str, timeout: float | None, default: Any) -> str:
    what = f"pause {name!r}"
    line = ""
    if schema is not None:
        line += f',"schema":{quote(encode(schema, f"the schema of {what}"))}'
    if ui is not None:
        line += f',"ui":{quote(encode(ui, f"the ui of {what}"))}'
    if message:
        line += f',"message":{quote(message)}'
    if timeout is not None:
        line += f',"timeout_ms":{max(1, round(timeout * 1000))}'
    if default is ...:
        return line + ',"has_default":false'
    return line + f',"has_default":true,"default_payload":{quote(encode(default, f"the default of {what}"))}'
