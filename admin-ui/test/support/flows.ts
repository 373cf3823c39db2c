export const GREETING = `from hero_tracing import ask_user, flow


@flow(title="Find the words")
def find_words(name: str, style: str) -> str:
    print(f"looking for {style} words")
    return {"short": "Hi", "warm": "So good to see you"}[style] + f", {name}."


@flow(
    title="Greet somebody",
    inputs={
        "name": {"type": "string", "description": "Who is greeted"},
        "times": {"type": "integer", "required": False, "default": 1, "schema": {"minimum": 1, "maximum": 5}},
        "loud": {"type": "boolean", "required": False, "default": False},
    },
)
def ui_greeting(name: str, times: int = 1, loud: bool = False) -> dict:
    style = ask_user.choice(
        f"How shall we greet {name}?",
        [
            {"value": "short", "label": "Short", "description": "One word will do"},
            {"value": "warm", "label": "Warm", "description": "They are a friend"},
        ],
        name="style",
        message="This is **kept** with the play.",
    )
    words = " ".join(find_words(name, style) for _ in range(times))
    return {"report": f"## Greeting\\n\\n**{words.upper() if loud else words}**", "times": times}
`;

export const WIDE = `from hero_tracing import flow


@flow(title="Count one")
def count_one(n: int) -> int:
    return n * 2


@flow(title="Count a group")
def count_group(start: int, size: int) -> int:
    return sum(count_one(n) for n in range(start, start + size))


@flow(title="Count many")
def ui_wide(groups: int = 12, size: int = 50) -> int:
    return sum(count_group(g * size, size) for g in range(groups))
`;

export const VAST = `from hero_tracing import flow


@flow(title="Very many steps")
def ui_vast(groups: int = 500, size: int = 100) -> int:
    for g in range(groups):
        with flow.step(f"group {g}"):
            for n in range(size):
                if (g, n) != (groups - 2, 45):
                    with flow.step("one"):
                        pass
                else:
                    try:
                        with flow.step("odd one"):
                            raise ValueError("odd")
                    except ValueError:
                        pass
    return groups * size
`;

export const FAILING = `from hero_tracing import flow


@flow(title="Load the rows")
def load_rows() -> list:
    return [{"customer": 1}, {}]


@flow(title="Score the rows", retries=1, retry_delay=0)
def score_rows(rows: list) -> int:
    return sum(row["customer"] for row in rows)


@flow(title="Score customers")
def ui_failing() -> int:
    return score_rows(load_rows())
`;

export const SLOW = `import time

from hero_tracing import flow


@flow(title="Take a breath")
def breathe(n: int) -> int:
    time.sleep(0.3)
    return n


@flow(title="Breathe slowly")
def ui_slow(times: int = 400) -> int:
    return sum(breathe(n) for n in range(times))
`;

export const HOSTILE = `from hero_tracing import flow


@flow(title="<script>alert(1)</script>")
def step(text: str) -> str:
    flow.current_span.title("\\u202e" + text + "x" * 10000)
    print("<img src=x onerror=alert(1)>" + "y" * 5000)
    return text


@flow
def ui_hostile(text: str) -> dict:
    step(text)
    return {"report": f"# {text}\\n<img src=x onerror=alert(1)><a href='javascript:alert(1)'>go</a>" + "z" * 3000}
`;

export const ASKING = `from hero_tracing import flow


@flow(title="Ask in time", inputs={"default": {"type": "string", "required": False}})
def ui_asking(default: str = "") -> str:
    more = {"default": default} if default else {}
    return flow.pause("time", schema={"type": "string"}, message="Is it time?", timeout=0.2, **more)
`;

export const LARGE = `from hero_tracing import flow


@flow(title="Return megabytes")
def ui_large(megabytes: int) -> str:
    return "x y " * (megabytes * 250000)
`;

export const RULED = `from hero_tracing import ask_user, flow


@flow(title="Pay the bill")
def ui_ruled() -> bool:
    return ask_user.confirm("Pay 12,000 EUR?", assignee=["Ana", "Bo"], quorum=2)
`;
