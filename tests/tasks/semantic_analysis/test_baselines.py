"""The tricks find what is plain, and give only words of the sentence, each once."""

from itertools import pairwise

from lmlab.tasks.semantic_analysis.baselines import by_order, commonest_role
from lmlab.tasks.semantic_analysis.sentences import town_sentences

PLAIN = "Mia gave Tom the kite in the park because it was old."


def said(predict, sentence):
    return {(part.role, part.text) for part in predict([sentence])[0]}


def test_by_order_the_first_name_does_it_to_the_second():
    assert said(by_order, PLAIN) == {
        ("agent", "Mia"), ("action", "gave"), ("recipient", "Tom"), ("theme", "the kite"),
        ("place", "the park"), ("cause", "it was old"),
    }  # fmt: skip


def test_the_commonest_role_knows_no_order():
    predict = commonest_role(town_sentences("train", 60))
    one, other = (
        {part.role for part in predict([text])[0] if part.text == "Mia"}
        for text in ("Mia gave Tom the kite.", "Tom gave Mia the kite.")
    )
    assert one == other
    assert len(one) == 1
    assert predict.__name__ == "commonest_role"


def test_parts_are_words_of_the_sentence_and_share_none():
    texts = [each.sentence for each in town_sentences("validation", 20)] + ["", "<b> 你好"]
    for predict in (by_order, commonest_role(town_sentences("train", 20))):
        for text, parts in zip(texts, predict(texts), strict=True):
            ordered = sorted(parts, key=lambda part: part.start)
            assert all(text[part.start : part.end] == part.text for part in parts)
            assert all(one.end <= other.start for one, other in pairwise(ordered))
