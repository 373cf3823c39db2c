"""Does what a prompt asks: looks into the library, writes a program that calls what it found, runs it, mends it, and says what came out.

The program runs in a play of its own (`run_code`): no network, no key, nothing of this play. This play itself has no network either;
the model is asked by `model_call`, which it spawns. It changes the library only when a person says that the program is to be kept.
"""

import json

from hero_tracing import ask_user, flow

SUMMARY = "You report results to the person who asked. Say in at most five plain sentences what was asked and what came out. Add nothing."
SURE = 0.5
MAX_QUESTIONS = 3
MAX_SHOWN = 6000


@flow(title="Choose the services")
def choose(request: str, model: str) -> list:
    """As pick_service chooses; a person decides when it is not sure."""
    picked = flow.invoke("pick_service", request=request, model=model)
    if picked["confidence"] >= SURE or not picked["candidates"]:
        return picked["services"]
    names = [one["name"] for one in picked["services"]]
    known = {one["name"]: one for one in picked["candidates"]}
    wanted = ask_user.multi_choice(
        "Which services should be used?",
        [{"value": name, "label": name, "description": one["description"]} for name, one in known.items()],
        name="services",
        message=f"The task: {request}\n\nSuggested: {', '.join(names) or 'none'}.",
    )
    return [known[name] for name in wanted]


@flow(title="Write a program that works")
def work(request: str, services: list, max_attempts: int, model: str) -> dict:
    """Writes, runs and mends. Returns request, source, result and attempts."""
    source = feedback = ""
    attempt = asked = 0
    while attempt < max_attempts:
        given = {"request": request, "services": services, "source": source, "feedback": feedback, "model": model}
        written = flow.invoke("service_code_gen", **given)
        if written["question"]:
            asked += 1
            if asked > MAX_QUESTIONS:
                raise flow.Failed(f"the model asked more than {MAX_QUESTIONS} questions; the last: {written['question']}")
            answer = ask_user.text(written["question"], name=f"question_{asked}")
            request += f"\n{written['question']} {answer}"
            continue
        attempt += 1
        source = written["source"]
        try:
            result = flow.invoke("run_code", spawn=True, source=source)
            return {"request": request, "source": source, "result": result, "attempts": attempt}
        except flow.ChildFailed as error:
            feedback = words_of(error)
            flow.current_span.log(f"attempt {attempt}: {error}")
    raise flow.Failed(f"no program worked in {max_attempts} attempts; the last error: {feedback[:1000]}")


def words_of(error) -> str:
    known = error.error or {}
    text = "\n".join(str(part) for part in (known.get("type"), known.get("message"), known.get("traceback")) if part)
    return (text or str(error))[-MAX_SHOWN:]


@flow(title="Keep the program")
def keep(request: str, source: str) -> str:
    """The name under which it was saved; empty = it was not."""
    question = "Save this program as a flow of the library?"
    if not ask_user.confirm(question, name="save", message=f"```python\n{source[:MAX_SHOWN]}\n```"):
        return ""
    message = ""
    while True:
        name = ask_user.text("Under which name?", name="save_as", message=message).strip()
        try:
            flow.call("workflow_create", name=name, description=request[:2000], tags=["generated"], python_source=source)
            return name
        except flow.CallFailed as error:
            if error.reason not in ("WORKFLOW_NAME_TAKEN", "INVALID_ARGUMENT"):
                raise
            message = f"“{name}” cannot be taken: {error}"


@flow(name="service_agent", title="Do what a prompt asks")
def service_agent(prompt: str, max_attempts: int = 3, offer_to_save: bool = True, model: str = "") -> dict:
    """Does what a prompt asks, with flows of the library and a program that it writes.

    Args:
        prompt: what is to be done, in plain words
        max_attempts: programs to try at most
        offer_to_save: ask whether a program that worked is to be kept
        model: empty = the default one
    """
    services = choose(prompt, model)
    done = work(prompt, services, max_attempts, model)
    shown = json.dumps(done["result"], ensure_ascii=False)[:MAX_SHOWN]
    said = f"Asked: {done['request']}\n\nResult (JSON): {shown}"
    summary = flow.invoke("model_call", spawn=True, system=SUMMARY, prompt=said, model=model)["text"]
    return {
        "summary": summary,
        "result": done["result"],
        "source": done["source"],
        "attempts": done["attempts"],
        "services": [service["name"] for service in services],
        "saved_as": keep(done["request"], done["source"]) if offer_to_save else "",
    }
