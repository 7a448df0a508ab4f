"""Ctrl-C, heard but answered only when a step is whole."""

import signal
import threading
from types import FrameType


class Interrupt:
    """`with Interrupt() as interrupt:` the first Ctrl-C sets `interrupt.wanted`.

    A second one raises KeyboardInterrupt at once. Outside the main thread, where Python allows no
    signal handlers, nothing changes.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._before = None

    def __enter__(self) -> "Interrupt":
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
