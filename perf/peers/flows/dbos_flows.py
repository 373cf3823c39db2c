"""DBOS in this process, on SQLite or on PostgreSQL. Usage: dbos_flows.py FOLDER [postgres]"""

import asyncio
import sys
from typing import Any

from bench import Timer, expect, fibo, in_flight, serve_async
from dbos import DBOS, DBOSConfig
from postgres import start_postgres

folder = sys.argv[1]
config: DBOSConfig = {
    "name": "peers",
    "system_database_url": start_postgres(folder) if sys.argv[2:] == ["postgres"] else f"sqlite:///{folder}/dbos.sqlite",
    "run_admin_server": False,
    "log_level": "ERROR",
}
DBOS(config=config)


@DBOS.step()
async def work() -> int:
    return fibo(10)


@DBOS.workflow()
async def loop(count: int) -> int:
    last = 55
    for _ in range(count):
        last = await work()
    return last


@DBOS.workflow()
async def question() -> int:
    await DBOS.set_event_async("asked", True)
    await DBOS.recv_async("answer", timeout_seconds=60)
    return await work()


@DBOS.workflow()
async def fan(count: int) -> int:
    return sum(await asyncio.gather(*(work() for _ in range(count))))


async def steps(count: int) -> float:
    timer = Timer()
    handle = await DBOS.start_workflow_async(loop, count)
    last = await handle.get_result()
    took = timer.ms()
    expect(last, 55)
    return took


async def three(runs: int, at_once: int) -> float:
    async def one() -> None:
        handle = await DBOS.start_workflow_async(loop, 3)
        expect(await handle.get_result(), 55)

    return await in_flight(runs, at_once, one)


async def answer() -> float:
    handle = await DBOS.start_workflow_async(question)
    await DBOS.get_event_async(handle.get_workflow_id(), "asked", 60)
    timer = Timer()
    await DBOS.send_async(handle.get_workflow_id(), 7, "answer")
    last: Any = await handle.get_result()
    took = timer.ms()
    expect(last, 55)
    return took


async def fan_out(count: int) -> float:
    timer = Timer()
    handle = await DBOS.start_workflow_async(fan, count)
    total = await handle.get_result()
    took = timer.ms()
    expect(total, 55 * count)
    return took


async def main() -> None:
    DBOS.launch()
    await serve_async([steps, three, answer, fan_out])
    DBOS.destroy()


asyncio.run(main())
