"""Durable Python flows: steps, pauses and retries that survive a restart.

from hero_tracing import flow, instrument, ask_user
"""

from ._api import Flow
from ._ask import AskUser
from ._instrument import instrument

__all__ = ["ask_user", "flow", "instrument"]

flow = Flow()
ask_user = AskUser()
