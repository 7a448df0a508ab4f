import json
from dataclasses import replace
from importlib import import_module

import pytest
import typer
from typer.testing import CliRunner

from lmlab import cli, doctor
from lmlab.sources import SourceError


@pytest.fixture
def run_raising():
    """Runs a command that raises the given error, beside the callback of the real `lmlab`."""

    def run(error: BaseException, *options: str, env: dict[str, str] | None = None):
        app = typer.Typer(cls=cli.OneSentenceErrors, pretty_exceptions_enable=False)
        app.callback()(cli.main)

        @app.command()
        def fall() -> None:
            raise error

        return CliRunner().invoke(app, [*options, "fall"], env=env)

    return run


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            ValueError("n_heads=5 does not divide d_model=64."),
            "n_heads=5 does not divide d_model=64.",
        ),
        (
            FileNotFoundError(2, "No such file or directory", "/a/b"),
            "/a/b: No such file or directory",
        ),
        (OSError(28, "No space left on device"), "No space left on device"),
        (SourceError("There is no network."), "There is no network."),
    ],
)
def test_an_error_that_the_user_can_mend_is_one_sentence(run_raising, error, sentence):
    result = run_raising(error)
    assert result.exit_code == 2
    assert result.stderr == f"lmlab: {sentence}\n"


def test_ctrl_c_ends_with_130(run_raising):
    result = run_raising(KeyboardInterrupt())
    assert result.exit_code == 130
    assert result.stderr == "lmlab: stopped by Ctrl-C.\n"


def test_debug_lets_the_traceback_through(run_raising):
    error = ValueError("wrong")
    assert run_raising(error, "--debug").exception is error
    assert run_raising(error, env={"LMLAB_DEBUG": "1"}).exception is error


def test_a_mistake_of_ours_keeps_its_traceback(run_raising):
    error = KeyError("weights")
    assert run_raising(error).exception is error


def test_version():
    result = CliRunner().invoke(cli.app, ["--version"])
    assert result.output.startswith("lmlab 0.")


def test_lab_becomes_jupyterlab_with_the_arguments(monkeypatch):
    started = []
    monkeypatch.setattr(cli.os, "execve", lambda _, line, environment: started.append(line))
    monkeypatch.setattr("lmlab.course.lab.command", lambda arguments: ["jupyter", *arguments])
    monkeypatch.setattr("lmlab.course.lab.offer", lambda: None)
    CliRunner().invoke(cli.app, ["lab", "--no-browser", "--port=8899"])
    assert started == [["jupyter", "--no-browser", "--port=8899"]]


def test_fetch_brings_corpora_and_models_alike(monkeypatch):
    fetched = []
    for room in ("lmlab.text.corpora", "lmlab.pretrained"):
        info = replace(import_module(room).available()[0], licence=f"licence of {room}")
        monkeypatch.setattr(f"{room}.fetch", lambda name, info=info: fetched.append(name) or info)
    result = CliRunner().invoke(cli.app, ["fetch", "minilm-l6", "wikitext-2"])
    assert fetched == ["minilm-l6", "wikitext-2"]
    models, corpora = result.stdout.splitlines()
    assert models.startswith("minilm-l6 is here") and "licence of lmlab.pretrained" in models
    assert corpora.startswith("wikitext-2 is here") and "licence of lmlab.text" in corpora


@pytest.mark.parametrize("wrong, meant", [("wikitext", "wikitext-2"), ("smollm", "smollm2-135m")])
def test_fetch_of_an_unknown_name_fetches_nothing_and_names_the_nearest(monkeypatch, wrong, meant):
    monkeypatch.setattr("lmlab.pretrained.fetch", None)
    result = CliRunner().invoke(cli.app, ["fetch", "minilm-l6", wrong])
    assert result.exit_code == 2
    assert f"did you mean {meant}" in result.stderr
    assert "minilm-l6, bergamot-en-pt, gpt2" in result.stderr


def test_doctor_fails_when_something_is_to_be_mended(monkeypatch):
    bad = doctor.Finding("Machine", "disk", "bad", "0 GB free", "free some space")
    monkeypatch.setattr(doctor, "examine", lambda: [bad])
    result = CliRunner().invoke(cli.app, ["doctor", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.output)[0]["mend"] == "free some space"


def test_generate_can_round_its_weights_to_int8(monkeypatch):
    rounded = []
    monkeypatch.setattr("lmlab.nn.quantise", lambda model: rounded.append(model))
    arguments = ["generate", "--prompt", "One", "--max-new-tokens", "2", "--seed", "0"]
    for option in ([], ["--int8"]):
        assert CliRunner().invoke(cli.app, [*arguments, *option]).exit_code == 0
    assert len(rounded) == 1


def test_release_hands_its_options_on_and_says_what_was_written(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(
        "lmlab.course.release.release",
        lambda *given, **options: asked.append((given, options)) or "a folder",
    )
    names = ["--chapters", "00_a", "--chapters", "01_b", "--exercises", "causal_mask"]
    result = CliRunner().invoke(cli.app, ["release", str(tmp_path), *names, "--without-solutions"])
    assert result.stdout == "a folder\n"
    wanted = (tmp_path, ["00_a", "01_b"], ["causal_mask"])
    assert asked == [(wanted, {"with_solutions": False})]


def test_release_into_a_folder_in_use_is_one_sentence(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    result = CliRunner().invoke(cli.app, ["release", str(tmp_path)])
    assert result.exit_code == 2 and result.stderr.count("\n") == 1
    assert "is not empty; give the name of a new folder" in result.stderr


def test_grade_writes_the_tables_and_prints_what_was_missed(monkeypatch, tmp_path):
    from lmlab.course.grading import grade as grading
    from lmlab.course.grading.marks import Mark, Marks
    from lmlab.course.registry import find

    exercise = find("causal_mask")
    marks = (Mark("anna", exercise, "missed", "The mask is turned round."),)
    asked = {}

    def grade(folder, exercises, report, **settings):
        asked.update(settings, folder=folder, exercises=exercises)
        report(1, 1)
        return Marks((exercise,), marks, is_whole=asked["jobs"] == 1)

    monkeypatch.setattr(grading, "grade", grade)
    out, details = tmp_path / "grades.csv", tmp_path / "details"
    arguments = ["grade", "in", "-o", str(out), "--details", str(details)]
    result = CliRunner().invoke(cli.app, [*arguments, "--exercises", "causal_mask"])
    assert result.exit_code == 0
    assert asked["exercises"] == ["causal_mask"] and asked["seed"] == grading.SEED
    assert "1 × The mask is turned round." in result.stdout
    assert "notebooks" not in result.stdout.splitlines()[0]  # the bar is on stderr
    assert "anna,0,2,0,0" in out.read_text(encoding="utf-8-sig")
    assert (details / "answers.csv").exists() and (details / "anna.txt").exists()
    assert CliRunner().invoke(cli.app, [*arguments, "--jobs", "2"]).exit_code == 130


def test_grade_of_a_folder_that_is_not_there_is_one_sentence():
    result = CliRunner().invoke(cli.app, ["grade", "nowhere"])
    assert result.exit_code == 2
    assert "nowhere" in result.stderr and "Traceback" not in result.output


@pytest.mark.parametrize("option", ["-o", "--details"])
def test_grade_says_before_its_work_that_it_cannot_write_there(tmp_path, option):
    wrong = tmp_path if option == "-o" else tmp_path / "file"
    (tmp_path / "file").touch()
    result = CliRunner().invoke(cli.app, ["grade", str(tmp_path), option, str(wrong)])
    assert result.exit_code == 2
    assert f"{wrong} is a f" in result.stderr
