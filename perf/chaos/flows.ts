// What runs while processes are killed: steps, a step that fails first, a question, a timer without a process, spawned children.

/** Each step gives a token that no other step gives. */
export const CHILD = `
from hero_tracing import flow

@flow
def token(i: int) -> str:
    return str(flow.uuid())

@flow(name="chaos_child")
def chaos_child(n: int) -> dict:
    return {"tokens": [token(i) for i in range(n)]}
`;

export const PARENT = `
import time
from hero_tracing import ask_user, flow

@flow
def token(i: int, ms: int) -> str:
    time.sleep(ms / 1000)
    return str(flow.uuid())

@flow(retries=3, retry_delay=0.05, backoff=1)
def flaky(i: int) -> str:
    if flow.random() < 0.5:
        raise RuntimeError("not yet")
    return str(flow.uuid())

@flow(name="chaos_parent")
def chaos_parent(steps: int, ms: int, children: int, sleep: float) -> dict:
    tokens = [token(i, ms) for i in range(steps)]
    try:
        tokens.append(flaky(0))
    except RuntimeError:
        tokens.append("never")
    answer = ask_user.text("Go on?", name="go")
    flow.sleep(sleep)
    born = flow.map("chaos_child", [{"n": 2} for _ in range(children)], spawn=True)
    tokens += [token(steps + i, ms) for i in range(steps)]
    return {"tokens": tokens, "answer": answer, "children": born}
`;
