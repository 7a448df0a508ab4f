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
# # 1 · Background: from n-grams to GPT
#
# | | |
# |:--|:--|
# | **You will be able to** | work out the size and the training cost of a GPT; date a claim |
# | **You need to know** | a little Python; chapter 00 is enough |
# | **Time** | 50 minutes |
# | **On two cores** | 15 seconds of compute |
# | **Exercises** | 3, and 3 predictions |
#
# This chapter goes with section 1 of the document. It holds two claims of that section up to the
# light: that GPT-3 is the largest model, and that it learned without a teacher.

# %%
import torch

import lmlab
from lmlab import scaling, viz

# %% [markdown]
# ## 1.1 What does a language model do?
#
# It reads a text and says what comes next. Not one answer: a probability for every **token**
# (词元, a word or a piece of one) that it knows. That is all a **language model** (语言模型) is. A
# chat, a translation or a poem is this one step, done again and again.
#
# Here is one at work: the small GPT that comes with this course. It has read stories about a small
# town. Now it reads *Oscar went to the mill with a white umbrella.* Each column shows a token that
# it has just read, and below it the model's best guesses for the next one. Orange is the token that
# did come. (`·` is a space: most tokens begin with one.)

# %%
model, tokenizer = lmlab.load("town-gpt")
sentence = "Oscar went to the mill with a white umbrella."
ids = [tokenizer.eos_id, *tokenizer.encode(sentence)]  # a story begins where another ended
probabilities = model(torch.tensor([ids])).softmax(dim=-1)[0].detach()  # (time, vocab_size)

read = tokenizer.tokens(ids)
vocabulary = tokenizer.tokens(range(tokenizer.vocab_size))
last = slice(-9, -1)  # the last eight columns fit on a page
shown = probabilities[last].numpy()
figure = viz.next_token_bars(shown, read[last], vocabulary, following=read[-1])
viz.picture(
    figure,
    alt="One column for each token of a sentence, with bars for the five most probable next "
    "tokens. The token that did follow is orange; after some tokens it is nearly certain, after "
    "others it is one of many.",
)

# %% [markdown]
# **What you see.** Some columns have one long bar: grammar leaves little choice there. Others have
# many short ones: which person, which thing? The story has not said yet. A good model is sure where
# it can be, and spreads its bets where it cannot.
#
# Multiply the orange probabilities, and you have the probability of the whole sentence:
#
# $$p(x_1, \dots, x_T) = \prod_{t=1}^{T} p(x_t \mid x_1, \dots, x_{t-1})$$

# %%
followed = probabilities[range(len(ids) - 1), ids[1:]]  # (time - 1): the orange bars
by_chance = (1 / tokenizer.vocab_size) ** len(followed)
print(f"{len(followed)} tokens, each one of {tokenizer.vocab_size}")
print(f"this model gives the sentence the probability {followed.prod():.1e}")
print(f"blind guessing gives it                       {by_chance:.1e}")

# %% [markdown]
# Chapter 2.1 builds such models in every way that mattered in history, and scores them on one text.
# Here is the way in six steps. The task stayed the same, *predict the next token*; what changed is
# how much the prediction can look at, and how it uses it.
#
# | step | idea | a landmark |
# |---|---|---|
# | count | how often did this word follow those two? An **n-gram** (n 元语法) | Shannon 1951 |
# | embed | similar words get similar vectors, so that counts are shared | Bengio et al. 2003 |
# | remember | carry a state from word to word: a recurrent network | Mikolov et al. 2010 |
# | attend | look back at every word at once: the Transformer | Vaswani et al. 2017 |
# | pre-train | learn from plain text first, from a task later | GPT 2018 (BERT fills gaps) |
# | scale | more parameters, more text, more compute | GPT-3 2020 and after |

# %% [markdown]
# ## 1.2 How large did they become?
#
# The size of a model is its number of **parameters** (参数): the numbers that training sets. The
# package holds what the landmark models' authors published, each figure with its source.

# %%
models = scaling.landmark_models()
for name in ("Big LSTM", "GPT", "BERT-large", "GPT-2", "GPT-3", "Chinchilla", "DeepSeek-V3"):
    m = scaling.landmark_model(name)
    tokens = f"{m.tokens:.1e}" if m.tokens else "not given"
    print(f"{m.date[0]}  {m.name:12} {m.kind:8} {m.parameters:.1e} parameters, {tokens} tokens")
print("\n1.2e+08 is 1.2 × 10⁸, or 120 million. One source:")
print(scaling.landmark_model("GPT-3").source)

# %%
lmlab.predict(
    "GPT came in June 2018, GPT-3 in May 2020. By what factor did the size grow?",
    {
        "about 15": "Look at the powers of ten above: 10⁸ became 10¹¹.",
        "about 150": "10⁸ to 10¹¹ is a factor of a thousand, and 1.2 became 1.8.",
        "about 1,500": "From 117 million to 175 billion in two years.",
    },
    answer="about 1,500",
)

# %%
viz.picture(
    viz.size_by_date([m for m in models if m.year > 2007]),
    alt="Parameters of the landmark models by date, on a log scale. Transformers climb from about "
    "100 million in 2018 to more than 500 billion in 2022; after that most are smaller, and the "
    "largest are mixtures of experts. An n-gram model of 2007 stands at 300 billion.",
)

# %% [markdown]
# **What you see.** The upward axis is a **log scale** (对数坐标): each line is ten times the one
# below. From 2018 to 2022 the largest Transformers nearly climb the whole picture. Then they stop,
# and small models appear below large ones. Section 1.4 shows why.
#
# Two marks do not fit a simple story:
#
# - **Web n-grams**, 2007: 300 billion stored counts, more numbers than GPT-3. But a count of four
#   words knows nothing of five, and nothing of similar words. Size alone is not skill.
# - **Mixtures of experts** (混合专家), in orange: models with many feed-forward networks side by
#   side, of which each token meets a few. They *have* many parameters and *use* few at a time.
#   Models in which every token meets every parameter are called **dense** (稠密).

# %% [markdown]
# ### Is GPT-3 the largest?
#
# The document says that GPT-3 is the largest language model. A claim like this needs a date.

# %%
lmlab.predict(
    "For how long was GPT-3 the largest published neural language model?",
    {
        "It still is": "Larger ones have been published every year since.",
        "About a year": "True for dense models. Did you count the mixtures of experts?",
        "About a month": "If mixtures of experts count. Among dense models it led for eleven.",
    },
    answer="About a month",
)


# %%
def size(m):
    """What the record is about."""
    return m.parameters


neural = [m for m in models if m.kind != "n-gram"]
dense = [m for m in neural if m.kind != "MoE"]
for title, group in (("dense", dense), ("mixtures of experts counted", neural)):
    holders = scaling.records(group, size)
    gpt3 = next(i for i, m in enumerate(holders) if m.name == "GPT-3")
    later = holders[gpt3 + 1]
    months = 12 * (later.year - holders[gpt3].year)
    print(f"{title}: GPT-3 led for {months:.0f} month(s), until {later.name}, {later.organisation}")
print(f"models in our table that are larger: {sum(size(m) > 175e9 for m in neural if size(m))}")

# %%
viz.picture(
    viz.largest_by_date(scaling.records(dense, size), scaling.records(neural, size), until=2026),
    alt="Two staircases of the largest model at each time. Dense models: GPT-2, Megatron-LM, T5, "
    "Turing-NLG, GPT-3, PanGu-α, Yuan 1.0, MT-NLG, PaLM from 2022. With mixtures of experts: an "
    "LSTM of 2017, then GPT-3 for a moment, GShard, and Switch-C from 2021.",
)

# %% [markdown]
# **What we found.** GPT-3 was the largest dense model when it came, ten times larger than the one
# before. The claim was true when written and has expired. In our table both staircases stay flat
# after 2022, for two reasons: the race turned from size to data, and some makers stopped telling.
# (A table of landmarks is no census. Experiments whose point was only that a size can be run are
# left out: one of 2021, for text and images, had ten trillion parameters.)
#
# GPT-4 is such a case. Figures for it go round, none from its authors. Our table leaves it empty:

# %%
gpt4 = scaling.landmark_model("GPT-4")
print(gpt4.parameters, gpt4.tokens, gpt4.flops)
print(gpt4.note)

# %% [markdown]
# ## 1.3 Where do the parameters sit?
#
# Now open one. A GPT is a stack of equal **blocks**, $L$ of them, each $d$ numbers wide. You will
# build one in chapter 5. To count its parameters you need only the shapes of its matrices:
#
# - **attention** has four matrices of $d \times d$: for queries, keys, values, and the output;
# - the **feed-forward** has two: from $d$ up to $4d$, and back down;
# - the **embedding** (嵌入) has one vector of $d$ numbers for each of the $V$ tokens, and serves
#   again as the output layer.
#
# Here is the exact count for the smallest GPT-2, norms and biases included. Its `head`, the output
# layer, is the embedding once more and adds nothing:

# %%
config = scaling.landmark_model("GPT-2 small").transformer_config()
print(f"{config.n_layers} blocks, {config.d_model} wide, {config.vocab_size} tokens")
parts = scaling.count_parameters(config)
total = sum(parts.values())
for part, count in parts.items():
    print(f"{part:13}{count:12,}  {'█' * round(40 * count / total)}")
print(f"{'together':13}{total:12,}")

# %% [markdown]
# Norms and biases are crumbs. Leave them out, and the size fits on an envelope. You write it.
#
# ### Exercise 1.1 · ★★ · 8 min
#
# Return the number of parameters of a GPT: the attention and feed-forward of all its blocks, and
# its embedding. Leave out norms, biases and positions.


# %%
def transformer_parameters(n_layers, d_model, vocab_size):
    """The parameters of a GPT, small parts left out."""
    ...


lmlab.check("transformer_parameters", transformer_parameters)

# %%
lmlab.hint("transformer_parameters")

# %%
lmlab.solution("transformer_parameters")

# %% [markdown]
# How good is the envelope? Here is the package's own version of what you just wrote, beside the
# exact count and what the authors say.

# %%
print(f"{'':16}{'published':>10}{'exact':>10}{'envelope':>10}")
for name in ("GPT", "GPT-2 small", "GPT-3", "BLOOM", "LLaMA 7B", "Mistral 7B", "Llama 3.1 405B"):
    m = scaling.landmark_model(name)
    config = m.transformer_config()
    exact = sum(scaling.count_parameters(config).values())
    envelope = scaling.approximate_parameters(m.n_layers, m.d_model, config.vocab_size)
    print(f"{name:16}{m.parameters:10.2e}{exact:10.2e}{envelope:10.2e}")

# %%
errors = {"exact": [], "envelope": []}
for m in models:
    if config := m.transformer_config():  # a shape that our GPT can take
        exact = sum(scaling.count_parameters(config).values())
        envelope = scaling.approximate_parameters(m.n_layers, m.d_model, config.vocab_size)
        errors["exact"].append((abs(exact / m.parameters - 1), m.name))
        errors["envelope"].append((abs(envelope / m.parameters - 1), m.name))
for count, found in errors.items():
    worst, name = max(found)
    print(f"{count:9} {len(found)} models, worst: {name}, off by {worst:.1%}")

# %% [markdown]
# **What you see.** The exact count comes within two per cent of what was published, for every model
# whose shape we know. The envelope is right for the older models and up to a fifth off for newer
# ones: they share keys and values between heads, and some have a gate in the feed-forward
# (chapter 2.3).
#
# Counting pays. The paper of GPT-2 gives its smallest model 117 million parameters; our count says
# 124 million. The authors later corrected their table, and the count was right.

# %% [markdown]
# ## 1.4 How much text did they read?
#
# Parameters are one half. The other is text. In 2022 a team at DeepMind trained more than 400
# models and found that, for a fixed budget, size and text should grow together: about **20 tokens
# for each parameter** (Hoffmann et al. 2022). A mark above the dashed line read more than that, a
# mark below it read less.

# %%
viz.picture(
    viz.tokens_against_parameters(models),
    alt="Training tokens against the parameters that a token meets, on log scales, with a line at "
    "20 tokens a parameter. GPT-3, Gopher, PaLM and MT-NLG lie below it, Chinchilla on it, and "
    "nearly all models since 2023 far above.",
)

# %%
for name in ("GPT-3", "MT-NLG", "Chinchilla", "LLaMA 7B", "Llama 3 8B", "SmolLM2-135M"):
    m = scaling.landmark_model(name)
    print(f"{m.name:13} {m.date[0]}  {m.tokens / m.parameters_met:10,.1f} tokens a parameter")

# %% [markdown]
# **What you see.** GPT-3 read fewer than two tokens for each parameter. Chinchilla had less than
# half of its parameters, read nearly five times the text, and beat it. Since then models read far
# *more* than 20. Why? The rule asks for the best model for the cost of *training* it. But a model
# is used for years. A small one that was trained long costs more to make and less to run.
#
# So "larger" stopped meaning "better", and the staircases of section 1.2 went flat.

# %% [markdown]
# ## 1.5 What did the training cost?
#
# Cost is counted in **FLOPs** (浮点运算): single multiplications and additions. Take one token and
# one parameter.
#
# - *Forward*: the parameter is multiplied with something, and the product added to a sum: 2 FLOPs.
# - *Backward*: the same work twice over, once for the gradient of what came in, once for the
#   gradient of the parameter: 4 FLOPs. (Chapter 3.2 derives this.)
#
# ### Exercise 1.2 · ★ · 5 min
#
# Return the FLOPs of training a dense model with so many parameters on so many tokens.


# %%
def training_flops(parameters, tokens):
    """FLOPs of one training run."""
    ...


lmlab.check("training_flops", training_flops)

# %%
lmlab.hint("training_flops")

# %%
lmlab.solution("training_flops")

# %% [markdown]
# Does such a simple rule match what the authors say they spent?

# %%
for name in ("T5-11B", "GPT-3", "Gopher", "Chinchilla", "PaLM", "Falcon-180B", "Llama 3.1 405B"):
    m = scaling.landmark_model(name)
    ours = scaling.training_flops(m.parameters_met, m.tokens)
    print(f"{name:15} published {m.compute:.2e}   6ND {ours:.2e}   ratio {m.compute / ours:.2f}")

# %% [markdown]
# It does, within a seventh. So we can trust it where nothing was published: the hollow marks below.

# %%
lmlab.predict(
    "From 2017 to 2024, how fast did the compute of the largest published runs double?",
    {
        "every 2 years": "That is the pace of transistors on a chip, Moore's law. Faster.",
        "every year": "Seven doublings make a factor of 128. It was more like a million.",
        "every 4 to 5 months": "About twenty doublings in seven years: a factor of a million.",
    },
    answer="every 4 to 5 months",
)

# %%
frontier = scaling.records(neural, lambda m: m.flops)
viz.picture(
    viz.compute_by_date(models, frontier=frontier),
    alt="Training compute by date on a log scale, from the Transformer of 2017 at 2e19 FLOPs to "
    "Llama 3.1 405B of 2024 at 4e25. A dashed line through the record holders gives their "
    "doubling time, a few months.",
)

# %%
known = [m for m in neural if m.flops]
early = [m for m in frontier if m.year < 2020.5]
late = [m for m in frontier if m.year > 2020]
for title, group in (
    ("record holders", frontier),
    ("... up to GPT-3", early),
    ("... from GPT-3 on", late),
    ("all whose compute is known", known),
):
    months = 12 * scaling.doubling_time([m.year for m in group], [m.flops for m in group])
    print(f"{title:27} {len(group):2} models: doubles every {months:4.1f} months")

# %% [markdown]
# **Read such numbers with care.** The doubling time depends on whom you count: record holders or
# all models, the steep years before GPT-3 or the calmer ones after. Anyone who quotes a single
# figure has made that choice for you. And a closed model that publishes nothing holds no record.

# %% [markdown]
# ## 1.6 Play: plan a training run
#
# The star is your plan, the dots are the landmark models. Each grey line joins all plans that cost
# the same. Move the sliders (they work where the notebook runs), and try to answer:
#
# 1. How long would GPT-3 take on *your* machine?
# 2. Keep GPT-3's cost and follow the rule of 20 tokens a parameter. What do you get?
# 3. What is the largest model that you could train in one night?

# %%
viz.calculator(models, n_layers=96, d_model=12_288, vocab_size=50_257, tokens=300e9)

# %% [markdown]
# Tried it? Here are the answers by hand. For the second and third, put $D = 20N$ into $6ND$: the
# cost is $120 N^2$, so that $N = \sqrt{\text{cost} / 120}$.

# %%
gpt3, laptop, reached = scaling.landmark_model("GPT-3"), 1e11, 0.4  # FLOPs a second; share of them
days = scaling.training_days(gpt3.compute, devices=1, flops_per_second=laptop, utilisation=reached)
print(f"1. GPT-3 on a laptop: {days / 365:,.0f} years")
best = (gpt3.compute / 120) ** 0.5
print(f"2. for the same cost: {best:.1e} parameters and {20 * best:.1e} tokens")
night = 8 * 3600 * laptop * reached
print(f"3. in a night of 8 hours: {(night / 120) ** 0.5:.1e} parameters")
print(f"   the town GPT of section 1.1 has {model.num_parameters():.1e}")

# %% [markdown]
# ## 1.7 Who is the teacher?
#
# The document calls GPT-3 an AI that learns without a teacher. What is true in it: nobody wrote
# labels. In *supervised* learning, people say for each example what the answer is. Here the text is
# its own answer. Hide what comes next, guess, look. This is **self-supervised learning**
# (自监督学习).

# %%
story = lmlab.town.stories(1, seed=1, split="test")[0]
words = tokenizer.tokens(tokenizer.encode(story))
for i in range(6):
    print(f"read {''.join(words[: i + 1])!r:42} predict {words[i + 1]!r}")
print(f"... {len(words) - 1} predictions in one story of {len(story)} characters, no label written")

# %% [markdown]
# The inputs are the text. The targets are the same text, shifted by one. One pass through the model
# makes *all* predictions at once, one at each place: this is why plain text teaches so much.
#
# BERT (2018) finds its labels in the text as well, in another way. It hides about 15 % of the
# tokens (**masking**, 掩码) and guesses those, with both sides in sight:

# %%
hidden = torch.rand(len(words), generator=torch.Generator().manual_seed(0)) < 0.15
masked = [" [MASK]" if hide else word for word, hide in zip(words, hidden, strict=True)]
print("".join(masked[:45]), "…\n")
print(f"GPT's objective:  {len(words) - 1} predictions from this story, each from the left")
print(f"BERT's objective: {int(hidden.sum())} predictions, each from both sides")

# %% [markdown]
# Both are self-supervised. But BERT gives no probability of a text and does not write: it is not a
# language model in the sense of section 1.1. Chapter 2.1 compares the two objectives.
#
# ### Exercise 1.3 · ★★ · 10 min
#
# Make the training data of a GPT. `ids` is a tensor of token ids, `(n_tokens,)`. Cut it into blocks
# of `context_length` that lie end to end. Return `(inputs, targets)`, both
# `(n_blocks, context_length)`: the target at each place is the token that follows. What is left at
# the end and fills no block is dropped.


# %%
def next_token_pairs(ids, context_length):
    """Inputs, and for each of them the token that follows."""
    ...


lmlab.check("next_token_pairs", next_token_pairs)

# %%
lmlab.hint("next_token_pairs")

# %%
lmlab.solution("next_token_pairs")

# %% [markdown]
# ### What "without a teacher" leaves out
#
# No labels is not no teacher. People wrote the text, and others chose, cleaned and mixed it. What
# made GPT-3 famous was something else: **few-shot** (少样本) prompts. Put three examples of a task
# into the prompt, and the model goes on in their manner, with no weight changed. This is called
# **in-context learning** (上下文学习). It is real, and chapter 5.2 shows you a circuit that does a
# simple form of it. It has limits: GPT-3's own paper shows tasks on which it stays near chance.
# Some jumps of skill with size, called **emergent** (涌现), become smooth curves when the score
# gives credit for part of an answer (Schaeffer et al. 2023). And the assistants that people meet
# are trained further, on examples and judgements written by people (Ouyang et al. 2022). They have
# teachers.

# %% [markdown]
# ## Summary
#
# - A language model gives each token a probability of coming next. All else is built on that.
# - Parameters ≈ $12 L d^2 + V d$, within a fifth. Training FLOPs ≈ $6 N D$, within a seventh.
# - For the best model of a training budget: about 20 tokens a parameter. Models made to be *used*
#   read far more.
# - The labels come from the text: the same tokens, shifted by one.
#
# ## What the document says, what we found

# %%
lmlab.ledger("01_background")

# %% [markdown]
# ## Further reading
#
# - Shannon 1951, *Prediction and Entropy of Printed English*: people as language models. Short.
# - Radford et al. 2018, *Improving Language Understanding by Generative Pre-Training*: GPT.
# - Brown et al. 2020, *Language Models are Few-Shot Learners* (arXiv 2005.14165): GPT-3. Read its
#   section 5, on limits.
# - Kaplan et al. 2020 (arXiv 2001.08361) and Hoffmann et al. 2022 (arXiv 2203.15556): two scaling
#   laws that disagree. Chapter 8.1 fits one on your own runs.
# - Schaeffer et al. 2023, *Are Emergent Abilities of Large Language Models a Mirage?* (arXiv
#   2304.15004); Ouyang et al. 2022, on learning from people's judgements (arXiv 2203.02155).
# - `lmlab/scaling/landmarks.toml`: every figure of this chapter, with its source. Is a model
#   missing? Add it; a test checks that its figures agree with each other.
#
# **Next:** [2.1 Language models](02_1_language_models.ipynb)
