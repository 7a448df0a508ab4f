"""Looking inside a model while it works, and changing what is seen."""

from lmlab.interpret.record import Tape, record
from lmlab.interpret.residual import residual_stream
from lmlab.interpret.xray import XRay, xray

__all__ = ["Tape", "XRay", "record", "residual_stream", "xray"]
