"""Asks a model over any endpoint that speaks the protocol of OpenAI.

Other flows spawn it, so that it alone needs the network and the key:

    reply = flow.invoke("model_call", spawn=True, prompt="Name three colours.", system="Be brief.")
    print(reply["text"])

What the endpoint refuses for now (429, 5xx), what does not arrive and what is no reply is asked again, after the time that the endpoint
names or after 1, 2, 4, ... seconds. What it refuses for good fails at once. The key stands in no span, log or error.
"""

import email.utils
import http.client
import json
import os
import time
import urllib.error
import urllib.request

from hero_tracing import flow

MAX_BYTES = 4 * 1024 * 1024
LONGEST_WAIT_S = 600
FOR_NOW = (408, 409, 425, 429, 500, 502, 503, 504, 529)
NO_URL = (
    "HERO_AIBROKER_URL is not set: give the executor the base URL of an OpenAI-compatible endpoint. A play gets it only if the limits "
    "of its version allow the network"
)


class NotNow(Exception):
    """Worth another attempt, after `wait_s` seconds if the endpoint said so."""

    def __init__(self, problem, wait_s=None):
        super().__init__(problem)
        self.wait_s = wait_s


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key goes to nobody else."""

    def redirect_request(self, *_args):
        return None


@flow(title="Ask once")
def ask(request: dict, attempt: int, as_json: bool, timeout_s: float) -> dict:
    """The reply, or {"problem", "wait_s"} when another attempt is worth it."""
    flow.current_span.title(f"Ask {request['model']}" + (f", attempt {attempt}" if attempt > 1 else ""))
    flow.current_span.tag("model", request["model"])
    try:
        reply = streamed(request, timeout_s) if request.get("stream") else whole(request, timeout_s)
        note_usage(reply)
        return {**reply, "data": json_of(reply["text"]) if as_json else None}
    except NotNow as problem:
        flow.current_span.log(f"attempt {attempt}: {problem}")
        return {"problem": str(problem), "wait_s": problem.wait_s}


def note_usage(reply: dict) -> None:
    for tag in ("model", "tokens_prompt", "tokens_completion"):
        if reply[tag] is not None:
            flow.current_span.tag(tag, reply[tag])
    if reply["cost_usd"] is not None:
        flow.current_span.cost(reply["cost_usd"])


def json_of(text: str) -> object:
    """The JSON document of a reply, also from inside a code fence."""
    body = text.strip()
    if body.startswith("```"):
        body = body.split("\n", 1)[-1].rsplit("```", 1)[0]
    try:
        return json.loads(body)
    except ValueError as error:
        raise NotNow(f"the reply is not JSON: {error}", 0) from None


def whole(request: dict, timeout_s: float) -> dict:
    with post(request, timeout_s) as response:
        data = b"".join(chunks(response, timeout_s))
    reply = document(data)
    choice = first_choice(reply)
    content = choice.get("message", {}).get("content")
    if not isinstance(content, str):
        raise NotNow("the reply has no text")
    return outcome(request, reply, content, choice.get("finish_reason"))


def streamed(request: dict, timeout_s: float) -> dict:
    parts: list[str] = []
    last: dict = {}
    reason = None
    with post(request, timeout_s) as response:
        for line in lines(chunks(response, timeout_s)):
            if not line.startswith(b"data:"):
                continue
            data = line[5:].strip()
            if data == b"[DONE]":
                break
            event = document(data)
            last = {**last, **{k: event[k] for k in ("model", "usage") if event.get(k)}}
            for choice in event.get("choices") or []:
                parts.append(choice.get("delta", {}).get("content") or "")
                reason = choice.get("finish_reason") or reason
        else:
            if reason is None:
                raise NotNow("the stream ended before the reply did")
    return outcome(request, last, "".join(parts), reason)


def outcome(request: dict, reply: dict, text: str, reason: object) -> dict:
    usage = reply.get("usage") if isinstance(reply.get("usage"), dict) else {}
    return {
        "text": text,
        "model": reply.get("model") or request["model"],
        "finish_reason": reason or "",
        "tokens_prompt": number(usage.get("prompt_tokens")),
        "tokens_completion": number(usage.get("completion_tokens")),
        "cost_usd": number(usage.get("cost")),
    }


def number(value: object):
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0 else None


def document(data: bytes) -> dict:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise NotNow(f"the endpoint sent what is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise NotNow("the endpoint sent JSON that is no object")
    return found


def first_choice(reply: dict) -> dict:
    choices = reply.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise NotNow("the reply has no choices")
    return choices[0]


def post(request: dict, timeout_s: float):
    url = os.environ["HERO_AIBROKER_URL"].rstrip("/") + "/chat/completions"
    headers = {"Content-Type": "application/json"}
    key = os.environ.get("HERO_AIBROKER_KEY", "")
    if key:
        headers["Authorization"] = f"Bearer {key}"
    opener = urllib.request.build_opener(NoRedirect)
    try:
        return opener.open(urllib.request.Request(url, json.dumps(request).encode(), headers), timeout=timeout_s)
    except urllib.error.HTTPError as error:
        with error:
            raise refusal(error) from None
    except (OSError, http.client.HTTPException) as error:
        raise unreached(error, timeout_s) from None


def unreached(error: Exception, timeout_s: float) -> NotNow:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return NotNow(f"no answer from HERO_AIBROKER_URL within {timeout_s:g} s")
    return NotNow(f"HERO_AIBROKER_URL cannot be reached: {type(cause).__name__}: {cause}")


def refusal(error: urllib.error.HTTPError) -> Exception:
    said, code = words_of(error)
    if error.code in FOR_NOW and code != "insufficient_quota":
        return NotNow(f"the endpoint answered {error.code}: {said}", wait_of(error.headers.get("Retry-After")))
    if error.code in (401, 403):
        return flow.Failed(f"the endpoint refused HERO_AIBROKER_KEY ({error.code}): {said}")
    if 300 <= error.code < 400:
        return flow.Failed("the endpoint answered with a redirect: name the final address in HERO_AIBROKER_URL")
    if error.code == 404:
        return flow.Failed(f"the endpoint knows no such address or model (404); look at HERO_AIBROKER_URL and the model: {said}")
    return flow.Failed(f"the endpoint refused the request ({error.code}): {said}")


def words_of(error: urllib.error.HTTPError) -> tuple:
    """What the endpoint said, without the key, and its code."""
    try:
        found = json.loads(error.read(64 * 1024))["error"]
        said, code = str(found["message"]), found.get("code")
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError):
        said, code = error.reason, None
    key = os.environ.get("HERO_AIBROKER_KEY", "")
    return (said.replace(key, "[key]") if key else said)[:500], code


def wait_of(header) -> float | None:
    """Seconds, from a number or a date."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def chunks(response, timeout_s: float):
    """The body as it comes: whole, in time and not too large, or NotNow."""
    deadline = time.monotonic() + timeout_s
    size = 0
    while True:
        try:
            data = response.read1(64 * 1024)
        except (OSError, http.client.HTTPException) as error:
            raise unreached(error, timeout_s) from None
        if not data:
            if response.length:
                raise NotNow("the reply ended before its length")
            return
        size += len(data)
        if size > MAX_BYTES:
            raise flow.Failed(f"the reply is longer than {MAX_BYTES} bytes")
        yield data
        if time.monotonic() > deadline:
            raise NotNow(f"the reply was not complete within {timeout_s:g} s")


def lines(parts):
    rest = b""
    for part in parts:
        *whole_lines, rest = (rest + part).split(b"\n")
        yield from whole_lines
    if rest:
        yield rest


def request_of(prompt: str, system: str, messages: list, model: str, stream: bool, options: dict) -> dict:
    """Raises flow.Failed when something is missing, naming it."""
    if not os.environ.get("HERO_AIBROKER_URL"):
        raise flow.Failed(NO_URL)
    model = model or os.environ.get("HERO_AIBROKER_MODEL", "")
    if not model:
        raise flow.Failed("no model is named: give the input model, or set HERO_AIBROKER_MODEL")
    said = [*([{"role": "system", "content": system}] if system else []), *messages]
    if prompt:
        said.append({"role": "user", "content": prompt})
    if not any(message.get("role") != "system" for message in said):
        raise flow.Failed("there is nothing to ask: give prompt or messages")
    streaming = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    return {**options, "model": model, "messages": said, **streaming}


@flow(name="model_call", title="Ask a model")
def model_call(
    prompt: str = "",
    system: str = "",
    messages: list = [],
    model: str = "",
    as_json: bool = False,
    stream: bool = False,
    timeout_s: float = 120,
    attempts: int = 5,
    options: dict = {},
) -> dict:
    """Asks a model, and asks again what failed for now.

    Args:
        prompt: what the user says; comes after messages
        system: what the model is told first
        messages: of the protocol: {"role", "content"}
        model: its name; empty = HERO_AIBROKER_MODEL
        as_json: the reply has to be JSON; it is given parsed in data
        stream: take the reply as it is written
        timeout_s: seconds for one attempt
        attempts: at most so many
        options: further members of the request, such as temperature and max_tokens
    """
    request = request_of(prompt, system, messages, model, stream, options)
    problem = ""
    for attempt in range(1, attempts + 1):
        reply = ask(request, attempt, as_json, timeout_s)
        if "problem" not in reply:
            return {**reply, "attempts": attempt}
        problem = reply["problem"]
        if attempt < attempts:
            wait_s = 2.0 ** (attempt - 1) if reply["wait_s"] is None else reply["wait_s"]
            flow.sleep(min(wait_s, LONGEST_WAIT_S))
    raise flow.Failed(f"no usable reply in {attempts} attempts; the last problem: {problem}")
