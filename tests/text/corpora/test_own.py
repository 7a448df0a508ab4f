import pytest

from lmlab.text.corpora import load


def everything(corpus):
    return sorted([*corpus.train, *corpus.validation, *corpus.test])


def test_a_file_is_cut_into_paragraphs(tmp_path):
    file = tmp_path / "diary.txt"
    file.write_text("\ufeffMonday it rained.\r\n\r\nTuesday too.\n\n\nWednesday: sun.\n")
    corpus = load(file)
    assert everything(corpus) == ["Monday it rained.", "Tuesday too.", "Wednesday: sun."]
    assert (corpus.name, corpus.served_by) == ("diary.txt", "on this machine")


def test_one_long_paragraph_is_cut_into_lines(tmp_path):
    file = tmp_path / "poem.txt"
    file.write_text("one\ntwo\nthree\nfour\n")
    assert everything(load(str(file))) == ["four", "one", "three", "two"]


def test_in_a_folder_each_file_is_a_document(tmp_path):
    for name in ("a.txt", "b.md", "deep/c.txt", "deep/photo.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"Text of {name}.\n\nMore.\n")
    assert [text[:12] for text in everything(load(tmp_path))] == [
        "Text of a.tx",
        "Text of b.md",
        "Text of deep",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"GIF89a\0\0", "is a binary file"),
        (b"caf\xe9", r"is not UTF-8 \(byte 3\); save it as UTF-8"),
        (b"one line", "fewer than 3 different lines"),
        (b"the same\nthe same\n", "fewer than 3 different lines"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(tmp_path, content, message):
    file = tmp_path / "text.txt"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load(file)


def test_a_folder_without_text_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"holds no text file \(.*\.txt"):
        load(tmp_path)
