"""Early stopping keeps the best evaluation before the stop, and never looks beyond it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.training.stopping import early_stop

LOSSES = st.lists(st.floats(0, 9), min_size=1, max_size=12)


def test_a_better_loss_behind_the_stop_is_never_seen():
    assert early_stop([3.0, 2.0, 2.5, 2.6, 1.0], patience=2) == 1
    assert early_stop([3.0, 2.0, 2.5, 2.6, 1.0], patience=3) == 4


def test_a_new_best_begins_the_count_again():
    assert early_stop([3.0, 2.0, 2.1, 1.5, 1.6, 1.4, 1.7], patience=2) == 5


def test_of_equal_losses_the_first_counts():
    assert early_stop([2.0, 2.0, 2.0, 1.0], patience=2) == 0


@given(LOSSES)
def test_endless_patience_keeps_the_best_of_all(losses):
    assert early_stop(losses, patience=len(losses)) == losses.index(min(losses))


@given(LOSSES, st.integers(1, 4), LOSSES)
def test_what_comes_after_the_stop_changes_nothing(losses, patience, later):
    kept = early_stop(losses, patience)
    seen = losses[: kept + patience + 1]
    if len(seen) == kept + patience + 1:
        assert early_stop(seen + later, patience) == kept


@pytest.mark.parametrize(("losses", "patience"), [([], 2), ([1.0], 0)])
def test_without_losses_or_patience_there_is_no_answer(losses, patience):
    with pytest.raises(ValueError, match="must be 1 or more"):
        early_stop(losses, patience)
