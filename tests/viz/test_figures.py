import io

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from lmlab.viz import attention_pattern, loss_curve, picture, theme
from lmlab.viz.explorer.maps import AttentionMaps
from lmlab.viz.explorer.snapshot import miniatures, snapshot

matplotlib.use("Agg")
HOSTILE = ["你", "😀", "$x$", "\n", "<b>", "\ud800", "\u202e", "a" * 60]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_pattern_names_axes_and_tokens(random_attention):
    tokens = ["The", " cat", " sat", " on", " a", " mat"]
    ax = attention_pattern(random_attention()[0, 0], tokens, title="one head")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("key token attended to", "query token")
    assert [label.get_text() for label in ax.get_yticklabels()][:2] == ["The", "·cat"]
    assert ax.get_title(loc="left") == "one head"


def test_a_pattern_hides_what_a_causal_mask_hides(random_attention, names):
    image = attention_pattern(random_attention()[0, 0], names(6)).images[0].get_array()
    assert np.ma.getmaskarray(image).sum() == 15
    image = attention_pattern(random_attention(causal=False)[0, 0], names(6)).images[0].get_array()
    assert np.ma.getmaskarray(image).sum() == 0


def test_a_pattern_draws_on_the_axes_given(random_attention, names):
    ax = plt.figure().add_subplot()
    assert attention_pattern(random_attention()[0, 0], names(6), ax=ax) is ax


def test_a_pattern_is_of_one_head(random_attention, names):
    with pytest.raises(ValueError, match="1 layers × 3 heads"):
        attention_pattern(random_attention()[0], names(6))


def test_long_texts_name_only_some_tokens(random_attention, names):
    ax = attention_pattern(random_attention(1, 1, 100)[0, 0], names(100))
    assert len(ax.get_xticks()) == 34


def test_any_token_can_be_drawn_without_a_warning(random_attention, recwarn):
    n = len(HOSTILE)
    picture(attention_pattern(random_attention(1, 1, n)[0, 0], HOSTILE), "hostile tokens")
    assert not [w for w in recwarn if "Glyph" in str(w.message)]


def test_a_notebook_shows_the_figure_of_every_cell():
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    draw = "from lmlab import viz; viz.loss_curve([{'step': 0, 'train_loss': 1.0}]);"
    cells = [nbformat.v4.new_code_cell(draw) for _ in range(2)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    assert ["image/png" in cell.outputs[0].data for cell in notebook.cells] == [True, True]


def test_a_character_without_a_glyph_is_marked():
    assert theme.drawable("a\U000e0fff") == "a▯"
    assert theme.drawable("abcdef", 4) == "abc…"


def test_a_picture_carries_its_words(random_attention, names):
    ax = attention_pattern(random_attention()[0, 0], names(6))
    shown = picture(ax, "Each token looks back.")
    data, metadata = shown._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "Each token looks back."
    assert Image.open(io.BytesIO(shown.png)).width > 200
    assert not plt.get_fignums()


def test_a_picture_needs_words(random_attention, names):
    with pytest.raises(ValueError, match="alt is empty"):
        picture(loss_curve([{"step": 1, "train_loss": 1.0}]), " ")


def test_the_same_figure_gives_the_same_bytes(random_attention, names):
    weights = random_attention()[0, 0]
    first, second = (picture(attention_pattern(weights, names(6)), "x").png for _ in range(2))
    assert first == second


def test_miniatures_keep_the_largest_weight_of_a_patch():
    weights = np.zeros((1, 1, 100, 100), dtype=np.float32)
    weights[0, 0, 57, 3] = 0.7
    small = miniatures(weights, 10)
    assert small.shape == (1, 1, 10, 10)
    assert small[0, 0, 5, 0] == np.float32(0.7)
    assert miniatures(weights, 200) is weights


def test_a_snapshot_shows_any_grid_of_heads(random_attention, names):
    for shape in ((1, 1, 1), (6, 2, 5), (2, 12, 60)):
        maps = AttentionMaps.read(random_attention(*shape), names(shape[2]))
        image = Image.open(io.BytesIO(snapshot(maps, maps.select(), "any <b>title</b>")))
        assert image.width == 1100
