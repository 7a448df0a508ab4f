"""New tokens a second, with a key/value cache: ours, ours in int8, and other libraries'.

All take the likeliest token after the same prompt, by turns. For one new token every weight is read
once: the time of one product of a vector with a matrix of that many numbers is the least that
memory allows, and is measured beside them.
"""

import copy
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec

import torch
from jaxtyping import Int
from torch import Tensor

from lmlab.bench.figure import Figure
from lmlab.models import GPT, TransformerConfig
from lmlab.nn import quantise
from lmlab.pretrained import load
from lmlab.scaling.timing import median_seconds
from lmlab.text import town
from lmlab.training.throughput import hugging_face_gpt2

PROMPT, CONTEXT = 16, 256
HUGGING_FACE = "Hugging Face"
GPT2_PARTS = {"norm": "layernorm", "positions": "learned", "activation": "gelu_tanh", "bias": True}

SIZES = {
    "6 × 384": {"vocab_size": 96, "d_model": 384, "n_layers": 6, "n_heads": 6},
    "GPT-2 small": {"vocab_size": 50257, "d_model": 768, "n_layers": 12, "n_heads": 12},
}
BUDGETS = {
    ("6 × 384", 1, "lmlab"): 1.9,
    ("GPT-2 small", 1, "lmlab"): 1.15,
    ("GPT-2 small", 1, "lmlab, int8"): 3.0,
}
"""At least so many times as fast as Hugging Face."""
OF_THE_LIMIT = {"GPT-2 small": 0.8}
"""At least this share of the speed that memory allows."""


def measure(new: int = 48, repeats: int = 5) -> Iterator[Figure]:
    """Tokens a second and ratios for each size and batch, then what int8 costs."""
    for size, shape in SIZES.items():
        config = TransformerConfig(**shape, **GPT2_PARTS, context_length=CONTEXT)
        for batch in (1, 16):
            yield from _compare(size, config, batch, new, repeats)
    yield int8_loss()


def int8_loss(model: str = "town-gpt", stories: int = 30) -> Figure:
    """How much worse a trained model predicts held-out stories once its weights have 8 bits."""
    language_model, tokenizer = load(model, verbose=False)
    small = quantise(copy.deepcopy(language_model))
    losses = {language_model: 0.0, small: 0.0}
    n_tokens = 0
    for story in town.stories(stories, split="test"):
        ids = torch.tensor([tokenizer.eos_id, *tokenizer.encode(story)])
        n_tokens += len(ids) - 1
        for each in losses:
            losses[each] -= each.log_prob(ids)
    change = (losses[small] - losses[language_model]) / n_tokens
    return Figure(f"change in loss by int8, {model}", change, "nats/token")


def _compare(
    size: str, config: TransformerConfig, batch: int, new: int, repeats: int
) -> Iterator[Figure]:
    torch.manual_seed(0)
    ids = torch.randint(config.vocab_size, (batch, PROMPT))
    model = GPT(config).eval()
    work = {
        "lmlab": _ours(model, ids, new),
        "lmlab, int8": _ours(quantise(copy.deepcopy(model)), ids, new),
        HUGGING_FACE: _hugging_face(config, ids, new),
    }
    if batch == 1 and find_spec("litgpt"):
        work["litgpt"] = _litgpt(config, ids, new)
    matrix = torch.randn(model.num_parameters() // config.d_model, config.d_model)
    once = partial(torch.mv, matrix, torch.randn(config.d_model))
    seconds = median_seconds({**work, "limit": once}, repeats)
    limit = seconds.pop("limit")
    where = f"generation, {size}, batch {batch}"
    for name, each in seconds.items():
        yield Figure(f"{where}: {name}", batch * new / each, "tokens/s")
    for name in [each for each in seconds if each != HUGGING_FACE]:
        ratio, budget = seconds[HUGGING_FACE] / seconds[name], BUDGETS.get((size, batch, name))
        yield Figure(f"{where}: {name} / {HUGGING_FACE}", ratio, "×", at_least=budget)
    if batch == 1:
        share, least = new * limit / seconds["lmlab"], OF_THE_LIMIT.get(size)
        yield Figure(f"{where}: share of what memory allows", share, "", at_least=least)


def _ours(model: GPT, ids: Int[Tensor, "batch time"], new: int) -> Callable[[], object]:
    return partial(model.generate, ids, new, temperature=0.0)


def _hugging_face(config: TransformerConfig, ids: Tensor, new: int) -> Callable[[], object]:
    return partial(
        hugging_face_gpt2(config).eval().generate,
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=new,
        do_sample=False,
        pad_token_id=0,
    )


def _litgpt(config: TransformerConfig, ids: Tensor, new: int) -> Callable[[], object]:
    """Its GPT of the same size, which turns queries and keys and has a head of its own."""
    from litgpt.config import Config
    from litgpt.generate.base import generate
    from litgpt.model import GPT as LitGPT

    model = LitGPT(
        Config(
            vocab_size=config.vocab_size,
            padded_vocab_size=config.vocab_size,
            block_size=config.context_length,
            n_embd=config.d_model,
            n_layer=config.n_layers,
            n_head=config.n_heads,
        )
    ).eval()
    model.max_seq_length = ids.size(1) + new
    model.set_kv_cache(batch_size=1)
    return partial(generate, model, ids[0], ids.size(1) + new, temperature=0.0)
