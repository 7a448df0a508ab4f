"""One text for all processes: encoded once, on disk, and mapped into memory by each of them.

The process that encodes holds the whole text while it does; after that, each reads the blocks that
are its own (`own_rows`) and no others.
"""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lmlab.sources.atomic import new_folder
from lmlab.text.tokenizer import load_tokenizer
from lmlab.training.distributed.world import World
from lmlab.training.evaluation import Validation
from lmlab.training.texts import EncodedCorpus

TRAIN, VALIDATION, FACTS = "train.npy", "validation.npy", "facts.json"


def shared_text(world: World, folder: Path, encode: Callable[[], EncodedCorpus]) -> EncodedCorpus:
    """What `encode` gives; of several processes, one encodes, and all map the files in `folder`.

    A folder that is there already is whole, and used as it is.
    """
    if world.size == 1:
        return encode()
    if world.speaks and not folder.exists():
        _write(encode(), folder)
    world.wait()
    return _read(folder)


def _write(text: EncodedCorpus, folder: Path) -> None:
    with new_folder(folder) as temporary:
        np.save(temporary / TRAIN, text.train, allow_pickle=False)
        np.save(temporary / VALIDATION, text.validation.tokens, allow_pickle=False)
        text.tokenizer.save(temporary)
        facts = {"characters_per_token": text.validation.characters_per_token}
        (temporary / FACTS).write_text(json.dumps(facts), encoding="utf-8")


def _read(folder: Path) -> EncodedCorpus:
    train, held_out = (
        np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in (TRAIN, VALIDATION)
    )
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    validation = Validation(held_out, facts["characters_per_token"])
    return EncodedCorpus(None, load_tokenizer(folder), train, validation)
