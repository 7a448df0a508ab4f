import io

import numpy as np
from PIL import Image

from lmlab.viz.xrays.sheets import sheets
from lmlab.viz.xrays.still import still


def picture(n_tensors):
    values = [np.random.default_rng(i).normal(size=(2, 3, 4)) for i in range(n_tensors)]
    drawn = dict(zip((f"blocks.{i}.q" for i in range(n_tensors)), sheets(values), strict=True))
    return still(drawn, "blocks.0.q", ["<b>", "$x$", "猫"], "x W_q")


def test_more_tensors_make_a_taller_picture_up_to_a_limit():
    heights = [Image.open(io.BytesIO(picture(n))).height for n in (11, 44, 60)]
    assert heights[0] < heights[1] == heights[2]


def test_the_same_tensors_give_the_same_bytes():
    assert picture(3) == picture(3)
