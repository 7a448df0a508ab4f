import gzip
import io
import zipfile

import pytest

from lmlab.sources import SourceError
from lmlab.sources.archive import take_out


def taken(index, package, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    take_out(package, index.folder / package.filename, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_gz_inside_is_unzipped_on_the_way(index, tmp_path):
    packed = {"tiny-1.0/story.txt.gz": gzip.compress(index.story)}
    package = index.sdist(packed, path="tiny-1.0/story.txt.gz")
    assert taken(index, package, tmp_path) == {"story.txt": index.story}


def test_a_file_in_a_zip_inside(index, tmp_path):
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as box:
        box.writestr("deep.txt", index.story)
    package = index.sdist({"tiny-1.0/story.txt": inside.getvalue()}, inner="deep.txt")
    assert taken(index, package, tmp_path) == {"story.txt": index.story}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_missing_member_is_named(index, tmp_path, kind):
    package = getattr(index, kind)({"tiny/other.txt": b"other"})
    with pytest.raises(SourceError, match=rf"{package.filename} holds no tiny.*story\.txt"):
        taken(index, package, tmp_path)


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_paths_that_climb_out_are_never_followed(index, tmp_path, kind):
    path = {"wheel": "tiny/data/story.txt", "sdist": "tiny-1.0/story.txt"}[kind]
    package = getattr(index, kind)({path: index.story, "../../evil.txt": b"evil"})
    assert taken(index, package, tmp_path) == {"story.txt": index.story}
    assert not list(tmp_path.rglob("evil.txt")) and not list(tmp_path.parent.glob("evil.txt"))


def test_a_link_in_place_of_the_member_is_refused(index, tmp_path):
    package = index.sdist({"tiny-1.0/story.txt": b"->/etc/passwd"})
    with pytest.raises(SourceError, match="not a plain file"):
        taken(index, package, tmp_path)


def test_a_member_with_another_digest_is_refused(index, tmp_path):
    package = index.sdist({"tiny-1.0/story.txt": b"?" * len(index.story)})
    with pytest.raises(SourceError, match="is not the file that is wanted"):
        taken(index, package, tmp_path)


def test_a_member_larger_than_announced_stops_at_once(index, tmp_path):
    packed = {"tiny-1.0/story.txt.gz": gzip.compress(bytes(10_000_000))}
    package = index.sdist(packed, path="tiny-1.0/story.txt.gz")
    with pytest.raises(SourceError, match="larger than its 360 bytes"):
        taken(index, package, tmp_path)


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_truncated_archive_is_called_damaged(index, tmp_path, kind):
    package = getattr(index, kind)()
    archive = (index.folder / package.filename).read_bytes()
    index.serve_instead(package, archive[: len(archive) // 2])
    with pytest.raises(SourceError, match="is damaged"):
        taken(index, package, tmp_path)
