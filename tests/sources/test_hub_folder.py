import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from lmlab.sources import SourceError, Unreachable, hub_folder
from lmlab.sources.hub_folder import HubFolder, fetch, is_here

MODEL = HubFolder("somebody/some-model", "0123abc")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """What the hub gives, and what the library has kept of it: `files` of one repository."""

    class Hub:
        files = ["config.json", "tokenizer.json", "model.safetensors"]
        online, kept, asked = True, False, []

        def snapshot(self, repository, *, revision, allow_patterns, local_files_only=False):
            self.asked.append((repository, revision))
            if local_files_only and not self.kept:
                raise LocalEntryNotFoundError("not here")
            if not local_files_only:
                self.kept = True
            for name in self.files:
                (tmp_path / name).touch()
            return str(tmp_path)

    hub = Hub()
    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub.snapshot)
    monkeypatch.setattr(hub_folder, "answers", lambda: hub.online)
    return hub


def test_a_model_is_fetched_once_at_its_revision_and_then_needs_no_network(hub, tmp_path):
    assert not is_here(MODEL)
    found = fetch(MODEL, [])
    assert found.folder == tmp_path and found.served_by == "hub"
    assert set(hub.asked) == {("somebody/some-model", "0123abc")}
    hub.online = False
    assert is_here(MODEL) and fetch(MODEL, []).served_by == "cache"


def test_a_part_that_another_program_left_in_the_cache_is_not_taken_for_the_whole(hub):
    hub.files, hub.kept = ["config.json", "tokenizer.json"], True
    assert not is_here(MODEL)


def test_without_a_network_the_offline_choices_are_named(hub):
    hub.online = False
    with pytest.raises(Unreachable, match="these need no network: town-gpt, minilm-l6"):
        fetch(MODEL, ["town-gpt", "minilm-l6"])


def test_a_repository_of_pickles_alone_is_refused(hub):
    hub.files = ["config.json", "tokenizer.json"]
    with pytest.raises(SourceError, match="no weights as safetensors"):
        fetch(MODEL, [])


def test_what_else_the_hub_answers_is_passed_on(hub, monkeypatch):
    def refused(*_, local_files_only=False, **__):
        raise LocalEntryNotFoundError("no") if local_files_only else OSError("401 gated")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refused)
    with pytest.raises(SourceError, match="did not give somebody/some-model: 401 gated"):
        fetch(MODEL, [])
