"""One version of each library flow for the whole play: whichever call of `flow.invoke` met it first.

A call that is replayed brings its version along. A call that is new in this run takes the version of those, also of the
ones that are not met again because a recorded step around them is skipped. `version_sid=` neither pins nor is pinned.
"""

from __future__ import annotations

from typing import Any

from ._json import decode
from ._play import Play
from ._replay import INTERNAL

_NAME = f"\t{INTERNAL}invoke\t"
#: Where it ends at the latest: a key has 40 digits, a span id 16. The rest of a line may be megabytes.
_NAME_ENDS = 80


def pin(play: Play, name: str, version: dict[str, Any]) -> dict[str, Any]:
    """The version of that flow from now on: this one, unless another came first."""
    return play.pins.setdefault(name, version)


def pinned(play: Play, name: str) -> dict[str, Any] | None:
    if not play.pins_read:
        play.pins_read = True
        for version in _recorded(play):
            if not version.get("chosen"):
                pin(play, version["name"], version)
    return play.pins.get(name)


def _recorded(play: Play) -> list[dict[str, Any]]:
    """What earlier runs recorded, in their order, and this one has not met yet."""
    lines = [line for line in list(play.memo.values()) if line is not None and _NAME in line[:_NAME_ENDS]]
    return [decode(line.split("\t", 4)[3]) for line in lines]
