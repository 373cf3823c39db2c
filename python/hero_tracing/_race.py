"""First of several: `flow.race` and `flow.race_async`.

Each call is a branch with a span of its own. The first that ends, by returning or by an error, wins; the others are
given up: their calls into the SDK are refused, their spans end as cancelled, nothing of them is recorded any more, and
their open pauses are withdrawn. Branches that pause wait; when all do, the play leaves with all their pauses open.

A wait that stands directly in a branch stays in the process as long as another branch runs, and looks for its answer
now and then, so that a time limit beside long work holds, and so does an answer.

Order of durability: a wait is recorded (`flow.race_wait`) before its pause is; the winner (`flow.race`) before the
pauses of the losers are withdrawn; that this was done (`flow.race_over`) afterwards. A replay in between withdraws again.
"""

from __future__ import annotations

import contextvars
import hashlib
import inspect
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from . import _context
from ._check import check_calls
from ._clock import now_ms
from ._context import Span, control
from ._errors import GivenUp, Signal, pause_in
from ._json import decode
from ._parallel import MAX_THREADS, Branch, results
from ._play import Play

if TYPE_CHECKING:
    import asyncio

#: The branch whose wait was answered first gets so much of a start over the next one.
_HEAD_START_S = 0.25
_FIRST_LOOK_S, _LAST_LOOK_S = 0.1, 2.0
_CANCEL_WITHIN_S = 1.0
_PATIENCE = 100
_SUFFIX_CHARS = 150
_AT_ONCE = 1000


class Winner(NamedTuple):
    """Which call of a race ended first, and what it returned."""

    index: int  # type: ignore[assignment]  # hides tuple.index
    value: Any


def race(*calls: Callable[[], Any]) -> Winner:
    """Run callables without arguments side by side until the first of them ends; the others are given up."""
    check_calls("flow.race", calls)
    contest = Race(calls)
    if contest.decided is not None:
        return contest.replay()
    contest.run_threads()
    return contest.result()


async def race_async(*calls: Callable[[], Any] | Awaitable[Any]) -> Winner:
    """`race` for async code: awaitables, or callables without arguments that return them."""
    import asyncio

    check_calls("flow.race", calls, is_async=True)
    contest = Race(calls)
    if contest.decided is not None:
        return await contest.replay_async()
    tasks = await contest.run_tasks()
    try:
        return contest.result()
    finally:
        losers = [task for task in tasks if not task.done()]
        for task in losers:
            task.cancel()
        if losers:
            await asyncio.wait(losers, timeout=_CANCEL_WITHIN_S)
        contest.close_unused()


class Race:
    def __init__(self, calls: tuple[Any, ...]) -> None:
        if not calls:
            raise ValueError("flow.race needs at least one call")
        if len(calls) > MAX_THREADS:
            raise ValueError(f"flow.race takes at most {MAX_THREADS} calls")
        self.changed = threading.Condition()
        self.idle: set[int] = set()  # branches that wait or have paused
        self.first: RaceBranch | None = None
        self.wake: asyncio.Event | None = None
        self.play = play = _context.play
        self.parent: Span | None = None
        self.key = ""
        self.decided: int | None = None
        if play is not None:
            self.parent = play.enter()
            self.key = self.parent.step_key("flow.race", str(len(calls)))[0]
            _take_up_waits(play)
            recorded = play.recall(self.key)
            self.decided = None if recorded is None else int(recorded["index"])
        self.branches = [RaceBranch(self, index, call) for index, call in enumerate(calls)]

    # Running

    def replay(self) -> Winner:
        """The branch that won; the bodies of the others do not run."""
        branch = self._settle_losers()
        contextvars.copy_context().run(branch.run)
        return Winner(branch.index, results([branch])[0])

    async def replay_async(self) -> Winner:
        import asyncio

        branch = self._settle_losers()
        await asyncio.ensure_future(branch.run_async())
        self.close_unused()
        return Winner(branch.index, results([branch])[0])

    def close_unused(self) -> None:
        """Coroutines that were given and never begun; Python would complain about them."""
        for branch in self.branches:
            if inspect.iscoroutine(branch.call) and inspect.getcoroutinestate(branch.call) == inspect.CORO_CREATED:
                branch.call.close()

    def run_threads(self) -> None:
        try:
            for branch, head_start in self._in_order():
                if self.first is not None:
                    break
                context = contextvars.copy_context()
                thread = threading.Thread(target=context.run, args=(branch.run,), daemon=True, name="flow.race")
                thread.start()
                if head_start:
                    thread.join(_HEAD_START_S)
            with self.changed:
                while self.first is None and not self._all_paused():
                    self.changed.wait()
        except BaseException:
            self._give_up(self.branches)
            raise

    async def run_tasks(self) -> list[asyncio.Task[None]]:
        import asyncio

        self.wake = asyncio.Event()
        tasks: list[asyncio.Task[None]] = []
        for branch, head_start in self._in_order():
            tasks.append(asyncio.ensure_future(branch.run_async()))
            if head_start:
                await asyncio.wait(tasks[-1:], timeout=_HEAD_START_S)
        try:
            while self.first is None and not self._all_paused():
                await asyncio.wait([task for task in tasks if not task.done()], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._give_up(self.branches)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            raise
        return tasks

    def _in_order(self) -> list[tuple[RaceBranch, bool]]:
        """The branches, those first whose waits were answered, in the order of the answers."""
        play = self.play
        if play is None or not play.race_waits or not play.answers:
            return [(branch, False) for branch in self.branches]
        mine = {branch.key: branch for branch in self.branches}
        answered: dict[int, RaceBranch] = {}
        for resume_id in list(play.answers):
            for key in play.race_waits.get(resume_id, {}).get("branches", ()):
                if key in mine:
                    answered.setdefault(mine[key].index, mine[key])
        rest = [branch for branch in self.branches if branch.index not in answered]
        return [(branch, True) for branch in answered.values()] + [(branch, False) for branch in rest]

    def _all_paused(self) -> bool:
        return all(branch.has_left for branch in self.branches)

    def left(self, branch: RaceBranch) -> None:
        """The body of a branch was left, whichever way."""
        with self.changed:
            branch.has_left = True
            self.idle.add(branch.index)
            if self.first is None and not branch.is_lost() and not branch.has_paused():
                self.first = branch
            self.notify()

    def notify(self) -> None:
        with self.changed:
            self.changed.notify_all()
        if self.wake is not None:
            self.wake.set()

    # The end

    def result(self) -> Winner:
        first = self.first
        if first is None:
            results(list(self.branches))  # raises the pause
            raise AssertionError("a race without a winner has paused")
        self._give_up([branch for branch in self.branches if branch is not first])
        if self.play is not None and self.parent is not None and not isinstance(first.error, Signal):
            self.play.remember("race", {"index": first.index}, parent=self.parent, key=self.key)
            self.play.before_body()
            self._withdraw(self.play, self.parent, first)
        if first.error is not None:
            raise first.error
        return Winner(first.index, first.value)

    def _settle_losers(self) -> RaceBranch:
        assert self.play is not None and self.parent is not None and self.decided is not None
        winner = self.branches[self.decided]
        self._give_up([branch for branch in self.branches if branch is not winner])
        self._withdraw(self.play, self.parent, winner)
        return winner

    def _give_up(self, branches: list[RaceBranch]) -> None:
        play = self.play
        if play is None:
            return
        with play.lock:
            for branch in branches:
                branch.give_up(play)
            lost = [s for s in play.signals if s.span.branch is not None and s.span.branch.is_lost()]
            play.settle(lost)
            play.alert = True
        self.notify()

    def _withdraw(self, play: Play, parent: Span, winner: RaceBranch) -> None:
        """Withdraw what the losers wait for, in this run or since an earlier one."""
        losers = {branch.key for branch in self.branches if branch is not winner}
        lost = {id: wait for id, wait in play.race_waits.items() if not losers.isdisjoint(wait["branches"])}
        over = hashlib.sha1(f"race_over|{self.key}".encode()).hexdigest()
        if not lost or play.recall(over) is not None:
            return
        for span_id in dict.fromkeys(span_id for wait in lost.values() for span_id in wait["spans"]):
            play.end_cancelled(span_id)
        ids = [id for id in lost if id not in play.answers]
        for start in range(0, len(ids), _AT_ONCE):
            play.withdraw(ids[start : start + _AT_ONCE])
        play.remember("race_over", True, parent=parent, key=over)


class RaceBranch(Branch):
    """One call of a race."""

    def __init__(self, contest: Race, index: int, call: Any) -> None:
        super().__init__(contest.play, contest.parent, f"race[{index}]", call)
        self.race = contest
        self.index = index
        self.key = hashlib.sha1(f"race|{contest.key}|{index}".encode()).hexdigest()[:12]
        self.outer = contest.parent.branch if contest.parent is not None else None
        self.suffix: str = f"~{self.key}{self.outer.suffix if self.outer is not None else ''}"[-_SUFFIX_CHARS:]
        self.open: dict[str, Span] = {}
        self.lost = False
        self.has_left = False
        self.control: object = None  # the thread or task of the body itself
        self.refused = 0
        if self.span is not None:
            self.span.branch = self

    def is_lost(self) -> bool:
        return self.lost or (self.outer is not None and self.outer.is_lost())

    def has_paused(self) -> bool:
        return self.error is not None and pause_in(self.error) is not None

    def run(self) -> None:
        self.control = control()
        super().run()

    async def run_async(self) -> None:
        self.control = control()
        await super().run_async()

    def finish(self) -> None:
        if not self.is_lost():
            super().finish()
        self.race.left(self)

    # What Play tells of the spans below

    def note(self, span: Span, is_over: bool) -> None:
        branch: RaceBranch | None = self
        while branch is not None:
            if is_over:
                branch.open.pop(span.id, None)
            else:
                branch.open[span.id] = span
            branch = branch.outer

    def give_up(self, play: Play) -> None:
        if self.lost:
            return
        for span in reversed(list(self.open.values())):
            play.end_cancelled(span.id)
        self.open.clear()
        self.lost = True
        play.lost_branches.add(self.key)

    def refuse(self) -> NoReturn:
        """No further call of this branch runs."""
        self.refused += 1
        if self.refused > _PATIENCE and threading.current_thread() is not threading.main_thread():
            threading.Event().wait()  # caught over and over: this thread ends with the process
        raise GivenUp

    # Waits

    def announce(self, play: Play, span: Span, resume_id: str) -> None:
        """A pause is about to be recorded below this branch: whoever wins, it must be found again."""
        if resume_id in play.race_waits:
            return
        branches, spans = [], [span.id]
        branch: RaceBranch | None = self
        while branch is not None:
            branches.append(branch.key)
            branch = branch.outer
        node = span.parent
        while node is not None and node.branch is not None:
            spans.append(node.id)
            node = node.parent
        wait = {"id": resume_id, "branches": branches, "spans": spans}
        assert span.parent is not None
        key = hashlib.sha1(f"race_wait|{resume_id}".encode()).hexdigest()
        play.race_waits[resume_id] = play.remember("race_wait", wait, parent=span.parent, key=key)
        play.before_body()

    def wait(self, until_ms: int | None, look: Callable[[], bool] | None = None) -> bool:
        """Wait here while another branch runs. True: the wait is over; False: nobody runs, time to leave the process."""
        if self.control != control() or self.race.wake is not None:
            return False  # not directly in the branch: it pauses as a whole
        race, pause_s = self.race, _FIRST_LOOK_S
        is_over = False
        with race.changed:
            race.idle.add(self.index)
            race.notify()
        while not is_over:
            with race.changed:
                if race.first is None and len(race.idle) < len(race.branches):
                    rest_s = pause_s if until_ms is None else max(0.0, (until_ms - now_ms()) / 1000)
                    race.changed.wait(rest_s)
                if self.is_lost() or race.first is not None:
                    raise GivenUp
                if len(race.idle) == len(race.branches):
                    return False
            is_over = look() if look is not None else until_ms is not None and now_ms() >= until_ms
            pause_s = min(2 * pause_s, _LAST_LOOK_S)
        with race.changed:
            race.idle.discard(self.index)
        return True

    async def wait_async(self, until_ms: int) -> bool:
        """`wait` for the end of a sleep in a task."""
        import asyncio

        race = self.race
        if self.control != control() or race.wake is None:
            return False
        race.idle.add(self.index)
        race.notify()
        while len(race.idle) < len(race.branches):
            race.wake.clear()
            rest_s = (until_ms - now_ms()) / 1000
            if rest_s <= 0:
                race.idle.discard(self.index)
                return True
            try:
                await asyncio.wait_for(race.wake.wait(), rest_s)
            except asyncio.TimeoutError:
                pass  # looked at above
        return False


def _take_up_waits(play: Play) -> None:
    """What earlier runs waited for inside races, from the replay file: read once, when the first race is met."""
    with play.lock:
        if play.has_race_waits:
            return
        play.has_race_waits = True
        for key, line in play.memo.items():
            if line is not None and "\tflow.race_wait\t" in line:
                play.memo[key] = None
                wait = decode(line.split("\t", 4)[3])
                play.race_waits[wait["id"]] = wait
