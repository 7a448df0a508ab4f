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
# # 2.1 · Language models: from counting to the Transformer
#
# | | |
# |:--|:--|
# | **You will be able to** | score any language model; say what each kind sees, forgets and costs |
# | **You need to know** | chapters 00 and 01; logarithms |
# | **Time** | 2 hours |
# | **On two cores** | 85 seconds of compute, no GPU, no internet |
# | **Exercises** | 10, and 4 predictions |
#
# Six kinds of language model, on one text, with one score. Each of them was once the best that
# there was. You will see why the next one came, and that the oldest is harder to beat than its
# age suggests. This chapter goes with section 2.1 of the document.

# %%
import torch

import lmlab
from lmlab import viz

# %% [markdown]
# ## 1 · A text has a probability
#
# *Which sentence is likelier: "the kite was broken" or "the broken was kite"?*
#
# A **language model** (语言模型) answers with numbers: it gives every text a probability. It does
# so step by step, by the **chain rule** (链式法则): the first token, then the second given the
# first, then the third given both.
#
# $$p(x_1, \dots, x_T) = \prod_{t=1}^{T} p(x_t \mid x_1, \dots, x_{t-1})$$
#
# Each factor is the probability of a *next token*. Here are the factors of two sentences, by
# the little GPT of chapter 00. Products of many small numbers underflow, so one adds their
# logarithms:

# %%
town_gpt, town_tokenizer = lmlab.load("town-gpt")


def log_probs(text):
    """The log-probability of each token of a story that begins here."""
    return town_gpt.log_probs(torch.tensor([town_tokenizer.eos_id, *town_tokenizer.encode(text)]))


beginning = (
    "One sunny morning, a boy called Tom was in the park with a kite. Tom fell and broke it."
)
for end in (
    " Tom was sad because the kite was broken.",
    " Tom was sad because the broken was kite.",
):
    found = log_probs(beginning + end)
    factors = found[-len(town_tokenizer.encode(end)) :].exp()
    print(f"log p = {found.sum():7.2f}   …{end}")
    print("   last factors:", " ".join(f"{p:.2g}" for p in factors.tolist()))

# %% [markdown]
# **What you see.** Both sentences hold the same words. They part at *broken*: from there on
# the second one gets factors near zero.
#
# Note what the formula does *not* say: how the probabilities come about. Counting is allowed,
# and so is any network. The document lists RNN, LSTM, GRU and Transformer as the common
# language models. These are **architectures** (架构), ways to compute; the language model is the
# probability. The oldest way of all is not on the list. You will meet it in section 3.

# %% [markdown]
# ## 2 · One text, one score
#
# *How do you compare models that cut text into different tokens?*
#
# All models of this chapter learn from one text, the reference of the Python language, letter
# by letter. (Another corpus? Change the name: `"town"`, `"python-source"`, or the path of a
# text of your own. Everything below still runs; the expected figures are those of
# `"python-reference"`.)

# %%
from lmlab.training.texts import encode_corpus

text = encode_corpus(lmlab.corpora.load("python-reference"), "char")
tokenizer, train, held_out = text.tokenizer, text.train, text.validation.tokens
print(f"{len(train):,} tokens to learn from, {len(held_out):,} held out")
print(f"{tokenizer.vocab_size} different tokens: {''.join(tokenizer.tokens(range(40)))} …")

# %% [markdown]
# The score is the model's surprise at text that it has never seen. A model that gives the next
# token the probability $p$ is surprised by $-\log p$. The mean of it over a text is its
# **cross-entropy** (交叉熵), in **nats** per token when the logarithm is the natural one. Two
# other forms of the same number are easier to read:
#
# - **perplexity** (困惑度), $e^{\text{nats per token}}$: between how many equally likely tokens
#   does the model hesitate?
# - **bits per character** (每字符比特数): how many yes-or-no questions must be answered for one
#   character? This one does not depend on the tokens, so it is our one score.

# %%
lmlab.predict(
    "A model gives each next character of a text the probability 1/4. What is its perplexity, and "
    "how many bits per character?",
    {
        "4, and 2 bits": "It hesitates between four characters, and two yes-or-no questions tell "
        "four things apart.",
        "1/4, and 4 bits": "Perplexity is one over the typical probability, not the probability.",
        "4, and 1.39 bits": "1.39 is ln 4, the surprise in nats. Divide by ln 2 to get bits.",
    },
    answer="4, and 2 bits",
)

# %% [markdown]
# ### Exercise 2.1.1 · ★ · 5 min
#
# `log_probs` is a tensor: the natural logarithm of the probability that a model gave to each
# token that came. Return the perplexity, a number.


# %%
def perplexity(log_probs):
    """The perplexity of a model whose log-probabilities, in nats, are given."""
    ...


lmlab.check("perplexity", perplexity)

# %%
lmlab.hint("perplexity")

# %%
lmlab.solution("perplexity")

# %% [markdown]
# ### Exercise 2.1.2 · ★ · 5 min
#
# A model with long tokens is surprised more at each, and needs fewer. Turn its loss, in nats
# per token, into bits per character.


# %%
def bits_per_character(nats_per_token, characters_per_token):
    """Bits per character from nats per token."""
    ...


lmlab.check("bits_per_character", bits_per_character)

# %%
lmlab.hint("bits_per_character")

# %%
lmlab.solution("bits_per_character")

# %% [markdown]
# Two marks to begin with. A model that knows nothing gives every token the same probability.
# And **compressors** (压缩程序) such as gzip and xz are language models too, in disguise: they
# give frequent things short codes, and a code of $n$ bits stands for the probability $2^{-n}$.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.training.scoreboard import scoreboard

scoreboard({}, text)

# %% [markdown]
# ## 3 · Count: n-grams
#
# *How far do you get with nothing but counting?*
#
# Shannon's way of 1948: look up how often each token followed *the last few tokens*, and take
# the shares as probabilities. A run of $n$ tokens is an **n-gram** (n 元语法).
#
# $$p(w \mid h) = \frac{c(h\,w)}{\sum_{w'} c(h\,w')}$$
#
# where $h$ is the context, the last $n-1$ tokens, and $c$ counts.
#
# ### Exercise 2.1.3 · ★★ · 10 min
#
# Count. `ids` is a list of token ids. Return a `collections.Counter` whose keys are tuples of
# `order` neighbouring ids.


# %%
def count_ngrams(ids, order):
    """How often each run of `order` tokens stands in the text."""
    ...


lmlab.check("count_ngrams", count_ngrams)

# %%
lmlab.hint("count_ngrams")

# %%
lmlab.solution("count_ngrams")

# %% [markdown]
# With the package's own version, what follows `def` in the reference?

# %%
from functools import cache

from lmlab.models.ngram_counts import count_ngrams as counted


@cache
def table_of(n):
    """All n-grams of the training text."""
    return counted(train.tolist(), n)


def followers(context, most=6):
    """What followed a context in the training text, and how often."""
    start = tuple(tokenizer.encode(context))
    ngrams = table_of(len(start) + 1)
    found = {gram[-1]: n for gram, n in ngrams.items() if gram[:-1] == start}
    best = sorted(found, key=found.get, reverse=True)[:most]
    return {tokenizer.tokens([token])[0]: found[token] for token in best}


for context in ("def", "the ", "expressio", "xq"):
    print(f"{context!r:12} {followers(context) or 'never seen'}")

# %% [markdown]
# **What you see.** Counting works at once: after *expressio* comes *n*. And it fails at once:
# for a context that never came it knows nothing. How often does that happen? Move the slider:
# $n$ counts the token that is predicted and the $n-1$ before it.

# %%
from lmlab.models.ngram import NGram, NGramConfig

counts = NGram.fit(train, NGramConfig(vocab_size=tokenizer.vocab_size, order=8))
unseen = counts.unseen_contexts(torch.from_numpy(held_out.astype("int64")))
sample = tokenizer.decode(held_out[400:480].tolist())


def contexts(n):
    """The share of held-out contexts that never came, and three of them with what followed."""
    parts = [sample[end - n + 1 : end] for end in (20, 40, 60)]
    return float(unseen[n - 1]), [(part, followers(part) if part else {}) for part in parts]


viz.contexts_lab(contexts)

# %% [markdown]
# This is the trap of counting. A short context says little. A long one says much, but most
# long contexts were never seen, and the formula divides 0 by 0. Every n-gram model is a way
# out of this trap, called **smoothing** (平滑). The simplest pretends that each token was seen
# $k$ times more often than it was.
#
# ### Exercise 2.1.4 · ★★ · 8 min
#
# `counts` is a tensor, how often each token of the vocabulary followed a context. Add `k` to
# each, and return probabilities.


# %%
def add_k(counts, k):
    """Probabilities from counts, each taken as k larger."""
    ...


lmlab.check("add_k", add_k)

# %%
lmlab.hint("add_k")

# %%
lmlab.solution("add_k")

# %% [markdown]
# A better way asks shorter contexts for help. **Kneser–Ney** takes a discount $D$ from every
# count that is there, and spends what it saved on the distribution of the context that is one
# token shorter:
#
# $$p(w \mid h) = \frac{\max(c(hw) - D, 0)}{c(h)}
# + \frac{D \cdot N(h\,\cdot)}{c(h)}\; p(w \mid h')$$
#
# $N(h\,\cdot)$ is the number of different tokens seen after $h$, and $h'$ is $h$ without its
# first token. Its second idea is about the shorter contexts. In English, *Francisco* is
# frequent but comes after *San* only. Asked what follows a context that was never seen, you
# would not say *Francisco*. So the shorter distributions do not ask *how often* a token came,
# but *after how many different tokens*.
#
# ### Exercise 2.1.5 · ★★ · 10 min
#
# For each token of the vocabulary, count after how many **different** tokens it stands in the
# text. Return a tensor of `vocab_size` whole numbers.


# %%
def continuation_counts(ids, vocab_size):
    """After how many different tokens each token stands."""
    ...


lmlab.check("continuation_counts", continuation_counts)

# %%
lmlab.hint("continuation_counts")

# %%
lmlab.solution("continuation_counts")

# %%
lmlab.quiz("continuation_counts")

# %% [markdown]
# Which $n$ is best, and how much does the smoothing matter?

# %%
lmlab.predict(
    "n grows from 1 to 8. What happens to the bits per character on held-out text with Kneser–Ney, "
    "and with add-k?",
    {
        "both fall and fall": "Look at the slider once more: most contexts of 7 were never seen.",
        "Kneser–Ney falls and then stays, add-k turns round and rises": "Add-k gives an unseen "
        "context all tokens alike. Kneser–Ney asks the shorter one, so a longer context does not "
        "hurt.",
        "both turn round and rise": "Kneser–Ney falls back to the shorter context.",
    },
    answer="Kneser–Ney falls and then stays, add-k turns round and rises",
)

# %%
from lmlab.training.scoreboard import bits_per_char

curves = {}
for smoothing in ("add-k", "back-off", "kneser-ney"):
    curves[smoothing] = []
    for n in range(1, 9):
        config = NGramConfig(vocab_size=tokenizer.vocab_size, order=n, smoothing=smoothing, k=0.1)
        model = NGram(config, counts.tables)  # the same counts, smoothed in another way
        curves[smoothing].append((n, bits_per_char(model, text.validation)))
    print(f"{smoothing:11}", "  ".join(f"{bits:.2f}" for _, bits in curves[smoothing]))

# %% [markdown]
# **What you see.** Blind guessing needs almost seven bits for a character; Kneser–Ney needs
# little more than two, and a longer context never hurts it. **Back-off** (回退), which uses the
# shorter context only where the longer one was never seen, begins to suffer at six. Add-k is
# lost there.

# %%
best_ngram = NGram.fit(train, NGramConfig(vocab_size=tokenizer.vocab_size, order=6))
for seed in range(2):
    start = torch.tensor([tokenizer.encode("The ")])
    written = best_ngram.generate(start, 160, temperature=0.8, seed=seed)[0]
    print(repr(tokenizer.decode(written.tolist())), "\n")

# %% [markdown]
# It writes words and phrases of the reference, and loses the thread after a few of them: six
# characters back its memory ends.

# %% [markdown]
# ## 4 · Embed: the neural n-gram
#
# *Can what was learnt of "cat" help with "dog"?*
#
# To a counter, any two contexts are strangers, however alike they are. Bengio et al. (2003)
# gave each token a vector, an **embedding** (嵌入), and let a small network compute the
# probabilities from the vectors of the last $n-1$ tokens side by side. Similar tokens get
# similar vectors, so that what is learnt in one context holds in its neighbours. This is the
# first model of this chapter that is *trained*: it starts with random numbers, and its weights
# are moved a little at a time.
#
# $$\text{logits} = b + W x + U \tanh(d + H x), \qquad x = [e_{t-n+2}, \dots, e_t]$$

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.training.ladder import climb


def report(name):
    """Train one rung of the ladder, and say how far it came."""
    fitted[name] = climb(name, text, steps=STEPS[name])
    score = fitted[name].history[-1]["bits_per_char"]
    size = fitted[name].model.num_parameters()
    print(f"{name:13} {size:9,} parameters, {STEPS[name]} steps: {score:.2f} bits/char")


STEPS = {"neural n-gram": 500, "RNN": 400, "LSTM": 300, "GRU": 300, "GPT": 150}
fitted = {}
report("neural n-gram")

# %% [markdown]
# ## 5 · Remember: recurrent networks
#
# *Must a model forget what lies more than n tokens back?*
#
# A **recurrent neural network** (循环神经网络, RNN) reads one token at a time and keeps a **state**
# (状态) $h$, a vector that holds what it has made of everything so far:
#
# $$h_t = \tanh(W x_t + U h_{t-1} + b)$$
#
# There is no $n$ any more: in principle the state can carry a token from the very beginning.
# In practice it gets mixed up with what comes after, step by step. The **LSTM** (长短期记忆) adds a
# second vector, the memory $c$, which is not squeezed through a tanh at each step, and
# **gates** (门), numbers between 0 and 1, that say what of it is kept ($f$), taken in ($i$) and
# shown ($o$):
#
# $$c_t = \sigma(f) \odot c_{t-1} + \sigma(i) \odot \tanh(g), \qquad
# h_t = \sigma(o) \odot \tanh(c_t)$$
#
# The **GRU** (门控循环单元) makes do with two gates and without $c$.
#
# ### Exercise 2.1.6 · ★★★ · 15 min
#
# Write one step of an LSTM. `from_x` is $W x_t$, computed for you, of shape `(batch, 4 *
# d_hidden)`; `h` and `c` are `(batch, d_hidden)`. Add $U h + b$ to it (`weight`, `bias`), cut
# the sum into the four parts $i, f, g, o$ in this order, and return the new `(h, c)`.


# %%
def lstm_cell(from_x, h, c, weight, bias):
    """The next h and c."""
    ...


lmlab.check("lstm_cell", lstm_cell)

# %%
lmlab.hint("lstm_cell")

# %%
lmlab.solution("lstm_cell")

# %%
lmlab.quiz("lstm_cell")

# %% [markdown]
# Training needs the gradient of the loss with respect to $U$, through all steps back to the
# beginning: **backpropagation through time** (随时间反向传播). For a book that is too far. So the
# text is cut into blocks; at the beginning of a block the state is **detached** (截断): its
# numbers go on, but no gradient flows back into the block before.
#
# ### Exercise 2.1.7 · ★★★ · 15 min
#
# Take the smallest RNN that there is: $h_t = \tanh(w h_{t-1} + x_t)$, all of them single
# numbers, $h_0 = 0$. Return the derivative of $h_1 + \dots + h_T$ with respect to $w$, when
# the state is detached before step 0, `span`, 2 · `span`, … (counted from 0). `w` and `x` are
# tensors.


# %%
def truncated_gradient(w, x, span):
    """d(h_1 + … + h_T)/dw, cut every `span` steps."""
    ...


lmlab.check("truncated_gradient", truncated_gradient)

# %%
lmlab.hint("truncated_gradient")

# %%
lmlab.solution("truncated_gradient")

# %% [markdown]
# Now train the three of them, each about as large, for some seconds each.

# %%
# NBVAL_IGNORE_OUTPUT
for rung in ("RNN", "LSTM", "GRU"):
    report(rung)

# %% [markdown]
# ## 6 · Attend: the GPT
#
# *What if the model could look back at every token, instead of remembering them?*
#
# That is the Transformer's idea; chapters 2.2 and 2.3 take it apart. Here it is one more model
# on the ladder: it has no state, it keeps the whole context at hand, and all positions are
# computed at once.

# %%
# NBVAL_IGNORE_OUTPUT
report("GPT")

# %%
scores = {name: each.history[-1]["bits_per_char"] for name, each in fitted.items()}
inside = all(2.3 < bits < 3.1 for bits in scores.values())
print("2.3 to 3.1 bits per character are expected of all five:", "so it is" if inside else scores)

# %% [markdown]
# ## 7 · The scoreboard
#
# Now all of them together, with what they cost. **FLOPs** count the arithmetic of training
# (chapter 1); a model that counts needs none.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.training.ladder import count

fitted["n-gram, order 3"] = count(text, order=3)
fitted["n-gram, order 8"] = count(text, order=8)
board = scoreboard(fitted, text)
board

# %%
shown = {name: fitted[name].history for name in fitted if fitted[name].history}
learning = {
    name: [(row["seconds"], row["bits_per_char"]) for row in history if "bits_per_char" in row]
    for name, history in shown.items()
}
levels = {"n-gram, order 8": board["n-gram, order 8"].bits_per_char}
viz.picture(
    viz.bits_against_compute(learning, levels),
    alt="Bits per character against training time for the five models that are trained. All fall; "
    "after some seconds each, none has reached the dashed line of the 8-gram.",
)

# %% [markdown]
# **Who wins?** Counting does, by far, and in a fraction of a second. With a quarter of a
# million characters and ten seconds there is little for a network to learn, and exact repeats
# are what reference manuals are made of. (A compressor that is given the training text first
# does as well, for the same reason.) Among the networks, the recurrent ones learn faster at
# first than the GPT.
#
# So why does anybody train a GPT? Because of what happens *later*: each curve still falls, and
# they fall at different rates. Here is the same ladder with a minute for each rung, on the town's
# stories (8.7 million characters, in BPE tokens). It was made on two quiet cores by `lmlab bench
# ladder --corpus town --tokenizer bpe --vocab-size 1536 --seconds 60`, and is shipped with the
# course. The same command climbs the ladder on any other corpus.

# %%
from lmlab.training.ladder import shipped_result, table

longer = shipped_result("town")
print(table(longer))

# %%
curves = {
    name: [(point["flops"], point["bits"]) for point in points]
    for name, points in longer["curves"].items()
}
counters = [row for row in longer["board"] if row["name"].startswith("n-gram")]
best = min(counters, key=lambda row: row["bits_per_char"])
viz.picture(
    viz.bits_against_compute(curves, {best["name"]: best["bits_per_char"]}, x="flops"),
    alt="Bits per character against training compute on the town's stories. The GPT and the neural "
    "n-gram fall below the dashed line of the best n-gram; RNN, LSTM and GRU come near it.",
)

# %%
for name, points in longer["curves"].items():
    below = [point for point in points if point["bits"] < best["bits_per_char"]]
    when = f"{below[0]['seconds']:.0f} s, {below[0]['flops']:.1e} FLOPs" if below else "not yet"
    print(f"{name:13} passes the {best['name']} after: {when}")

# %% [markdown]
# **What you see.** With a minute of compute the order is another one. The GPT starts late, falls
# fastest, and passes the best table of counts well within the minute; the neural n-gram follows.
# The recurrent models are near the line and still falling. (The final scores in the table are a
# little better than the last points: they are of the whole held-out text, read as when writing.)
#
# The second table is about *text*. From 1 % of it to all of it, counting gains most: every new
# story fills gaps in the table. The GPT gains little beyond 10 %, because in a minute it cannot
# read more than that. And the LSTM on 1 % has read the same few stories so often that it knows
# them by heart, which helps nobody. Text feeds the counter, compute feeds the network: to get more
# out of more text, give it more compute. Chapter 8.1 makes laws of this.

# %% [markdown]
# ### How good is that?
#
# Papers score their models on the same texts, so that results can stand side by side. One of them
# is **WikiText-2**: two million words of Wikipedia. `lmlab fetch wikitext-2` gets it. Its
# perplexities are counted *per word*, and the end of a line counts as one. Any model can be scored
# so: add up its bits for the text and share them among the words.
#
# This run took six minutes for each rung, on one core: `lmlab bench ladder --corpus wikitext-2
# --tokenizer bpe --vocab-size 2048 --seconds 360 --threads 1`. The published figures are from
# the papers' tables, for the same validation text.

# %%
wiki = shipped_result("wikitext-2")
names = ("n-gram, order 3", "n-gram, order 8", "neural n-gram", "RNN", "LSTM", "GRU", "GPT")
rows = {row["name"]: row for row in wiki["board"]}
ours = {name: rows[name]["perplexity_per_word"] for name in names}
published = {
    "LSTM with variational dropout (Merity et al. 2016)": 108.7,
    "pointer sentinel LSTM (Merity et al. 2016)": 84.8,
    "AWD-LSTM (Merity et al. 2017)": 68.6,
    "AWD-LSTM, mixture of softmaxes, adapting as it reads (Yang et al. 2018)": 42.4,
}
told = [f"{name} {value:.0f}" for name, value in (ours | published).items()]
viz.picture(viz.perplexities(ours, published), alt=f"Perplexity per word: {', '.join(told)}.")

# %% [markdown]
# **What you see.** On a log scale there is a long way to go. With six minutes on one core, counting
# still wins: its 8-gram stands at about 600, the GPT at somewhat under 1,000. The published models
# are twenty to thirty times as large and read the text hundreds of times on graphics cards. And
# they were spared the rarest words: their edition of the text puts one mark in the place of each,
# while ours, the raw one, has to be spelt out. The words that are counted are the same 217,646.
#
# Is it the text, or the compute? The same models, in as many steps, on a part of the text:

# %%
from lmlab.training.ladder import shares_table

print(shares_table(wiki))

# %% [markdown]
# **What you see.** With 1 % of the text the networks learn it by heart, and on new text are worse
# than blind guessing (3.6). With 10 % the GPT has overtaken the 8-gram: six minutes are enough to
# read that much several times. With all of it the 8-gram is ahead again, for it has seen every
# word, and the GPT has not been through the text once. There is so much less in the town's
# stories that a minute is enough for them: the more text, the more compute a network needs to win.
#
# ## 8 · How far back?
#
# *The document says that attention captures long-range dependencies. Do the others not?*
#
# A test that measures just this: the first token of a text is one of eight symbols, then come
# $d$ fillers, then the model must name the first token. A guess is right in one case of eight.

# %%
lmlab.predict(
    "Each model trains for 150 steps at each distance. Which is the first to fail as d grows?",
    {
        "RNN": "Its state is mixed anew at every step.",
        "LSTM": "Its memory c is kept by a gate that is open at the start.",
        "GRU": "Its gate can leave the state untouched.",
        "GPT": "It looks back directly, whatever the distance.",
    },
    answer="RNN",
)

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.models import RecurrentConfig, TransformerConfig
from lmlab.tasks.recall import CHANCE, measure_recall


def recurrent(cell):
    """Makes small recurrent models of one cell."""
    return lambda vocab_size, length: lmlab.RecurrentLM(
        RecurrentConfig(vocab_size=vocab_size, context_length=length, cell=cell, d_model=32)
    )


def attention(vocab_size, length):
    """A GPT of one layer."""
    return lmlab.GPT(
        TransformerConfig(
            vocab_size=vocab_size, context_length=length, d_model=32, n_layers=1, n_heads=2
        )
    )


makers = {"RNN": recurrent("rnn"), "LSTM": recurrent("lstm"), "GRU": recurrent("gru")}
makers["GPT"] = attention
distances = (2, 4, 8, 16)
recall = {name: measure_recall(make, distances) for name, make in makers.items()}
print("distance  ", "".join(f"{d:6}" for d in distances), f"   (guessing: {CHANCE:.0%})")
for name, accuracy in recall.items():
    print(f"{name:10}", "".join(f"{accuracy[d]:6.0%}" for d in distances))

# %%
print("the RNN fails at 8:", recall["RNN"][8] < 0.3)
print("the LSTM and the GRU do not:", min(recall["LSTM"][8], recall["GRU"][8]) > 0.9)
print("attention finds the symbol at every distance:", min(recall["GPT"].values()) > 0.9)

# %% [markdown]
# **What you see.** The plain RNN loses the symbol after a few steps. The gates of the LSTM and
# the GRU carry it further. The GPT finds it at every distance: for attention, the first token
# is as near as the last.
#
# *Why* does the RNN forget? Look at the gradient: how strongly does its last prediction depend
# on the token $d$ steps back?

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.tasks.recall import gradient_by_distance, recall_batch

ids, _ = recall_batch(64, 40)
gradients = {}
for name, make in makers.items():
    torch.manual_seed(0)
    gradients[name] = gradient_by_distance(make(16, 41), ids)
    shares = gradients[name] / gradients[name].max()
    print(f"{name:5}", " ".join(f"{shares[d]:8.0e}" for d in (0, 1, 2, 4, 8, 16, 32)))

# %% [markdown]
# The numbers are shares of the largest, for models that have not learned anything yet. Each
# step of the RNN multiplies the gradient by $U^\top$ and by the slope of the tanh, again and
# again: it **vanishes** (梯度消失). What has no gradient cannot be learned. In the LSTM the way
# through $c$ is multiplied by the forget gate alone, and attention has a way of one step.
#
# ## 9 · Fill the gaps: BERT is no such model
#
# *Does a model of language have to read from left to right?*
#
# **BERT** is the same Transformer, trained on another task: hide some tokens, and restore them
# from *both* sides (**masked language modelling**, 掩码语言模型). Of the 15 % that are chosen, most
# are replaced by a mask; but some by a random token, and some are left as they are. Else the
# model would learn that a token which stands open is always right.
#
# ### Exercise 2.1.8 · ★★ · 10 min
#
# Make BERT's inputs and targets. `ids` are the tokens, `chosen` says which are to be restored,
# `u` holds a number from 0 to 1 for each: below 0.8 a chosen token becomes `mask_id`, from 0.8
# to below 0.9 the token of `random_ids`, else it stays. Targets are the tokens where they were
# chosen, and -100 elsewhere.


# %%
def hide_tokens(ids, chosen, u, random_ids, mask_id):
    """(inputs, targets)"""
    ...


lmlab.check("hide_tokens", hide_tokens)

# %%
lmlab.hint("hide_tokens")

# %%
lmlab.solution("hide_tokens")

# %% [markdown]
# A small BERT comes with the course. It was trained in this way on the stories of chapter 00's
# town.

# %%
from lmlab.pretrained import fill

bert, bert_tokenizer = lmlab.load("town-bert")
for text_with_masks in (
    "Rosa was <|mask|> because the kite was broken.",
    "Rosa was happy because the kite was <|mask|>.",
    "The boy lent the <|mask|> to <|mask|> sister.",
):
    print(text_with_masks)
    for guesses in fill(bert, bert_tokenizer, text_with_masks, top=4):
        print("    ", "  ".join(f"{token} {p:.2f}" for token, p in guesses))

# %% [markdown]
# **What you see.** It uses what comes *after* the gap: a broken kite makes sad, and only the
# end of the sentence says so. No model that reads from the left can do that.
#
# Now the other way round. Can BERT do the work of a language model, and predict the next
# token? Put one mask behind the text, and ask:

# %%
lmlab.predict(
    "How will BERT's surprise at the next token compare with that of a GPT, both trained on the "
    "town?",
    {
        "about the same": "BERT has hardly ever seen a text that ends at the mask.",
        "BERT will be far more surprised": "It learned to use both sides, and one is missing. "
        "Nobody trained it for this.",
        "BERT will be less surprised": "It has seen the same stories, but never this task.",
    },
    answer="BERT will be far more surprised",
)

# %%
stories = lmlab.town.stories(5, seed=1, split="test")
gpt_bits, bert_bits, n_tokens = 0.0, 0.0, 0
for story in stories:
    ids = torch.tensor([bert_tokenizer.eos_id, *bert_tokenizer.encode(story)][:60])
    for end in range(1, len(ids)):
        asked = torch.cat((ids[:end], torch.tensor([bert_tokenizer.mask_id])))
        bert_bits -= bert.fill(asked, bert_tokenizer.mask_id)[0, ids[end]].log2().item()
    start = torch.tensor([town_tokenizer.eos_id, *town_tokenizer.encode(story)][: len(ids)])
    gpt_bits -= town_gpt.log_prob(start) / torch.tensor(2.0).log().item()
    n_tokens += len(ids) - 1
print(f"GPT:  {gpt_bits / n_tokens:.2f} bits per token")
print(f"BERT: {bert_bits / n_tokens:.2f} bits per token")

# %% [markdown]
# Still, one would like to *rank* sentences with BERT. The **pseudo-likelihood** (伪似然) hides
# each token in turn and adds up the logarithms of what BERT gives it. It often puts the better
# sentence first. But it is no probability: each token is judged by what follows it too, so the
# chain rule does not hold, and over all texts the numbers do not sum to one.

# %%
for sentence in (
    "Rosa was sad because the kite was broken.",
    "Rosa was sad because the broken was kite.",
):
    ids = torch.tensor(bert_tokenizer.encode(sentence))
    print(f"{bert.pseudo_log_prob(ids, bert_tokenizer.mask_id):8.2f}  {sentence}")

# %% [markdown]
# ## 10 · From probabilities to text
#
# *The model gives numbers. Who chooses?*
#
# Type, or click a token to append it. Each column is a rung of the ladder.

# %%
# NBVAL_IGNORE_OUTPUT
names = tokenizer.tokens(range(tokenizer.vocab_size))


def guesses(model):
    """A function from a text to the model's probabilities of what follows."""
    return lambda text: dict(
        zip(names, model.next_token(torch.tensor(tokenizer.encode(text))).tolist(), strict=True)
    )


rungs = ("n-gram, order 8", "neural n-gram", "RNN", "LSTM", "GRU", "GPT")
viz.next_token_lab({name: guesses(fitted[name].model) for name in rungs}, "The express")

# %% [markdown]
# To write, one token must be *drawn*. Lay the probabilities end to end on a line from 0 to 1,
# throw a dart at it, and take the token that is hit.
#
# ### Exercise 2.1.9 · ★★ · 10 min
#
# `probs` is `(batch, vocab_size)`, `u` holds one number from 0 to 1 for each row. Return the
# token ids, `(batch,)`, on which `u` falls. A token's stretch begins where the one before
# ends, and its left end belongs to it.


# %%
def draw(probs, u):
    """The token on which u falls, for each row."""
    ...


lmlab.check("draw", draw)

# %%
lmlab.hint("draw")

# %%
lmlab.solution("draw")

# %% [markdown]
# Thousands of tokens with a tiny probability each are, together, not so unlikely, and one of
# them spoils the text. So the tail is cut before drawing. **Top-k** keeps the $k$ likeliest
# tokens; **top-p**, or nucleus sampling (核采样), keeps the fewest that hold the share $p$
# together. The temperature you know from chapter 00.

# %%
# NBVAL_IGNORE_OUTPUT
logits = fitted["GPT"].model.next_logits(torch.tensor([tokenizer.encode("Return the ")]))[0]
viz.sampling_lab(logits, names, temperature=0.8, top_p=0.9)

# %% [markdown]
# ### Exercise 2.1.10 · ★★★ · 15 min
#
# Write top-p. `probs` is `(..., vocab_size)`. Keep the likeliest tokens up to and including
# the one with which their sum reaches `p`; all others get 0. Scale what is left so that it
# sums to one.


# %%
def keep_top_p(probs, p):
    """The nucleus of each distribution."""
    ...


lmlab.check("keep_top_p", keep_top_p)

# %%
lmlab.hint("keep_top_p")

# %%
lmlab.solution("keep_top_p")

# %%
lmlab.quiz("keep_top_p")

# %% [markdown]
# ## 11 · The same in Chinese
#
# *Does any of this depend on the alphabet?*
#
# No: a token is a number. But the *unit* matters. Chinese has thousands of characters, and a
# character says more than a letter does. The town's stories exist in Chinese too; count them
# in characters, in bytes (three to a character), and in tokens that BPE (chapter 3.1) made of
# bytes.

# %%
from lmlab.text import (
    BPETokenizer,
    ByteTokenizer,
    CharTokenizer,
    characters_per_token,
    encode_documents,
)
from lmlab.training import Validation

told = lmlab.town.stories(600, language="zh")
tested = lmlab.town.stories(60, split="validation", language="zh")
print(told[0][:60], "…\n")
cuts = {
    "characters": (CharTokenizer.train([*told, *tested]), 5),
    "bytes": (ByteTokenizer(), 9),
    "BPE, 800": (BPETokenizer.train(told, 800), 4),
}
for unit, (cut, order) in cuts.items():
    config = NGramConfig(vocab_size=cut.vocab_size, order=order)
    zh = NGram.fit(encode_documents(told, cut), config)
    ids = encode_documents(tested, cut)
    bits = bits_per_char(zh, Validation(ids, characters_per_token(tested, cut, ids)))
    print(f"{unit:11} {cut.vocab_size:5,} tokens, order {order}: {bits:.2f} bits per character")

# %% [markdown]
# Bits per *character* can be compared between the three rows, because the text is the same.
# Between English and Chinese they cannot: the same story takes fewer characters there, and
# each carries more.
#
# ## Summary
#
# - A language model gives every text a probability, one next token at a time. How it does so,
#   by counting or by a network, is another matter.
# - One score for all: bits per character on text that no model has seen.
# - Long contexts are rarely seen twice. Kneser–Ney asks the shorter context for help, and how
#   *many different* contexts a token has.
# - A neural n-gram shares what it learns between similar contexts. A recurrent network has no
#   n, but forgets; gates help. Attention looks back directly.
# - BERT fills gaps from both sides. It gives no probability of a text.
# - With little compute, counting wins; with more of it the networks pass, the GPT furthest.
#
# ## What the document says, what we found

# %%
lmlab.ledger("02_1_language_models")

# %% [markdown]
# ## Further reading
#
# - Shannon 1948, *A Mathematical Theory of Communication*, section 3: n-grams that write.
# - Chen & Goodman 1998, *An Empirical Study of Smoothing Techniques for Language Modeling*:
#   the smoothing of this chapter, with every alternative measured.
# - Bengio et al. 2003, *A Neural Probabilistic Language Model*: the neural n-gram.
# - Hochreiter & Schmidhuber 1997, *Long Short-Term Memory*.
# - Devlin et al. 2019 (arXiv 1810.04805): BERT. Salazar et al. 2020 (arXiv 1910.14659):
#   scoring with it.
# - Holtzman et al. 2020, *The Curious Case of Neural Text Degeneration* (arXiv 1904.09751):
#   top-p.
#
# **Next:** [2.2 Self-attention](02_2_self_attention.ipynb)
