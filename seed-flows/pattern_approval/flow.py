"""Pattern: a person decides before something is done; nobody answers in time = no."""

from hero_tracing import ask_user, flow

DAY_S = 86_400


@flow(title="Pay")
def pay(order: str, cents: int) -> str:
    """Stands for the call of a bank. Recorded, so it happens once however often the play resumes."""
    return f"paid {cents / 100:.2f} for {order}"


@flow(name="pattern_approval", title="Ask before acting")
def pattern_approval(order: str = "A-1", cents: int = 12_500, free_below_cents: int = 10_000) -> dict:
    """Pays small orders at once and asks for the others.

    Args:
        order: its number
        cents: the amount
        free_below_cents: smaller amounts need no approval
    """
    if cents >= free_below_cents:
        decision = ask_user.choice(
            f"Pay {cents / 100:.2f} for {order}?",
            [{"value": "yes", "label": "Pay"}, {"value": "no", "label": "Refuse"}],
            name="approve",
            timeout=3 * DAY_S,
            default="no",
        )
        if decision == "no":
            return {"order": order, "paid": False, "receipt": ""}
    return {"order": order, "paid": True, "receipt": pay(order, cents)}
