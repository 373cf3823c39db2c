"""A stand-in for the SDK: just enough of docs/wire.md to test what surrounds a play without the SDK itself."""

from collections.abc import Callable
from typing import Any


def flow(fn: Callable[..., Any]) -> Callable[..., Any]:
    return fn
