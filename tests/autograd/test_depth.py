"""What survives the way down depends on gain, residual and norm."""

from lmlab.autograd.depth import gradient_by_depth


def share_at_the_bottom(**settings):
    sizes = gradient_by_depth(24, **settings)
    return (sizes[0] / sizes[-1]).item()


def test_a_plain_stack_loses_or_blows_up_its_gradient():
    assert share_at_the_bottom() < 1e-2
    assert share_at_the_bottom(gain=2.0) > 1e2


def test_the_gain_of_he_keeps_it():
    assert 0.2 < share_at_the_bottom(gain=2**0.5) < 5


def test_a_residual_alone_blows_up():
    assert share_at_the_bottom(residual=True) > 1e2


def test_residual_and_norm_together_keep_it():
    assert 0.5 < share_at_the_bottom(residual=True, norm=True) < 20


def test_the_seed_decides():
    first, same, other = (gradient_by_depth(3, seed=seed) for seed in (1, 1, 2))
    assert first.equal(same) and not first.equal(other)
