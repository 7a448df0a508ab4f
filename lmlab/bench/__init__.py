"""`lmlab bench`: how fast this is on this machine, beside other libraries and beside its budgets.

What spans several floors is measured here; the race of training recipes is in `lmlab.training`,
the attention views in `lmlab.viz.bench`. All is timed by turns, by `lmlab.scaling.timing`, except
pages in a browser, which have a clock of their own.
"""

from lmlab.bench.figure import Figure
from lmlab.bench.parts import PARTS, run
from lmlab.bench.report import Report

__all__ = ["PARTS", "Figure", "Report", "run"]
