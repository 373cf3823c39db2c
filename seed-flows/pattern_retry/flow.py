"""Pattern: a service that fails now and then is asked again, with growing pauses; what cannot get better is not."""

import pathlib

from hero_tracing import flow


class NoSuchCustomer(Exception):
    """Asking again would not help."""


@flow(title="Fetch the customer", retries=4, retry_delay=0.2, backoff=2, retry_on=(OSError, TimeoutError), no_retry=FileNotFoundError)
def fetch(customer: str, fails: int) -> dict:
    """Stands for the call of a service that fails so many times. All attempts are one span, which lists them."""
    if customer == "":
        raise NoSuchCustomer("the customer has no number")
    tried = pathlib.Path("tried")
    count = int(tried.read_text()) if tried.exists() else 0
    if count < fails:
        tried.write_text(str(count + 1))
        raise ConnectionError(f"the service did not answer (attempt {count + 1})")
    return {"customer": customer, "name": "Ada"}


@flow(name="pattern_retry", title="Ask again")
def pattern_retry(customer: str = "17", fails: int = 2) -> dict:
    """Fetches a customer from a service that fails.

    Args:
        customer: number; empty fails at once
        fails: how often the service fails first
    """
    try:
        return fetch(customer, fails)
    except NoSuchCustomer as error:
        raise flow.Failed(str(error)) from None
