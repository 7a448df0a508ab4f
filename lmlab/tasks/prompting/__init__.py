"""Asking a language model, with examples or without, instead of teaching it: chapters 6.2 to 6.5.

`REQUESTS` says how each task is put to it, `by_record` what SmolLM2 replied, and `asked_alike` how
that compares.
"""

from lmlab.tasks.prompting.alike import asked_alike
from lmlab.tasks.prompting.replies import (
    ask_model,
    by_model,
    by_record,
    replies_record,
    run_request,
)
from lmlab.tasks.prompting.requests import REQUESTS, Request, by_asking, first_of

__all__ = [
    "REQUESTS",
    "Request",
    "ask_model",
    "asked_alike",
    "by_asking",
    "by_model",
    "by_record",
    "first_of",
    "replies_record",
    "run_request",
]
