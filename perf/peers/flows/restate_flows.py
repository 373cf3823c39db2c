"""Restate: its server and a service (restate_service.py), each a process of its own, called over HTTP. Usage: restate_flows.py FOLDER SERVER_BINARY"""

import asyncio
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx
from bench import Timer, expect, in_flight, serve_async
from servers import free_port, start

folder, binary = sys.argv[1:3]
ingress, admin, node, service = (free_port() for _ in range(4))
client = httpx.AsyncClient(
    base_url=f"http://127.0.0.1:{ingress}", timeout=600, limits=httpx.Limits(max_connections=None)
)


def start_servers() -> None:
    at = "127.0.0.1:{}".format
    env = {
        **os.environ,
        "RESTATE_INGRESS__BIND_ADDRESS": at(ingress),
        "RESTATE_ADMIN__BIND_ADDRESS": at(admin),
        "RESTATE_BIND_ADDRESS": at(node),
        "RESTATE_LISTEN_MODE": "tcp",
        "RESTATE_BASE_DIR": f"{folder}/restate",
        "RESTATE_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "1",
        "RUST_LOG": "warn",
    }
    start([binary, "--node-name", "peers"], port=ingress, log=f"{folder}/restate.log", env=env)
    flows = str(Path(__file__).with_name("restate_service.py"))
    start([sys.executable, flows, str(service)], port=service, log=f"{folder}/restate-service.log")


async def register() -> None:
    for _ in range(100):
        try:
            reply = await client.post(
                f"http://127.0.0.1:{admin}/deployments", json={"uri": f"http://127.0.0.1:{service}", "force": True}
            )
            if reply.status_code < 300:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.2)
    sys.exit("Restate's server does not take the service")


async def post(path: str, given: Any) -> Any:
    reply = await client.post(path, json=given)
    if reply.status_code >= 300:
        raise RuntimeError(f"{path}: {reply.status_code} {reply.text}")
    return reply.json() if reply.content else None


async def steps(count: int) -> float:
    timer = Timer()
    last = await post("/peers/steps", count)
    took = timer.ms()
    expect(last, 55)
    return took


async def three(runs: int, at_once: int) -> float:
    async def one() -> None:
        expect(await post("/peers/steps", 3), 55)

    return await in_flight(runs, at_once, one)


async def answer() -> float:
    key = str(uuid.uuid4())
    end = asyncio.create_task(client.post(f"/question/{key}/ask"))
    await asyncio.sleep(0.3)  # it waits by then; nothing outside tells when
    timer = Timer()
    await post(f"/question/{key}/answer", 7)
    reply = await end
    took = timer.ms()
    expect(reply.json(), 55)
    return took


async def fan_out(count: int) -> float:
    timer = Timer()
    total = await post("/peers/fan", count)
    took = timer.ms()
    expect(total, 55 * count)
    return took


async def main() -> None:
    await register()
    await serve_async([steps, three, answer, fan_out])
    await client.aclose()


start_servers()
asyncio.run(main())
