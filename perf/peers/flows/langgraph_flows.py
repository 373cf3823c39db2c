"""LangGraph with its SQLite checkpointer, in this process: a graph of one node that runs again and again, with durability="sync" (a checkpoint is
written before the next step begins). Usage: langgraph_flows.py FOLDER
"""

import asyncio
import operator
import sqlite3
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, TypedDict

from bench import Timer, expect, fibo, in_flight, serve
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt


class State(TypedDict, total=False):
    steps: int
    done: int
    last: int
    results: Annotated[list[int], operator.add]


def step(state: State) -> dict[str, int]:
    return {"done": state.get("done", 0) + 1, "last": fibo(10)}


def is_left(state: State) -> str:
    return "step" if state.get("done", 0) < state["steps"] else END


def ask(state: State) -> dict[str, int]:
    return {"last": interrupt("Well?")}


def spread_out(state: State) -> list[Send]:
    return [Send("branch", {"steps": 1}) for _ in range(state["steps"])]


def branch(state: State) -> dict[str, list[int]]:
    return {"results": [fibo(10)]}


def compile_graphs(saver: SqliteSaver) -> tuple[Any, Any, Any]:
    loop = StateGraph(State)
    loop.add_node("step", step)
    loop.add_conditional_edges(START, is_left, ["step", END])
    loop.add_conditional_edges("step", is_left, ["step", END])
    question = StateGraph(State)
    question.add_node("ask", ask)
    question.add_node("step", step)
    question.add_edge(START, "ask")
    question.add_edge("ask", "step")
    question.add_edge("step", END)
    fan = StateGraph(State)
    fan.add_node("branch", branch)
    fan.add_conditional_edges(START, spread_out, ["branch"])
    fan.add_edge("branch", END)
    return tuple(graph.compile(checkpointer=saver) for graph in (loop, question, fan))


saver = SqliteSaver(sqlite3.connect(f"{sys.argv[1]}/langgraph.sqlite", check_same_thread=False))
saver.setup()
looped, asked, fanned = compile_graphs(saver)
pool = ThreadPoolExecutor(64)


def invoke(graph: Any, given: Any, steps: int, thread: str = "") -> Any:
    config = {"configurable": {"thread_id": thread or str(uuid.uuid4())}, "recursion_limit": steps + 10}
    return graph.invoke(given, config, durability="sync")


def steps(count: int) -> float:
    timer = Timer()
    end = invoke(looped, {"steps": count, "done": 0}, count)
    took = timer.ms()
    expect((end["done"], end.get("last", 55)), (count, 55))
    return took


def three(runs: int, at_once: int) -> Any:
    def one() -> None:
        expect(invoke(looped, {"steps": 3, "done": 0}, 3)["done"], 3)

    return in_flight(runs, at_once, lambda: asyncio.get_running_loop().run_in_executor(pool, one))


def answer() -> float:
    thread = str(uuid.uuid4())
    invoke(asked, {"steps": 1}, 1, thread)
    timer = Timer()
    end = invoke(asked, Command(resume=7), 1, thread)
    took = timer.ms()
    expect(end["done"], 1)
    return took


def fan_out(count: int) -> float:
    timer = Timer()
    end = invoke(fanned, {"steps": count, "results": []}, count)
    took = timer.ms()
    expect(sum(end["results"]), 55 * count)
    return took


serve([steps, three, answer, fan_out])
