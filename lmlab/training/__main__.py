"""`torchrun --nproc-per-node=2 -m lmlab.training --out OUT`: `lmlab train` in several processes.

The options are those of `lmlab train`. See `lmlab.training.distributed`.
"""

import sys

from lmlab.cli import app

app(["train", *sys.argv[1:]], prog_name="lmlab")
