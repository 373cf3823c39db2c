"""A pause signal that user code catches is found out, wherever it is caught, and the play fails saying so."""

from __future__ import annotations

import pytest
from conftest import PlayOf

CASES = {
    "at the end": """
        try: flow.pause("p")
        except BaseException: pass
        return "bogus"
    """,
    "before a step": """
        try: flow.pause("p")
        except: pass
        effect()
    """,
    "inside a step": """
        careless()
    """,
    "turned into an error": """
        try: flow.pause("p")
        except BaseException as error: raise RuntimeError("oh") from error
    """,
    "again and again": """
        while True:
            try: flow.pause("p")
            except BaseException: continue
    """,
    "in a branch": """
        flow.gather(lambda: quiet(), lambda: 2)
    """,
}


@pytest.mark.parametrize("case", CASES)
def test_swallowed(play: PlayOf, case: str) -> None:
    body = "\n".join("        " + line for line in CASES[case].splitlines())
    executor = play(
        f"""
        @flow
        def effect():
            open("effect", "w").close()
        @flow
        def careless():
            try: flow.pause("p")
            except: return "bogus"
        def quiet():
            try: flow.pause("p")
            except: return "bogus"
        @flow
        def main():
            {body.strip()}
    """.replace("\n                ", "\n            ")
    )
    run = executor.run()
    assert run.code == 1
    assert "caught the pause 'p'" in run.error["message"]
    assert not run.of("step_output")
    assert not (executor.folder / "effect").exists()


def test_asyncio_return_exceptions(play: PlayOf) -> None:
    run = play("""
        import asyncio
        @flow
        async def ask(): flow.pause("p")
        @flow
        async def main():
            return len(await asyncio.gather(ask(), return_exceptions=True))
    """).run()
    assert run.code == 1
    assert "caught the pause 'p'" in run.error["message"]


def test_handlers_on_the_way_out_run_no_step_and_are_fine(play: PlayOf) -> None:
    executor = play("""
        import contextlib
        @flow
        def tidy(): open("tidied", "a").write("x")
        @flow
        def main():
            try:
                try:
                    answer = flow.pause("p")
                except BaseException:
                    tidy()
                    raise
                finally:
                    tidy()
            except Exception:
                return "not here"
            return answer
    """)
    assert executor.run().code == 75
    assert not (executor.folder / "tidied").exists()
    executor.answer("p", 7)
    assert executor.run().output == 7
    assert (executor.folder / "tidied").exists()
