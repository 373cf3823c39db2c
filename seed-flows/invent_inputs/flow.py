"""Has a model think of inputs for a flow. `benchmark_run` with `generate`, and `example_generate`, use it unless told to use another.

What the model gives is held against the declaration: names, types, and the usual words of a JSON Schema. What does not fit is said, and others are asked
for. The bench checks all of it again, every word of the schema, before anything is saved.
"""

import json
import re

from hero_tracing import flow

SYSTEM = """You write test inputs for a program. You are given its name, its inputs, inputs that it has been tried with, and how many you are to write.
Reply with JSON only: {"inputs": [{input name: value, ...}, ...]}.
Cover usual, small, large and odd cases, each another one. Give every required input a value of its type, and use no other names."""
TYPES = {
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
}
REPLIES = 3
MOST = 100


def kind_fits(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind in ("boolean", "")
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES.get(kind, object))


def schema_problem(value: object, schema: dict) -> str:
    """By the words that inputs mostly use; others are for the bench to check."""
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {json.dumps(schema['enum'], ensure_ascii=False)}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return bounds_problem(value, schema, "minimum", "maximum", "must be")
    if isinstance(value, str):
        if not matches(schema.get("pattern", ""), value):
            return f"must match {schema['pattern']}"
        return bounds_problem(len(value), schema, "minLength", "maxLength", "must have a length of")
    if isinstance(value, list):
        return bounds_problem(len(value), schema, "minItems", "maxItems", "must have a length of")
    return ""


def matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True  # JavaScript's, which the bench knows


def bounds_problem(value: float, schema: dict, least: str, most: str, must: str) -> str:
    if least in schema and value < schema[least]:
        return f"{must} at least {schema[least]}"
    if most in schema and value > schema[most]:
        return f"{must} at most {schema[most]}"
    return ""


def problem_of(values: object, fields: dict) -> str:
    """What is wrong with inputs that the model wrote; empty = nothing that is known here."""
    if not isinstance(values, dict):
        return "it is no object of inputs"
    parts = [f"{name} is no input" for name in values if name not in fields]
    for name, field in fields.items():
        if name not in values:
            parts += [f"{name} is missing"] if field.get("required") else []
        elif not kind_fits(values[name], field.get("type", "")):
            parts.append(f"{name} must be of type {field['type']}")
        else:
            schema = field.get("schema")
            problem = schema_problem(values[name], schema) if isinstance(schema, dict) else ""
            parts += [f"{name} {problem}"] if problem else []
    return "; ".join(parts)


def sorted_out(data: object, fields: dict, known: dict) -> list:
    """Puts what fits into `known`; gives what is wrong with the rest."""
    found = data.get("inputs") if isinstance(data, dict) else data
    if not isinstance(found, list):
        return ['the reply has to be an object with the list "inputs"']
    problems = []
    for number, values in enumerate(found[:MOST], start=1):
        problem = problem_of(values, fields)
        text = json.dumps(values, sort_keys=True)
        if not problem and text in known:
            problem = "it was there already"
        if problem:
            problems.append(f"{number}: {problem}")
        else:
            known[text] = values
    return problems


@flow(name="invent_inputs", title="Think of inputs")
def invent_inputs(workflow: str, inputs: list, examples: list = [], count: int = 10, model: str = "") -> list:
    """Inputs for a flow, at most as many as are asked for.

    Args:
        workflow: name of the flow
        inputs: what it declares: {name, type, description, required, default, schema}
        examples: inputs that there are
        count: how many are wanted
        model: empty = the default one
    """
    fields = {one["name"]: one for one in inputs}
    if not fields:
        raise flow.Failed(f"{workflow!r} has no inputs, so there is nothing to think of")
    about = {"name": workflow, "inputs": inputs, "has": examples[:20]}
    messages = [{"role": "user", "content": f"Write {count} inputs.\n{json.dumps(about, ensure_ascii=False)}"}]
    known: dict = {json.dumps(one, sort_keys=True): one for one in examples}
    problems: list = []
    for _ in range(REPLIES):
        reply = flow.invoke("model_call", spawn=True, system=SYSTEM, messages=messages, model=model, as_json=True)
        problems = sorted_out(reply["data"], fields, known)
        for problem in problems:
            flow.current_span.log(f"left out: {problem}")
        left = count - (len(known) - len(examples))
        if left <= 0 or not problems:
            break
        messages += [
            {"role": "assistant", "content": reply["text"]},
            {"role": "user", "content": f"Not usable: {'; '.join(problems)}. Write {left} others, with JSON only."},
        ]
    found = list(known.values())[len(examples) :]
    if not found:
        raise flow.Failed(f"the model gave no usable input in {REPLIES} replies: {'; '.join(problems) or 'none at all'}")
    return found[:count]
