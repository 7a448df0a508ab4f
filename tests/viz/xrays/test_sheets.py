import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from lmlab.viz import theme
from lmlab.viz.xrays.sheets import NOT_FINITE, pack, painted, sheets

STACKS = arrays.arrays(
    np.float32, st.tuples(*3 * [st.integers(1, 6)]), elements=st.floats(-100, 100, width=32)
)


@given(STACKS)
def test_a_number_read_back_is_off_by_half_a_level_at_most(stack):
    (sheet,) = sheets([stack])
    read = sheet.levels / 127 * sheet.scale
    assert np.abs(read - stack).max() <= 0.501 * sheet.scale / 127
    assert sheet.columns == stack.shape[2]
    assert not sheet.signed or stack.min() < 0


def test_a_wide_tensor_keeps_the_number_furthest_from_zero_of_each_neighbourhood():
    wide = np.zeros((3, 1024), dtype=np.float32)
    wide[1, 6], wide[1, 7] = 2, -8
    (sheet,) = sheets([wide])
    assert sheet.levels.shape == (1, 3, 512)
    assert sheet.levels[0, 1, 3] == -127
    assert np.count_nonzero(sheet.levels) == 1


def test_the_width_shrinks_until_all_fit_a_page_and_attention_is_the_last_to_lose_columns():
    channels, weights = np.ones((8, 40, 64)), np.ones((8, 40, 40))
    few, many = sheets([channels] * 40 + [weights] * 20), sheets([channels] * 40 + [weights] * 40)
    assert [sheet.levels.shape[2] for sheet in few] == [8] * 40 + [40] * 20
    assert {sheet.levels.shape[2] for sheet in many} == {8}
    with pytest.raises(ValueError, match="40 tensors over 5000 tokens are too much"):
        sheets([np.ones((1, 5000, 64), dtype=np.float32)] * 40)


def test_numbers_that_are_not_finite_are_marked_and_do_not_set_the_scale():
    (sheet,) = sheets([np.array([[1, np.nan], [np.inf, -2]], dtype=np.float32)])
    assert sheet.levels.tolist() == [[[64, NOT_FINITE], [NOT_FINITE, -127]]]
    assert sheet.scale == 2
    assert sheet.signed


def test_zeros_stay_zeros():
    (sheet,) = sheets([np.zeros((2, 2), dtype=np.float32)])
    assert not sheet.levels.any() and not sheet.signed


def test_packed_levels_stand_one_sheet_after_the_other():
    drawn = sheets([np.arange(4.0).reshape(2, 2), -np.ones((2, 1, 3))])
    flat = np.frombuffer(zlib.decompress(base64.b64decode(pack(drawn))), dtype=np.int8)
    assert flat.tolist() == [0, 42, 85, 127, *6 * [-127]]


def test_panels_are_painted_side_by_side_with_a_clear_gap():
    colours = painted(sheets([np.array([[[1.0]], [[-0.25]]])])[0])
    assert colours.shape == (1, 4, 4)
    assert colours[0, 0, :3] == pytest.approx(to_rgb(theme.ORANGE), abs=0.01)
    assert colours[0, [1, 3], 3].tolist() == [0, 0]
    halfway = np.add(to_rgb(theme.BLUE), to_rgb(theme.CARD)) / 2  # the root of a quarter
    assert colours[0, 2, :3] == pytest.approx(halfway, abs=0.02)


def test_numbers_from_zero_on_are_painted_by_magnitude():
    colours = painted(sheets([np.array([[0.0, 1.0]])])[0])
    assert colours[0].tolist() == [list(colormaps[theme.MAGNITUDE](end)) for end in (0.0, 1.0)]
