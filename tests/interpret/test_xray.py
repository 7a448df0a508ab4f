from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from lmlab.interpret import record
from lmlab.interpret.residual import residual_stream
from lmlab.interpret.xray import xray
from lmlab.models import BERT, GPT, RecurrentConfig, RecurrentLM, TransformerConfig
from lmlab.text import ByteTokenizer

ROOT = Path(__file__).resolve().parents[2]
TOKENIZER = ByteTokenizer(special_tokens=("<|endoftext|>", "<|mask|>"))
SIZES = {
    "vocab_size": TOKENIZER.vocab_size,
    "context_length": 16,
    "d_model": 16,
    "n_layers": 2,
    "n_heads": 4,
}
SWITCHES = [
    {},
    {"qk_norm": True, "n_kv_heads": 2, "activation": "swiglu", "tied_embeddings": False},
    {"positions": "learned", "norm": "layernorm", "bias": True, "activation": "gelu"},
    {"positions": "alibi", "norm_position": "post", "qkv_bias": True, "d_ff": 24},
]


def build(kind=GPT, **switches):
    torch.manual_seed(0)
    return kind(TransformerConfig(**SIZES, **switches)).eval()


@pytest.fixture(params=SWITCHES, ids=lambda switches: "-".join(map(str, switches.values())))
def model(request):
    return build(**request.param)


@pytest.mark.parametrize("kind", [GPT, BERT])
def test_it_sees_what_record_sees_in_the_same_order(kind):
    model = build(kind)
    rays = xray(model, TOKENIZER, "abc")
    with record(model) as tape, torch.no_grad():
        model(torch.tensor([[TOKENIZER.eos_id, *TOKENIZER.encode("abc")]]))
    assert list(rays) == tape.names()
    assert rays.tokens == ["<|endoftext|>", "a", "b", "c"]
    for name, step in rays.items():
        assert torch.equal(step.value, tape[name][0])


def test_flops_are_the_profilers(model):
    with FlopCounterMode(display=False) as profiler:
        rays = xray(model, TOKENIZER, "a text")
    assert sum(step.flops for step in rays.values()) == profiler.get_total_flops()


def test_flops_of_each_projection_are_the_profilers(model):
    with FlopCounterMode(display=False, depth=None) as profiler:
        rays = xray(model, TOKENIZER, "a text")
    counts = {name: sum(n.values()) for name, n in profiler.get_flop_counts().items()}
    for tap, module in (("attn.q", "q_proj"), ("attn.out", "out_proj")):
        assert rays[f"blocks.1.{tap}"].flops == counts[f"GPT.blocks.1.attn.{module}"]
    feed_forward = rays["blocks.1.mlp.hidden"].flops + rays["blocks.1.mlp.out"].flops
    assert feed_forward == counts["GPT.blocks.1.mlp"]


def test_parameters_of_the_steps_are_those_of_the_model(model):
    rays = xray(model, TOKENIZER, "ab")
    assert sum(step.parameters for step in rays.values()) == model.num_parameters()
    assert sum(cost.parameters for cost in rays.costs().values()) == model.num_parameters()
    assert rays.costs()["attn.q"].flops == 2 * rays["blocks.0.attn.q"].flops


@pytest.mark.parametrize(
    "name", ["embedded", "blocks.1.attn.weights", "blocks.0.mlp.out", "logits"]
)
def test_the_line_found_is_the_one_that_taps_the_tensor(name):
    found = xray(build(), TOKENIZER, "ab")[name].origin
    line = (ROOT / found.file).read_text(encoding="utf-8").splitlines()[found.line - 1]
    assert "tap(self" in line and f'"{name.rsplit(".", 1)[-1]}"' in line
    assert line.strip() in found.code


@pytest.mark.parametrize("kind", [GPT, BERT])
def test_the_stream_is_the_running_sum_of_the_contributions(kind):
    rays = xray(build(kind), TOKENIZER, "abcd")
    first, *updates = rays.contributions().values()
    stream = residual_stream(first, torch.stack(updates))
    assert torch.equal(stream[2], rays["blocks.0.resid"].value)
    assert torch.equal(stream[4], rays["blocks.1.resid"].value)


def test_with_a_norm_after_each_sum_there_is_no_running_sum():
    rays = xray(build(norm_position="post"), TOKENIZER, "ab")
    with pytest.raises(ValueError, match="norm_position='post'"):
        rays.contributions()


def test_the_likeliest_are_those_of_the_last_position():
    model = build()
    token, logit, probability = xray(model, TOKENIZER, "abc").likeliest(1)[0]
    probs = model.next_token(torch.tensor([TOKENIZER.eos_id, *TOKENIZER.encode("abc")]))
    assert token == TOKENIZER.tokens([int(probs.argmax())])[0]
    assert probability == pytest.approx(probs.max().item())
    assert logit == pytest.approx(model.next_logits(
        torch.tensor([[TOKENIZER.eos_id, *TOKENIZER.encode("abc")]])
    ).max().item())  # fmt: skip


def test_special_tokens_in_the_text_count_as_such():
    rays = xray(build(BERT), TOKENIZER, "a<|mask|>")
    assert rays.tokens == ["<|endoftext|>", "a", "<|mask|>"]


def test_a_model_of_another_kind_is_seen_without_formulas():
    config = RecurrentConfig(vocab_size=TOKENIZER.vocab_size, context_length=8, d_model=8)
    rays = xray(RecurrentLM(config), TOKENIZER, "ab")
    assert rays and all(step.formula == "" for step in rays.values())
    assert all(step.origin.line for step in rays.values())


def test_spread_is_that_of_the_numbers_and_print_shows_it():
    rays = xray(build(), TOKENIZER, "ab")
    step = rays["embedded"]
    assert step.spread.mean == pytest.approx(step.value.mean().item(), abs=1e-6)
    assert step.spread.std == pytest.approx(step.value.std(correction=0).item(), rel=1e-5)
    lines = repr(rays).splitlines()
    assert len(lines) == 1 + len(rays)
    assert lines[1].startswith("embedded") and lines[1].endswith("E[ids]")


def test_an_unknown_step_is_named():
    with pytest.raises(KeyError, match="blocks.9.attn.q is no step"):
        xray(build(), TOKENIZER, "ab")["blocks.9.attn.q"]
