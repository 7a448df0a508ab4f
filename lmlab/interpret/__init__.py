"""Looking inside a model while it works, and changing what is seen."""

from lmlab.interpret.record import Tape, record

__all__ = ["Tape", "record"]
