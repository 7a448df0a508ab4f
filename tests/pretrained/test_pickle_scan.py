"""What a pickle would import, without running it."""

import collections
import os
import pickle
import zipfile

import pytest
import torch

from lmlab.pretrained.pickle_scan import UNKNOWN, WEIGHTS_ONLY, forbidden_imports, scan_pickle


class Hostile:
    """Whoever loads this makes a folder."""

    def __init__(self, folder):
        self.folder = str(folder)

    def __reduce__(self):
        return os.mkdir, (self.folder,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_finds_what_is_called_in_every_protocol_and_runs_nothing(protocol, tmp_path):
    content = pickle.dumps({"weights": Hostile(tmp_path / "made")}, protocol)
    assert forbidden_imports(content, WEIGHTS_ONLY) == [f"{os.mkdir.__module__}.mkdir"]
    assert not (tmp_path / "made").exists()
    pickle.loads(content)  # and it would have run
    assert (tmp_path / "made").exists()


def test_numbers_and_text_import_nothing():
    assert forbidden_imports(pickle.dumps({"os.system": [1, 2.5, "posix", "system"]}), ()) == []


def test_a_module_that_comes_out_of_the_memo_is_found():
    both = [collections.OrderedDict(), collections.Counter("a")]
    names = ["collections.Counter", "collections.OrderedDict"]
    assert forbidden_imports(pickle.dumps(both, 4), ()) == names
    assert forbidden_imports(pickle.dumps(both, 4), WEIGHTS_ONLY) == names[:1]


def test_a_name_hidden_behind_something_else_is_unknown_and_not_allowed():
    hidden = b"\x80\x04\x8c\x02os\x8c\x06system\x8c\x01x0\x93."  # "x" is laid down and taken away
    assert forbidden_imports(hidden, {"os.system"}) == [UNKNOWN]


def test_a_number_from_a_register_is_unknown():
    assert forbidden_imports(b"\x80\x02\x82\x01.", ()) == [UNKNOWN]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.int64])
def test_weights_saved_by_torch_pass(dtype, tmp_path):
    torch.save(torch.nn.Linear(2, 3).state_dict(), tmp_path / "w.pt")
    torch.save(
        {"w": torch.ones(2).to(dtype), "p": torch.nn.Parameter(torch.ones(1))}, tmp_path / "v.pt"
    )
    assert scan_pickle(tmp_path / "w.pt") == scan_pickle(tmp_path / "v.pt") == []


def test_a_hostile_file_of_torch_is_found(tmp_path):
    torch.save({"w": torch.ones(2), "x": Hostile(tmp_path / "made")}, tmp_path / "w.pt")
    assert scan_pickle(tmp_path / "w.pt") == [f"{os.mkdir.__module__}.mkdir"]
    (tmp_path / "bare.pkl").write_bytes(pickle.dumps(Hostile("made")))
    assert scan_pickle(tmp_path / "bare.pkl") == [f"{os.mkdir.__module__}.mkdir"]


@pytest.mark.parametrize("content", [b"", b"\x80", b"no pickle", pickle.dumps([1, 2])[:-3]])
def test_what_is_no_whole_pickle_is_refused(content, tmp_path):
    (tmp_path / "w.bin").write_bytes(content)
    with pytest.raises(ValueError, match="no whole pickle"):
        scan_pickle(tmp_path / "w.bin")


def test_a_zip_without_a_pickle_and_no_file_at_all(tmp_path):
    with zipfile.ZipFile(tmp_path / "w.pt", "w") as archive:
        archive.writestr("readme", "nothing")
    with pytest.raises(ValueError, match="without a pickle"):
        scan_pickle(tmp_path / "w.pt")
    with pytest.raises(FileNotFoundError, match="no file"):
        scan_pickle(tmp_path / "absent.pt")


def test_what_follows_the_first_pickle_is_not_passed_over(tmp_path):
    hostile = pickle.dumps(Hostile("made"))
    with pytest.raises(ValueError, match="follows its end"):
        forbidden_imports(pickle.dumps(1) + hostile, WEIGHTS_ONLY)
    old = {"w": torch.ones(2), "x": Hostile("made")}
    torch.save(old, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    with pytest.raises(ValueError, match="Do not open it"):
        scan_pickle(tmp_path / "old.pt")


def test_a_zip_behind_a_pickle_hides_nothing(tmp_path):
    torch.save({"w": torch.ones(2)}, tmp_path / "good.pt")
    both = pickle.dumps(Hostile("made")) + (tmp_path / "good.pt").read_bytes()
    (tmp_path / "both.pt").write_bytes(both)
    with pytest.raises(ValueError, match="Do not open it"):
        scan_pickle(tmp_path / "both.pt")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_both_of_two_entries_with_one_name_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "two.pt", "w") as archive:
        for content in (pickle.dumps(Hostile("made")), pickle.dumps([1])):
            archive.writestr("data.pkl", content)
    assert scan_pickle(tmp_path / "two.pt") == [f"{os.mkdir.__module__}.mkdir"]


def test_a_damaged_zip_is_refused(tmp_path):
    torch.save({"w": torch.ones(2)}, tmp_path / "w.pt")
    content = bytearray((tmp_path / "w.pt").read_bytes())
    content[content.index(b"collections")] ^= 1
    (tmp_path / "w.pt").write_bytes(content)
    with pytest.raises(ValueError, match="no whole zip"):
        scan_pickle(tmp_path / "w.pt")
