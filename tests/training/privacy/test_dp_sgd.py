"""DP-SGD: no example moves the sum too far, the noise is as large as said, and a model learns."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import GPT, TransformerConfig
from lmlab.training import LabelledTexts, TrainingConfig, evaluate
from lmlab.training.privacy import Privacy, clip_each, dp_sgd, noisy_gradient, train_privately
from lmlab.training.privacy.dp_sgd import poisson_batches


def gpt():
    torch.manual_seed(0)
    config = TransformerConfig(vocab_size=10, context_length=8, d_model=8, n_layers=1, n_heads=2)
    return GPT(config)


def texts(n=40):
    """After each token comes the next, as in counting; of different lengths."""
    rows = [[(start + i) % 10 for i in range(4 + start % 4)] for start in range(n)]
    return LabelledTexts.of([row[:-1] for row in rows], [row[1:] for row in rows])


def settings(**changes):
    plain = dict(steps=40, batch_size=20, optimizer="adamw", learning_rate=0.02, warmup_steps=2)
    return TrainingConfig(**{**plain, **changes})


def run(privacy, data=None, **changes):
    model, data = gpt(), data or texts()
    return train_privately(model, data, settings(**changes), privacy, progress=False)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@given(st.floats(0.01, 100), st.integers(0, 2**31))
def test_no_row_is_longer_than_the_limit_and_short_ones_stay(limit, seed):
    rows = torch.randn(5, 7, generator=torch.Generator().manual_seed(seed)) * limit
    clipped = clip_each(rows, limit)
    assert (clipped.norm(dim=1) <= limit * (1 + 1e-5)).all()
    short = rows.norm(dim=1) <= limit
    torch.testing.assert_close(clipped[short], rows[short])
    torch.testing.assert_close(  # longer ones keep their direction
        torch.cosine_similarity(clipped, rows), torch.ones(5), atol=1e-5, rtol=0
    )


def test_a_gradient_of_zeros_stays_zero():
    assert torch.equal(clip_each(torch.zeros(2, 3), 1.0), torch.zeros(2, 3))


def test_the_noise_has_the_size_that_was_said():
    z = torch.randn(100_000, generator=torch.Generator().manual_seed(0))
    found = noisy_gradient(torch.zeros(100_000), 2.0, 3.0, 10, z)
    assert found.std().item() == pytest.approx(2.0 * 3.0 / 10, rel=0.02)


def test_one_more_example_moves_the_step_by_the_limit_at_most():
    gradients = 50 * torch.randn(6, 9, generator=torch.Generator().manual_seed(0))
    with_it, without = clip_each(gradients, 0.5).sum(0), clip_each(gradients[:-1], 0.5).sum(0)
    assert (with_it - without).norm() <= 0.5 + 1e-6


def test_batches_hold_each_row_by_chance():
    batches = poisson_batches(1000, 0.1, seed=0)
    drawn = [next(batches) for _ in range(30)]
    sizes = torch.tensor([float(len(rows)) for rows in drawn])
    assert len(set(sizes.tolist())) > 5  # a shuffled epoch would have one size
    assert sizes.mean().item() == pytest.approx(100, abs=5)
    assert sizes.std().item() == pytest.approx(math.sqrt(90), rel=0.5)


@pytest.fixture
def first_noise(monkeypatch):
    """The normal numbers that the first step of a run with this seed adds."""

    def drawn(seed):
        found = []

        def noted(total, limit, noise, batch_size, z):
            found.append(z)
            return noisy_gradient(total, limit, noise, batch_size, z)

        monkeypatch.setattr(dp_sgd, "noisy_gradient", noted)
        run(Privacy(), steps=1, seed=seed)
        return found[0]

    return drawn


def test_noise_is_not_drawn_from_the_stream_that_chose_the_batch(first_noise, monkeypatch):
    stream = torch.Generator().manual_seed(5)  # that of poisson_batches(…, seed=5)
    shared = torch.randn(len(weights(gpt())), generator=stream)
    assert not (first_noise(5) == shared).any()
    monkeypatch.setattr(dp_sgd, "_seed_of_noise", lambda seed: seed)
    assert torch.equal(first_noise(5), shared)  # one seed for both would do just that


def test_no_noise_has_the_seed_of_another_runs_batches():
    seeds = {dp_sgd._seed_of_noise(seed) for seed in range(1000)}
    assert len(seeds) == 1000 and seeds.isdisjoint(range(1000))


def test_the_same_seed_gives_the_same_weights_and_another_others():
    one, same, other = (run(Privacy(), steps=3, seed=seed).model for seed in (0, 0, 1))
    assert torch.equal(weights(one), weights(same))
    assert not torch.equal(weights(one), weights(other))


def test_a_model_learns_without_noise_and_less_with_much():
    before = evaluate(gpt(), texts()).nats_per_token
    clean, noisy = (
        evaluate(run(Privacy(noise=noise)).model, texts()).nats_per_token for noise in (0.0, 30.0)
    )
    assert clean < 0.5 * before and noisy > clean + 0.5


def test_epsilon_is_that_of_the_accountant_and_infinite_without_noise():
    from lmlab.training.privacy import epsilon_after

    assert run(Privacy(noise=1.5), steps=4).epsilon == epsilon_after(4, 1.5, 0.5, 1e-4)
    assert run(Privacy(noise=0.0), steps=1).epsilon == math.inf
    assert run(Privacy(clip_norm=None, noise=0), steps=1).epsilon == math.inf


def test_history_tells_how_many_were_clipped():
    tight, loose = (run(Privacy(clip_norm=c, noise=0), steps=2) for c in (1e-3, 1e3))
    assert [row["clipped"] for row in tight.history] == [1.0, 1.0]
    assert [row["clipped"] for row in loose.history] == [0.0, 0.0]


def test_an_empty_batch_is_a_step_of_noise_alone():
    result = run(Privacy(), data=texts(2), steps=8, batch_size=1, seed=3)
    assert 0 in [row["examples"] for row in result.history]
    assert weights(result.model).isfinite().all()


@pytest.mark.parametrize(
    ("values", "words"),
    [({"clip_norm": 0}, "clip_norm=0 must be above 0"), ({"noise": -1}, "noise=-1 must be"),
     ({"delta": 1}, "delta=1 must be"), ({"clip_norm": None}, "give a limit, or noise=0")],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(values, words):
    with pytest.raises(ValueError, match=words):
        Privacy(**values)


def test_a_text_that_does_not_fit_is_refused_before_the_first_step():
    long = LabelledTexts.of([[0] * 9], [[1] * 9])
    with pytest.raises(ValueError, match="the longest text has 9 tokens"):
        run(Privacy(), data=long)
