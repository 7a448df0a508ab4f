"""Download a pinned file from the user's own package index; nothing is installed, no code is run.

By the library `unearth`, which finds and downloads only: pip would build a source archive, look for
another wheel where one is for another kind of machine, and begin anew what broke off.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from lmlab.sources.artifacts import Package, SourceError, Unreachable
from lmlab.sources.indexes import Indexes, user_indexes
from lmlab.sources.network import reachable

ATTEMPTS = 3
"""A connection that breaks is taken up again so often, as long as each brings something more."""
PARTIAL_CONTENT = 206  # the status of an answer that is the part that was asked for


def download(package: Package, path: Path, *, progress: bool = True) -> None:
    """Bring `package.filename` from the user's index to `path`; its digest is not checked here.

    What lies at `path` is taken for its beginning, and gone on with. When it breaks off, what has
    come stays there. Raises Unreachable without a network, SourceError when the index has no such
    file or breaks off.
    """
    where = user_indexes()
    online = not where.servers or any(map(reachable, where.servers))
    if not online and not where.folders:
        raise Unreachable(_no_index_answers(package))
    try:
        with _bar(package, progress) as at_bytes:
            _bring(package, path, where, at_bytes)
    except SourceError as error:
        if online:
            raise
        raise Unreachable(_no_index_answers(package)) from error


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


def _bring(package: Package, path: Path, where: Indexes, at_bytes: Callable[[int], None]) -> None:
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
        for attempt in range(1, ATTEMPTS + 1):
            before = _size(path)
            try:
                return _save(client, url, path, package.bytes, at_bytes)
            except HTTPError as error:
                if attempt == ATTEMPTS or _size(path) <= before:
                    raise SourceError(_broke_off(package, path, error)) from error


def _broke_off(package: Package, path: Path, error: Exception) -> str:
    kept = _size(path)
    said = f"The download of {package.key} broke off: {error}."
    if kept:
        said += f" Its first {kept / 1e6:.1f} MB are kept; try again to go on from there."
    return said


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


def _save(client: Any, url: str, path: Path, size: int, at_bytes: Callable[[int], None]) -> None:
    """Append what is missing; a server that cannot begin in the middle sends the whole anew."""
    have = _size(path)
    if have >= size:  # nothing is missing, and so it is not the file that is wanted
        path.unlink()
        have = 0
    wanted = {"Accept-Encoding": "identity"}  # positions are those of the file as it is kept
    if have:
        wanted["Range"] = f"bytes={have}-"
    with client.get_stream(url, headers=wanted) as response:
        response.raise_for_status()
        goes_on = response.status_code == PARTIAL_CONTENT
        with path.open("ab" if goes_on else "wb") as file:
            for chunk in response.iter_raw():  # as it comes: what was waited for would be lost
                file.write(chunk)
                at_bytes(file.tell())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


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
