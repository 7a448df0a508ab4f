"""A labeller says what its tags say, whatever else is in the batch, and learns."""

import pytest
import torch

from lmlab.models import HeadConfig, TokenTagger
from lmlab.tasks.semantic_analysis.bio import bio_spans
from lmlab.tasks.semantic_analysis.labelling import (
    TAGS,
    by_labelling,
    label_roles,
    role_rows,
    tokens_of,
)
from lmlab.tasks.semantic_analysis.sentences import Analysed, Part
from lmlab.text import BPETokenizer, CharTokenizer
from lmlab.training import TrainingConfig, train

SENTENCE = "Tom has the red kite."
TOKENIZER = BPETokenizer.train(f" {SENTENCE} Mia has the ball. " * 3, 300, progress=False)
LESSON = Analysed(
    SENTENCE,
    (
        Part("agent", "Tom", 0, 3),
        Part("action", "has", 4, 7),
        Part("theme", "the red kite", 8, 20),
    ),
    "have",
)


def new_labeller(context_length=64):
    torch.manual_seed(0)
    shape = {"d_model": 16, "n_layers": 2, "n_heads": 2, "context_length": context_length}
    return TokenTagger(HeadConfig(n_outputs=len(TAGS), vocab_size=TOKENIZER.vocab_size, **shape))


def test_offsets_are_places_in_the_sentence_without_the_space_before_it():
    ids, offsets = tokens_of(TOKENIZER, SENTENCE)
    assert TOKENIZER.decode(ids) == " " + SENTENCE
    assert offsets[0][0] == 0
    assert offsets[-1][1] == len(SENTENCE)
    assert SENTENCE[slice(*offsets[1])].strip() == "has"


def test_the_targets_are_the_tags_of_the_parts():
    rows = role_rows(TOKENIZER, [LESSON], 64)
    tags = [TAGS[tag] for tag in rows.labels[0]]
    assert [label for label, *_ in bio_spans(tags)] == ["agent", "action", "theme"]
    assert rows.kind == "tags"


def test_sentences_that_do_not_fit_are_left_out_of_training():
    length = len(tokens_of(TOKENIZER, SENTENCE)[0])
    longer = Analysed(SENTENCE * 2, (), "have")
    assert len(role_rows(TOKENIZER, [LESSON, longer], length)) == 1
    with pytest.raises(ValueError, match="none of 2 sentences fits into 2 tokens"):
        role_rows(TOKENIZER, [LESSON, longer], 2)


@pytest.mark.parametrize("sentence", [SENTENCE, "你好 <b>", " Mia \n has"])
def test_a_part_is_a_piece_of_the_sentence(sentence):
    (found,) = label_roles(new_labeller(), TOKENIZER, [sentence])
    assert len(found.tokens) == len(found.tags)
    assert len(found.parts) == len(found.sure)
    assert all(sentence[part.start : part.end] == part.text for part in found.parts)
    assert all(0 <= sure <= 1.0001 for sure in found.sure)


def test_company_in_a_batch_changes_no_label():
    model = new_labeller()
    alone, beside = (
        label_roles(model, TOKENIZER, [*more, SENTENCE])[-1] for more in ([], [SENTENCE * 2])
    )
    assert alone.tags == beside.tags
    assert alone.sure == pytest.approx(beside.sure, abs=1e-4)


def test_empty_and_over_long_sentences_are_refused():
    with pytest.raises(ValueError, match="sentence is empty"):
        label_roles(new_labeller(), TOKENIZER, [" \n"])
    with pytest.raises(ValueError, match="the model reads 1 to 8"):
        label_roles(new_labeller(8), TOKENIZER, [SENTENCE * 4])


def test_a_tokenizer_that_changes_the_text_is_refused():
    class Lowering(CharTokenizer):
        def decode(self, ids):
            return super().decode(ids).lower()

    with pytest.raises(ValueError, match="does not spell the sentence back"):
        tokens_of(Lowering.train([" " + SENTENCE]), SENTENCE)


def test_a_labeller_learns_its_lesson():
    model = new_labeller()
    config = TrainingConfig(steps=40, batch_size=1, learning_rate=1e-2)
    train(model, role_rows(TOKENIZER, [LESSON], 64), config, progress=False)
    assert by_labelling(model, TOKENIZER)([SENTENCE]) == [frozenset(LESSON.parts)]
