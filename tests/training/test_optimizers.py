"""Each weight has one optimiser, and the state goes to disk and back by name."""

import pytest
import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.models.neural_ngram import NeuralNGram, NeuralNGramConfig
from lmlab.models.recurrent import RecurrentConfig, RecurrentLM
from lmlab.training import TrainingConfig
from lmlab.training.optimizers import Optimizers


def _model():
    torch.manual_seed(0)
    return GPT(TransformerConfig(vocab_size=9, context_length=8, d_model=8, n_layers=1, n_heads=2))


def _recurrent():
    torch.manual_seed(0)
    return RecurrentLM(RecurrentConfig(vocab_size=9, context_length=8, d_model=4, n_layers=2))


def _neural_ngram():
    torch.manual_seed(0)
    return NeuralNGram(NeuralNGramConfig(vocab_size=9, order=3, d_embed=4, d_hidden=5))


def _of_muon(model):
    state = _stepped(model, TrainingConfig(steps=9)).state()
    return {name.split(".", 1)[1] for name in state if name.startswith("muon.")}


def _stepped(model, config, steps=2):
    optimizers = Optimizers(model, config)
    for step in range(steps):
        model(torch.tensor([[1, 2, 3]])).sin().sum().backward()
        optimizers.step(1.0 / (step + 1))
        model.zero_grad()
    return optimizers


def test_matrices_of_the_blocks_go_to_muon_and_the_rest_to_adamw():
    state = _stepped(_model(), TrainingConfig(steps=9)).state()
    muon = {name for name in state if name.startswith("muon.")}
    assert "muon.blocks.0.attn.q_proj.weight.momentum" in muon and len(muon) == 6
    assert "adamw.embed.weight.exp_avg" in state
    assert "adamw.blocks.0.attn_norm.weight.exp_avg_sq" in state


@pytest.mark.parametrize("switches", [{"tied_embeddings": False}, {"positions": "learned"}])
def test_what_faces_the_tokens_is_never_muons(switches):
    model = GPT(TransformerConfig(vocab_size=9, d_model=8, n_layers=2, n_heads=2, **switches))
    matrices = {name for name, p in model.named_parameters() if p.ndim == 2}
    blocks = {name for name in matrices if name.startswith("blocks.")}
    assert matrices - blocks and _of_muon(model) == {f"{name}.momentum" for name in blocks}


def test_matrices_of_other_models_go_to_muon_by_the_same_rule():
    layers = {
        f"layers.{number}.{part}_proj.weight.momentum"
        for number in (0, 1)
        for part in ("input", "state")
    }
    assert _of_muon(_recurrent()) == layers
    assert _of_muon(_neural_ngram()) == {"hidden.weight.momentum"}


def test_adamw_alone_takes_everything():
    state = _stepped(_model(), TrainingConfig(steps=9, optimizer="adamw")).state()
    assert all(name.startswith("adamw.") for name in state)


@pytest.mark.parametrize("make_model", [_model, _recurrent, _neural_ngram])
@pytest.mark.parametrize("kind", ["muon", "adamw"])
def test_state_round_trip_makes_the_next_step_the_same(kind, make_model):
    config = TrainingConfig(steps=9, optimizer=kind)
    first, second = make_model(), make_model()
    before = _stepped(first, config)
    second.load_state_dict(first.state_dict())
    after = Optimizers(second, config)
    after.load_state({name: value.clone() for name, value in before.state().items()})
    for model, optimizers in ((first, before), (second, after)):
        model(torch.tensor([[4, 5]])).sin().sum().backward()
        optimizers.step(0.5)
    for ours, theirs in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_state_of_another_run_is_refused():
    state = _stepped(_model(), TrainingConfig(steps=9)).state()
    adamw_only = Optimizers(_model(), TrainingConfig(steps=9, optimizer="adamw"))
    with pytest.raises(ValueError, match="the saved optimiser state has muon"):
        adamw_only.load_state(state)
