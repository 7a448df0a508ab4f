"""A reader points into the passage, says nothing below its threshold, and learns."""

import pytest
import torch

from lmlab.models import HeadConfig, SpanReader
from lmlab.tasks.question_answering.reading import ask, by_reading, read, span_rows
from lmlab.text import BPETokenizer, CharTokenizer
from lmlab.text.corpora import Question
from lmlab.training import TrainingConfig, train

TOKENIZER = BPETokenizer.train("Tom has the red kite. Mia has the ball. " * 3, 300, progress=False)
PASSAGE = "Tom has the red kite. Mia has the ball."
WHAT = Question(PASSAGE, "What has Tom?", ("red kite",), (12,))
NOTHING = Question(PASSAGE, "What has Zoe?", (), ())


def new_reader(context_length=64):
    torch.manual_seed(0)
    shape = {"d_model": 16, "n_layers": 2, "n_heads": 2, "context_length": context_length}
    return SpanReader(HeadConfig(n_outputs=2, vocab_size=TOKENIZER.vocab_size, **shape))


def test_the_target_is_the_answer_in_tokens_behind_the_question():
    rows = span_rows(TOKENIZER, [WHAT, NOTHING], 64)
    first, last = rows.labels[0]
    assert TOKENIZER.decode(rows.texts[0][first : last + 1].tolist()) == " red kite"
    assert rows.labels[1].tolist() == [0, 0]
    assert rows.kind == "span"


def test_questions_that_do_not_fit_are_left_out_of_training():
    length = len(ask(TOKENIZER, PASSAGE, WHAT.question).ids)
    longer = Question(PASSAGE * 2, WHAT.question, WHAT.answers, WHAT.starts)
    assert len(span_rows(TOKENIZER, [WHAT, longer], length)) == 1
    with pytest.raises(ValueError, match="none of 2 questions fits into 5 tokens"):
        span_rows(TOKENIZER, [WHAT, longer], 5)


def test_an_answer_is_a_piece_of_the_passage():
    for reading in read(new_reader(), TOKENIZER, [(PASSAGE, "What?"), ("你好 <b>", "Who is it?")]):
        start, end = reading.span
        passage = PASSAGE if "Tom" in "".join(reading.tokens) else "你好 <b>"
        assert passage[start:end] == reading.answer == reading.answer.strip()
        assert len(reading.tokens) == len(reading.starts) == len(reading.ends)
        assert reading.starts.sum() == pytest.approx(1, abs=1e-4)
        assert sum(share for _, share in reading.guesses) == pytest.approx(1, abs=1e-4)
        assert "" in dict(reading.guesses)


def test_company_in_a_batch_changes_no_answer():
    model, long = new_reader(), (PASSAGE * 2, "What has Mia?")
    alone, beside = (
        read(model, TOKENIZER, [*more, (PASSAGE, "Who?")])[-1] for more in ([], [long])
    )
    assert alone.answer == beside.answer
    assert alone.margin == pytest.approx(beside.margin, abs=1e-4)


def test_below_the_threshold_nothing_is_said():
    model, asked = new_reader(), [(PASSAGE, "What has Tom?")]
    (reading,) = read(model, TOKENIZER, asked)
    assert by_reading(model, TOKENIZER, reading.margin - 1)(asked) == [reading.answer]
    assert by_reading(model, TOKENIZER, reading.margin)(asked) == [""]


@pytest.mark.parametrize("asked", [("", "Who?"), (PASSAGE, " "), ("\n", "")])
def test_an_empty_text_is_refused(asked):
    with pytest.raises(ValueError, match="give both some text"):
        read(new_reader(), TOKENIZER, [asked])


def test_a_passage_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="the model reads 1 to 20"):
        read(new_reader(20), TOKENIZER, [(PASSAGE * 4, "What has Tom?")])


def test_a_tokenizer_that_changes_the_text_is_refused():
    class Lowering(CharTokenizer):
        def decode(self, ids):
            return super().decode(ids).lower()

    with pytest.raises(ValueError, match="does not spell the passage back"):
        ask(Lowering.train([PASSAGE]), PASSAGE, "Tom")


def test_a_reader_learns_where_the_answer_stands_and_where_there_is_none():
    model = new_reader()
    config = TrainingConfig(steps=40, batch_size=2, learning_rate=1e-2)
    train(model, span_rows(TOKENIZER, [WHAT, NOTHING], 64), config, progress=False)
    asked = [(each.passage, each.question) for each in (WHAT, NOTHING)]
    assert by_reading(model, TOKENIZER)(asked) == ["red kite", ""]
