import sys
from pathlib import Path

import numpy as np
import pytest

from lmlab.viz.bench import pages
from lmlab.viz.bench.pages import HANDLES, causal_attention, other_pages, our_pages


def test_each_of_our_views_is_a_page_that_can_be_taken_hold_of(monkeypatch, tmp_path):
    monkeypatch.setattr(pages, "HEADS", 2)
    made = our_pages(4, tmp_path)
    assert [page.view for page in made] == ["lmlab model_view", "lmlab head_view"]
    for page in made:
        assert page.path.stat().st_size > page.bytes > 10_000
        assert page.handles is HANDLES[page.view]


def test_the_attention_is_causal_and_the_same_each_time():
    weights = causal_attention(5)
    assert weights.shape == (12, 12, 5, 5) and not np.triu(weights, 1).any()
    assert np.array_equal(weights, causal_attention(5))


def test_a_python_without_the_other_libraries_says_so(tmp_path):
    made, problems = other_pages(4, tmp_path, Path(sys.executable))
    assert made == [] and len(problems) == 3
    assert problems[0].startswith("bertviz model_view: ModuleNotFoundError")


def test_a_python_that_cannot_run_is_an_error_with_the_way_out(tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no torch here >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(ValueError, match="no torch here.*pip install bertviz circuitsvis"):
        other_pages(4, tmp_path, broken)
