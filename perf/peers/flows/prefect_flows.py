"""Prefect: flows called in this process, its API server (SQLite) in a process of its own. Usage: prefect_flows.py FOLDER"""

import asyncio
import os
import sys
from pathlib import Path

from servers import free_port, start

folder, port = sys.argv[1], free_port()
os.environ |= {
    "PREFECT_HOME": f"{folder}/prefect",
    "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true",
    "DO_NOT_TRACK": "1",
}
binary = str(Path(sys.executable).with_name("prefect"))
serve_it = [binary, "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
start(serve_it, port=port, log=f"{folder}/prefect.log", env=os.environ)

from bench import Timer, expect, fibo, in_flight, serve_async  # noqa: E402
from prefect import flow, get_client, pause_flow_run, task  # noqa: E402
from prefect.flow_runs import resume_flow_run  # noqa: E402
from prefect.runtime import flow_run  # noqa: E402

waiting: asyncio.Queue[str] = asyncio.Queue()


@task
async def work() -> int:
    return fibo(10)


@flow
async def loop(count: int) -> int:
    last = 55
    for _ in range(count):
        last = await work()
    return last


@flow
async def question() -> int:
    waiting.put_nowait(str(flow_run.id))
    await pause_flow_run(timeout=60, poll_interval=1)
    return await work()


@flow
async def fan(count: int) -> int:
    return sum(await asyncio.gather(*(work() for _ in range(count))))


async def steps(count: int) -> float:
    timer = Timer()
    last = await loop(count)
    took = timer.ms()
    expect(last, 55)
    return took


async def three(runs: int, at_once: int) -> float:
    return await in_flight(runs, at_once, lambda: loop(3))


async def answer() -> float:
    end = asyncio.create_task(question())
    run_id = await waiting.get()
    async with get_client() as client:
        while not (await client.read_flow_run(run_id)).state.is_paused():
            await asyncio.sleep(0.02)
    timer = Timer()
    await resume_flow_run(run_id)
    last = await end
    took = timer.ms()
    expect(last, 55)
    return took


async def fan_out(count: int) -> float:
    timer = Timer()
    total = await fan(count)
    took = timer.ms()
    expect(total, 55 * count)
    return took


asyncio.run(serve_async([steps, three, answer, fan_out]))
