import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.text import batches as batches_module
from lmlab.text.batches import (
    IGNORED,
    Batches,
    characters_per_token,
    encode_documents,
    evaluation_blocks,
    evaluation_documents,
)
from lmlab.text.byte import ByteTokenizer
from lmlab.text.char import CharTokenizer

DOCUMENTS = ["Ana slept.", "", "小猫 slept too."]


def equal(one, other):
    return torch.equal(one.inputs, other.inputs) and torch.equal(one.targets, other.targets)


SIZES = st.tuples(st.integers(1, 7), st.integers(1, 9)).flatmap(
    lambda sizes: st.tuples(st.integers(sizes[1] + 1, 120), st.just(sizes[0]), st.just(sizes[1]))
)


@given(SIZES, st.integers(0, 3))
def test_targets_are_the_tokens_that_follow_the_inputs(sizes, seed):
    n_tokens, batch_size, context_length = sizes
    served = Batches(np.arange(n_tokens, dtype=np.uint16), batch_size, context_length, seed)
    for batch in itertools.islice(served, 5):
        assert batch.inputs.shape == batch.targets.shape == (batch_size, context_length)
        assert batch.inputs.dtype == batch.targets.dtype == torch.int64
        first = batch.inputs[:, :1]
        assert torch.equal(batch.inputs, first + torch.arange(context_length))
        assert torch.equal(batch.targets, batch.inputs + 1)


@given(SIZES)
def test_an_epoch_serves_no_target_twice_and_nearly_every_one(sizes):
    n_tokens, _, context_length = sizes
    served = Batches(np.arange(n_tokens), 1, context_length)
    for _ in range(3):
        epoch = [next(served).targets for _ in range(served.blocks_per_epoch)]
        targets = torch.cat(epoch).flatten().tolist()
        assert len(set(targets)) == len(targets)
        assert n_tokens - 1 - len(targets) < 2 * context_length


@given(SIZES, st.integers(0, 40))
def test_seeking_equals_having_iterated(sizes, position):
    n_tokens, batch_size, context_length = sizes
    tokens = np.arange(n_tokens)
    iterated = Batches(tokens, batch_size, context_length, seed=1)
    for _ in range(position):
        next(iterated)
    sought = Batches(tokens, batch_size, context_length, seed=1)
    next(sought)
    sought.seek(position)
    assert sought.position == iterated.position == position
    assert all(equal(next(iterated), next(sought)) for _ in range(5))


def test_epochs_and_seeds_differ_in_order_and_beginning():
    def epoch_starts(seed, epoch):
        served = Batches(np.arange(1000), 1, 10, seed)
        served.seek(epoch * served.blocks_per_epoch)
        return [next(served).inputs[0, 0].item() for _ in range(served.blocks_per_epoch)]

    orders = [epoch_starts(seed, epoch) for seed in range(3) for epoch in range(3)]
    assert len(set(map(tuple, orders))) == 9
    assert len({min(order) for order in orders}) > 1
    assert orders[0] != sorted(orders[0])


def test_too_little_text_is_told_in_both_numbers():
    message = "40 tokens, a block needs 65 .* context_length ≤ 39"
    with pytest.raises(ValueError, match=message):
        Batches(np.arange(40), 2, 64)
    assert next(Batches(np.arange(40), 2, 39)).inputs.shape == (2, 39)
    with pytest.raises(ValueError, match="1 tokens, a block needs 2 .*: use more text\\.$"):
        next(evaluation_blocks(np.arange(1), 8))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"batch_size": 0}, "batch_size=0"),
        ({"context_length": 0}, "context_length=0"),
        ({"seed": -1}, "seed=-1"),
        ({"tokens": np.zeros((2, 50), dtype=np.int64)}, "one row of whole numbers"),
        ({"tokens": np.zeros(50)}, "one row of whole numbers"),
    ],
)
def test_impossible_settings_are_refused(changed, message):
    settings = {"tokens": np.arange(50), "batch_size": 2, "context_length": 4} | changed
    with pytest.raises(ValueError, match=message):
        Batches(**settings)


def test_a_negative_position_is_refused():
    with pytest.raises(ValueError, match="position=-1"):
        Batches(np.arange(50), 2, 4).seek(-1)


@given(st.integers(2, 100), st.integers(1, 12), st.integers(1, 5))
def test_evaluation_predicts_each_token_once_and_in_order(n_tokens, context_length, batch_size):
    served = list(evaluation_blocks(np.arange(n_tokens), context_length, batch_size))
    inputs = torch.cat([batch.inputs.flatten() for batch in served])
    targets = torch.cat([batch.targets.flatten() for batch in served])
    real = targets != -100
    assert targets[real].tolist() == list(range(1, n_tokens))
    assert inputs[real].tolist() == list(range(n_tokens - 1))
    assert (~real).sum() < context_length
    assert max(len(batch.inputs) for batch in served) <= batch_size


def test_each_document_ends_with_the_end_of_text():
    tokenizer = ByteTokenizer()
    tokens = encode_documents(DOCUMENTS, tokenizer)
    assert tokens.dtype == np.uint16
    assert tokenizer.decode(tokens) == "".join(text + "<|endoftext|>" for text in DOCUMENTS)
    without = encode_documents(iter(DOCUMENTS), ByteTokenizer(()))
    assert bytes(without.tolist()).decode() == "".join(DOCUMENTS)


def test_a_large_vocabulary_is_stored_in_four_bytes():
    characters = "".join(map(chr, range(0x10000, 0x20001)))
    tokens = encode_documents([characters[-1]], CharTokenizer(characters))
    assert tokens.dtype == np.uint32
    assert tokens.tolist() == [0x10000, 0x10001]


def test_a_token_file_is_used_again_until_documents_or_tokenizer_change(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "tokens.npy"
    first = encode_documents(DOCUMENTS, ByteTokenizer(), path)
    assert isinstance(first, np.memmap)
    assert first.tolist() == encode_documents(DOCUMENTS, ByteTokenizer()).tolist()

    writes = []
    write = batches_module.write_tokens
    monkeypatch.setattr(
        batches_module, "write_tokens", lambda *args: (writes.append(1), write(*args))
    )
    encode_documents(DOCUMENTS, ByteTokenizer(), path)
    assert not writes
    encode_documents([*DOCUMENTS, "more"], ByteTokenizer(), path)
    encode_documents([*DOCUMENTS, "more"], ByteTokenizer(()), path)
    assert len(writes) == 2
    path.write_bytes(path.read_bytes()[:-1])
    encode_documents([*DOCUMENTS, "more"], ByteTokenizer(()), path)
    assert len(writes) == 3


def test_batches_read_a_mapped_file(tmp_path):
    tokens = encode_documents(["abcdefgh" * 20], ByteTokenizer(), tmp_path / "tokens.npy")
    assert equal(next(Batches(tokens, 4, 8)), next(Batches(np.array(tokens), 4, 8)))


def test_what_is_no_list_of_documents_is_refused(tmp_path):
    with pytest.raises(TypeError, match="one string"):
        encode_documents("Ana slept.", ByteTokenizer())
    with pytest.raises(ValueError, match="no text"):
        encode_documents(["", ""], ByteTokenizer())
    with pytest.raises(ValueError, match="ends in .npy"):
        encode_documents(["a"], ByteTokenizer(), tmp_path / "tokens.bin")


def test_the_end_of_a_document_counts_as_a_character():
    tokenizer = CharTokenizer.train(DOCUMENTS)
    assert characters_per_token(DOCUMENTS, tokenizer, encode_documents(DOCUMENTS, tokenizer)) == 1
    bare = CharTokenizer.train(DOCUMENTS, special_tokens=())
    assert characters_per_token(DOCUMENTS, bare, encode_documents(DOCUMENTS, bare)) == 1


@given(st.lists(st.integers(0, 12), min_size=2, max_size=30), st.integers(1, 9), st.integers(1, 4))
def test_blocks_that_begin_with_a_mark_do(lengths, context_length, batch_size):
    mark = 99
    tokens = np.array([t for n in lengths for t in [*range(n), mark]], dtype=np.uint16)
    places = [i for i, t in enumerate(tokens) if t == mark and i + context_length < len(tokens)]
    if not places:
        with pytest.raises(ValueError, match="begins with token 99|a block needs"):
            Batches(tokens, batch_size, context_length, begin_with=mark)
        return
    batches = Batches(tokens, batch_size, context_length, seed=1, begin_with=mark)
    assert batches.blocks_per_epoch == len(places)
    for _, (inputs, targets) in zip(range(5), batches, strict=False):
        assert (inputs[:, 0] == mark).all()
        assert torch.equal(inputs[:, 1:], targets[:, :-1])


@given(st.lists(st.integers(0, 12), min_size=1, max_size=12), st.integers(1, 9), st.integers(1, 4))
def test_each_document_is_evaluated_by_itself_and_each_token_once(lengths, context, batch_size):
    mark = 99
    documents = [[*range(n), mark] for n in lengths]
    tokens = np.array([t for document in documents for t in document], dtype=np.uint16)
    seen = []
    for inputs, targets in evaluation_documents(tokens, context, mark, batch_size):
        assert inputs.shape[0] <= batch_size and inputs.shape[1] <= context
        for row, wanted in zip(inputs.tolist(), targets.tolist(), strict=True):
            wanted = [t for t in wanted if t != IGNORED]
            assert row[1 : len(wanted)] == wanted[:-1]
            assert wanted[0] != 0 or row[0] == mark  # a document begins behind the mark
            seen += wanted
    assert seen == tokens.tolist()
