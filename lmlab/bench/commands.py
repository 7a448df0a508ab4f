"""The commands of `lmlab bench`: each is a thin function over what measures it.

What it measures with is imported inside the function, and what goes wrong ends in one sentence, as
in `lmlab.cli`, which adds these commands to its own.
"""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

bench = typer.Typer(no_args_is_help=True, help="Measure this machine and these models.")


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
    from lmlab.bench.parts import PARTS

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


def _bench_parts(
    names: Sequence[str], threads: int | None, as_json: bool, out: Path | None = None
) -> None:
    """Run these parts of `lmlab.bench`, print the result and, if wanted, keep it in a file."""
    from lmlab.bench.parts import run
    from lmlab.training.machine import use_threads

    use_threads(threads)
    with redirect_stdout(sys.stderr):  # stdout is the result's alone, for a program that reads it
        report = run(names, keep=lambda found: out and found.write(out))
    print(report.to_json() if as_json else report.table())
    if report.stopped:
        raise typer.Exit(130)
