import numpy as np
import pytest

from lmlab.text.token_file import read_tokens, write_tokens

CHUNKS = [np.array([1, 2, 3]), np.array([]), np.array([65535])]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "tokens.npy"
    write_tokens(path, CHUNKS, np.dtype(np.uint16), digest="abc")
    return path


def test_chunks_become_one_mapped_array(file):
    tokens = read_tokens(file, "abc")
    assert isinstance(tokens, np.memmap)
    assert tokens.dtype == np.uint16
    assert tokens.tolist() == [1, 2, 3, 65535]
    assert np.load(file).tolist() == [1, 2, 3, 65535]


def test_a_file_made_from_something_else_is_not_read(file):
    assert read_tokens(file, "abd") is None


@pytest.mark.parametrize("kept", [0, 5, 100, 131, 135, 136, 140])
def test_a_truncated_file_is_not_read(file, kept):
    file.write_bytes(file.read_bytes()[:kept])
    assert read_tokens(file, "abc") is None


def test_an_absent_or_foreign_file_is_not_read(tmp_path):
    assert read_tokens(tmp_path / "none.npy", "abc") is None
    np.savez(tmp_path / "other.npy", a=np.arange(3))
    assert read_tokens(tmp_path / "other.npy", "abc") is None


def test_an_interrupted_write_leaves_the_old_file(file):
    def interrupted():
        yield np.array([7])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_tokens(file, interrupted(), np.dtype(np.uint16), digest="new")
    assert read_tokens(file, "abc").tolist() == [1, 2, 3, 65535]
    assert [path.name for path in file.parent.iterdir()] == [file.name]
