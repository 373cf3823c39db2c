"""The flows for Restate, served over HTTP/2: a process of its own, which the server calls."""

import asyncio

import restate
from bench import fibo

peers = restate.Service("peers")
question = restate.Workflow("question")


def work() -> int:
    return fibo(10)


@peers.handler()
async def steps(ctx: restate.Context, count: int) -> int:
    last = 55
    for _ in range(count):
        last = await ctx.run_typed("work", work)
    return last


@peers.handler()
async def fan(ctx: restate.Context, count: int) -> int:
    branches = [ctx.run_typed("work", work) for _ in range(count)]
    return sum([await branch for branch in branches])


@question.main()
async def ask(ctx: restate.WorkflowContext) -> int:
    await ctx.promise("answer", type_hint=int).value()
    return await ctx.run_typed("work", work)


@question.handler()
async def answer(ctx: restate.WorkflowSharedContext, payload: int) -> None:
    await ctx.promise("answer", type_hint=int).resolve(payload)


async def main(port: int) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.h2_max_concurrent_streams = 2000
    config.keep_alive_max_requests = 1_000_000_000
    await serve(restate.app([peers, question]), config)  # type: ignore[arg-type]


if __name__ == "__main__":
    import sys

    asyncio.run(main(int(sys.argv[1])))
