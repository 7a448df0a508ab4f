"""Where SmolLM2's attention goes under an attack: `write_injected_attention`.

It made the file data/security/attention.json. Used in chapter 8.2.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lmlab.interpret.record import record
from lmlab.interpret.spans import locate_parts, span_shares
from lmlab.models import GPT
from lmlab.pretrained import LibraryTokenizer, load
from lmlab.sources import shipped_json
from lmlab.sources.atomic import write_file
from lmlab.tasks.injection.prompts import ATTACKS, attacked, undefended
from lmlab.tasks.injection.recipe import MODEL, parts_of, stories

READ = 3
"""Stories that are averaged."""


def attention_under(
    model: GPT, tokenizer: LibraryTokenizer, story: str, kind: str
) -> tuple[dict[str, float], Float[Tensor, "layers heads part"]]:
    """Of the prompt with an attack: each part's share of the tokens, and of the last one's look.

    The last token is the one behind which the answer begins.
    """
    prompt = tokenizer.conversation(undefended(attacked(story, kind)))
    ids = tokenizer.encode(prompt, allow_special=True)
    parts = locate_parts([tokenizer.decode([i]) for i in ids], parts_of(story, kind))
    with model.evaluating(), record(model, only="*.weights") as tape:
        model(torch.tensor([ids]))
    tokens = {name: (end - start) / len(ids) for name, (start, end) in parts.items()}
    return tokens, span_shares(tape.attention_weights(), list(parts.values()))


def write_injected_attention(out: str | Path, n: int = READ) -> Path:
    """The mean share of each part over heads and stories, for each attack; as JSON.

    The shipped file is `write_injected_attention("data/security/attention.json")`.
    """
    model, tokenizer = load(MODEL, verbose=False)
    found: dict[str, Any] = {}
    for kind in ATTACKS:
        looks = [attention_under(model, tokenizer, story, kind) for story in stories(n)]
        shares = torch.stack([share for _, share in looks]).mean(dim=0)  # (layers, heads, part)
        found[kind] = {
            name: {
                "tokens": sum(tokens[name] for tokens, _ in looks) / n,
                "attention": float(shares[..., place].mean()),
                "by layer": [round(float(x), 4) for x in shares[..., place].mean(dim=1)],
            }
            for place, name in enumerate(looks[0][0])
        }
    scores = {"model": MODEL, "stories": n, "shares": found}
    return write_file(Path(out), json.dumps(scores, indent=1) + "\n")


def injected_attention() -> Mapping[str, Any]:
    """What `write_injected_attention` left with the package."""
    return shipped_json("security/attention.json")
