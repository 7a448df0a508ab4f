"""A picture comes first, follows its controls, and says in words what it cannot draw."""

import threading

import pytest

from lmlab.viz.figures import Picture
from lmlab.viz.live import show_live, slider, text_box


def spell(text):
    if "!" in text:
        raise ValueError("no <b>shouting</b>")
    return Picture(b"", f"it reads {text}")


def test_the_picture_is_the_first_output_and_the_controls_the_second(screen):
    box = text_box("hello")
    show_live(spell, {"text": box})
    first, controls = screen.shown
    assert first.alt == "it reads hello"
    assert controls.children[0] is box


def test_a_changed_control_draws_again_in_the_same_place(screen):
    box = text_box("hello")
    show_live(spell, {"text": box})
    box.value = "good day"
    assert screen.updates[-1].alt == "it reads good day"


def test_what_cannot_be_drawn_is_said_without_markup_until_it_can(screen):
    box = text_box("hello")
    show_live(spell, {"text": box})
    message = screen.shown[-1].children[-1]
    box.value = "hello!"
    assert not screen.updates and message.value == "no &lt;b&gt;shouting&lt;/b&gt;"
    box.value = "hello"
    assert screen.updates and message.value == ""


def test_two_pictures_are_never_drawn_at_once(screen):
    meeting, met = threading.Barrier(2), []

    def draw(text):
        if text:
            try:
                met.append(meeting.wait(timeout=0.2))
            except threading.BrokenBarrierError:
                pass
        return Picture(b"", "a picture")

    boxes = [text_box(""), text_box("")]
    for box in boxes:
        show_live(draw, {"text": box})
    threads = [threading.Thread(target=setattr, args=(box, "value", "a")) for box in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(screen.updates) == 2 and not met


def test_a_first_picture_that_fails_raises(screen):
    with pytest.raises(ValueError, match="shouting"):
        show_live(spell, {"text": text_box("!")})


def test_a_slider_has_its_value_among_the_steps_in_order():
    assert slider("n", range(0, 5, 2), 1).options == (("0", 0), ("1", 1), ("2", 2), ("4", 4))


def test_a_slider_that_can_be_off_ends_there():
    assert slider("n", [1, 5, 9], 5, off=7).options == (("1", 1), ("5", 5), ("off", 7))
    assert slider("n", [1, 5, 9], 7, off=7).label == "off"
