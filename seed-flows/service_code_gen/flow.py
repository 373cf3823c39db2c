"""Writes Python for a request: one file with a flow `main` that calls the given services of the library. It does not run it.

`run_code` runs it, in a play of its own. What went wrong there comes back as `feedback`, with the source that it was about.
"""

import ast
import json

from hero_tracing import flow

SYSTEM = """You write small Python programs for a task. Rules:
- One file, standard library only. No network, no files, no subprocess: the program runs in a sandbox that allows none of them.
- It begins with `from hero_tracing import flow` and has one function `main` under `@flow`. main takes no required arguments and returns plain JSON data.
- Services are called by `flow.invoke("NAME", spawn=True, input=value, ...)`, which returns the output of the service. Call no others than those that are listed.
- Work that takes long or must happen once goes into functions under `@flow`.
- Reply with the program in one ```python block and one short sentence before it.
- If the task cannot be done without knowing something that only the user knows, reply with one line instead: QUESTION: the question."""


def program_of(text: str) -> str:
    """The source in the reply. Raises ValueError saying what is wrong with it."""
    if "```" not in text:
        raise ValueError("there is no ```python block in it")
    source = text.split("```", 2)[1]
    source = source.split("\n", 1)[1] if "\n" in source else source
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno} does not parse: {error.msg}") from None
    if not any(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == "main" for node in tree.body):
        raise ValueError("it has no function main")
    return source.strip() + "\n"


def task_of(request: str, services: list, source: str, feedback: str) -> str:
    parts = [f"Task: {request}"]
    if services:
        parts.append("Services:\n" + "\n".join(json.dumps(service, ensure_ascii=False) for service in services))
    if source:
        parts.append(f"Your last program was\n```python\n{source}```\nand it failed:\n{feedback}\nWrite it anew without that mistake.")
    return "\n\n".join(parts)


@flow(name="service_code_gen", title="Write a program")
def service_code_gen(request: str, services: list = [], source: str = "", feedback: str = "", model: str = "") -> dict:
    """Writes a program for a request, or gives the question that has to be answered first.

    Args:
        request: what is to be done, in plain words
        services: flows that the program may call, as pick_service gives them
        source: the program before, when it failed
        feedback: how it failed
        model: empty = the default one
    """
    messages = [{"role": "user", "content": task_of(request, services, source, feedback)}]
    problem = ""
    for _ in range(3):
        text = flow.invoke("model_call", spawn=True, system=SYSTEM, messages=messages, model=model)["text"]
        if text.strip().startswith("QUESTION:"):
            return {"source": "", "question": text.strip().removeprefix("QUESTION:").strip()}
        try:
            return {"source": program_of(text), "question": ""}
        except ValueError as error:
            problem = str(error)
            messages += [
                {"role": "assistant", "content": text},
                {"role": "user", "content": f"That program cannot be used: {problem}. Write it again."},
            ]
    raise flow.Failed(f"the model wrote no usable program in three replies: {problem}")
