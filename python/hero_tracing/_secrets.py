"""`flow.secret`: a value that the installation keeps, for this call alone.

It is asked for anew on each run and never recorded. What a play was given is hidden in whatever is shown of it (inputs,
outputs, logs, errors), also encoded as base64, hex or in a URL; a step whose output holds it fails instead of recording it.
"""

from __future__ import annotations

import os

from . import _context
from ._check import check_name
from ._errors import SecretRefused
from ._json import quote
from ._masks import remember, shown


def secret(name: str, /) -> str:
    """The secret of this name. Outside a play it is read from the environment: `HERO_SECRET_STRIPE` for "stripe".

    Raises:
        SecretRefused: there is none, or not for this workflow.
    """
    check_name(name)
    play = _context.play
    if play is None:
        return _from_environment(name)
    if play.dry is not None:
        return shown(name)
    reply = play.conn.request("secret", f',"name":{quote(name)}')
    if play.conn.dead:
        play.leave_dead()
    if "error" in reply:
        raise SecretRefused(name, str(reply["error"].get("message", "")))
    value = str(reply["result"])
    remember(name, value)
    return value


def _from_environment(name: str) -> str:
    variable = "HERO_SECRET_" + "".join(c if c.isalnum() else "_" for c in name).upper()
    value = os.environ.get(variable, "")
    if value == "":
        raise SecretRefused(name, f"outside a play secrets come from the environment; set {variable}")
    return value
