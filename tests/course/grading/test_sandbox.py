"""The process and its fence. What ends it costs a new start: these tests are long."""

import os
import time

import pytest

from lmlab.course.grading import wire
from lmlab.course.grading.answers import Answer
from lmlab.course.grading.cells import Cell
from lmlab.course.grading.remote import load
from lmlab.course.grading.sandbox import Sandbox, Stopped
from lmlab.course.registry import find


def do(sandbox, body, seconds=20.0):
    """Run the body of a function without arguments in there."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = f"import os\ndef causal_mask():\n{lines}\n"
    sandbox.until(seconds)
    return load(sandbox, Answer(find("causal_mask"), Cell(1, source)), [], "<cell>")()


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(seconds=60) as one:
        yield one
        assert one.is_alive, "a test of what is refused has ended the process"


REFUSED = {
    "shell": "os.system('true')",
    "process": "import subprocess; subprocess.run(['true'])",
    "process, posix": "os.posix_spawn('/bin/true', ['true'], {})",
    "fork bomb": "while True: os.fork()",
    "exec": "os.execv('/bin/true', ['true'])",
    "kill the grader": "os.kill(os.getppid(), 9)",
    "network": "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "datagram": "import socket; socket.socket(type=2).sendto(b'x', ('127.0.0.1', 9))",
    "download": "import urllib.request as r; r.urlopen('file:///etc/passwd')",
    "write elsewhere": "open('/tmp/lmlab-was-here', 'w')",
    "write by os": "os.open('/tmp/lmlab-was-here', os.O_CREAT | os.O_WRONLY)",
    "write upwards": "open('../lmlab-was-here', 'a')",
    "read elsewhere": "open('/etc/passwd').read()",
    "list elsewhere": "os.listdir('/tmp')",
    "remove": "os.remove('/etc/hostname')",
    "link": "os.symlink('/etc', 'etc')",
    "C": "import ctypes; ctypes.CDLL(None).getpid()",
    "memory of C": "import ctypes; ctypes.string_at(1)",
    "more of everything": "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (-1, -1))",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_an_answer_may_not_do_is_refused(sandbox, body):
    with pytest.raises(PermissionError, match="An answer may not"):
        do(sandbox, body)
    assert not os.path.exists("/tmp/lmlab-was-here")


def test_working_folder_may_be_used_and_is_empty(sandbox):
    assert do(sandbox, "open('a', 'w').write('x'); return open('a').read()") == "x"
    assert do(sandbox, "return os.listdir()") == ["a"]


@pytest.mark.skipif(os.name != "posix", reason="only there the system keeps files small")
def test_file_that_is_large_is_refused(sandbox):
    with pytest.raises(OSError, match="too large"):
        do(sandbox, "open('b', 'wb').write(b'x' * 10**7)")


def test_environment_tells_nothing(sandbox, monkeypatch):
    known = do(sandbox, "return sorted(os.environ)")
    assert set(known) <= {
        *("HOME", "TMPDIR", "TEMP", "OMP_NUM_THREADS", "LC_CTYPE", "LD_LIBRARY_PATH"),
        *("DYLD_LIBRARY_PATH", "SYSTEMROOT", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"),
        *("TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR", "PYTORCH_NVML_BASED_CUDA_CHECK"),
    }


def test_too_much_memory_at_once_is_refused_and_the_next_call_works(sandbox):
    with pytest.raises((RuntimeError, MemoryError)):
        do(sandbox, "import torch; return torch.ones(10**11)")
    assert do(sandbox, "return 1") == 1


ENDS = {
    "loop": ("while True: pass", "Stopped after 2 seconds"),
    "loop that catches all": ("while True:\n  try:\n    while True: pass\n  except: pass", "2 sec"),
    "sleep": ("import time; time.sleep(100)", "Stopped after 2 seconds"),
    "library that is busy": ("9 ** 9 ** 9", "Stopped after 2 seconds"),
    "end of the process": ("os._exit(0)", "ended its own process"),
    "crash": ("import faulthandler; faulthandler._sigsegv()", "SIGSEGV"),
    "forged answer": (
        "for fd in range(3, 30):\n  try: os.write(fd, b'x' * 10**5)\n  except OSError: pass",
        "no answer",
    ),
    "forged value": (
        "import struct, json\n"
        "words = json.dumps({'value': {'object': ['os:system', {'list': []}]}}).encode()\n"
        "tensors = struct.pack('<Q', 2) + b'{}'\n"
        "for fd in range(3, 30):\n"
        "  try: os.write(fd, struct.pack('<QQ', len(words), len(tensors)) + words + tensors)\n"
        "  except OSError: pass",
        "no answer",
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("body, sentence", ENDS.values(), ids=ENDS)
def test_what_ends_the_process_is_said(body, sentence):
    with Sandbox(seconds=60) as sandbox:
        with pytest.raises(Stopped, match=sentence):
            do(sandbox, body, seconds=2)
        assert not sandbox.is_alive
        with pytest.raises(Stopped):
            sandbox.say(wire.Message().bytes({}))


@pytest.mark.long
def test_processor_time_is_limited_where_the_clock_is_generous():
    with Sandbox(seconds=2) as sandbox, pytest.raises(Stopped, match="processor time"):
        do(sandbox, "while True: pass", seconds=60)


@pytest.mark.long
def test_grader_is_not_held_up_by_an_answer_that_takes_nothing():
    """The pipe is full, and the answer does not read: the watch ends it all the same."""
    with Sandbox(seconds=60) as sandbox:
        sandbox.until(2)
        sandbox.say(wire.Message().bytes({"cell": None}))
        started = time.monotonic()
        with pytest.raises(Stopped):
            for _ in range(100):
                sandbox.say(b"\0" * 10**6)
                sandbox.hear()
        assert time.monotonic() - started < 10
