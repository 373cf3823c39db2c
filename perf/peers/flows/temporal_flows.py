"""Temporal: the dev server of its command line with a SQLite file, and a worker in this process, with more pollers than the default (5) so that a step
does not wait for one. Usage: temporal_flows.py FOLDER [local]: with `local`, steps are local activities, which the worker runs itself.
"""

import asyncio
import sys
import uuid
from datetime import timedelta
from pathlib import Path

from bench import Timer, expect, in_flight, serve_async
from servers import free_port, start
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

with workflow.unsafe.imports_passed_through():
    from bench import fibo

QUEUE = "peers"
POLLERS = 50
#: A history is ended by force after 51,200 events; a step makes six.
STEPS_A_RUN = 4000
is_local = sys.argv[2:] == ["local"]


@activity.defn
async def work() -> int:
    return fibo(10)


async def step() -> int:
    run = workflow.execute_local_activity if is_local else workflow.execute_activity
    return await run(work, start_to_close_timeout=timedelta(seconds=60))


@workflow.defn
class Steps:
    @workflow.run
    async def run(self, count: int) -> int:
        last = 55
        for _ in range(min(count, STEPS_A_RUN)):
            last = await step()
        if count > STEPS_A_RUN:
            workflow.continue_as_new(count - STEPS_A_RUN)
        return last


@workflow.defn
class Fan:
    @workflow.run
    async def run(self, count: int) -> int:
        return sum(await asyncio.gather(*(step() for _ in range(count))))


@workflow.defn
class Question:
    def __init__(self) -> None:
        self._answer: int | None = None

    @workflow.run
    async def run(self) -> int:
        await workflow.wait_condition(lambda: self._answer is not None)
        return await step()

    @workflow.signal
    def answer(self, payload: int) -> None:
        self._answer = payload


async def main() -> None:
    folder, port = sys.argv[1], free_port()
    binary = str(Path(sys.executable).with_name("temporal"))
    address = f"127.0.0.1:{port}"
    options = ["--db-filename", f"{folder}/temporal.sqlite", "--headless", "--log-level", "error", "--port", str(port)]
    start([binary, "server", "start-dev", "--ip", "127.0.0.1", *options], port=port, log=f"{folder}/temporal.log")
    client = await Client.connect(address)

    async def run(flow: str, *given: int) -> int:
        return int(await client.execute_workflow(flow, args=given, id=str(uuid.uuid4()), task_queue=QUEUE))

    async def steps(count: int) -> float:
        timer = Timer()
        last = await run("Steps", count)
        took = timer.ms()
        expect(last, 55)
        return took

    async def three(runs: int, at_once: int) -> float:
        return await in_flight(runs, at_once, lambda: run("Steps", 3))

    async def answer() -> float:
        handle = await client.start_workflow(Question.run, id=str(uuid.uuid4()), task_queue=QUEUE)
        await asyncio.sleep(0.3)  # it waits by then
        timer = Timer()
        await handle.signal(Question.answer, 7)
        last = await handle.result()
        took = timer.ms()
        expect(last, 55)
        return took

    async def fan_out(count: int) -> float:
        timer = Timer()
        total = await run("Fan", count)
        took = timer.ms()
        expect(total, 55 * count)
        return took

    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Steps, Fan, Question],
        activities=[work],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_workflow_task_polls=POLLERS,
        max_concurrent_activity_task_polls=POLLERS,
        max_concurrent_activities=1000,
        max_concurrent_local_activities=1000,
        max_concurrent_workflow_tasks=200,
    ):
        await serve_async([steps, three, answer, fan_out])


asyncio.run(main())
