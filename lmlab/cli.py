"""The `lmlab` command.

Each subcommand is a thin function over one part of the package, imported inside the function, so
that `lmlab --help` answers at once. What goes wrong with the user's own values (`ValueError`), on
the disk or network (`OSError`, `SourceError`) or by Ctrl-C ends in one sentence, not in a
traceback: see `OneSentenceErrors`.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup


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


bench = typer.Typer(no_args_is_help=True)
app.add_typer(bench, name="bench", help="Measure this machine and these models.")


@bench.command("train")
def bench_train(
    seeds: Annotated[int, typer.Option(help="Races to run; the mean is told.")] = 1,
    steps: Annotated[int, typer.Option(help="Steps of the plain recipe.")] = 2000,
    threads: Annotated[int | None, typer.Option(help="Processor threads to use.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """How soon our recipe is as good as plain AdamW, and how many tokens a second models train."""
    import json

    from lmlab.training.bench import bench_training, table

    result = bench_training(seeds, steps, threads)
    print(json.dumps(result, indent=1) if as_json else table(result))


@bench.command("all")
def bench_all(
    parts: Annotated[
        list[str] | None, typer.Argument(help="Only these; a wrong name lists them.")
    ] = None,
    threads: Annotated[int | None, typer.Option(help="Processor threads to use.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="A file for the JSON, rewritten after each part.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Everything that has a budget, part after part, in one table; Ctrl-C ends it early."""
    from lmlab.bench import PARTS

    _bench_parts(parts or list(PARTS), threads, as_json, out)


@bench.command("generate")
def bench_generate(
    threads: Annotated[int | None, typer.Option(help="Processor threads to use.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """New tokens a second, in fp32 and int8, beside Hugging Face and what memory allows."""
    _bench_parts(["generate"], threads, as_json)


@bench.command("recording")
def bench_recording(
    threads: Annotated[int | None, typer.Option(help="Processor threads to use.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """What it costs to keep all attention maps of a GPT-2 small."""
    _bench_parts(["recording"], threads, as_json)


@bench.command("tokenizers")
def bench_tokenizers(
    threads: Annotated[int | None, typer.Option(help="Processor threads to use.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """How fast BPE learns and encodes, beside other libraries."""
    _bench_parts(["tokenizers"], threads, as_json)


@bench.command("import")
def bench_import(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """How long `import lmlab` takes in a new process."""
    _bench_parts(["import"], None, as_json)


def _bench_parts(
    names: Sequence[str], threads: int | None, as_json: bool, out: Path | None = None
) -> None:
    """Run these parts of `lmlab.bench`, print the result and, if wanted, keep it in a file."""
    from lmlab.bench import run
    from lmlab.training.machine import use_threads

    use_threads(threads)
    with redirect_stdout(sys.stderr):  # stdout is the result's alone, for a program that reads it
        report = run(names, keep=lambda found: out and found.write(out))
    print(report.to_json() if as_json else report.table())
    if report.stopped:
        raise typer.Exit(130)


@bench.command("viz")
def bench_viz(
    python: Annotated[
        Path | None, typer.Option(help="A Python that has bertviz and circuitsvis.")
    ] = None,
    scripts: Annotated[
        Path | None, typer.Option(help="A folder node_modules with bertviz's scripts.")
    ] = None,
    repeats: Annotated[int, typer.Option(help="How often each page is opened.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Size, time to paint and cost of a hover of attention views, in a real browser."""
    import json

    from lmlab.viz.bench import report

    result = report.bench_viz(python, scripts, repeats)
    print(json.dumps(result, indent=1) if as_json else report.table(result))


@bench.command("ladder")
def bench_ladder(
    corpus: Annotated[str, typer.Option(help="A corpus or a path to your own text.")] = "town",
    seconds: Annotated[float, typer.Option(help="Of training for each neural model.")] = 120,
    tokenizer: Annotated[str, typer.Option(help="char, byte or bpe.")] = "char",
    vocab_size: Annotated[int | None, typer.Option(help="Tokens to learn, for bpe.")] = None,
    threads: Annotated[int | None, typer.Option(help="Processor threads to use.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """N-gram, neural n-gram, RNN, LSTM, GRU and GPT on one corpus, with one score."""
    import json

    from lmlab.training import ladder

    with redirect_stdout(sys.stderr):  # stdout is the result's alone, for a program that reads it
        result = ladder.bench_ladder(
            corpus, seconds, tokenizer=tokenizer, vocab_size=vocab_size, threads=threads
        )
    print(json.dumps(result, indent=1) if as_json else ladder.table(result))


@bench.command("ablations")
def bench_ablations(
    corpus: Annotated[str, typer.Option(help="A corpus or a path to your own text.")] = (
        "python-reference"
    ),
    steps: Annotated[
        list[int] | None, typer.Option(help="Length of training; may be repeated.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Models of each kind; the mean is told.")] = 2,
    threads: Annotated[int | None, typer.Option(help="Processor threads to use.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """What a small GPT loses without each of its parts."""
    import json

    from lmlab.training import ablations

    with redirect_stdout(sys.stderr):  # stdout is the result's alone, for a program that reads it
        result = ablations.bench_ablations(
            corpus, lengths=steps or (150, 600), seeds=seeds, threads=threads
        )
    print(json.dumps(result, indent=1) if as_json else ablations.table(result))


@bench.command("privacy")
def bench_privacy(
    noise: Annotated[
        list[float] | None, typer.Option(help="σ of a run of DP-SGD; may be repeated.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Books and models; the mean is told.")] = 1,
    epochs: Annotated[float, typer.Option(help="How often a book is read.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """What a model gives away of a book's secrets, and what it costs to hide them."""
    import json

    from lmlab.tasks.memorisation import sweep

    result = sweep.bench_privacy(noise or sweep.NOISES, seeds=range(seeds), epochs=epochs)
    print(json.dumps(result, indent=1) if as_json else sweep.table(result))


@bench.command("stories")
def bench_stories(
    model: Annotated[str, typer.Option(help="A shipped model or a model folder.")] = "town-gpt",
    stories: Annotated[int, typer.Option(help="How many the model tells.")] = 1000,
    temperature: Annotated[
        list[float] | None, typer.Option(help="0: always the likeliest token; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Tell the same stories again.")] = 0,
    card: Annotated[bool, typer.Option("--card", help="Write the model's README.md.")] = False,
) -> None:
    """In how many of its stories of the town a model does not contradict itself."""
    from lmlab.pretrained import load, locate
    from lmlab.tasks import storytelling, write_card
    from lmlab.training.runs import training_text

    language_model, tokenizer = load(model)
    known = training_text(locate(model))
    told = {}
    for each in temperature or [1.0, 0.5]:
        told[each] = storytelling.tell_stories(
            language_model, tokenizer, stories, temperature=each, seed=seed
        )
        print(f"temperature {each:g}: {storytelling.judge(told[each], known)}")
    if card:
        print(f"written: {write_card(locate(model), storytelling.shown(told, known))}")


@bench.command("gaps")
def bench_gaps(
    model: Annotated[str, typer.Option(help="A shipped model or a model folder.")] = "town-bert",
    stories: Annotated[int, typer.Option(help="In how many stories there are gaps.")] = 500,
    seed: Annotated[int, typer.Option(help="Of the gaps.")] = 0,
    card: Annotated[bool, typer.Option("--card", help="Write the model's README.md.")] = False,
) -> None:
    """How many hidden tokens of held-out stories a BERT restores."""
    from lmlab.pretrained import load, locate
    from lmlab.tasks import gap_filling, write_card
    from lmlab.text import town

    bert, tokenizer = load(model)
    gaps = gap_filling.fill_gaps(bert, tokenizer, town.stories(stories, split="test"), seed)
    shown = gap_filling.shown(gaps)
    print(shown.figures["Gaps"])
    if card:
        print(f"written: {write_card(locate(model), shown)}")


@bench.command("prompting")
def bench_prompting(
    model: Annotated[str, typer.Option(help="A model that was made to chat.")] = "smollm2-135m",
    task: Annotated[
        list[str] | None, typer.Option(help="May be repeated; a wrong name lists them.")
    ] = None,
    n: Annotated[int, typer.Option(help="Held-out examples of each task.")] = 60,
    out: Annotated[Path | None, typer.Option(help="A JSON file to keep the replies in.")] = None,
) -> None:
    """How well a language model does what it is only asked to do, with and without examples."""
    from lmlab.tasks.prompting import REQUESTS, ask_model

    for report in ask_model(task or tuple(REQUESTS), n, model=model, out=out):
        print(report)
