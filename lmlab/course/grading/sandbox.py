"""A process for the answers of one notebook, seen from the grader's side.

It is a fresh Python (`-I`) in an empty folder, with an environment of a few names, which is stopped
when it takes too long or grows too large. It is talked to over the `wire`.
"""

import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from torch import Tensor

from lmlab.course.grading import wire
from lmlab.course.limits import ROOM

_START_SECONDS = 120.0  # torch from a cold disk
_PAUSE = 0.1  # seconds between two looks at the clock and at the memory
_PACKAGE = Path(__file__).parents[3]
_PROGRAM = """
import sys
sys.path.insert(0, {package!r})
from lmlab.course.grading.fence import leave_network
has_network = not leave_network()
from lmlab.course.grading.child import main
main({folder!r}, {memory}, {seconds}, has_network)
"""
_PASSED_ON = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class Stopped(BaseException):
    """The process has ended before it answered; no `except Exception` of the judge holds it up."""


class Sandbox:
    """A running process; `with` ends it, and takes its folder away."""

    def __init__(self, seconds: float, memory: int = ROOM):
        """`seconds` of processor time in all, `memory` in bytes beyond what Python takes."""
        self._folder = tempfile.TemporaryDirectory(
            prefix="lmlab-grade-", ignore_cleanup_errors=True
        )
        home = os.path.realpath(self._folder.name)  # as the process itself sees it
        program = _PROGRAM.format(
            package=str(_PACKAGE), folder=home, memory=memory, seconds=seconds
        )
        kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env=kept | {"HOME": home, "TMPDIR": home, "TEMP": home, "OMP_NUM_THREADS": "1"},
            start_new_session=True,
            bufsize=0,
        )
        self._why = ""
        self._most_bytes = None
        self._is_over = threading.Event()
        self.until(_START_SECONDS)
        threading.Thread(target=self._watch, daemon=True).start()
        try:
            words, _ = self.hear()
        except Stopped as error:
            self._folder.cleanup()
            raise OSError(f"the process for answers does not start: {error}") from error
        self.has_network = words.get("has_network") is not False
        with suppress(psutil.Error):
            self._most_bytes = psutil.Process(self._process.pid).memory_info().rss + memory

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *error: object) -> None:
        self.end()
        self._process.stdout.close()
        self._folder.cleanup()

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked."""
        return not self._is_over.is_set() and self._process.poll() is None

    def until(self, seconds: float) -> None:
        """What is asked from now on must be answered within `seconds`, all together."""
        self._seconds, self._deadline = seconds, time.monotonic() + seconds

    def say(self, message: bytes) -> None:
        """Send a message. Raises Stopped when nobody is there to take it."""
        try:
            while message:
                message = message[self._process.stdin.write(message) :]
        except (OSError, ValueError) as error:  # ValueError: the watch has closed it
            raise self._stopped() from error

    def hear(self) -> tuple[dict[str, Any], list[Tensor]]:
        """The next message. Raises Stopped when none comes, or what comes is none."""
        try:
            return wire.read(self._take)
        except EOFError as error:
            raise self._stopped() from error
        except wire.Garbled as error:
            self.end("It sent the grader something that is no answer.")
            raise self._stopped() from error

    def end(self, why: str = "") -> None:
        """Stop the process and all that it has started."""
        self._why = self._why or why
        self._is_over.set()
        with suppress(psutil.Error, OSError):
            started = psutil.Process(self._process.pid).children(recursive=True)
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            for process in started:
                process.kill()
        with suppress(OSError):
            self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._process.stdin.close()

    def _take(self, size: int) -> bytes:
        content = bytearray()
        stream = self._process.stdout
        while len(content) < size:
            if sys.platform != "win32" and not select.select([stream], [], [], _PAUSE)[0]:
                if self._is_over.is_set():  # something it left behind may hold the pipe open
                    raise EOFError
                continue
            if not (part := stream.read(size - len(content))):
                raise EOFError
            content += part
        return bytes(content)

    def _watch(self) -> None:
        """Stop the process when its time is over or its memory full."""
        while not self._is_over.wait(_PAUSE):
            if time.monotonic() > self._deadline:
                self.end(
                    f"Stopped after {self._seconds:g} seconds: is there a loop that never ends?"
                )
            with suppress(psutil.Error):
                held = psutil.Process(self._process.pid).memory_info().rss
                if self._most_bytes and held > self._most_bytes:
                    self.end("Stopped, for it takes more and more memory.")

    def _stopped(self) -> Stopped:
        self.end()
        return Stopped(self._why or _died_of(self._process.returncode))


def _died_of(status: int) -> str:
    """A sentence on an end, from its status: minus a signal, or what exit() was given."""
    name = signal.Signals(-status).name if -status in set(signal.Signals) else ""
    if name == "SIGXCPU":
        return "Stopped, for it took all the processor time of its notebook."
    how = name or f"status {status}"
    return f"The code ended its own process ({how}): by os._exit, or by a crash inside a library."
