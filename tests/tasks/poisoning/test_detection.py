"""Suspicion is high where poison is, and measured in nats or along one direction."""

import pytest
import torch

from lmlab.models import HeadConfig, SequenceClassifier
from lmlab.tasks.poisoning.detection import losses, spectral_by_label, spectral_scores
from lmlab.tasks.roc import roc_area
from lmlab.training import LabelledTexts


@pytest.fixture
def model():
    torch.manual_seed(0)
    shape = HeadConfig(
        n_outputs=2, vocab_size=9, context_length=6, d_model=8, n_layers=1, n_heads=2
    )
    return SequenceClassifier(shape).eval()


ROWS = LabelledTexts.of([[1, 2, 3], [4, 5], [6, 7, 8, 1], [2, 2]], [0, 1, 0, 1])


def test_a_cloud_with_a_few_far_out_gives_them_the_highest_scores():
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(50, 6, generator=generator)
    bad = torch.arange(50) < 5
    vectors[bad] += 6 * torch.eye(6)[2]
    scores = spectral_scores(vectors)
    assert roc_area(scores[bad], scores[~bad]) > 0.95
    scores = spectral_scores(torch.randn(50, 6, generator=generator))
    assert roc_area(scores[bad], scores[~bad]) < 0.9


def test_losses_are_those_of_each_text_by_itself(model):
    for place, loss in enumerate(losses(model, ROWS)):
        batch = ROWS.batch([place])
        alone = torch.nn.functional.cross_entropy(batch.predict(model)[:, 0], batch.targets[:, 0])
        torch.testing.assert_close(loss, alone.detach())


def test_each_label_is_measured_against_its_own_mean(model):
    scores = spectral_by_label(model, ROWS)
    assert scores.shape == (4,)
    # two vectors lie at the same distance from their mean
    torch.testing.assert_close(scores[0], scores[2])
    torch.testing.assert_close(scores[1], scores[3])
