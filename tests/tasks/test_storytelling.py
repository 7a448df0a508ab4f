"""Stories are told as they come, and judged by whether they contradict themselves."""

import pytest
import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.tasks import judge, tell_stories
from lmlab.tasks.storytelling import Told, shown
from lmlab.text import ByteTokenizer, town


def test_stories_of_the_generator_are_sound_and_known():
    stories = town.stories(20, seed=1)
    sense = judge([Told(text, True) for text in stories], known=stories[:5])
    assert (sense.sound, sense.finished, sense.copied) == (1.0, 1.0, 0.25)
    assert sense.violations == {}


def test_a_contradiction_and_nonsense_are_counted():
    spoiled = (
        "One sunny morning, a baker called Rosa was in the park. Rosa left the school and went "
        "to the library."
    )
    sense = judge([Told(spoiled, True), Told("Zorp the blick.", False), Told("", False)])
    assert sense.sound == pytest.approx(1 / 3) and sense.finished == pytest.approx(1 / 3)
    assert sense.violations["unreadable"] == 1 and sense.violations["place"] >= 1


def test_a_model_tells_as_many_as_asked_and_the_same_with_a_seed():
    torch.manual_seed(0)
    tokenizer = ByteTokenizer()
    model = GPT(
        TransformerConfig(
            vocab_size=tokenizer.vocab_size, context_length=16, d_model=8, n_layers=1, n_heads=2
        )
    ).eval()
    first, second = (
        tell_stories(model, tokenizer, 3, seed=4, max_new_tokens=12, progress=False)
        for _ in range(2)
    )
    assert len(first) == 3 and first == second
    assert all(story.finished or story.text for story in first)


def test_no_stories_are_no_judgement():
    with pytest.raises(ValueError, match="there are no stories to judge"):
        judge([])


def test_a_card_shows_each_temperature_and_the_first_five_stories():
    told = [Told(text, True) for text in town.stories(7)]
    card = shown({1.0: told, 0.5: told[:2]})
    assert list(card.figures) == ["Sense, temperature 1", "Sense, temperature 0.5"]
    assert "100.0% of 7 stories" in card.figures["Sense, temperature 1"]
    assert all(story.text in card.examples for story in told[:5])
    assert told[5].text not in card.examples
