import numpy as np
import pytest
import torch

from lmlab.interpret.rollout import rollout as rolled
from lmlab.viz import rollout


def test_it_shows_raw_weights_and_rollout_of_each_layer(random_attention, names):
    weights = random_attention()
    view = rollout(weights, names(6))
    np.testing.assert_allclose(view.maps.weights[:, 0], weights.mean(axis=1), atol=1e-6)
    expected = rolled(torch.tensor(weights)).numpy()
    np.testing.assert_allclose(view.after.weights[:, 0], expected, atol=1e-6)


def test_it_opens_on_the_last_layer(random_attention, names):
    assert rollout(random_attention(), names(6)).selected[:2] == (1, 0)
    assert rollout(random_attention(), names(6), layer=0, query=3).selected[:3] == (0, 0, 3)


def test_it_speaks_of_layers_not_of_heads(random_attention, names):
    view = rollout(random_attention(), names(6))
    assert view.payload["merged"] and view.payload["small"] == "second"
    assert view.alt.startswith("Attention rollout. 2 layers over 6 tokens")
    assert "head" not in repr(view)


def test_a_text_that_does_not_look_at_itself_is_refused(random_attention, names):
    with pytest.raises(ValueError, match="2 × 6; rollout follows a text that looks at itself"):
        rollout(random_attention()[..., 4:, :], names(6))
