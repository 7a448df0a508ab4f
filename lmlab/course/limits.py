"""Time and memory for an answer: what would hang or end the notebook is stopped instead.

The work is done in a thread of its own, and the caller's thread watches it: a stop reaches that one
thread, and the user's own interrupt reaches the caller as ever. One long call into a library, such
as a sleep or a product of huge matrices, cannot be stopped from inside a process: it is left behind
and ends by itself. A call that also keeps the interpreter busy, such as 9**9**9, blocks the watch.
"""

import builtins
import ctypes
import os
import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from types import FrameType
from typing import TypeVar

import psutil

try:
    import resource
except ImportError:  # Windows
    resource = None

T = TypeVar("T")

ROOM = 2 * 10**9
"""Bytes that an answer may take beyond what the process has, and half of what is free at most."""

_NOT_THE_LEARNERS = (
    "<frozen",
    str(Path(__file__).resolve().parents[1]),
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
)
_PAUSE = 0.02  # seconds between two looks at the clock and at the memory
_PATIENCE = 2.0  # seconds that a stopped thread has to leave
_PER_THREAD = 72 * 2**20  # bytes of addresses, hardly any of them used, of a new thread
_GROWS = "Stopped, for it takes more and more memory: does a list or a tensor grow without end?"
_STILL_BUSY = (
    " It is busy inside a library, which cannot be stopped from here, and goes on in the "
    "background until that is done; restarting the kernel ends it at once."
)
_ONE_AT_A_TIME = threading.Lock()  # the limit of memory belongs to the whole process


class Exceeded(Exception):
    """An answer took too long or too much memory; `stack` tells where it was."""

    def __init__(self, sentence: str, stack: traceback.StackSummary):
        super().__init__(sentence)
        self.stack = stack


def run(work: Callable[[], T], seconds: float) -> T:
    """What `work()` returns or raises, within `seconds` and a room of memory.

    Raises Exceeded otherwise. A single allocation that is too large is refused with the error of
    whoever asks for it (on Linux; elsewhere it may succeed). Nobody answers `input()` meanwhile.
    """
    worker = _Worker(work)
    with _ONE_AT_A_TIME, _fenced() as most_bytes:
        worker.start()
        try:
            excess, stack = _watch(worker, seconds, most_bytes)
        finally:
            worker.stop()
    if excess:
        raise Exceeded(excess + _STILL_BUSY * worker.is_alive(), stack)
    if worker.error:
        raise worker.error
    return worker.value


def is_learners(filename: str) -> bool:
    """Whether that is code of the learner's, and not of Python, of a library, or of lmlab."""
    return not filename.startswith(_NOT_THE_LEARNERS)


def is_memory_error(error: BaseException) -> bool:
    """Whether more memory was asked for than there is, in the words of Python or of PyTorch."""
    words = ("can't allocate memory", "not enough memory", "Storage size calculation overflowed")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(word in str(error) for word in words)
    )


class _Stop(BaseException):
    """Raised in the worker from outside; `except Exception` does not hold it up.

    Python makes it in the thread in which it is raised. There the learner's next line raises it
    once more, so that a bare `except:` in a loop does not hold it up either.
    """

    def __init__(self):
        sys.settrace(_stop_again)
        frame = sys._getframe(1)
        while frame:
            if is_learners(frame.f_code.co_filename):
                frame.f_trace = _stop_again
            frame = frame.f_back


def _stop_again(frame: FrameType, event: str, argument: object) -> None:
    if event == "line":
        raise _Stop


class _Worker(threading.Thread):
    """A thread that does one piece of work and can be told to stop."""

    def __init__(self, work: Callable[[], T]):
        super().__init__(name="lmlab-check", daemon=True)
        self._work, self._context = work, copy_context()
        self._gate = threading.Lock()
        self.has_ended = threading.Event()  # is_alive errs when an interrupt falls into join()
        self.value: T | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            try:
                self.value = self._context.run(self._work)
            except _Stop:
                pass  # and with it goes all that the work held
            except BaseException as error:
                self.error = error
            finally:
                self._leave()
        except _Stop:
            pass

    def stop(self) -> None:
        """Raise _Stop in the thread until it leaves; its own `except:` may catch the first ones."""
        until = time.monotonic() + _PATIENCE
        while not self.has_ended.is_set() and time.monotonic() < until:
            with self._gate:
                if not self.has_ended.is_set():
                    ident, stop = ctypes.c_ulong(self.ident), ctypes.py_object(_Stop)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, stop)
            self.has_ended.wait(_PAUSE)
        if self.has_ended.is_set():
            self.join()

    def where(self) -> traceback.StackSummary:
        """The lines that the thread is in at this moment, the innermost last."""
        frame = sys._current_frames().get(self.ident)
        return traceback.extract_stack(frame) if frame else traceback.StackSummary()

    def _leave(self) -> None:
        """From here on nothing is raised in this thread, whose number may soon be another's."""
        sys.settrace(None)
        try:
            with self._gate:
                self.has_ended.set()
            for _ in range(3):  # what was raised just before arrives here, at a step of a loop
                pass
        except _Stop:
            self._leave()


def _watch(worker: _Worker, seconds: float, most_bytes: int) -> tuple[str, traceback.StackSummary]:
    """Wait for the worker; say what it exceeds as soon as it does, and where it was."""
    process, until = psutil.Process(), time.monotonic() + seconds
    while True:
        if worker.has_ended.wait(_PAUSE):
            return "", traceback.StackSummary()
        if time.monotonic() > until:
            sentence = f"Stopped after {seconds:g} seconds: is there a loop that never ends?"
            return sentence, worker.where()
        if process.memory_info().rss > most_bytes:
            return _GROWS, worker.where()


@contextmanager
def _fenced() -> Iterator[int]:
    """Fence the process in, give the bytes that it may hold, and leave it as it was."""
    memory = psutil.Process().memory_info()
    room = min(ROOM, psutil.virtual_memory().available // 2)
    threads = 2 + (os.cpu_count() or 1)
    stdout, ask = sys.stdout, builtins.input  # a stopped answer may leave another stdout behind
    builtins.input = _nobody_answers
    try:
        with _addresses(memory.vms + room + threads * _PER_THREAD):
            yield memory.rss + room
    finally:
        sys.stdout, builtins.input = stdout, ask


@contextmanager
def _addresses(most_bytes: int) -> Iterator[None]:
    """Refuse what would go beyond, at once; only Linux keeps to it."""
    if resource is None or sys.platform != "linux":
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    unlimited = resource.RLIM_INFINITY
    if all(limit == unlimited or limit > most_bytes for limit in (soft, hard)):
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _nobody_answers(prompt: object = "") -> str:
    raise EOFError("input() has nobody to answer it; all that is needed comes as a parameter.")
