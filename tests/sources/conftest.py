"""A package index that is a folder, and tiny packages made on the spot."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from lmlab.sources import Member, Package

STORY = b"Once upon a time.\n" * 20
WHEEL, SDIST = "tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"


class Index:
    """Publishes packages in a folder; pip and its relatives are pointed to it, not to a network."""

    story = STORY

    def __init__(self, folder: Path):
        self.folder = folder

    def wheel(self, files: dict[str, bytes] | None = None, **member) -> Package:
        files = files or {"tiny/data/story.txt": STORY, "tiny/__init__.py": b"raise SystemExit"}
        about = {
            "tiny-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
            "tiny-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nTag: py3-none-any\n",
        }
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as box:
            for path, data in (files | about).items():
                box.writestr(path, data)
        return self._publish(WHEEL, buffer.getvalue(), {"path": "tiny/data/story.txt"} | member)

    def sdist(self, files: dict[str, bytes] | None = None, **member) -> Package:
        files = files or {"tiny-1.0/story.txt": STORY, "tiny-1.0/setup.py": b"raise SystemExit"}
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as box:
            for path, data in files.items():
                info = tarfile.TarInfo(path)
                if data.startswith(b"->"):
                    info.type, info.linkname = tarfile.SYMTYPE, data[2:].decode()
                else:
                    info.size = len(data)
                box.addfile(info, io.BytesIO(data))
        return self._publish(SDIST, buffer.getvalue(), {"path": "tiny-1.0/story.txt"} | member)

    def serve_instead(self, package: Package, archive: bytes) -> None:
        (self.folder / package.filename).write_bytes(archive)

    def _publish(self, filename: str, archive: bytes, member: dict) -> Package:
        wanted = {"name": "story.txt", "bytes": len(STORY), "sha256": _sha256(STORY)} | member
        package = Package(
            name="tiny",
            version="1.0",
            filename=filename,
            bytes=len(archive),
            sha256=_sha256(archive),
            members=(Member(**wanted),),
        )
        self.serve_instead(package, archive)
        return package


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("LMLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def index(tmp_path, monkeypatch) -> Index:
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return Index(folder)
