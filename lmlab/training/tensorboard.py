"""A run written down for TensorBoard, which shows curves in a browser. Built in chapter 7."""

from importlib.util import find_spec
from pathlib import Path

from lmlab.training.loop import TrainingResult
from lmlab.training.trainer import Row

WITHOUT = (
    "TensorBoard is not installed. To have it: pip install tensorboard==2.21.0, then start the "
    "kernel anew."
)


def is_here() -> bool:
    """Whether TensorBoard is installed."""
    return find_spec("tensorboard") is not None


class TensorBoardLog:
    """A callback of `train`: each number of each row of the history, against the step.

    Look at it with `tensorboard --logdir FOLDER`. Needs the package tensorboard, which is not
    installed with this one; without it, ModuleNotFoundError.
    """

    def __init__(self, folder: str | Path):
        if not is_here():
            raise ModuleNotFoundError(WITHOUT)
        from torch.utils.tensorboard import SummaryWriter  # imported here: it takes a second

        self.writer = SummaryWriter(folder)

    def on_step(self, row: Row) -> None:
        """Write the row's numbers."""
        for name, value in row.items():
            if name != "step":
                self.writer.add_scalar(name, value, row["step"])

    def on_end(self, _result: TrainingResult) -> None:
        """Write what still waits, and close the file."""
        self.writer.close()
