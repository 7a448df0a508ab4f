"""Pages of other attention viewers, made by the Python in which these are installed.

A script of its own, which imports nothing of lmlab: `python rivals.py FOLDER` reads `attention.npy`
(layers, heads, query, key) and `tokens.json` from the folder, writes a page for each view that it
can make, and prints a JSON list: for each view name, version and file, or why there is none.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path


def bertviz_model_view(attention, tokens):
    """All heads of all layers."""
    from bertviz import model_view

    layers = [layer[None] for layer in attention]  # bertviz wants a batch axis
    return model_view(layers, tokens, display_mode="light", html_action="return").data


def bertviz_head_view(attention, tokens):
    """The heads of a layer, over one another."""
    from bertviz import head_view

    return head_view([layer[None] for layer in attention], tokens, html_action="return").data


def circuitsvis_attention_heads(attention, tokens):
    """The heads of one layer: it has no view of more. With its script inside, as when offline."""
    from circuitsvis.attention import attention_heads

    return attention_heads(attention[0], tokens, mask_upper_tri=True).local_src


def main(folder: Path) -> list[dict[str, str]]:
    """Write the pages; what cannot be made says why."""
    import numpy
    import torch

    attention = torch.from_numpy(numpy.load(folder / "attention.npy"))
    tokens = json.loads((folder / "tokens.json").read_text(encoding="utf-8"))
    made = []
    for make in (bertviz_model_view, bertviz_head_view, circuitsvis_attention_heads):
        library, _, view = make.__name__.partition("_")
        page = folder / f"{make.__name__}.html"
        try:
            page.write_text(make(attention, tokens), encoding="utf-8")
            made.append(
                {"view": f"{library} {view}", "version": version(library), "file": page.name}
            )
        except Exception as error:  # whatever another library raises is told, not ours to mend
            made.append(
                {"view": f"{library} {view}", "problem": f"{type(error).__name__}: {error}"}
            )
    return made


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
