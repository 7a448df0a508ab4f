"""What is in a file of weights, and texts made into blocks."""

import json

import torch
from safetensors.torch import save

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.pretrained.safetensors_file import DTYPES, read_header, read_tensor


def _files(seed):
    """Two tensors, the second one asked for; then half precision, whole numbers, more axes."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    yield save({"a": torch.tensor([1.0, 2.0]), "b": torch.tensor([[3.0, 4.0], [5.0, 6.0]])}), "b"
    yield save({"embed": normal(3, 2), "norm": normal(4)}), "norm"
    yield save({"first": normal(2, 3), "half": normal(2, 2, 2).half()}), "half"
    yield save({"ids": torch.tensor([[7, 8, 9]]), "scale": normal(5)}), "ids"


def _with_the_librarys_shape(answer, content, name):
    return list(answer(content, name).shape) == read_header(content)[name]["shape"]


def _piece(content, name, *, start, dtype=None, flat=False):
    """The tensor as one gets it who counts the offsets from `start`."""
    entry = read_header(content)[name]
    first, last = (start + offset for offset in entry["data_offsets"])
    numbers = torch.frombuffer(
        bytearray(content[first:last]), dtype=dtype or DTYPES[entry["dtype"]]
    )
    return numbers if flat else numbers.view(entry["shape"])


def _data(content):
    return 8 + int.from_bytes(content[:8], "little")


def _as_float32(content, name):
    return _piece(content, name, start=_data(content), dtype=torch.float32, flat=True)


def _first_tensor(content, name):
    header = read_header(content)
    return read_tensor(content, min(header, key=lambda known: header[known]["data_offsets"]))


def _big_end_first(content, name):
    length = int.from_bytes(content[:8], "big")
    return json.loads(content[8 : 8 + length])[name]


def _axes_turned(content, name):
    entry = read_header(content)[name]
    return _piece(content, name, start=_data(content)).reshape(entry["shape"][::-1])


def _texts(seed):
    """Two texts that one can cut by hand; then others, one of them empty."""
    generator = torch.Generator().manual_seed(seed)

    def ids(n):
        return torch.randint(1, 50, (n,), generator=generator).tolist()

    yield [[5, 6, 7], [8, 9]], 3, 0
    yield [ids(7), ids(2), ids(6)], 4, 0
    yield [ids(3), [], ids(9)], 5, 99
    yield [ids(5), ids(5), ids(5), ids(3)], 4, 99


def _all_of_the_length(answer, texts, length, end_id):
    return all(len(block) == length for block in answer(texts, length, end_id))


def _stream(texts, end_id):
    return [token for text in texts for token in (*text, end_id)]


def _cut(stream, length, step=None, last=None):
    step = length if step is None else step
    last = len(stream) - length + 1 if last is None else last
    return [stream[start : start + length] for start in range(0, last, step)]


def _padded(texts, length, end_id):
    stream = _stream(texts, end_id)
    stream += [end_id] * (-len(stream) % length)
    return _cut(stream, length)


EXERCISES = (
    Exercise(
        id="read_tensor",
        chapter="07_tools",
        number="7.3",
        title="Open a file of weights",
        difficulty=3,
        minutes=15,
        reference="lmlab.pretrained.safetensors_file.read_tensor",
        cases=_files,
        invariants=(
            Invariant(
                "it has the shape of the header",
                _with_the_librarys_shape,
                "The header says what shape the tensor has; yours has another.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda content, name: _piece(content, name, start=0),
                "The offsets are counted from the start of the file. They count from the end of "
                "the header.",
            ),
            WrongAnswer(
                lambda content, name: _piece(content, name, start=8),
                "The offsets are counted from the start of the header, behind the eight bytes. "
                "They count from its end.",
            ),
            WrongAnswer(
                lambda content, name: _piece(content, name, start=_data(content) - 8),
                "The data begin eight bytes later: the eight bytes of the length come before the "
                "header.",
            ),
            WrongAnswer(
                lambda content, name: _piece(content, name, start=_data(content), flat=True),
                "The numbers are right and lie in one row: give them the shape of the header.",
            ),
            WrongAnswer(
                _as_float32,
                "Every tensor is read as float32, and flat. The header says what kind of numbers "
                "they are, and in what shape.",
            ),
            WrongAnswer(
                _first_tensor,
                "This is the first tensor of the file, whatever was asked for.",
            ),
            WrongAnswer(
                _big_end_first,
                "The length is read with the great byte first and is enormous, so the header has "
                'no end. The least byte comes first: int.from_bytes(…, "little").',
            ),
            WrongAnswer(
                _axes_turned,
                "The axes are turned round: the shape of the header holds as it stands.",
            ),
        ),
        hints=(
            "Three parts: eight bytes, the header, the numbers. Where does the third one begin?",
            "At 8 + int.from_bytes(content[:8], 'little'). `read_header(content)[name]` tells "
            "where your tensor lies behind that, its dtype and its shape.",
            "torch.frombuffer(bytearray(data[start:end]), dtype=DTYPES[entry['dtype']])"
            ".view(entry['shape'])",
        ),
    ),
    Exercise(
        id="cut_into_blocks",
        chapter="07_tools",
        number="7.4",
        title="No padding at all",
        difficulty=2,
        minutes=10,
        reference="lmlab.text.blocks.cut_into_blocks",
        cases=_texts,
        invariants=(
            Invariant(
                "all blocks have the length",
                _all_of_the_length,
                "Some block is longer or shorter than `length`.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda texts, length, end_id: _cut(
                    [token for text in texts for token in text], length
                ),
                "The end marks are missing: the model would read two texts as one.",
            ),
            WrongAnswer(
                lambda texts, length, end_id: _cut(
                    _stream(texts, end_id), length, last=len(_stream(texts, end_id))
                ),
                "The rest that fills no block is kept: a batch must be of one length.",
            ),
            WrongAnswer(
                _padded,
                "The rest is filled up with end marks: that is the padding which blocks are to "
                "avoid. Leave the rest out.",
            ),
            WrongAnswer(
                lambda texts, length, end_id: [
                    block for text in texts for block in _cut([*text, end_id], length)
                ],
                "Each text is cut by itself, and its own rest is lost. Put all texts one behind "
                "the other first.",
            ),
            WrongAnswer(
                lambda texts, length, end_id: _cut(_stream(texts, end_id), length, step=1),
                "The blocks overlap: each begins one id after the last. Each id belongs to one "
                "block.",
            ),
            WrongAnswer(
                lambda texts, length, end_id: _cut(
                    [token for text in texts for token in (end_id, *text)], length
                ),
                "The mark stands before each text. It says that a text has ended: it comes behind.",
            ),
            WrongAnswer(
                lambda texts, length, end_id: _cut(_stream(texts[:-1], end_id), length),
                "The last text is missing.",
            ),
        ),
        hints=(
            "Do it in two steps: first one long row of ids, then the cuts.",
            "Each text gives (*text, end_id). Of a row of 11 ids, blocks of 4 take 8.",
            "whole = len(stream) - len(stream) % length; then stream[start : start + length] for "
            "start in range(0, whole, length).",
        ),
    ),
)
