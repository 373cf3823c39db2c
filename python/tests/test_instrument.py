"""`instrument(client)`: spans for public methods, and the client stays itself."""

from __future__ import annotations

from conftest import PlayOf

from hero_tracing import instrument


class Engine:
    def __init__(self) -> None:
        self.speed = 1
        self.child = Child()

    def run(self, n: int) -> int:
        return n * self.speed

    def _hidden(self) -> str:
        return "hidden"


class Child:
    def hello(self) -> str:
        return "hello"


def test_outside_a_play_the_client_is_itself() -> None:
    engine = instrument(Engine())
    engine.speed = 3
    assert engine.run(2) == 6 and engine.speed == 3
    assert engine._hidden() == "hidden" and engine.child.hello() == "hello"
    assert isinstance(engine, Engine) and "run" in dir(engine)


def test_spans(play: PlayOf) -> None:
    run = play("""
        import asyncio
        class Completions:
            def create(self, **options):
                return {"model": "m1", "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
        class Chat:
            def __init__(self): self.completions = Completions()
        class Client:
            def __init__(self): self.chat = Chat()
            def ping(self, n): return "pong"
            async def later(self): return "later"
            def fail(self): raise ValueError("no")
            def _inner(self): return 1
        @flow
        async def main():
            client = instrument(Client())
            client.chat.completions.create(model="m1", messages=[])
            client._inner()
            try:
                client.fail()
            except ValueError:
                pass
            return [client.ping(1), await client.later()]
    """).run()
    assert run.output == ["pong", "later"]
    assert run.statuses() == {
        "main": "ok", "rpc:Completions.create": "ok", "rpc:Client.fail": "failed", "rpc:Client.ping": "ok",
        "rpc:Client.later": "ok",
    }  # fmt: skip
    call = run.span("rpc:Completions.create")
    assert call["kind"] == "rpc" and (call["rpc_service"], call["rpc_method"]) == ("Completions", "create")
    assert call["tags"] == {"tokens_prompt": 7, "tokens_completion": 3, "model": "m1"}
    assert call["input"] == '{"messages":[],"model":"m1"}'
    assert run.span("rpc:Client.ping")["output"] == '"pong"'
