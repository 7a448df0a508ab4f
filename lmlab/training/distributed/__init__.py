"""Training in several processes: `torchrun --nproc-per-node=4 -m lmlab.training --out OUT`.

Every process runs the one loop of `lmlab.training.loop` on its own rows of the same batches. What
they have to do together is here: `World` (who am I, what do the others say), how a model is spread
(`wrapping`), checkpoints of all (`state`), text on disk (`corpus`), and what is said when a
process is lost (`lost`). One process alone is the world `ALONE`, in which each of it does nothing.

On several machines, start the same command on each; the first one is where they meet:

    torchrun --nnodes=2 --nproc-per-node=8 --rdzv-id=my-run --rdzv-backend=c10d \
        --rdzv-endpoint=FIRST_MACHINE:29500 -m lmlab.training --out /shared/my-run

OUT lies on a disk that all of them see. With `--max-restarts=3`, torchrun starts the processes
again when one is lost, and they go on from the newest checkpoint by themselves.

Built in chapter 8.1.
"""

from lmlab.training.distributed.world import ALONE, Parallel, World, join

__all__ = ["ALONE", "Parallel", "World", "join"]
