/** The flow that a first visitor can create with one click. */
export const SAMPLE_NAME = 'hello_sample';

export const SAMPLE_SOURCE = `from hero_tracing import ask_user, flow


@flow(title="Find the right words")
def greet(name: str, style: str) -> str:
    words = {"short": "Hi", "warm": "So good to see you"}
    return f"{words[style]}, {name}."


@flow(title="Say hello")
def hello_sample(name: str = "world") -> dict:
    """Asks how to greet somebody, then does it."""
    style = ask_user.choice(
        f"How shall we greet {name}?",
        [
            {"value": "short", "label": "Short", "description": "One word will do"},
            {"value": "warm", "label": "Warm", "description": "They are a friend"},
        ],
        name="style",
    )
    return {"report": f"## Greeting\\n\\n{greet(name, style)}"}
`;

/** What a new flow begins as: it runs, and shows where the steps go. */
export function firstSource(name: string): string {
  const word =
    name
      .toLowerCase()
      .replace(/\W+/g, '_')
      .replace(/^(\d|_+$)/, 'flow_$1') || 'new_flow';
  return `from hero_tracing import flow


@flow(title="Do one thing")
def do_one_thing(text: str) -> str:
    return text.upper()


@flow(name=${JSON.stringify(name)}, title=${JSON.stringify(name)})
def ${word}(text: str = "hello") -> dict:
    """Says what this flow does, in one sentence."""
    return {"report": do_one_thing(text)}
`;
}
