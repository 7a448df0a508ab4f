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
# # 5.2 · Reading attention heads: look, score, knock out, trace
#
# | | |
# |:--|:--|
# | **You will be able to** | find heads by what they do; watch one form; test what it is good for |
# | **You need to know** | chapters 2.2, 2.3 and 3.1 |
# | **Time** | 2 hours |
# | **On two cores** | 60 seconds of compute, no GPU, no internet |
# | **Exercises** | 10, and 5 predictions |
#
# A picture of attention is easy to make and easy to believe. In this chapter you look first, then
# you *measure* what you saw, and at last you *change* it and see what the model can no longer do.
# The heads are those of our town-gpt, of one that you train, and of two real models:
# MiniLM (a BERT) and SmolLM2 (a language model of 135 million parameters). Those two are fetched
# once, by `lmlab fetch smollm2-135m minilm-l6` in a terminal; without them the chapter runs, too,
# and says what would be seen.

# %%
import torch

import lmlab
from lmlab import viz

# %% [markdown]
# ## 1 · Look at all heads
#
# *What do sixteen heads do with one story?*
# %%
from lmlab.interpret import record

town_gpt, tokenizer = lmlab.load("town-gpt", verbose=False)
STORY = (
    "Lucy, a girl of six, came to the hill one cloudy morning and was carrying a yellow {}. "
    "She sat down to rest on the hill, and when she got up, she left the yellow"
)


def encode(text):
    """Token ids, (1, time), with the mark that stands before every story."""
    return torch.tensor([[tokenizer.eos_id, *tokenizer.encode(text)]])


ids = encode(STORY.format("hat"))
tokens = tokenizer.tokens(ids[0].tolist())
with town_gpt.evaluating(), record(town_gpt) as tape:
    town_gpt(ids)
weights = tape.attention_weights()  # (layers, heads, query, key)
viz.model_view(weights, tokens, layer=0, head=2, query=40, title="town-gpt: 4 layers × 4 heads")

# %% [markdown]
# **What you see.** Each small square is a **head** (注意力头): rows look, columns are looked at.
# Choose another head with a click or the arrow keys; sort them by a pattern with the box above.
# The last *yellow* is to be followed by a word, and head 2 of layer 0 (we write 0.2) looks from
# there straight at *hat*.
#
# Eyes find patterns everywhere. So count instead. A **previous-token head** (前词头) looks at the
# token before: its score is the mean weight there, a share from 0 to 1.
#
# $$\text{previous} = \frac{1}{T-1} \sum_{t=1}^{T-1} A_{t,\,t-1}$$
#
# ### Exercise 5.2.1 · ★ · 6 min
#
# `weights` is `(*batch, query, key)`, as many queries as keys. Return the mean weight on the token
# before, `(*batch,)`. The first query has no such token, and does not count.


# %%
def previous_token_score(weights):
    """The mean weight on the token before, over the queries that have one."""
    ...


lmlab.check("previous_token_score", previous_token_score)

# %%
lmlab.hint("previous_token_score")

# %%
lmlab.solution("previous_token_score")

# %% [markdown]
# `head_scores` gives this and its like for all heads at once: how much goes to the first token, to
# the token itself, to earlier copies of it.

# %%
from lmlab.interpret import head_scores


def strongest(scores, n=3):
    """The n heads with the highest scores, as text: layer.head and the share."""
    best = scores.flatten().topk(n)
    places = [divmod(place, scores.size(1)) for place in best.indices.tolist()]
    named = zip(places, best.values.tolist(), strict=True)
    return "   ".join(f"{layer}.{head} {score:.0%}" for (layer, head), score in named)


for pattern, scores in head_scores(weights, ids[0]).items():
    if pattern != "next":  # a GPT sees no next token
        print(f"{pattern:10} {strongest(scores)}")

# %% [markdown]
# **What you see.** No head of this small model does one thing only. The view gives a badge from
# 40 % on, and only at twice the share that even attention would have: here there are none. Some
# heads rest on the first token, an **attention sink** (注意力汇聚): a softmax must look somewhere.
#
# ## 2 · What a text repeats
#
# *How can a head use that it has read this before?*
#
# By two steps: find where this token stood before, and look at **what followed it**. A head that
# does so is an **induction head** (归纳头): after `… A B … A` it makes *B* likely. Whether it is
# worth much, random tokens show best, said twice: nothing but looking back helps there.

# %%
lmlab.predict(
    "A text is '5 8 2 5 8'. At which place (counted from 0) does an induction head look from the "
    "last 8?",
    {
        "1, the 8 before": "That is a duplicate-token head. It knows that 8 was here, not what "
        "came then.",
        "2, the token 2": "It followed the earlier 8. If the text goes on as before, it is next.",
        "3, the 5": "That is the token before: a previous-token head.",
    },
    answer="2, the token 2",
)

# %% [markdown]
# ### Exercise 5.2.2 · ★ · 6 min
#
# `ids` is `(key,)`. Return a table of True and False, `(key, key)`: for each token (row) the
# earlier places (columns) at which the same token stands.


# %%
def duplicate_keys(ids):
    """For each token, the earlier places at which the same token stands."""
    ...


lmlab.check("duplicate_keys", duplicate_keys)

# %%
lmlab.hint("duplicate_keys")

# %%
lmlab.solution("duplicate_keys")

# %% [markdown]
# ### Exercise 5.2.3 · ★★ · 10 min
#
# Now the places right *after* those, as long as they lie before the token itself. The same shape.
# `lmlab.interpret.duplicate_keys` is yours to use.


# %%
def induction_keys(ids):
    """For each token, the earlier places right after earlier copies of it."""
    ...


lmlab.check("induction_keys", induction_keys)

# %%
lmlab.hint("induction_keys")

# %%
lmlab.solution("induction_keys")

# %%
lmlab.quiz("induction_keys")

# %% [markdown]
# The score of a head follows. With $I$ the table of exercise 5.2.3, and $Q$ the queries that have
# a place in it:
#
# $$\text{induction} = \frac{1}{|Q|} \sum_{t \in Q} \sum_{s} A_{t,s} \, I_{t,s}$$
#
# ### Exercise 5.2.4 · ★★ · 10 min
#
# `weights` is `(*batch, query, key)`, `ids` is `(key,)`. Return the score, `(*batch,)`. Queries
# without an earlier copy do not count.


# %%
def induction_score(weights, ids):
    """The mean weight on what followed earlier copies of the query's token."""
    ...


lmlab.check("induction_score", induction_score)

# %%
lmlab.hint("induction_score")

# %%
lmlab.solution("induction_score")

# %% [markdown]
# Has town-gpt learned it? `induction_scores` reads 25 random tokens twice.

# %%
from lmlab.interpret import induction_scores

found = induction_scores(town_gpt)  # (layers, heads)
print("town-gpt, random tokens said twice:", strongest(found))
print("it has no induction head:", found.max().item() < 0.1)

# %% [markdown]
# **What you see.** It has none. Head 0.2 knows that a colour goes with its *thing*, which is
# something else. Random text was never in its stories, and what a text does not reward is not
# learned.
#
# ## 3 · Two real models
#
# *Do models that others have trained have such heads?*

# %%
here = {info.name: info.present for info in lmlab.pretrained.available()}


def have(name, otherwise):
    """Whether a real model is in the cache; if not, say what would be seen."""
    if not here[name]:
        print(f"{name} is not fetched. With it you would see: {otherwise}")
    return here[name]


# %%
# NBVAL_IGNORE_OUTPUT
sentence = "The baker gave the boy a loaf, and the boy gave the baker a coin."
if have("minilm-l6", "0.2 previous 100 %, 1.8 next 59 %, 2.9 duplicate 66 %, 4.5 first 82 %."):
    minilm, pieces = lmlab.load("minilm-l6", verbose=False)
    read = torch.tensor([pieces.encode(sentence)])
    with minilm.evaluating(), record(minilm, only="*.weights") as seen:
        minilm(read)
    for pattern, scores in head_scores(seen.attention_weights(), read[0]).items():
        print(f"{pattern:10} {strongest(scores)}")

# %% [markdown]
# **What you see.** MiniLM is a BERT: it sees both sides, and has a head for each. Head 0.2 looks
# at the token before with *all* its weight, and head 1.8 at the token after. Head 2.9 finds
# copies. There is no induction head: a model that fills gaps can look at both sides instead.

# %%
lmlab.predict(
    "SmolLM2 has 30 layers of 9 heads, 270 in all, and was trained to predict the next token of "
    "web pages. Does it have induction heads?",
    {
        "no: nobody built them in": "Nobody built in any pattern. Training finds what lowers the "
        "loss, and names and phrases come again on every page.",
        "yes, a few, in the middle": "They need a layer below them that tells each token its "
        "predecessor. And a few are enough.",
        "yes, most of them": "Then little would be left for the rest of language.",
    },
    answer="yes, a few, in the middle",
)

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.interpret import repeated_tokens

if have("smollm2-135m", "18.6 90 %, and 17.3, 17.4, 17.5 above 70 %."):
    smollm2, words = lmlab.load("smollm2-135m", verbose=False)
    twice = repeated_tokens(smollm2.config.vocab_size, 12, 1)
    with smollm2.evaluating(), record(smollm2, only="*.weights") as seen:
        smollm2(twice)
    print("on 25 random tokens, said twice:", strongest(induction_scores(smollm2, batch=1), 6))
    names = [str(1 + place) for place in range(12)] * 2
    pattern = seen["blocks.18.attn.weights"][0, 6]  # (query, key)
    axes = viz.attention_pattern(pattern, names, title="SmolLM2, head 18.6: said twice")
alt = "One head, twelve tokens said twice: the second time, each looks behind its first copy."
viz.picture(axes, alt=alt) if here["smollm2-135m"] else None

# %% [markdown]
# **What you see.** These six heads, in layers 17 to 23, do it, 18.6 with nine tenths of its weight.
# The picture is of 12 tokens, numbered, said twice: from the second *3* it looks at the first *4*.
#
# ## 4 · Watch an induction head form
#
# *When does a model learn to look back, and what happens to its loss?*
#
# We make a text that rewards it: up to 32 random tokens, said over and over. How many come before
# the first comes again differs from text to text, so that no fixed distance helps. The model is a
# GPT of two layers with four heads each. Our `Film` keeps its attention, and its loss on what is
# repeated.

# %%
from lmlab.tasks import induction

PERIOD = 20
probe = repeated_tokens(induction.MARK, PERIOD, batch=16)
probe = torch.cat((torch.full((16, 1), induction.MARK), probe), dim=1)  # (16, 1 + 2 · 20)


class Film:
    """Every 50 steps: a model's attention over a text, and its loss on what comes again."""

    def __init__(self, model):
        self.model, self.steps, self.losses, self.frames = model, [], [], []

    def on_step(self, row):
        if row["step"] % 50 == 0:
            with self.model.evaluating(), record(self.model, only="*.weights") as tape:
                self.model(probe)
            self.steps.append(row["step"])
            self.frames.append(tape.attention_weights())
            self.losses.append(induction.loss_on_repeats(self.model, probe, PERIOD))


# %%
def train_to_look_back(n_layers):
    """A small GPT trained on repeating texts, and the film of its training."""
    shape = {"d_model": 64, "n_heads": 4, "d_ff": 64, "context_length": induction.LENGTH}
    torch.manual_seed(0)
    model = lmlab.GPT(
        lmlab.TransformerConfig(vocab_size=induction.VOCAB_SIZE, n_layers=n_layers, **shape)
    )
    film = Film(model)
    plan = lmlab.TrainingConfig(
        steps=600, optimizer="adamw", decay="none", begin_with=induction.MARK, evaluate_every=600
    )
    texts = induction.repeating_texts(4000)
    lmlab.train(model, texts, plan, callbacks=[film], progress=False)
    return model, film


# %%
lmlab.predict(
    "How will the loss on what is repeated fall?",
    {
        "evenly, a bit at each step": "So it does when many small things are learned. Here one "
        "thing is, and half of it is worth nothing.",
        "not for long, then all at once": "Two heads are needed, and neither helps without the "
        "other. When both are there, the loss falls off a cliff.",
        "at once, then slowly": "The model must first find out that looking back pays at all.",
    },
    answer="not for long, then all at once",
)

# %%
# NBVAL_IGNORE_OUTPUT
looker, film = train_to_look_back(n_layers=2)
names = ["mark", *[str(1 + place) for place in range(PERIOD)] * 2]
viz.timeline(film.frames, names, film.steps, film.losses, title="An induction head forms")

# %%
from lmlab.interpret import induction_score as score_of
from lmlab.interpret import previous_token_score as previous_of

last = film.frames[-1]  # (layers, heads, query, key)
looks_back = score_of(last, probe[0]).amax(dim=1)  # the best head of each layer
looks_before = previous_of(last).amax(dim=1)
print("layer 1 has an induction head:       ", looks_back[1].item() > 0.6)
print("layer 0 has none:                    ", looks_back[0].item() < 0.3)
print("layer 0 has a previous-token head:   ", looks_before[0].item() > 0.4)
print("the loss fell to less than a quarter:", film.losses[-1] < film.losses[0] / 4)

# %% [markdown]
# **What you see.** For some hundred steps nearly nothing happens. Then, within a hundred, a
# previous-token head in layer 0 and induction heads in layer 1 rise together, and the loss falls
# from almost 4 nats to a fraction of one. Large models have the
# same step in their loss curve, while they are young; it was by this that induction heads were
# found (Olsson et al. 2022).
#
# Why two layers? The query of the second *A* asks for "a token that stands after *A*". The key of
# *B* can answer only if *B* knows its predecessor. A previous-token head must have written it
# there, in a layer **before**. With $W_{QK}$ of the induction head and $W_{OV}$ of the other:
#
# $$\text{score}(A, B) \approx x_A^\top W_{QK} \, W_{OV} \, x_A$$
#
# One head reads what another wrote; this is **K-composition** (键组合). So one layer should fail.

# %%
# NBVAL_IGNORE_OUTPUT
_, short_film = train_to_look_back(n_layers=1)
for step, two, one in zip(film.steps, film.losses, short_film.losses, strict=True):
    print(f"step {step:4}: two layers {two:5.2f}   one layer {one:5.2f} nats")

# %%
alone = score_of(short_film.frames[-1], probe[0]).max().item()
print("one layer has an induction head:", alone > 0.3)
print("one layer stays above 3 nats:   ", short_film.losses[-1] > 3)

# %% [markdown]
# **What you see.** With the same text and the same steps, one layer learns at most which tokens
# occur in a text, and not their order.
#
# ### Exercise 5.2.5 · ★ · 5 min
#
# Find the strongest induction head of the model that you have trained, and **click it**. Then run
# the cell below the view. (It opens with a head that is none. Without a mouse: Tab to the heads,
# arrows, Enter.)

# %%
# NBVAL_IGNORE_OUTPUT
view = viz.model_view(last, names, layer=0, head=0, title="Which one is it?", live=True)
view

# %%
lmlab.check("induction_head", view)

# %%
lmlab.hint("induction_head")

# %%
lmlab.solution("induction_head")

# %% [markdown]
# ## 5 · Knock heads out
#
# *Is a head that looks important important?*
#
# **Ablation** (消融) asks by doing: take the head's output away, and see how much the loss rises.
# First the model that you have trained: without its strongest induction head, without the whole
# layer that it stands in, and without the previous-token head that helps it.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.interpret import ablate, induction_head

culprit = induction_head(last, probe[0])
helper = (0, int(previous_of(last[0]).argmax()))
losses = {}
gone = {
    "none": [],
    "strongest": [culprit],
    "layer 1": [(1, i) for i in range(4)],
    "helper": [helper],
}
for name, heads in gone.items():
    with record(looker, only=(), edit=ablate(looker, heads)):
        losses[name] = induction.loss_on_repeats(looker, probe, PERIOD)
    print(f"knocked out: {name:10} {losses[name]:.2f} nats  {heads}")

# %%
print("without layer 1 the skill is gone: ", losses["layer 1"] > losses["none"] + 0.5)
print("without the helper it is gone, too:", losses["helper"] > losses["none"] + 0.5)

# %% [markdown]
# **What you see.** The most perfect induction head can be spared: here, others of its layer have
# learned the same, and stand in for it. Without all of them the model does worse than guessing
# ($\ln 64 = 4.16$). The helper looks at nothing but the token before; there
# is only one of it, and the skill goes with it. What looks like the heart of the matter and what
# the loss hangs on are two things.
#
# Now town-gpt, head by head, on sixteen stories. What to put where the head was? **Zeros** are
# something that later layers have never met. The head's **mean** (均值消融) takes away only what
# it says about *this* text.

# %%
from lmlab.interpret import ablation_effects, head_means, loss_without
from lmlab.tasks import town_stories
from lmlab.text.batches import Batch

rows = [encode(story.english)[0, :81] for story in town_stories("held-out", 24)]
stories = torch.stack([row for row in rows if len(row) == 81][:16])  # (16, 81)
batch = Batch(stories[:, :-1], stories[:, 1:])
zero = ablation_effects(town_gpt, batch, progress=False)  # (layers, heads)
mean = ablation_effects(town_gpt, batch, head_means(town_gpt, batch.inputs), progress=False)


def without(heads):
    """The loss on the stories, and the logits after our text, without these heads."""
    with town_gpt.evaluating(), record(town_gpt, only=(), edit=ablate(town_gpt, heads)):
        return loss_without(town_gpt, batch, heads), town_gpt(ids)[0, -1]


vocabulary = tokenizer.tokens(range(tokenizer.vocab_size))
viz.ablation_lab(zero, tokens, vocabulary, answer=without, title="town-gpt without each head")

# %%
lmlab.predict(
    "Which of town-gpt's heads costs most when it is knocked out?",
    {
        "the one that looks most sharply": "Sharp is not needed: a head may look at the wrong "
        "place with all its weight.",
        "one that the scores did not point at": "Scores name what we thought of beforehand. The "
        "loss asks the model.",
        "all alike": "They are far from alike: some cost fifty times as much as others.",
    },
    answer="one that the scores did not point at",
)

# %%
from lmlab.interpret import attention_entropy

with town_gpt.evaluating(), record(town_gpt) as many:
    town_gpt(batch.inputs)
spread = attention_entropy(many.layers("weights")).mean(dim=1)  # (layers, heads)
print("head   without it: zeros   its mean   entropy   (nats)")
for place in zero.flatten().argsort(descending=True).tolist():
    layer, head = divmod(place, zero.size(1))
    print(f"{layer}.{head} {zero[layer, head]:20.3f} {mean[layer, head]:10.3f} "
          f"{spread[layer, head]:9.2f}")  # fmt: skip

# %% [markdown]
# **What you see.** Two heads cost most, 0.2 and 3.0, with 0.30 nats each; eight of the sixteen cost
# less than 0.03. The sharpest head, 1.3, comes third, and the next sharpest, 3.3, costs 0.02. By
# the scores of section 1, head 3.0 rests on the first token, and 0.2 is nothing special: spread
# over ten tokens on average ($e^{2.26}$). Section 6 shows what these two do. Zeros and means agree
# here to within 0.04; where they don't, trust the means.
#
# What a head writes to the stream is its vector times its own columns of $W_O$. That is what an
# ablation takes away.
#
# ### Exercise 5.2.6 · ★★★ · 12 min
#
# `attn` is an attention of ours, `outputs` its heads' vectors, `(batch, n_heads, time, d_head)`.
# Return what each head alone adds to the stream, `(batch, n_heads, time, d_model)`. Summed over
# the heads, and with the bias, it is what the attention adds. `attn.out_proj` is $W_O$.


# %%
def written_by_heads(attn, outputs):
    """Each head's vectors times its own columns of W_O."""
    ...


lmlab.check("written_by_heads", written_by_heads)

# %%
lmlab.hint("written_by_heads")

# %%
lmlab.solution("written_by_heads")

# %% [markdown]
# And the real model? Its strongest induction heads, knocked out while it reads 25 random tokens
# twice; the loss is that of the second time.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.text.batches import IGNORED

if have("smollm2-135m", "3.1 nats whole, 3.6 without 8 heads of layer 5, 12.6 without the best 8."):
    twice = repeated_tokens(smollm2.config.vocab_size, 25, 1)
    targets = twice[:, 1:].clone()
    targets[:, :25] = IGNORED
    test = Batch(twice[:, :-1], targets)
    best = induction_scores(smollm2, batch=1).flatten().topk(8).indices.tolist()
    best = [divmod(place, 9) for place in best]
    others = [(5, head) for head in range(8)]
    for name, heads in {"whole": [], "8 others": others, "the best 8": best}.items():
        print(f"{name:11} {loss_without(smollm2, test, heads):6.2f} nats")

# %% [markdown]
# **What you see.** Eight of 270 heads, and it reads the second half as if it had never seen the
# first.
#
# ## 6 · Trace one fact
#
# *The model says "hat". Where has it got that from?*
#
# Lucy carries a yellow hat, and later leaves the yellow …? Tell the same story with a kite. The
# two texts differ at **one** place. **Activation patching** (激活修补) reads the story of the kite,
# but takes one vector of it from the story of the hat. If the model now says *hat*, that vector
# carried it.
#
# $$\text{share} = \frac{m(\text{patched}) - m(\text{kite})}{m(\text{hat}) - m(\text{kite})},
# \qquad m = \text{logit}(\text{hat}) - \text{logit}(\text{kite})$$

# %%
from lmlab.interpret import logit_difference, patch

clean, corrupt = ids, encode(STORY.format("kite"))
hat, kite = (tokenizer.encode(word)[0] for word in (" hat", " kite"))
metric = logit_difference(hat, kite)
shares = patch(town_gpt, clean, corrupt, metric, progress=False)  # (layers, positions)
first = 18  # nothing differs before the thing is named
other = tokenizer.tokens(corrupt[0].tolist())
viz.patch_view(shares[:, first:], tokens[first:], other[first:], title="Who carries the hat?")

# %%
lmlab.predict(
    "Head 0.2 looked straight at ' hat' from the last token. Which heads, patched alone, bring "
    "the hat back?",
    {
        "0.2 alone": "It fetches it. But not all of it goes to the last token: see ' the' above.",
        "0.2, and one that looks at ' the'": "The hat has been carried to ' the' in layer 0, and "
        "in layer 3 a head fetches it from there.",
        "all a little": "In so small a model few heads carry one fact.",
    },
    answer="0.2, and one that looks at ' the'",
)

# %%
by_head = patch(town_gpt, clean, corrupt, metric, what="attn.heads", progress=False)
print("share brought back:", strongest(by_head))
for layer, head in ((0, 2), (3, 0)):
    row = weights[layer, head, -1]
    at = int(row.argmax())
    print(
        f"from the last token, {layer}.{head} looks at {tokens[at]!r} (place {at}): {row[at]:.0%}"
    )
print("place 39 got the hat from 0.2, which looks from there at", end=" ")
print(repr(tokens[int(weights[0, 2, 39].argmax())]))

# %% [markdown]
# **What you see.** In the table above, a row is the stream *after* that layer. The vector of *hat*
# itself brings back 0.07 only: by then it has been read, and its word stands at *the*. And two
# heads are enough, one after the other. In layer 0, head 0.2 brings the hat
# to the places that will need it; in layer 3, head 3.0 fetches it from the little word *the*.
# Anyone who looked at 3.0 alone would have said: it looks at *the*, the dullest token of all.
#
# What does the model think in between? The **logit lens** (对数几率透镜) lets the last norm and the
# head read the stream after each layer.
#
# $$\text{lens}_\ell = W_U \, \text{norm}(x_\ell)$$
#
# ### Exercise 5.2.7 · ★ · 6 min
#
# `stream` is `(*batch, d_model)`, `model` a GPT. Return the logits that it would give if it
# stopped here, `(*batch, vocab_size)`.


# %%
def unembed(model, stream):
    """The logits that the model's last norm and head make of the stream."""
    ...


lmlab.check("unembed", unembed)

# %%
lmlab.hint("unembed")

# %%
lmlab.solution("unembed")

# %%
from lmlab.interpret import logit_lens

lens = logit_lens(town_gpt, tape)  # (layers + 1, batch, time, vocab_size)
for name, row in zip(["embedding", 0, 1, 2, 3], lens[:, 0, -1], strict=True):
    likely = row.softmax(dim=-1)
    best = int(likely.argmax())
    where = name if name == "embedding" else f"layer {name}"
    print(f"{where:10} says {tokenizer.tokens([best])[0]!r:10}  hat {likely[hat]:.3f}")
viz.logit_lens(lens[:, :, -8:], vocabulary, tokens[-8:], title="What town-gpt would say")

# %% [markdown]
# **What you see.** In the last column, *hat* leads after layer 0 already, with half of the
# probability; layers 1 and 2 take some of it back, and layer 3 makes it certain.
#
# Since the stream is a sum, so is a logit: each part has its share of it. This is **direct logit
# attribution** (直接对数几率归因).
#
# ### Exercise 5.2.8 · ★★★ · 15 min
#
# `norm` is an `RMSNorm` or `LayerNorm`, `row` the token's row of the unembedding, `(d_model,)`,
# `stream` the whole stream, `(*batch, d_model)`. Return the vectors, `(*batch, d_model)`, whose dot
# product with a *part* of the stream is what that part adds to the logit. What the norm divides by
# is taken from the whole stream.


# %%
def logit_direction(norm, row, stream):
    """The vectors whose dot product with a part of the stream is its share of the logit."""
    ...


lmlab.check("logit_direction", logit_direction)

# %%
lmlab.hint("logit_direction")

# %%
lmlab.solution("logit_direction")

# %%
lmlab.quiz("logit_direction")

# %%
from lmlab.interpret import logit_attribution

parts = {}
for name, part in logit_attribution(town_gpt, tape, hat, kite).items():
    if name.endswith("heads"):
        layer = name.split(".")[1]
        parts |= {f"head {layer}.{head}": part[0, head, -1].item() for head in range(4)}
    else:
        parts[name] = part[0, -1].item()
for name, value in sorted(parts.items(), key=lambda item: -abs(item[1]))[:6]:
    print(f"{name:18} {value:+.2f}")
print(f"all parts: {sum(parts.values()):+.2f}, the logits: {metric(tape['logits']).item():+.2f}")
print(f"head 0.2 itself: {parts['head 0.2']:+.3f}")

# %% [markdown]
# **What you see.** Head 3.0 and the feed-forward behind it say *hat*. Head 0.2, without which
# nothing would be known of it, adds nothing itself: its work is done *through* others. Direct
# attribution finds the last step of a path, patching all of them.
#
# The real model, with a fact that is in its weights and not in the text:

# %%
# NBVAL_IGNORE_OUTPUT
if have("smollm2-135m", "' Paris' is first only after the last of 30 layers, with 77 %."):
    question = torch.tensor([words.encode("The capital of France is")])
    with smollm2.evaluating(), record(smollm2, only=("*embedded", "*.resid")) as seen:
        smollm2(question)
    (paris,) = words.encode(" Paris")
    for layer in (0, 10, 20, 26, 27, 28, 29):
        likely = logit_lens(smollm2, seen)[layer + 1, 0, -1].softmax(dim=-1)
        said = words.tokens([int(likely.argmax())])[0]
        print(f"layer {layer:2} says {said!r:12} Paris {likely[paris]:.3f}")

# %% [markdown]
# **What you see.** For 27 layers the lens shows little words; the answer comes in the last three.
# That the lens does not see it does not mean that it is not there: it may stand in the stream in a
# form that only later layers read.
#
# ## 7 · Attention is not explanation
#
# *Which token did the answer come from?*
#
# We know it: the two stories differ in *hat* alone. So we can ask four pictures of attention, and
# see which of them says so. First, how sharp are the heads at all?
#
# ### Exercise 5.2.9 · ★★ · 8 min
#
# `weights` is `(*batch, query, key)`. Return each head's **entropy** (熵), in nats, averaged over
# its queries, `(*batch,)`: 0 when each query looks at one key, ln n when at n keys evenly.


# %%
def attention_entropy(weights):
    """The entropy of each row, averaged over the queries."""
    ...


lmlab.check("attention_entropy", attention_entropy)

# %%
lmlab.hint("attention_entropy")

# %%
lmlab.solution("attention_entropy")

# %% [markdown]
# **Attention rollout** (注意力展开) follows attention through all layers. Half of each position is
# what it had, half is what the heads bring on average:
#
# $$A_\ell = \tfrac{1}{2}\Big(I + \tfrac{1}{H} \sum_h A_{\ell,h}\Big), \qquad
# R_\ell = A_\ell \, R_{\ell-1}, \quad R_0 = A_0$$
#
# ### Exercise 5.2.10 · ★★ · 12 min
#
# `weights` is `(layers, heads, time, time)`. Return the rollout after each layer,
# `(layers, time, time)`.


# %%
def rollout(weights):
    """For each layer, how much of each token has come to each position so far."""
    ...


lmlab.check("rollout", rollout)

# %%
lmlab.hint("rollout")

# %%
lmlab.solution("rollout")

# %%
lmlab.quiz("rollout")

# %%
from lmlab.interpret import rollout as roll
from lmlab.interpret import value_weighted

written = value_weighted(town_gpt, tape)[:, :, -1].sum(dim=(0, 1))  # (key,)
asked = {
    "last layer, mean of heads": weights[-1, :, -1].mean(dim=0),
    "all layers, mean of heads": weights[:, :, -1].mean(dim=(0, 1)),
    "rollout": roll(weights)[-1, -1],
    "weights × values": written / written.sum(),
}
place = tokens.index(" hat")
print("                            on hat   its rank of 41   most on")
for name, row in asked.items():
    rank = int((row > row[place]).sum()) + 1
    top = int(row.argmax())
    print(f"{name:26} {row[place]:7.1%} {rank:12}        {tokens[top]!r} {row[top]:.0%}")
print(f"{'patching ` hat`':26} {1:7.0%}   by construction: nothing else differs")

# %% [markdown]
# **What you see.** Four pictures, four answers, and none puts *hat* first. The last layer ranks it
# 36th of 41: it looks at *the*, which by then holds the hat. Rollout knows that tokens are mixed,
# but gives most to the mark, where idle heads rest. Weighing by values takes that from the mark,
# and gives it to *the*. (`viz.rollout(weights, tokens)` shows it layer by layer.)
#
# Is attention an explanation, then? Jain & Wallace (2019) found other weights with the same
# output; Wiegreffe & Pinter (2019) answered that it depends on what is to be explained. Weights are
# a good place to get an idea from. What a head is *for* you know when you have taken it away.
#
# ## Summary
#
# - A head is found by a score, not by eye: previous, first, duplicate, induction are shares of
#   attention.
# - Induction needs two heads in two layers: one writes to each token what came before it, one
#   looks for it. It forms at once, and the loss falls with it.
# - MiniLM has perfect previous- and next-token heads; SmolLM2 has induction heads in layers 17
#   to 23. town-gpt has none, for its stories reward none.
# - Ablation asks what a head is good for; zeros and means may disagree.
# - Patching finds the path of a fact; direct attribution its last step; the lens what is readable.
# - Weights, rollout and value-weighted weights disagree about the same answer. Test by changing.
#
# ## What the document says, what we found

# %%
lmlab.ledger("05_2_reading_attention_heads")

# %% [markdown]
# ## Further reading
#
# - Elhage et al. 2021, *A Mathematical Framework for Transformer Circuits*: composition of heads.
# - Olsson et al. 2022, *In-context Learning and Induction Heads* (arXiv 2209.11895).
# - Michel, Levy & Neubig 2019, *Are Sixteen Heads Really Better than One?* (arXiv 1905.10650).
# - Clark et al. 2019, *What Does BERT Look At?* (arXiv 1906.04341): heads by what they do.
# - Wang et al. 2022, *Interpretability in the Wild* (arXiv 2211.00593): a whole circuit, patched.
# - Zhang & Nanda 2024, *Towards Best Practices of Activation Patching* (arXiv 2309.16042).
# - nostalgebraist 2020, *interpreting GPT: the logit lens*.
# - Abnar & Zuidema 2020, *Quantifying Attention Flow in Transformers* (arXiv 2005.00928): rollout.
# - Kobayashi et al. 2020, *Attention is Not Only a Weight* (arXiv 2004.10102): values count.
# - Jain & Wallace 2019, *Attention is not Explanation* (arXiv 1902.10186), and Wiegreffe & Pinter
#   2019, *Attention is not not Explanation* (arXiv 1908.04626).
# - Xiao et al. 2023, *Efficient Streaming Language Models with Attention Sinks*
#   (arXiv 2309.17453).
#
# **Next:** [6.1 Machine translation](06_1_machine_translation.ipynb)
