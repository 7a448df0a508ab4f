"""The `lmlab` command.

Each subcommand is a thin function over one part of the package, imported inside the function, so
that `lmlab --help` answers at once. What goes wrong with the user's own values (`ValueError`), on
the disk or network (`OSError`, `SourceError`) or by Ctrl-C ends in one sentence, not in a
traceback: see `OneSentenceErrors`.
"""

import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from lmlab.bench.commands import bench


class OneSentenceErrors(TyperGroup):
    """Turns an error that the user can mend into one sentence on stderr.

    The exit status is 2, or 130 after Ctrl-C. `lmlab --debug …` or `LMLAB_DEBUG=1` lets the
    traceback through.
    """

    def invoke(self, ctx):
        """Run the chosen subcommand."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            fail("stopped by Ctrl-C.", status=130)
        except Exception as error:
            if ctx.params["debug"] or not is_users(error):
                raise
            fail(sentence(error))


def is_users(error: Exception) -> bool:
    """True when the error is about what the user gave, or about the disk or network here."""
    from lmlab.sources import SourceError

    kinds = (ValueError, OSError, SourceError)
    return isinstance(error, kinds) and not isinstance(error, BrokenPipeError)


def sentence(error: Exception) -> str:
    """What the user reads about `error`: its own words, or for a bare OSError file and reason."""
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(str(part) for part in (error.filename, error.strerror) if part)
    return str(error) or type(error).__name__


def fail(message: str, status: int = 2):
    """Say `message` on stderr and leave with `status`."""
    print(f"lmlab: {message}", file=sys.stderr)
    raise typer.Exit(status)


app = typer.Typer(
    cls=OneSentenceErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(bench, name="bench")


def show_version(wanted: bool) -> bool:
    """Print the version and leave, when `--version` was given."""
    if wanted:
        import lmlab

        print(f"lmlab {lmlab.__version__}")
        raise typer.Exit
    return wanted


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Say which.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", envvar="LMLAB_DEBUG", help="Show tracebacks.")
    ] = False,
) -> None:
    """Build every part of a language model, and look inside it while it works."""


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Say what works on this machine, what does not, and how to mend it."""
    from lmlab.doctor import examine, is_well, report

    findings = examine()
    print(report(findings, as_json=as_json))
    raise typer.Exit(0 if is_well(findings) else 1)


@app.command(context_settings={"ignore_unknown_options": True})
def lab(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="For JupyterLab, such as --no-browser --port=8899.")
    ] = None,
) -> None:
    """Open JupyterLab on the first chapter."""
    from lmlab.course.lab import command, environment, offer

    line = command(arguments or [])
    if said := offer():
        print(said, flush=True)
    os.execve(line[0], line, environment())


@app.command()
def fetch(
    names: Annotated[
        list[str], typer.Argument(help="Corpora and models, as `lmlab doctor` lists them.")
    ],
) -> None:
    """Fetch corpora and models now, to have them without a network later."""
    from lmlab import pretrained
    from lmlab.text import corpora

    rooms = {info.name: room for room in (corpora, pretrained) for info in room.available()}
    if unknown := [name for name in names if name not in rooms]:
        near = get_close_matches(unknown[0], rooms, n=2)
        hint = f" did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(
            f"nothing to fetch is called {unknown[0]!r};{hint} there are {', '.join(rooms)}."
        )
    for name in names:
        info = rooms[name].fetch(name)
        print(f"{name} is here: {info.title}; {info.licence}; {info.source}")


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the finished model.")],
    preset: Annotated[
        str, typer.Option(help="Recipe: tiny, town, lstm …; a wrong name lists them.")
    ] = "tiny",
    corpus: Annotated[
        str | None, typer.Option(help="A corpus or a path to your own text; default: the preset's.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="About how long to train on this machine.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Exactly how many steps instead.")] = None,
    tokenizer: Annotated[str | None, typer.Option(help="char, byte or bpe.")] = None,
    vocab_size: Annotated[int | None, typer.Option(help="Tokens to learn, for bpe.")] = None,
    seed: Annotated[int, typer.Option(help="Of weights and of the order of the text.")] = 0,
    threads: Annotated[int | None, typer.Option(help="Processor threads to use.")] = None,
    precision: Annotated[
        str | None, typer.Option(help="float32 or bfloat16; default: bfloat16 on a GPU.")
    ] = None,
    compile: Annotated[
        bool, typer.Option("--compile", help="Let torch.compile make faster code of the model.")
    ] = False,
    parallel: Annotated[
        str, typer.Option(help="Under torchrun: ddp, copies of the model; fsdp, parts of it.")
    ] = "ddp",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in --out, as it was planned.")
    ] = False,
) -> None:
    """Train a GPT on a corpus. Ctrl-C stops after the step; --resume goes on from there.

    In several processes: torchrun --nproc-per-node=2 -m lmlab.training, with the same options.
    """
    from lmlab.training import runs

    if resume:
        run = runs.resume(out, threads, parallel)
    else:
        run = runs.train_on_corpus(
            preset,
            out,
            corpus=corpus,
            seconds=seconds,
            steps=steps,
            tokenizer=tokenizer,
            vocab_size=vocab_size,
            seed=seed,
            threads=threads,
            precision=precision,
            compile=compile,
            parallel=parallel,
        )
    if run.speaks:
        print(runs.summary(run))
    if run.score is None:
        raise typer.Exit(130)


@app.command()
def generate(
    model: Annotated[str, typer.Option(help="A shipped model or a model folder.")] = "town-gpt",
    prompt: Annotated[str, typer.Option(help="What to go on from; empty: begin a text.")] = "",
    max_new_tokens: Annotated[int, typer.Option(help="The most tokens to write.")] = 200,
    temperature: Annotated[float, typer.Option(help="0: always the likeliest token.")] = 1.0,
    top_k: Annotated[int | None, typer.Option(help="Draw from the k likeliest tokens.")] = None,
    top_p: Annotated[float | None, typer.Option(help="Draw from the likeliest p of it.")] = None,
    seed: Annotated[int | None, typer.Option(help="Draw the same text again.")] = None,
    int8: Annotated[
        bool, typer.Option("--int8", help="A byte for each weight: faster, and a little worse.")
    ] = False,
) -> None:
    """Let a model write, token by token, until its text ends."""
    from lmlab.nn import quantise
    from lmlab.pretrained import load, write

    language_model, tokenizer = load(model)
    if int8:
        quantise(language_model)
    pieces = write(
        language_model,
        tokenizer,
        prompt,
        max_new_tokens,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        seed=seed,
    )
    print(prompt, end="", flush=True)
    for piece in pieces:
        print(piece, end="", flush=True)
    print()


@app.command()
def release(
    out: Annotated[Path, typer.Argument(help="A new or empty folder, to be handed out.")],
    chapters: Annotated[
        list[str] | None, typer.Option(help="Such as 02_2_self_attention; may be repeated.")
    ] = None,
    exercises: Annotated[
        list[str] | None,
        typer.Option(help="Only these are to be handed in; may be repeated. Others are practice."),
    ] = None,
    without_solutions: Annotated[
        bool, typer.Option("--without-solutions", help="Take out what shows a solution.")
    ] = False,
) -> None:
    """Write chapters for students, with points for exercises; nbgrader can read them, too."""
    from lmlab.course.release import release

    print(release(out, chapters or (), exercises or (), with_solutions=not without_solutions))


@app.command()
def grade(
    submissions: Annotated[
        Path, typer.Argument(help="Folder with <student>.ipynb or <student>/<chapter>.ipynb.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Table with a row for each student.")
    ] = Path("grades.csv"),
    exercises: Annotated[
        list[str] | None,
        typer.Option(help="What was to be done; may be repeated. Default: what notebooks mark."),
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long one answer may take.")] = 10.0,
    details: Annotated[
        Path | None, typer.Option(help="Folder for each answer's mark and a page per student.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of the cases that answers are called with.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Notebooks to work on at a time.")] = 1,
) -> None:
    """Grade a class: run the answers in its notebooks behind a fence, and say what was missed.

    Answers run without a network, in processes of their own. Ctrl-C keeps the marks that there are.
    """
    from tqdm.auto import tqdm

    from lmlab.course.grading import grade as grading
    from lmlab.course.grading import report

    if out.is_dir():
        raise ValueError(f"{out} is a folder; -o names a file, such as {out / 'grades.csv'}.")
    if details and details.exists() and not details.is_dir():
        raise ValueError(f"{details} is a file; --details names a folder.")
    with tqdm(desc="notebooks", unit="", file=sys.stderr) as bar:

        def tell(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        found = grading.grade(
            submissions,
            exercises or (),
            seconds=seconds,
            seed=grading.SEED if seed is None else seed,
            jobs=jobs,
            report=tell,
        )
    report.write_grades(found, out)
    if details:
        report.write_details(found, details)
    if found.has_network:
        print(report.NETWORK, file=sys.stderr)
    print(report.table(found))
    print(f"written: {out}" + (f", {details}" if details else ""))
    if not found.is_whole:
        fail("stopped by Ctrl-C; written are the students who were done by then.", status=130)
