"""What works on this machine, what does not, and how to mend it: `lmlab doctor`.

Each probe is asked by itself: one that breaks is a finding like any other.
"""

import importlib.metadata
import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from lmlab import environment

Verdict = Literal["good", "bad", "absent"]
MARKS: dict[Verdict, str] = {"good": "✓", "bad": "✗", "absent": "·"}
LEAST_MEMORY, LEAST_DISK = 4e9, 1e9


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `absent` is no fault: a corpus that was not fetched, say."""

    section: str
    name: str
    verdict: Verdict
    value: str
    mend: str = ""


def examine() -> list[Finding]:
    """Ask every probe; takes some seconds, most of them for the import of torch."""
    return [finding for section, probe in PROBES for finding in _asked(section, probe)]


def _asked(section: str, probe: Callable[[str], Iterable[Finding]]) -> list[Finding]:
    try:
        return list(probe(section))
    except Exception as error:  # whatever is broken is what a doctor must report
        name = probe.__name__.replace("_", " ")
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        mend = "`make clean lab` installs all anew; if it stays, please report it"
        return [Finding(section, name, "bad", said, mend)]


def report(findings: list[Finding], *, as_json: bool = False) -> str:
    """The findings for a reader, or as JSON: a list of objects with `Finding`'s names."""
    if as_json:
        return json.dumps([asdict(finding) for finding in findings], indent=1)
    lines = []
    width = max(len(finding.name) for finding in findings)
    for number, finding in enumerate(findings):
        if number == 0 or finding.section != findings[number - 1].section:
            lines += ["", finding.section]
        line = f"  {MARKS[finding.verdict]} {finding.name:{width}}  {finding.value}"
        lines.append(line + (f" → {finding.mend}" if finding.mend else ""))
    return "\n".join([*lines, "", _verdict(findings)]).lstrip("\n")


def _verdict(findings: list[Finding]) -> str:
    bad = [finding.name for finding in findings if finding.verdict == "bad"]
    if bad:
        return f"To be mended: {', '.join(bad)}."
    return "All that is needed works, and what is marked ✓ works without a network."


def is_well(findings: list[Finding]) -> bool:
    """True when nothing needs mending."""
    return not any(finding.verdict == "bad" for finding in findings)


# The machine


def python(section: str) -> Iterable[Finding]:
    """The interpreter's version and place."""
    good = environment.OLDEST <= sys.version_info[:2] <= environment.NEWEST
    value = f"{platform.python_version()} on {platform.platform(terse=True)} ({sys.executable})"
    mend = "lmlab wants Python 3.11, 3.12 or 3.13; install one and run `make lab`"
    yield _good_or(good, section, "python", value, mend)


def cores_memory_disk(section: str) -> Iterable[Finding]:
    """What the machine has to compute with."""
    import psutil

    from lmlab.sources import cache_dir

    cores = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))(0)
    yield Finding(section, "cores", "good", str(len(cores)))
    memory = psutil.virtual_memory()
    yield _good_or(
        memory.available >= LEAST_MEMORY,
        section,
        "memory",
        f"{memory.available / 1e9:.1f} GB free of {memory.total / 1e9:.1f} GB",
        f"a chapter may need {LEAST_MEMORY / 1e9 - 1:.0f} GB; close other programs",
    )
    disk = shutil.disk_usage(_existing(cache_dir()))
    yield _good_or(
        disk.free >= LEAST_DISK,
        section,
        "disk",
        f"{disk.free / 1e9:.1f} GB free at {cache_dir()}",
        "free some space, or set LMLAB_CACHE to a folder on another disk",
    )


def device(section: str) -> Iterable[Finding]:
    """Where torch can compute."""
    import torch

    if torch.cuda.is_available():
        value = f"cuda ({torch.cuda.get_device_name()})"
    elif torch.backends.mps.is_available():
        value = "mps"
    else:
        value = "cpu (every chapter is made for it)"
    yield Finding(section, "device", "good", value)


# The installation


def packages(section: str) -> Iterable[Finding]:
    """The pinned packages, compared with those that are installed."""
    pins = _pins()
    wrong = []
    for name, version in pins.items():
        try:
            here = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            here = "missing"
        if here.partition("+")[0] != version:  # torch 2.13.0+cpu is a build of 2.13.0
            wrong.append(f"{name} {here} (wanted {version})")
    value = ", ".join(wrong) or f"{len(pins)} pinned packages, all as pinned"
    yield _good_or(not wrong, section, "packages", value, "run `make lab`, it installs the pins")


def _pins() -> dict[str, str]:
    """Name and version of each exact requirement that is not an extra's."""
    required = importlib.metadata.requires("lmlab") or []
    pins = (re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in required)
    return {pin[1]: pin[2] for pin in pins if pin}


def kernel(section: str) -> Iterable[Finding]:
    """The kernel that JupyterLab starts for a chapter."""
    from jupyter_client.kernelspec import KernelSpecManager

    program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    ours = not os.path.isabs(program) or Path(program).parent == Path(sys.executable).parent
    mend = "another python3 kernel is in the way; `jupyter kernelspec remove python3` takes it out"
    yield _good_or(ours, section, "notebook kernel", f"python3 ({program})", mend)


def chapters(section: str) -> Iterable[Finding]:
    """The notebooks beside the package."""
    from lmlab.course.build import CHAPTERS

    count = len(list(CHAPTERS.glob("*.ipynb")))
    value = f"{count} notebooks in {CHAPTERS}"
    mend = "they come with a clone of lmlab, not with its wheel"
    yield _good_or(count > 0, section, "chapters", value, mend)


def cache(section: str) -> Iterable[Finding]:
    """The folder where fetched things are kept."""
    from lmlab.sources import cache_dir

    folder = cache_dir()
    good = os.access(_existing(folder), os.W_OK)
    yield _good_or(good, section, "cache", str(folder), "not writable; set LMLAB_CACHE to one")


# What there is to read and to run


def corpora(section: str) -> Iterable[Finding]:
    """Each corpus: here, or the way to get it."""
    from lmlab.text.corpora import available

    return _here_or_the_way(section, available())


def models(section: str) -> Iterable[Finding]:
    """Each trained model: here, or the way to get it."""
    from lmlab.pretrained import available

    infos = available()
    yield from _here_or_the_way(section, infos)
    if not any(info.source == "shipped" for info in infos):
        mend = "data/checkpoints comes with a clone; `lmlab train` makes a model"
        yield Finding(section, "shipped models", "bad", "none here", mend)


def _here_or_the_way(section: str, infos: Iterable) -> Iterable[Finding]:
    for info in infos:
        value = f"{info.title}, {info.bytes / 1e6:.1f} MB, {info.licence}"
        if info.present:
            yield Finding(section, info.name, "good", value)
        else:
            yield Finding(section, info.name, "absent", value, f"lmlab fetch {info.name}")


def reach(section: str) -> Iterable[Finding]:
    """Which servers answer: none is needed for a corpus or model that is on this machine."""
    from lmlab.sources import hub, reachable
    from lmlab.sources.indexes import user_indexes

    index = any(reachable(url) for url in user_indexes().servers)
    for name, answers in {"package index": index, "model hub": hub.answers()}.items():
        if answers:
            yield Finding(section, name, "good", "answers")
        else:
            yield Finding(section, name, "absent", "does not answer")


PROBES = [
    ("Machine", python),
    ("Machine", cores_memory_disk),
    ("Machine", device),
    ("Installation", packages),
    ("Installation", kernel),
    ("Installation", chapters),
    ("Installation", cache),
    ("Corpora", corpora),
    ("Models", models),
    ("Network", reach),
]


def _good_or(good: bool, section: str, name: str, value: str, mend: str) -> Finding:
    """A finding that is good, or bad with the way to mend it."""
    return Finding(section, name, "good" if good else "bad", value, "" if good else mend)


def _existing(path: Path) -> Path:
    """The nearest folder above `path` that is there."""
    return path if path.exists() else _existing(path.parent)
