"""The maps of the landmark models show every figure that was published, and only those."""

import pytest

from lmlab.scaling import doubling_time, landmark_models, records
from lmlab.viz.charts import landmarks as maps


def drawn(ax) -> set[tuple[float, float]]:
    """The points of all marks on the axes."""
    return {tuple(point) for marks in ax.collections for point in marks.get_offsets().tolist()}


def test_every_published_size_is_a_mark():
    ax = maps.size_by_date(landmark_models())
    assert drawn(ax) == {(m.year, m.parameters) for m in landmark_models() if m.parameters}
    assert "GPT-3" in {text.get_text() for text in ax.texts}


def test_tokens_are_set_against_the_parameters_that_a_token_meets():
    points = drawn(maps.tokens_against_parameters(landmark_models()))
    assert (37e9, 14.8e12) in points  # DeepSeek-V3: 37 of its 671 billion
    assert not any(tokens == 2e12 and size == 300e9 for size, tokens in points)  # counts


def test_hollow_marks_are_the_computed_ones():
    ax = maps.compute_by_date(landmark_models())
    hollow = set()
    for marks in ax.collections:
        if marks.get_facecolor().tolist() != marks.get_edgecolor().tolist():
            hollow |= {tuple(point) for point in marks.get_offsets().tolist()}
    assert hollow == {(m.year, m.flops) for m in landmark_models() if m.flops_are == "6ND"}


def test_the_frontier_line_says_how_fast_its_models_double():
    frontier = records(landmark_models(), lambda m: m.flops)
    months = 12 * doubling_time([m.year for m in frontier], [m.flops for m in frontier])
    ax = maps.compute_by_date(landmark_models(), frontier=frontier)
    assert any(f"every {months:.1f} months" in text.get_text() for text in ax.texts)


def test_staircases_end_at_the_largest():
    dense = records([m for m in landmark_models() if m.kind != "MoE"], lambda m: m.parameters)
    ax = maps.largest_by_date(dense, dense, until=2026)
    assert max(line.get_ydata().max() for line in ax.lines) == dense[-1].parameters


@pytest.mark.parametrize(
    ("number", "text"),
    [(124e6, "124M"), (1.558e9, "1.56B"), (999.9e9, "1T"), (3.8e25, "3.8e25"), (768, "768")],
)
def test_big_numbers_read_as_people_say_them(number, text):
    assert maps.big_number(number) == text
