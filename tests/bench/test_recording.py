"""The forward pass is timed with a tape and without."""

from lmlab.bench import recording


def test_each_length_is_timed_alone_and_recorded(monkeypatch):
    monkeypatch.setattr(recording, "BUDGETS", {8: 1.05, 12: 1.25})
    tiny = {"vocab_size": 96, "d_model": 8, "n_layers": 1, "n_heads": 2}
    monkeypatch.setattr(recording, "SHAPE", tiny)
    kept = []
    monkeypatch.setattr(recording, "_recorded", lambda model, ids: kept.append(ids.size(1)))
    figures = list(recording.measure(repeats=2))
    assert kept == [8] * 3 + [12] * 3  # a run that does not count, then two that do
    assert [each.at_most for each in figures] == [None, 1.05, None, 1.25]
    assert all(each.value > 0 for each in figures)
