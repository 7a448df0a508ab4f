"""Make `.venv` and fill it with the pinned packages: what `make lab` and `make test` do first.

Any `python3` may run this file, so it must parse on Python 3.6 and needs the standard library
alone. A Python that is too old or too new hands over to a fitting one. When the pins have not
changed since the last time, nothing is done and nothing is said.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
BYTES_WANTED = 4e9  # packages 2 GB, and as much again while pip unpacks them
ROOT = Path(__file__).resolve().parent.parent

DISK_IS_FULL = re.compile(r"No space left on device|Disk quota exceeded")
NO_INDEX = re.compile(
    r"connection broken by|Max retries exceeded|Could not fetch URL|Network is unreachable"
    r"|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|RemoteDisconnected"
)
NOT_ON_INDEX = re.compile(r"No matching distribution found for (\S+)")
LARGE_FILE = re.compile(r"(?:Downloading|Using cached) (\S+) \((\d+\.\d MB)\)")


class CannotSetUp(Exception):
    """What is in the way, where, and what to do, in one sentence."""


def main() -> int:
    """Bring `.venv` up to date; returns the exit status."""
    try:
        if not is_current(ROOT):
            hand_over_unless_suitable()
            set_up(ROOT)
    except CannotSetUp as error:
        return refuse(str(error))
    except OSError as error:
        return refuse(
            f"{error.strerror} at {error.filename or ROOT}; make room there, or the right to write."
        )
    except KeyboardInterrupt:
        print("\nStopped; the next `make` goes on from here.", file=sys.stderr)
        return 130
    return 0


def refuse(reason: str) -> int:
    """Say why there is no environment; returns the exit status."""
    print(f"\nlmlab cannot be set up: {reason}", file=sys.stderr)
    return 1


def is_current(root: Path) -> bool:
    """True when `.venv` was filled from this very set of pins, in this place, and still starts."""
    try:
        stamp = json.loads(stamp_path(root).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return stamp == wanted(root) and starts(root, "import lmlab")


def wanted(root: Path) -> dict:
    """What the stamp says once `.venv` fits: the digest of `pyproject.toml` and the folder."""
    pins = (root / "pyproject.toml").read_bytes()
    return {"pyproject.toml": hashlib.sha256(pins).hexdigest(), "folder": str(root)}


def stamp_path(root: Path) -> Path:
    """The file that is written when everything is installed."""
    return root / ".venv" / "lmlab.json"


def venv_python(root: Path) -> Path:
    """The interpreter inside `.venv`."""
    return root / ".venv" / "bin" / "python"


def starts(root: Path, code: str) -> bool:
    """True when `.venv`'s interpreter runs `code` without an error."""
    try:
        command = [str(venv_python(root)), "-c", code]
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


# Which Python


def hand_over_unless_suitable() -> None:
    """Run this file again under a fitting Python when this one does not fit."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    here = two_numbers(sys.version_info)
    other = find_python()
    if other is None:
        age = "old" if sys.version_info[:2] < OLDEST else "new"
        raise CannotSetUp(
            f"Python {here} ({sys.executable}) is too {age}, and no Python 3.11, 3.12 or 3.13 was "
            "found on the PATH; install one, or name it: make lab PYTHON=/path/to/python3.12"
        )
    say(f"Python {here} does not fit lmlab; using {other} instead.")
    os.execv(other, [other, "-I", __file__])


def find_python():
    """The path of the newest fitting Python on the PATH that really starts, or None."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = f"python3.{minor}"
        path = shutil.which(name)
        if path and output_of([path, "-c", "import sys; print(sys.version_info[1])"]) == str(minor):
            return path
    return None


def two_numbers(version) -> str:
    """The first two numbers of a version, such as 3.12."""
    return ".".join(str(number) for number in version[:2])


def output_of(command) -> str:
    """What a command prints, without the line's end; empty when it fails."""
    try:
        return subprocess.check_output(command, stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


# The work


def set_up(root: Path) -> None:
    """Make `.venv` where none can be used, install the pins into it, and write the stamp."""
    started = time.time()
    with contextlib.suppress(FileNotFoundError):
        stamp_path(root).unlink()
    if is_usable(root):
        say("Bringing .venv up to date with pyproject.toml …")
    else:
        require_disk(root)
        require_venv_module()
        say(f"Making {root / '.venv'} with Python {sys.version.split()[0]} …")
        make_venv(root)
        say("Installing the pinned packages (2 GB on disk; this takes a few minutes, once) …")
    install(root)
    stamp_path(root).write_text(json.dumps(wanted(root), indent=1) + "\n", encoding="utf-8")
    say(f"Ready after {time.time() - started:.0f} s.\n")


def say(message: str) -> None:
    """Tell the user what happens, at once."""
    print(message, flush=True)


def is_usable(root: Path) -> bool:
    """True when `.venv` was made in this place by a fitting Python that still starts with its pip.

    A virtual environment that was copied or moved keeps the old folder in its scripts.
    """
    try:
        made_as = (root / ".venv" / "pyvenv.cfg").read_text(encoding="utf-8").strip()
    except OSError:
        return False
    fits = f"import sys, pip; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    return made_as.endswith(f" {root / '.venv'}") and starts(root, fits)


def require_disk(root: Path) -> None:
    """Refuse before the long download when the disk would be full in the middle of it."""
    for folder in (root, Path(tempfile.gettempdir())):
        free = shutil.disk_usage(str(folder)).free
        if free < BYTES_WANTED:
            raise CannotSetUp(
                f"the disk that holds {folder} has {free / 1e9:.1f} GB free and "
                f"{BYTES_WANTED / 1e9:.0f} GB are needed; free some space and try again."
            )


def require_venv_module() -> None:
    """Debian and Ubuntu ship Python without the part that makes virtual environments."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        name = f"python{two_numbers(sys.version_info)}-venv"
        raise CannotSetUp(
            f"{sys.executable} cannot make virtual environments because its venv module is not "
            f"installed; install it (on Debian and Ubuntu: sudo apt install {name}) and try again."
        ) from None


def make_venv(root: Path) -> None:
    """An empty virtual environment, with pip, in `.venv`; what was there before goes."""
    folder = root / ".venv"
    command = [sys.executable, "-m", "venv", "--clear", str(folder)]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)  # noqa: UP022
    if made.returncode:
        said = made.stdout.decode(errors="replace").strip() or "nothing"
        raise CannotSetUp(f"python -m venv {folder} failed; it said: {said}")


def install(root: Path) -> None:
    """Let pip install this checkout, editable, with its pinned packages and those of the tests."""
    command = [str(venv_python(root)), "-m", "pip", "install", "--editable", f"{root}[test]"]
    settings = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PYTHONUNBUFFERED": "1"}
    environment = dict({"PIP_RETRIES": "2"}, **dict(os.environ, **settings))
    log = root / ".venv" / "install.log"
    with log.open("w", encoding="utf-8") as file:
        pip = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for raw in pip.stdout:
            line = raw.decode("utf-8", "replace")
            file.write(line)
            show(line)
    if pip.wait():
        raise CannotSetUp(what_went_wrong(log.read_text(encoding="utf-8"), log))


def show(line: str) -> None:
    """Let the user see of pip's many lines those that take long."""
    large = LARGE_FILE.search(line)
    if large and len(large[2]) >= len("10.0 MB"):
        say(f"  {' '.join(large[1].split('-')[:2])}, {large[2]}")
    elif line.startswith("Installing collected packages"):
        say(f"  unpacking {line.count(',') + 1} packages")


def what_went_wrong(said: str, log: Path) -> str:
    """One sentence from what pip said when it failed."""
    if DISK_IS_FULL.search(said):
        return f"the disk that holds {log.parent} is full; free 4 GB and try again."
    if NO_INDEX.search(said):
        return (
            "the Python package index cannot be reached; connect to the network, or tell pip your "
            "index or proxy (pip config set global.index-url …), and try again (details: "
            f"{log})."
        )
    missing = NOT_ON_INDEX.search(said)
    if missing:
        return (
            f"the package index that pip is set up for has no {missing[1]} for this Python and "
            "system; look at `pip config list`, or try another Python (make lab PYTHON=python3.12)."
        )
    errors = [line for line in said.splitlines() if line.lower().startswith("error")]
    reason = (errors or said.splitlines()[-1:] or ["nothing"])[0]
    return f"pip failed and said: {reason.strip()} (the whole of it is in {log})"


if __name__ == "__main__":
    sys.exit(main())
