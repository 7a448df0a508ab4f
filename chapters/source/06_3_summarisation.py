# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 6.3 · Summarisation: a story in one sentence
#
# | | |
# |:--|:--|
# | **You will be able to** | score a summary by ROUGE and by the facts; see it make things up |
# | **You need to know** | chapters 2.3 (encoder–decoder), 5 (training), 6.1 (cross-attention) |
# | **Time** | 90 minutes |
# | **On two cores** | 45 seconds of compute, no GPU, no internet |
# | **Exercises** | 5, and 4 predictions |
#
# A story goes in, one sentence comes out. It has to be short, it has to sound right, and it has to
# be *true* of the story. The first two are easy to get and easy to score; the third is neither.
# This chapter goes with section 6 of the document.

# %%
import torch

import lmlab
from lmlab import viz

# %% [markdown]
# ## 1 · What is a summary?
#
# *What is left of a story if you have one sentence?*
#
# The town has one for every story: who, what, and how it ended.

# %%
story = lmlab.town.generate(2, split="test")[1]
print(story.english, "\n")
print("in short:", story.summary)

# %% [markdown]
# **What you see.** No sentence of the story says this. To write it one has to leave out nearly
# everything, to put together what stands far apart, and to understand the *ending*. That is
# **abstractive** summarisation (生成式摘要). To pick a sentence that stands there already is
# **extractive** (抽取式摘要).
#
# There are 12 plots. "Composed" stories are the harder test: there, people do things that they
# never do in any training story.

# %%
from collections import Counter

from lmlab.tasks import beats, by_writing, evaluate
from lmlab.tasks.summarisation import SUMMARISATION

N = 150
examples = {split: SUMMARISATION.examples(split, N) for split in ("held-out", "composed")}
for split, some in examples.items():
    print(split, dict(Counter(example.category for example in some).most_common(4)), "…")

# %% [markdown]
# ## 2 · How good is a summary?
#
# *Two people sum up the same story in other words. Who is right?*
#
# The usual answer is **ROUGE**: count what a summary has in common with a reference. ROUGE-1 counts
# words, ROUGE-2 pairs of neighbours. **ROUGE-L** takes the **longest common subsequence**
# (最长公共子序列): words of both, in the same order, with gaps allowed. With $m$ words said, $n$
# wanted, and a subsequence of $l$ words, precision is $l/m$, recall is $l/n$, and
#
# $$F = \frac{2 \, l}{m + n}$$
#
# ### Exercise 6.3.1 · ★★ · 15 min
#
# Return $l$ for two lists of words, a whole number. Trying all subsequences would take for ever; a
# list of numbers, brought up to date word by word, is enough.


# %%
def lcs_length(first, second):
    """Length of the longest common subsequence."""
    ...


lmlab.check("lcs_length", lcs_length)

# %%
lmlab.hint("lcs_length")

# %%
lmlab.solution("lcs_length")

# %%
lmlab.quiz("lcs_length")

# %% [markdown]
# By hand, and by the library **rouge-score**, for two attempts at the story above:

# %%
from lmlab.tasks import summarisation

attempts = ["Alice brought back the umbrella too late.", story.english.split(". ")[0] + "."]
metric = SUMMARISATION.metrics["ROUGE-L"]
wanted = summarisation.words_of(story.summary)
for attempt in attempts:
    words = summarisation.words_of(attempt)
    shared = summarisation.lcs_length(words, wanted)
    print(attempt)
    print(f"  2 · {shared} / ({len(words)} + {len(wanted)})", end=" = ")
    by_hand = 100 * summarisation.rouge_l(attempt, story.summary)
    print(f"{by_hand:.1f}, by the library {metric([attempt], [story.summary]):.1f}")
print(metric.signature)

# %% [markdown]
# ## 3 · Is it true?
#
# *What does ROUGE make of a summary that says the opposite?*
#
# Let us spoil all references: each name that stands in one is exchanged with another of the same
# story.

# %%
lmlab.predict(
    "*Oscar brought the umbrella back to Alice*, where it was Alice who did. What ROUGE-L do such "
    "summaries get, on average?",
    {
        "about 0": "The names are two words of a dozen. All others are right, and in the right "
        "order.",
        "about 50": "Two wrong words do not cost that much.",
        "about 80": "And not one of them is true. A score of 80 would be a fine result in any "
        "paper.",
    },
    answer="about 80",
)

# %%
import re


def exchanged(example):
    """The reference with its first two people exchanged."""
    one, other = (
        example.scene.cast[letter].name for letter in "AB" if letter in example.scene.cast
    )
    names = {one: other, other: one}
    return re.sub(rf"\b({one}|{other})\b", lambda found: names[found[0]], example.wanted)


spoilt = [e for e in examples["held-out"] if len({"A", "B"} & set(e.scene.cast)) == 2]
spoilt = [e for e in spoilt if e.scene.cast["B"].name in e.wanted]
opposite = [exchanged(example) for example in spoilt]
lies = evaluate(
    SUMMARISATION, lambda texts: opposite, examples=spoilt, batch_size=N, progress=False
)
print(opposite[0], "\n")
print({name: str(score) for name, score in lies.scores.items()})

# %% [markdown]
# **What you see.** Nearly full marks for lies. A summary that says what its text does not say is
# called **unfaithful** (不忠实), or a **hallucination** (幻觉). For real text, people have to read
# and judge. Here the scene is known, so a program can: it reads a summary, finds the **claims** it
# makes, and looks whether each of them took place.

# %%
from lmlab.text.town.summaries import claims_of, events_of

for kind, named in claims_of(story.summary):
    print("claim:", kind, named)
for kind, named in events_of(story.scene)[-3:]:
    print("event:", kind, named)
for said in (story.summary, opposite[1], "Alice lost a hat."):
    print(said, "→", [v.message for v in lmlab.town.check_summary(said, story.scene)] or "so it is")

# %% [markdown]
# ### Exercise 6.3.2 · ★★ · 10 min
#
# Claims and events are pairs: a kind, and a dictionary of who and what stands for each letter. A
# claim may leave letters out; those it does not speak of. Return the list of claims that no event
# bears out.


# %%
def unsupported(claims, events):
    """The claims that nothing bears out."""
    ...


lmlab.check("unsupported", unsupported)

# %%
lmlab.hint("unsupported")

# %%
lmlab.solution("unsupported")

# %% [markdown]
# `check_summary` does this, and compares colours and sizes. It is strict: what it cannot read
# counts as unfaithful.
#
# ## 4 · Take a sentence
#
# *How far does one get without writing anything?*
#
# **Lead-1** is the first sentence of the text, **lead-3** the first three: hard to beat in
# newspapers, which put the news first. **Longest overlap** takes the sentence that has most in
# common with all the others, by ROUGE-L.

# %%
from lmlab.tasks.summarisation import lead_1, lead_3, longest_overlap

reports = {
    (baseline.__name__, split): evaluate(SUMMARISATION, baseline, split, N, progress=False)
    for split in ("held-out", "composed")
    for baseline in (longest_overlap, lead_1, lead_3)
}
for (name, split), report in reports.items():
    print(f"{name:16} {split:9} ROUGE-L {report['ROUGE-L']}   faithful {report['faithful']}")

# %% [markdown]
# **What you see.** Whoever copies whole sentences says nothing false: all are faithful. But a story
# is no newspaper. It begins with the weather and ends with the point, so the lead is worth little.
# The two columns pull in opposite directions, and a model has to be good at both.
#
# ## 5 · Read, then write
#
# *Which model turns a long text into a short one?*
#
# An encoder–decoder, as in translation (chapter 6.1), with a longer source. The encoder reads all
# tokens of the story, the decoder writes the summary and looks at them.

# %%
summariser, tokenizer = lmlab.load("town-summariser")
story_ids, summary_ids = (tokenizer.encode(text) for text in (story.english, story.summary))
print(f"{len(story_ids)} tokens in, {len(summary_ids)} tokens out")
print(f"{summariser.num_parameters():,} parameters, of which")
print(f"{summariser.encoder.embed.weight.numel():9,} one embedding for both")
for side in ("encoder", "decoder"):
    blocks = getattr(summariser, side).blocks
    print(f"{sum(p.numel() for p in blocks.parameters()):9,} {side}, {len(blocks)} blocks")

# %% [markdown]
# How does it begin to learn? Thirty steps by its recipe:

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.tasks import encode_pairs
from lmlab.tasks.summarisation import LONGEST, new_summariser, town_summaries

beginner, _ = new_summariser()
lessons = town_summaries("train", 720)
quick = summarisation.plan(30).replace(warmup_steps=5, decay_share=0.4)
run = lmlab.train(beginner, encode_pairs(lessons, tokenizer), quick, progress=False)
losses = [row["train_loss"] for row in run.history]
print("loss:", " ".join(f"{loss:.1f}" for loss in losses[::4]), "nats per token")
writes = by_writing(beginner, tokenizer, max_new_tokens=LONGEST)
early = evaluate(SUMMARISATION, writes, "held-out", 20, progress=False)
print("ROUGE-L", early["ROUGE-L"], "  faithful", early["faithful"])
for outcome in early.outcomes[:2]:
    print("wanted:", outcome.wanted, "\n   got:", outcome.got)

# %%
print("the loss has fallen by a third or more:", losses[-1] < losses[0] * 2 / 3)
print("nearly nothing is true yet:", early["faithful"].value < 20)

# %% [markdown]
# **What you see.** It has learned which words are frequent in summaries, and has hardly begun to
# read. `town-summariser` is the same after 2,400 steps of 24 stories (`train_summariser`):

# %%
from lmlab.sources import shipped_json

record = shipped_json("checkpoints/town-summariser/training.json")
held_out = [(row["step"], row["validation_loss"]) for row in record["history"]]
viz.picture(
    viz.named_lines({"held out": held_out}, xlabel="steps", ylabel="loss, nats per token"),
    alt="The loss on held-out summaries falls to nearly nothing within 2,400 steps.",
)

# %%
lmlab.predict(
    "And on composed stories, where people do what they never did in training?",
    {
        "much worse, near the baselines": "It would be, had it learned by heart who does what.",
        "about the same": "Nearly every name did nearly everything. What it has to do is to find "
        "the name, whoever bears it.",
        "better": "Nothing makes those stories easier.",
    },
    answer="about the same",
)

# %%
summarise = by_writing(summariser, tokenizer, max_new_tokens=LONGEST)
for split in ("held-out", "composed"):
    reports["summariser", split] = evaluate(
        SUMMARISATION, summarise, split, N, name="summariser", progress=False
    )
viz.picture(
    viz.compare_reports([report for _, report in sorted(reports.items(), reverse=True)]),
    alt="ROUGE-L with intervals: the summariser near 100 on both splits, the baselines below 35.",
)

# %%
print(reports["summariser", "composed"], "\n")
for baseline in ("lead_1", "lead_3", "longest_overlap"):
    for split in ("held-out", "composed"):
        better = beats(reports["summariser", split], reports[baseline, split])
        print(f"beats {baseline.replace('_', ' ')} on {split} stories: {better}")

# %%
for split in ("held-out", "composed"):
    print(reports["summariser", split].errors(1).split("\n", 1)[-1])
some = examples["composed"]
for example, outcome in zip(some, reports["summariser", "composed"].outcomes, strict=True):
    for violation in lmlab.town.check_summary(outcome.got, example.scene):
        print(violation.kind, "·", violation.message)

# %% [markdown]
# **What you see.** 100 of 100, rounded, and one false summary among 150 of each split: the aim that
# we had set was 60. Both errors are of one kind. The pattern, the people and the thing are right;
# what fails is a place: *behind a bush* for *under a bush*, *the park* for *the beach*. To
# ROUGE that is a trifle. To somebody who looks for the ribbon it is not.
#
# Do not take the 100 for more than it is. The town has 31 ways to end a story, and one sentence for
# each, with gaps. Real summaries differ from writer to writer, and good systems reach a ROUGE-L of
# about 40 on news.
#
# ## 6 · Copied, or its own words?
#
# *How much of a summary stands in the story, word for word?*
#
# Between picking a sentence and writing freely lies a scale. Cut the summary into **fragments**
# (片段) that stand in the text, each as long as it can be; the share of words in them is its
# **coverage** (覆盖率).
#
# ### Exercise 6.3.3 · ★★★ · 15 min
#
# `text` and `summary` are lists of words. Go through the summary from the left: find the longest
# run from here that stands somewhere in the text, note it as `(start, end)` (places in the summary,
# `end` exclusive), go on behind it. A word that stands nowhere in the text is passed over. Return
# the list of runs.


# %%
def copied_fragments(text, summary):
    """The runs of the summary that stand in the text."""
    ...


lmlab.check("copied_fragments", copied_fragments)

# %%
lmlab.hint("copied_fragments")

# %%
lmlab.solution("copied_fragments")

# %%
outcomes = reports["summariser", "held-out"].outcomes
kinds = {
    "lead 1": [(each.input, lead_1([each.input])[0]) for each in outcomes],
    "the reference": [(each.input, each.wanted) for each in outcomes],
    "the summariser": [(each.input, each.got) for each in outcomes],
}
for name, pairs in kinds.items():
    found = [summarisation.copied(*pair) for pair in pairs]
    coverage, length = (sum(column) / len(found) for column in zip(*found, strict=True))
    print(f"{name:16} {coverage:.0%} of the words are copied, in runs of {length:.1f} words")

# %% [markdown]
# **What you see.** Four of five words stand in the story, as few as in the references; but the runs
# are short, 1.6 words. It takes names, things and places, and puts them into sentences of its own.
# Lead-1 is one long run. Coverage alone would hardly tell the two apart: look at the length.
#
# ## 7 · Where does it look?
#
# *To write a name, it has to find it. How?*
#
# Cross-attention says how much the decoder looks at each token of the story while it writes a
# token. Some of that goes to the same token.
#
# ### Exercise 6.3.4 · ★★ · 8 min
#
# `weights` are attention weights, `(..., target, source)`: row $i$ is where the decoder looks while
# it writes `target_ids[i]`. Return, for each token that is written, the share that goes to the
# *same* token, wherever it stands in the source: `(..., target)`.


# %%
def copying_attention(weights, source_ids, target_ids):
    """The attention to the token that is being written."""
    ...


lmlab.check("copying_attention", copying_attention)

# %%
lmlab.hint("copying_attention")

# %%
lmlab.solution("copying_attention")


# %%
def cross_attention(text):
    """Weights (layers, heads, written, read), and the ids of story and summary."""
    source = torch.tensor([tokenizer.encode(text)])
    target = torch.tensor(tokenizer.encode(summarise([text])[0]))
    begun = torch.cat((torch.tensor([tokenizer.eos_id]), target[:-1]))
    with lmlab.record(summariser) as tape, torch.no_grad():
        summariser(source, begun[None])
    return tape.attention_weights("decoder.*.cross"), source[0], target


shares = []
for example in examples["held-out"][:20]:
    weights, source, target = cross_attention(example.input)
    there = torch.isin(target, source)
    copying = summarisation.copying_attention(weights, source, target)
    shares.append(copying[..., there].mean(dim=-1))
for layer, heads in enumerate(torch.stack(shares).mean(dim=0)):
    print(f"layer {layer}: " + " ".join(f"{share:.2f}" for share in heads))

# %% [markdown]
# **What you see.** In the first layer next to nothing: 4 parts of 100. In the second, each head
# spends a quarter to a third of its attention on the very token that comes next, of a story of
# about 120 tokens. Nobody told it to; the loss only asked for the right word.
#
# Move the slider along the summary, or change the story.

# %%
from types import SimpleNamespace


def look(text):
    """A summary, and where the last layer looks as it writes each of its tokens."""
    weights, source, target = cross_attention(text)
    looks = weights[-1].mean(dim=0)
    copied = summarisation.copying_attention(looks, source, target)
    tokens, written = (tokenizer.tokens(ids.tolist()) for ids in (source, target))
    return SimpleNamespace(tokens=tokens, written=written, looks=looks, copied=copied)


viz.summary_lab(look, story.english, word=8)

# %%
weights, source, target = cross_attention(" ".join(english for english, _ in story.pairs[-3:]))
labels, written = (tokenizer.tokens(ids.tolist()) for ids in (source, target))
viz.head_view(
    weights, labels, query_tokens=written, layer=1, head=0, query=0,
    title="it writes ↓, looks at →",
)  # fmt: skip

# %% [markdown]
# ## 8 · Three ways to fool it
#
# *It gets 99 of 100. Does it understand stories?*
#
# Three tests that it was not trained for. In the first, the story stops three sentences before its
# end. In the second, a grandmother tells it (chapter 5): same events, another voice. In the third,
# the main person has a name that it has never read.

# %%
lmlab.predict(
    "In a story of the town, *Lucy* becomes *Greta*, from beginning to end. How often does Greta "
    "stand in the summary?",
    {
        "nearly always": "If it copied letter by letter, it could copy any name.",
        "in about half": "It is the same everywhere, as you will see.",
        "never": "It has 40 names to choose from, and chooses the likeliest. It never learned to "
        "*copy* a word; it learned to *recognise* 40 of them.",
    },
    answer="never",
)

# %%
from lmlab.text.town.old_tales import as_old_tale
from lmlab.text.town.reader import sentences

tested = examples["held-out"][:60]


def told_otherwise(tell):
    """How many summaries are faithful, and some of them, when stories are told in another way."""
    kept = [(e, tell(e)) for e in tested if len(tokenizer.encode(tell(e))) <= 192]
    said = summarise([text for _, text in kept])
    true = [not lmlab.town.check_summary(s, e.scene) for s, (e, _) in zip(said, kept, strict=True)]
    return f"{sum(true)} of {len(true)} are faithful", said


def renamed(example):
    """The story of somebody called Greta."""
    return re.sub(rf"\b{example.scene.main.name}\b", "Greta", example.input)


print("as ever:     ", told_otherwise(lambda e: e.input)[0])
print("no end:      ", told_otherwise(lambda e: " ".join(sentences(e.input)[:-3]))[0])
print("another voice:", told_otherwise(lambda e: as_old_tale(e.input))[0])
said = told_otherwise(renamed)[1]
print(f"Greta:        {sum('Greta' in each for each in said)} of {len(said)} name her;", said[0])

# %% [markdown]
# **What you see.** Without the end, 14 of 60 are faithful: it has never learned to say "the story
# does not tell", and makes up one of the endings it knows. In the grandmother's voice a little more
# than half survive. And Greta is never named: the summary is about somebody else. What looks like
# copying is recognising; 40 names are all it has ever needed. (A network that can *point* at a word
# of the text, See et al. 2017, was made for that.) A test on texts of the same kind shows none of
# the three.
#
# ## 9 · The same, as a continuation
#
# *Does it need an encoder?*
#
# A GPT only ever continues a text. So let the text be a story, then a **cue**, *In short:*, and
# the summary is what comes next. That is how today's language models sum up, translate and answer.

# %%
gpt, _ = summarisation.new_continuer()
print(summarisation.prompt(story.english)[-62:])
print("→", summarisation.by_continuing(gpt, tokenizer)([story.english])[0])

# %% [markdown]
# `town-gpt` has never seen the cue, and tells on. To teach it, one trains on stories with their
# summaries; but on which tokens?
#
# ### Exercise 6.3.5 · ★★ · 10 min
#
# `prompt` and `answer` are lists of ids. The model reads prompt and answer, and is to predict the
# answer and `end_id`. Return two lists of the same length: the ids to read, and for each the token
# that is to follow, with -100 (which the loss leaves out) where that still belongs to the prompt.


# %%
def continuation_row(prompt, answer, end_id):
    """Ids to read, and labels of which only the answer counts."""
    ...


lmlab.check("continuation_row", continuation_row)

# %%
lmlab.hint("continuation_row")

# %%
lmlab.solution("continuation_row")

# %%
lmlab.quiz("continuation_row")

# %%
# NBVAL_IGNORE_OUTPUT
rows = summarisation.continuation_rows(tokenizer, lessons[:400])
plan = summarisation.continuation_plan(50).replace(
    batch_size=8, optimizer="adamw", warmup_steps=3, decay_share=0.4
)
run = lmlab.train(gpt, rows, plan, progress=False)
losses = [row["train_loss"] for row in run.history]
print("loss:", " ".join(f"{loss:.1f}" for loss in losses[::5]), "nats per token")
continues = summarisation.by_continuing(gpt, tokenizer)
after = evaluate(SUMMARISATION, continues, "held-out", 30, progress=False)
print("ROUGE-L", after["ROUGE-L"], "  faithful", after["faithful"])
for outcome in after.outcomes[:2]:
    print("wanted:", outcome.wanted, "\n   got:", outcome.got)

# %%
print("the loss has fallen by half or more:", losses[-1] < losses[0] / 2)
print("better than the beginner of section 5:", after["ROUGE-L"].value > early["ROUGE-L"].value)
best = reports["longest_overlap", "held-out"]["ROUGE-L"].value
print("and than longest overlap:", after["ROUGE-L"].value > best)
print("most of it is not true yet:", after["faithful"].value < 50)

# %% [markdown]
# **What you see.** After 50 steps of 8 stories it knows what is asked for: one sentence, mostly
# about people of the story. The beginner above, which started from nothing, was far from that after
# 30 steps of 24. This GPT knew the town and its words already. That its summaries are true is
# another matter.
#
# With 600 steps of 16 stories (`train_continuer`, eight minutes), the two compare like this; the
# figures are from the card of `town-summariser`, 300 stories of each split:

# %%
for row in record["scores"]:
    if row["model"] in ("encoder–decoder", "GPT, by continuation"):
        scores = ("{} {:.1f} ({:.1f} to {:.1f})".format(name, *row[name])
                  for name in ("ROUGE-L", "faithful"))  # fmt: skip
        print(f"{row['model']:22} {row['split']:9}", "   ".join(scores))

# %% [markdown]
# **What you see.** Both are far above the baselines in ROUGE. The GPT is true less often: 87 and 92
# of 100, against 99.7. It is larger, but it saw 9,600 stories with summaries, the other 57,600, and
# it reads from left to right: when it reads *a red hat*, it does not know yet what the hat will
# be good for. Which of these counts for how much, the comparison does not tell.
#
# ## 10 · Your own articles
#
# *Does the same code read real data?*
#
# The data set that the field has used most is **CNN/DailyMail**: news articles with their
# highlights, in columns `article` and `highlights`. Here is a file of that form, written on the
# spot. Nobody knows the scene of a news article, so there is only ROUGE.

# %%
news = [
    {
        "id": "1",
        "article": "Strong winds closed the harbour on Monday. No ship could leave for nine hours. "
        "The mayor said that nobody was hurt.",
        "highlights": "Winds closed the harbour for nine hours. Nobody was hurt.",
    },
    {
        "id": "2",
        "article": "A school in Leeds has opened a garden. Children grow beans there. Their "
        "teacher says that they eat more vegetables now.",
        "highlights": "Children at a Leeds school grow their own beans.",
    },
]

# %%
import json
import tempfile
from pathlib import Path

from lmlab.tasks import examples_of
from lmlab.tasks.summarisation import ARTICLES

folder = Path(tempfile.mkdtemp())
(folder / "test.jsonl").write_text("\n".join(map(json.dumps, news)))
articles = examples_of(lmlab.corpora.load(folder, verbose=False).test)
for model in (lead_1, lead_3, longest_overlap, summarise):
    name = "summariser" if model is summarise else None
    report = evaluate(ARTICLES, model, examples=articles, name=name, progress=False)
    print(f"{report.model:16} ROUGE-L {report['ROUGE-L'].value:5.1f}   {report.outcomes[1].got}")
for refused in ("", story.english * 3):
    try:
        summarise([refused])
    except ValueError as error:
        print("refused:", error)

# %% [markdown]
# ## 11 · A model that was never taught to
#
# *And a real language model?*
#
# SmolLM2 has 135 million parameters, and gets the story with a request: **zero-shot** (零样本), or
# **few-shot** (少样本), after two stories with their summaries. It was asked for 60 held-out
# stories in both ways (`lmlab bench prompting`, some minutes); what it replied comes with the
# course, so here it is scored beside the others, on the same 60.

# %%
from lmlab.tasks.prompting import asked_alike

writers = {"summariser": summarise, "longest overlap": longest_overlap, "lead 1": lead_1}
alike = asked_alike("summarisation", writers)
for name, report in alike.items():
    print(f"{name:24} ROUGE-L {report['ROUGE-L']}   faithful {report['faithful']}")

# %%
print(story.summary, "\n")
for name in ("SmolLM2, two examples", "SmolLM2, no example"):
    for outcome in alike[name].outcomes[1:3]:
        print(f"{name}: {outcome.got}")

# %% [markdown]
# **What you see.** Asked with nothing before it, SmolLM2 writes *about* the story, as a blurb does,
# and its sentences are unreadable to `check_summary`: that counts as unfaithful, so the 0 says more
# of the check than of the truth. After two examples it comes nearer to the town's way of speaking.
# Most of what counts as faithful then, 12 of 100, is the beginning of the story, copied. By ROUGE-L
# it is where the baselines are that take one sentence. A model of a tiny fraction of its size that
# was taught this task is far ahead; what that one makes of other texts, you have just seen.
#
# If it is here (`lmlab fetch smollm2-135m` brings it), ask it yourself, for a story and for news:

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.pretrained import available
from lmlab.tasks.prompting import REQUESTS, by_asking, by_model

request = REQUESTS["summarisation"]
if any(info.name == "smollm2-135m" and info.present for info in available()):
    smol, smol_tokenizer = lmlab.load("smollm2-135m", verbose=False)
    asked = by_asking(request, by_model(smol, smol_tokenizer, request.max_new_tokens), shots=2)
    for text in (story.english, news[0]["article"]):
        print(asked([text])[0], "\n")
else:
    print("SmolLM2 is not here. It would write fluent sentences, some of them true.")

# %% [markdown]
# ## Summary
#
# - ROUGE counts what a summary has in common with a reference; ROUGE-L, words in the same order.
# - It does not see whether a summary is true: names exchanged cost it little. Faithfulness has to
#   be checked against the facts.
# - Taking a sentence is faithful and says little; writing says more and may be false.
# - An encoder–decoder reads and writes; a GPT does the same by going on after a cue. The loss is
#   that of the answer alone.
# - A score holds for texts like those of the test. Cut the end off, and it makes one up.
#
# ## What the document says, what we found

# %%
lmlab.ledger("06_3_summarisation")

# %% [markdown]
# ## Further reading
#
# - Lin 2004 (aclanthology.org/W04-1013): ROUGE.
# - Nallapati et al. 2016 (arXiv 1602.06023) and See, Liu & Manning 2017 (arXiv 1704.04368):
#   CNN/DailyMail, lead-3, and a network that can copy words it does not know.
# - Grusky, Naaman & Artzi 2018 (arXiv 1804.11283): fragments and coverage.
# - Maynez et al. 2020 (arXiv 2005.00661): how often summaries hallucinate, and that ROUGE does not
#   see it.
# - Radford et al. 2019, section 3.6: GPT-2 sums up after *TL;DR:*.
#
# **Next:** 6.4 Semantic analysis
