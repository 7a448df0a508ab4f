"""The picture of parallelism: each way keeps what it says."""

import matplotlib.pyplot as plt
import pytest

from lmlab.viz.charts.parallelism import parallelism


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def kept(way: str):
    (ax,) = parallelism([way]).axes
    return [cell for cell in ax.patches if cell.get_facecolor()[3] > 0]


@pytest.mark.parametrize(
    ("way", "copies"), [("data", 4), ("tensor", 1), ("pipeline", 1), ("sharded", 1)]
)
def test_devices_keep_so_many_copies_of_the_model_between_them(way, copies):
    assert sum(cell.get_width() for cell in kept(way)) == pytest.approx(4 * copies)


@pytest.mark.parametrize(
    ("way", "texts"), [("data", 4), ("tensor", 1), ("pipeline", 1), ("sharded", 4)]
)
def test_a_colour_stands_for_the_texts_that_a_device_reads(way, texts):
    assert len({cell.get_facecolor() for cell in kept(way)}) == texts


def test_every_way_has_a_row_and_its_name():
    rows = parallelism().axes
    names = [{text.get_text() for text in ax.texts} for ax in rows]
    assert len(rows) == 4
    wanted = ("data parallel", "tensor parallel", "pipeline parallel", "fully sharded")
    assert all(name in said for name, said in zip(wanted, names, strict=True))


@pytest.mark.parametrize("ways", [[], ["magic"]])
def test_other_ways_are_refused(ways):
    with pytest.raises(ValueError, match="give some of data, tensor, pipeline, sharded"):
        parallelism(ways)
