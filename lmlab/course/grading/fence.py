"""What is shut to code that a student wrote, before it runs; called in its own process.

The operating system refuses more memory, processor time, large files, further processes (unless the
user is root) and, where a user may ask for a network of their own (Linux), the network. On all
systems an audit hook refuses what Python itself is asked for: the network, other processes,
signals, C functions, and every file but Python's and lmlab's own to read and the working folder's
to write. An audit hook is no sandbox: whoever knows Python well gets around it. Where students
might be out for that, run `lmlab grade` in a container without a network and with nothing in it
that matters.
"""

import os
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None

MOST_FILE_BYTES = 5 * 2**20
"""What one file in the working folder may hold."""

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_REFUSED = (
    *("socket.", "urllib.", "webbrowser."),
    *("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty."),
    *("os.startfile", "os.kill", "signal.pthread_kill", "resource.", "winreg.", "_winapi."),
    *("ctypes.dlsym", "ctypes.cdata", "ctypes.call_function", "ctypes.string_at"),
    *("ctypes.wstring_at", "shutil.", "sqlite3.", "os.chdir", "os.chmod", "os.chown", "os.link"),
    *("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate", "os.utime"),
    *("os.setxattr", "os.removexattr"),
)
"""Events of Python's audit, by how their names begin."""
_LOOKS = ("open", "os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.glob/2")


def leave_network() -> bool:
    """Move to a network that leads nowhere; whether that could be done.

    Only Linux has it, and only for a process with one thread: to be called before torch is loaded.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (_NEW_USER | _NEW_NETWORK, _NEW_NETWORK))


def limit(memory: int, seconds: float) -> None:
    """Let the process have so much more memory and processor time, small files, no children."""
    if resource is None:
        return
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _set("RLIMIT_AS", pages * resource.getpagesize() + memory)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _set("RLIMIT_CPU", int(used.ru_utime + used.ru_stime + seconds) + 1, grace=5)
    _set("RLIMIT_FSIZE", MOST_FILE_BYTES)
    _set("RLIMIT_CORE", 0)
    _set("RLIMIT_NPROC", 0)


def close(folder: str) -> None:
    """From here on the audit hook refuses; `folder` is where files may be written."""
    sys.addaudithook(_hook(folder))


def _set(name: str, value: int, grace: int = 0) -> None:
    """Lower a limit for good; beyond `grace` more there is no signal, only the end."""
    _, hard = resource.getrlimit(getattr(resource, name))
    if hard == resource.RLIM_INFINITY or value + grace < hard:
        resource.setrlimit(getattr(resource, name), (value, value + grace))


def _hook(folder: str) -> Callable[[str, tuple], None]:
    """The hook, which keeps all that it needs to itself."""
    own = tuple(map(_slashed, _own_folders()))
    to_write = (_slashed(folder), os.devnull)
    to_read = (*to_write, *own, "/dev/urandom")
    absolute, decode, refused, looks = os.path.abspath, os.fsdecode, _REFUSED, _LOOKS
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def hook(event: str, arguments: tuple) -> None:
        if event.startswith(refused):
            raise PermissionError(f"An answer may not do this: {event}.")
        if event in looks and isinstance(arguments[0], str | bytes):
            path, flags = absolute(decode(arguments[0])), arguments[2] if event == "open" else 0
            allowed = to_write if flags & writing else to_read
            if not (path + os.sep).startswith(allowed):
                raise PermissionError(f"An answer may not open this: {path}.")
        if event in ("ctypes.dlopen", "import"):  # no machine code of its own making
            library = arguments[event == "import"]
            if library and os.sep in library and not absolute(library).startswith(own):
                raise PermissionError(f"An answer may not load this: {library}.")

    return hook


def _own_folders() -> set[str]:
    """Where Python, its packages and lmlab are, under all the names that they go by."""
    folders = {sys.prefix, sys.base_prefix, str(Path(__file__).parents[2])}
    folders |= {path for name, path in sysconfig.get_paths().items() if name != "scripts"}
    folders |= {path for path in sys.path if path.endswith(("-packages", ".zip"))}
    return folders | {os.path.realpath(folder) for folder in folders}


def _slashed(path: str) -> str:
    return os.path.abspath(path).rstrip("/\\") + os.sep
