"""What a compressor has read it need not write again, as far back as it looks."""

import random

import pytest

from lmlab.text.compression import METHODS, compressed_bits_per_char


def letters(n, seed):
    return "".join(random.Random(seed).choices("abcdefgh", k=n))


@pytest.mark.parametrize("method", METHODS)
def test_letters_by_chance_cost_their_entropy(method):
    bits = compressed_bits_per_char(letters(20_000, 1), letters(20_000, 2), method)
    assert 3.0 <= bits < 3.7  # eight letters: three bits each, and a little for the method


@pytest.mark.parametrize("method", METHODS)
def test_what_was_read_before_costs_next_to_nothing(method):
    text = letters(5_000, 1)
    assert compressed_bits_per_char(text, text, method) < 0.2


def test_gzip_forgets_what_is_further_back_than_its_window_and_xz_does_not():
    text, between = letters(5_000, 1), letters(100_000, 2)
    assert compressed_bits_per_char(text + between, text, "gzip") > 3
    assert compressed_bits_per_char(text + between, text, "xz") < 0.2


def test_bits_are_for_a_character_not_for_a_byte():
    by_chance = "".join(random.Random(1).choices("猫坐在垫子上了", k=20_000))  # log2(7) = 2.8 bits
    assert 2.8 <= compressed_bits_per_char("", by_chance) < 4


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="method='zip' is none of xz, gzip"):
        compressed_bits_per_char("a", "b", "zip")
    with pytest.raises(ValueError, match="held-out text is empty"):
        compressed_bits_per_char("a", "")
