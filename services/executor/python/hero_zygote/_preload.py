"""What every play finds loaded already: modules imported and code paths warmed once, in the zygote.

Only what most flows use: each page more makes the fork slower. Large packages belong into a zygote of their own.
"""

# ruff: noqa: F401
# pyright: reportUnusedImport=false

import abc
import ast
import asyncio
import base64
import bisect
import collections
import collections.abc
import contextlib
import contextvars
import copy
import csv
import ctypes
import dataclasses
import datetime
import decimal
import encodings.ascii
import encodings.idna
import encodings.latin_1
import enum
import fcntl
import functools
import gc
import hashlib
import heapq
import importlib
import inspect
import io
import itertools
import json
import linecache
import logging
import math
import mmap
import operator
import os
import pathlib
import platform
import queue
import random
import re
import resource
import shutil
import signal
import socket
import stat
import statistics
import string
import struct
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import traceback
import types
import typing
import urllib.parse
import uuid
import zoneinfo
from collections.abc import Callable

import hero_tracing
import hero_tracing.run

from . import _rehearsal

_THREAD_STACK_BYTES = 4 << 20
_M_ARENA_MAX = -8
_WARM_UP_ROUNDS = 20


def economise_threads() -> None:
    """Makes threads cheap in address space, which the memory limit counts whether it is touched or not.

    By default each has a stack of 8 MiB and, on glibc, reserves 64 MiB for a malloc arena of its own.
    """
    threading.stack_size(_THREAD_STACK_BYTES)
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_ARENA_MAX, 2)


def warm_up_zygote(folder: str, practise: Callable[[], None]) -> None:
    """Specialises the hot paths and fills caches, in a folder below ``folder``, before the heap is frozen.

    ``practise`` is what children do besides playing.
    """
    economise_threads()
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="probe-", dir=folder) as work:
        os.chdir(work)
        try:
            for _ in range(_WARM_UP_ROUNDS):
                _rehearsal.in_zygote()
                practise()
        except Exception as error:  # plays are slower without it, no less right
            print(f"no warm-up: {error!r}", file=sys.__stderr__, flush=True)
            _rehearsal.give_up()
        os.chdir(before)
    gc.collect()
    gc.disable()
    gc.freeze()
