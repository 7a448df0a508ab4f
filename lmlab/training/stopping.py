"""When to stop: at the best validation loss, once it has not been beaten for a while.

Built in chapter 5.
"""

from collections.abc import Sequence


def early_stop(losses: Sequence[float], patience: int) -> int:
    """The number of the evaluation whose model is kept, when training stops early.

    It stops after `patience` evaluations in a row that do not beat the best so far; what would
    have come later is not known. Of equal losses the first counts. Raises ValueError without any.
    Source: Prechelt 1998, *Early Stopping — But When?*
    """
    if not losses or patience < 1:
        raise ValueError(
            f"{len(losses)} losses and patience={patience} were given; both must be 1 or more."
        )
    best = 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        elif place - best >= patience:
            break
    return best
