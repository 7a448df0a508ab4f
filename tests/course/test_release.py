"""What is written, what is refused; and what nbgrader makes of it, in its own environment."""

import csv
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest

from lmlab.course.registry import all_exercises
from lmlab.course.release import release

CHECKOUT = Path(__file__).parents[2]

START = '''\
# %% [markdown]
# # Start
#
# Go on with [Background](01_background.ipynb), or look at ![a dot](pictures/dot.png).

# %%
import lmlab

# %%
def next_token_probabilities(logits, temperature):
    """Logits to probabilities."""
    ...


lmlab.check("next_token_probabilities", next_token_probabilities)

# %%
lmlab.solution("next_token_probabilities")

# %%
def causal_mask(query_len, key_len):
    """True where the query may look."""
    ...


lmlab.check("causal_mask", causal_mask)

# %%
lmlab.hint("causal_mask")

# %%
lmlab.solution("causal_mask")
'''

LEAKS = """\

# %%
def mask_of(queries: int, keys: int):
    seen = torch.ones(queries, keys, dtype=torch.bool, device=where)  # all of it
    return seen.tril(diagonal=keys - queries)
"""

BACKGROUND = "# %% [markdown]\n# # Background\n#\n# Back to [Start](00_start_here.ipynb#start).\n"


@pytest.fixture
def course(tmp_path):
    """Two chapters: the one with its two exercises, the other with none of its own."""
    folder = tmp_path / "course"
    (folder / "source").mkdir(parents=True)
    (folder / "pictures").mkdir()
    (folder / "pictures" / "dot.png").write_bytes(b"a dot")
    (folder / "source" / "00_start_here.py").write_text(START)
    (folder / "source" / "99_background.py").write_text(BACKGROUND)
    return folder


def read(folder, chapter="00_start_here"):
    return nbformat.read(folder / f"{chapter}.ipynb", as_version=4)


def grade_ids(book):
    return [cell.metadata.nbgrader.grade_id for cell in book.cells if "nbgrader" in cell.metadata]


def test_chapters_are_written_without_outputs_and_their_pictures_come_along(course, tmp_path):
    release(tmp_path / "out", course=course)
    names = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.*")}
    assert names == {
        "00_start_here.ipynb",
        "99_background.ipynb",
        os.path.join("pictures", "dot.png"),
    }
    book = read(tmp_path / "out")
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_it_tells_exercises_points_and_what_to_do_next(course, tmp_path):
    said = str(release(tmp_path / "out", course=course))
    assert "2 chapters, 2 exercises to hand in, 3 points" in said
    assert "plain words now: 01_background." in said
    assert "submissions/STUDENT/CHAPTER.ipynb" in said
    assert "lmlab grade submissions/ -o grades.csv" in said


def test_the_same_source_gives_the_same_bytes(course, tmp_path):
    for name in ("one", "two"):
        release(tmp_path / name, course=course)
    one, two = (read(tmp_path / name) for name in ("one", "two"))
    assert nbformat.writes(one) == nbformat.writes(two)


def test_only_the_exercises_that_are_named_are_handed_in(course, tmp_path):
    made = release(tmp_path / "out", exercises=["causal_mask"], course=course)
    assert grade_ids(read(tmp_path / "out")) == ["causal_mask", "check_causal_mask"]
    assert [chapter.name for chapter in made.chapters] == ["00_start_here"]
    assert "1 exercise to hand in, 2 points" in str(made)
    assert [exercise.id for exercise in made.chapters[0].practice] == ["next_token_probabilities"]
    assert "submissions/STUDENT.ipynb" in str(made)


def test_solutions_of_practice_stay_when_the_others_are_taken_out(course, tmp_path):
    made = release(tmp_path / "out", exercises=["causal_mask"], with_solutions=False, course=course)
    text = (tmp_path / "out" / "00_start_here.ipynb").read_text()
    assert 'solution(\\"causal_mask' not in text
    assert 'solution(\\"next_token_probabilities' in text and 'hint(\\"causal_mask' in text
    assert "not out of the package" in str(made)


def test_a_solution_of_a_chapter_that_is_not_handed_out_stays(course, tmp_path):
    (course / "source" / "99_background.py").write_text(
        BACKGROUND + '\n# %%\nlmlab.solution("causal_mask")\n'
    )
    release(tmp_path / "out", ["99_background"], with_solutions=False, course=course)
    assert read(tmp_path / "out", "99_background").cells[-1].cell_type == "code"


def test_an_empty_folder_is_filled_and_any_other_refused(course, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    release(out, course=course)
    before = (out / "00_start_here.ipynb").read_bytes()
    with pytest.raises(ValueError, match="is not empty; give the name of a new folder"):
        release(out, course=course)
    assert (out / "00_start_here.ipynb").read_bytes() == before
    with pytest.raises(ValueError, match="is not a folder"):
        release(out / "00_start_here.ipynb", course=course)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(ValueError, match="the folder that you are in"):
        release(Path("."), course=course)


def test_a_full_disk_leaves_nothing_half_written(course, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lmlab.course.release.shutil.copyfile", fail)
    before = set(tmp_path.iterdir())
    with pytest.raises(OSError, match="No space left"):
        release(tmp_path / "out", course=course)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"chapters": ["42_nowhere"]}, "no chapter is called '42_nowhere'"),
        ({"exercises": ["causal_mosk"]}, "there is causal_mask"),
        ({"exercises": ["induction_head"], "chapters": ["00_start_here"]}, "answered by a click"),
        (
            {"chapters": ["99_background"], "exercises": ["causal_mask"]},
            "add --chapters 00_start_here",
        ),
    ],
)
def test_a_wrong_choice_is_named_and_nothing_written(course, tmp_path, choice, sentence):
    with pytest.raises(ValueError, match=sentence):
        release(tmp_path / "out", course=course, **choice)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        (LEAKS, "99_background, cell 2 holds the answer, `seen = .*`, of causal_mask"),
        ('\n# %%\nlmlab.hint("causal_mask", 2)\n', "cell 2 holds an opened hint of causal_mask"),
        (
            "\n# %% [markdown]\n# ![](pictures/none.png)\n",
            "links to pictures/none.png, which is no",
        ),
        (
            "\n# %% [markdown]\n# [x](../secret.txt)\n",
            "links to ../secret.txt, which is no file in",
        ),
    ],
)
def test_a_chapter_that_tells_or_lacks_something_is_refused(course, tmp_path, added, sentence):
    (course.parent / "secret.txt").write_text("not for students")
    (course / "source" / "99_background.py").write_text(BACKGROUND + added)
    (tmp_path / "out").mkdir()
    with pytest.raises(ValueError, match=sentence):
        release(tmp_path / "out", course=course)
    assert not any((tmp_path / "out").iterdir())


def test_what_is_practice_may_be_told(course, tmp_path):
    (course / "source" / "99_background.py").write_text(BACKGROUND + LEAKS)
    chapters = ["00_start_here", "99_background"]
    release(tmp_path / "out", chapters, ["next_token_probabilities"], course=course)


def test_a_chapter_without_the_stub_of_its_exercise_is_named(course, tmp_path):
    path = course / "source" / "00_start_here.py"
    path.write_text(
        START.replace('    ...\n\n\nlmlab.check("causal', '    return 1\n\n\nlmlab.check("causal')
    )
    with pytest.raises(ValueError, match="00_start_here: .*no cell with the stub .*'causal_mask'"):
        release(tmp_path / "out", course=course)


def test_a_folder_without_chapters_says_where_they_are(tmp_path):
    with pytest.raises(ValueError, match="in a clone of lmlab"):
        release(tmp_path / "out", course=tmp_path)


def test_all_chapters_of_the_course_can_be_handed_out(tmp_path):
    """Every exercise but those answered by a click is marked once, and no chapter tells one."""
    made = release(tmp_path / "out", with_solutions=False)
    marked = [name for each in made.chapters for name in grade_ids(read(made.folder, each.name))]
    handed_in = [each.id for each in all_exercises().values() if not each.choice]
    assert sorted(marked) == sorted(handed_in + [f"check_{id}" for id in handed_in])
    assert not any(
        "solution(" in cell.source
        for each in made.chapters
        for cell in each.book.cells
        if cell.cell_type == "code" and "induction_head" not in cell.source
    )


RIGHT = {
    "next_token_probabilities": "return (logits / temperature).softmax(-1)",
    "causal_mask": "return lmlab.nn.causal_mask(query_len, key_len)",
}
WRONG = {"next_token_probabilities": "return logits.softmax(-1)"}
STUDENTS = {"ada": RIGHT, "ben": RIGHT | WRONG, "cyd": {}}


def hand_in(released, submitted, answers):
    """Writes the answers in place of the stubs, as a student does."""
    book = nbformat.read(released, as_version=4)
    for cell in book.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if answer := answers.get(name):
            cell.source = cell.source.replace("raise NotImplementedError()", answer)
            assert answer in cell.source
    submitted.parent.mkdir(parents=True)
    nbformat.write(book, submitted)


@pytest.fixture
def nbgrader(tmp_path):
    """Runs nbgrader in a course of its own; its environment finds everything else in this one."""
    venv, home = tmp_path / "venv", tmp_path / "nbgrader"
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    packages = next((venv / "lib").glob("python*")) / "site-packages"
    (packages / "zz_this.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n{CHECKOUT}\n")
    install = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "nbgrader==0.9.6"]
    if subprocess.run(install, check=False).returncode:
        pytest.skip("nbgrader does not install here")
    path = f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"  # it calls alembic by its name
    environment = os.environ | {"PATH": path, "HOME": str(home), "LMLAB_HOME": str(home)}

    def run(*arguments):
        line = [venv / "bin" / "nbgrader", *arguments, f"--CourseDirectory.root={home}"]
        done = subprocess.run(line, cwd=home, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-4000:]

    run.home = home
    return run


@pytest.mark.long
def test_nbgrader_gives_points_for_right_answers_alone(course, nbgrader):
    """A wrong answer costs its own points alone; a stub is none, and no error."""
    release(nbgrader.home / "source" / "one", ["00_start_here"], course=course)
    nbgrader("generate_assignment", "one")
    released = nbgrader.home / "release" / "one" / "00_start_here.ipynb"
    for student, answers in STUDENTS.items():
        submitted = nbgrader.home / "submitted" / student / "one" / released.name
        hand_in(released, submitted, answers)
    nbgrader("autograde", "one")
    nbgrader("export")
    with open(nbgrader.home / "grades.csv", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {row["max_score"] for row in rows.values()} == {"3.0"}
    scores = {student: float(row["score"]) for student, row in rows.items()}
    assert scores == {"ada": 3, "ben": 2, "cyd": 0}
    book = nbformat.read(nbgrader.home / "autograded" / "cyd" / "one" / released.name, as_version=4)
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.output_type == "error"]
