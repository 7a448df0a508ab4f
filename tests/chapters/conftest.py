"""How nbval runs and compares the committed notebooks."""

import os
import re
import tempfile

import pytest
from nbval.plugin import IPyNbCell

from lmlab.course.build import KERNEL_SETTINGS, lasting

# The kernels that nbval starts inherit these, and the progress of somebody who begins.
os.environ.update(KERNEL_SETTINGS, LMLAB_HOME=tempfile.mkdtemp(prefix="lmlab-progress-"))

compare_outputs = IPyNbCell.compare_outputs


def compare_lasting_outputs(cell, test, ref, skip_compare=None):
    """Leave out of the fresh outputs what the builder leaves out of a notebook: live widgets."""
    return compare_outputs(cell, lasting(test), ref, skip_compare)


IPyNbCell.compare_outputs = compare_lasting_outputs


@pytest.fixture
def stated_seconds():
    """A function of a notebook: the seconds of compute that its card, the first cell, speaks of."""

    def read(book) -> int:
        stated = re.search(r"(\d+) seconds of compute", book.cells[0].source)
        assert stated, "the card in the first cell states '25 seconds of compute'"
        return int(stated[1])

    return read
