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
# # Start here
#
# A language model is a program that says how likely each next word is. In the next five minutes
# you let one write, look inside it while it works, write a piece of it yourself, and train another
# one from nothing.
#
# | | |
# |:--|:--|
# | **You will be able to** | let a GPT write; read its heads; train a small one |
# | **You need to know** | a little Python; nothing about machine learning |
# | **Time** | 5 minutes to run and read, 20 with the exercises |
# | **On two cores** | 40 seconds of compute, no GPU, no internet |
# | **Exercises** | 2, one of them optional |
#
# Press **Shift + Enter** to run a cell and go to the next one. You can change every cell and run it
# again: nothing can break.

# %%
import torch

import lmlab
from lmlab import viz

# %% [markdown]
# ## 1 · A model writes
#
# *Can a small program write a story that makes sense?*
#
# `town-gpt` is a **GPT** (生成式预训练变换器), a model that predicts the next token. This course
# trained it, on stories from a small made-up town and on nothing else. It does not see letters or
# words but **tokens** (词元): frequent pieces of text, each with a number. A space belongs to the
# word that follows it.

# %%
model, tokenizer = lmlab.load("town-gpt")
print(f"{model.num_parameters():,} parameters, {tokenizer.vocab_size:,} different tokens")

prompt = "One misty morning, a baker"
print(" | ".join(tokenizer.tokens(tokenizer.encode(prompt))))

# %% [markdown]
# Now it writes. It names a next token, appends it to the text, and asks itself again.

# %%
story = prompt
ids = torch.tensor([[tokenizer.eos_id, *tokenizer.encode(prompt)]])  # (batch, time)
print(prompt, end="")
for token in model.stream(ids, 200, temperature=0.7, seed=2, eos_id=tokenizer.eos_id):
    if token.item() == tokenizer.eos_id:  # the end mark: the story is over
        break
    piece = tokenizer.decode(token.tolist())
    print(piece, end="", flush=True)
    story += piece

# %% [markdown]
# But does the story hold together? It contradicts itself when someone gives away a kite that they
# do not have. The town is simple enough for a program to check that: it reads the story and keeps
# track of who is where and who has what.

# %%
for violation in lmlab.town.check(story):
    print(f"sentence {violation.index + 1}: {violation.message}")
print(f"{len(lmlab.town.check(story))} contradictions found")

# %% [markdown]
# And a story that we spoiled on purpose:

# %%
spoiled = (
    "One sunny morning, a baker called Rosa was in the park. "
    "Rosa went to the school. "
    "Rosa left the park and went to the library."
)
for violation in lmlab.town.check(spoiled):
    print(f"sentence {violation.index + 1}: {violation.message}")

# %% [markdown]
# ## 2 · The next token
#
# *How does the model choose?*
#
# For each token that it knows the model gives one number, a **logit** (对数几率): the larger, the
# more likely that token comes next. **Softmax** (归一化指数函数) turns the logits $z$ into
# probabilities, and the **temperature** (温度) $T$ says how far the model may stray from its first
# choice:
#
# $$p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}$$

# %%
lmlab.predict(
    "You lower the temperature from 1.0 to 0.3. What happens to the most likely token?",
    {
        "It becomes less likely": "Dividing by a small number spreads the logits further apart, "
        "so the largest one wins more often.",
        "It becomes more likely": "The gaps between the logits grow, and the largest takes more "
        "of the whole. Near 0 the model always says the same.",
        "Nothing changes": "The order of the tokens stays, but their shares do not.",
    },
    answer="It becomes more likely",
)

# %%
import matplotlib.pyplot as plt

from lmlab.generate import probabilities


def draw(axes, text, temperature):
    """Draw the six most likely tokens after a text."""
    ids = torch.tensor([[tokenizer.eos_id, *tokenizer.encode(text)]])
    logits = model(ids)[0, -1].detach()  # (vocab_size,)
    top = probabilities(logits, temperature).topk(6)
    axes.barh(range(6), top.values, color="#2166ac")
    axes.set_yticks(range(6), map(repr, tokenizer.tokens(top.indices.tolist())))
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel="probability", title=f"temperature {temperature:.1f}")


# %%
text = "One sunny morning, a"
figure, panels = plt.subplots(1, 3, figsize=(9, 2.4), layout="constrained")
for axes, temperature in zip(panels, (0.3, 1.0, 2.0), strict=True):
    draw(axes, text, temperature)
viz.picture(
    figure,
    f"The six most likely tokens after '{text}' at temperatures 0.3, 1 and 2: the higher the "
    "temperature, the more evenly the probability is spread.",
)

# %% [markdown]
# A low temperature makes the model sure of itself, a high one makes it daring. Move the slider, and
# write another text into the box.

# %%
# NBVAL_IGNORE_OUTPUT
from ipywidgets import interact


@interact(text=text, temperature=(0.1, 3.0, 0.1))
def explore(text, temperature=1.0):
    figure, axes = plt.subplots(figsize=(5, 2.4), layout="constrained")
    draw(axes, text, temperature)
    return viz.picture(figure, f"The most likely tokens after '{text}'.")


# %% [markdown]
# ### Exercise 0.1 · ★ · 5 min
#
# Write the formula above as a function. `logits` holds one row for each text, its last axis runs
# over the tokens; what you return has the same shape. Replace the `...` and run the cell: `check`
# tells you whether it is right, and if not, what is wrong. You may be wrong as often as you like.


# %%
def next_token_probabilities(logits, temperature):
    """Logits (..., vocab_size) to probabilities of the same shape."""
    ...


lmlab.check("next_token_probabilities", next_token_probabilities)

# %% [markdown]
# Stuck? Open one hint at a time. The solution is the very function that this package uses.

# %%
lmlab.hint("next_token_probabilities")

# %%
lmlab.solution("next_token_probabilities")

# %% [markdown]
# ## 3 · Attention heads
#
# *Where does the model look when it writes a word?*
#
# **Attention** (注意力) lets each token gather information from the tokens before it. A model does
# that many times over, in layers (层) of several **heads** (注意力头), and each head looks for
# something else. `record` keeps every tensor that is computed inside its block:

# %%
text = "One sunny morning, a baker called Rosa was in the park with a red kite. Rosa met Tom."
ids = torch.tensor([[tokenizer.eos_id, *tokenizer.encode(text)]])
with lmlab.record(model) as tape:
    model(ids)
tape.attention_weights().shape  # (layers, heads, query, key)

# %% [markdown]
# Each small square below is one head. A row is a token that looks (the query 查询), a column is a
# token that it looks at (the key 键); `·` is a space. Point at a square to see it large, click to
# keep it; point at a token to see where it looks.

# %%
tokens = tokenizer.tokens(ids[0].tolist())
viz.head_view(tape, tokens, title="The heads of town-gpt")

# %% [markdown]
# The upper right half is empty in all of them: no token may look at what comes after it. Some
# heads wear a badge. A **previous-token head** (前词元头) shows as a line below the diagonal: each
# token looks at the one before. Can you find one? The numbers name the best:

# %%
scores = viz.head_scores(tape.attention_weights().numpy(), tokens)
previous = scores["previous"]  # (layers, heads)
layer, head = divmod(int(previous.argmax()), model.config.n_heads)
print(
    f"layer {layer}, head {head}: {previous[layer, head]:.0%} of its attention goes one token back"
)

# %% [markdown]
# ### Exercise 0.2 · ★★ · 10 min
#
# This one is optional; chapter 2.2 comes back to it. What hides the future is a **mask** (掩码): a
# table of True and False with a row for each query and a column for each key. Write it. When there
# are more keys than queries, the queries are the *last* positions: that is so when a model writes,
# and has read the earlier tokens already.


# %%
def causal_mask(query_len, key_len):
    """(query_len, key_len) truth values: True where the query may look at the key."""
    ...


lmlab.check("causal_mask", causal_mask)

# %%
lmlab.hint("causal_mask")

# %%
lmlab.solution("causal_mask")

# %%
lmlab.quiz("causal_mask")

# %% [markdown]
# ## 4 · Train one yourself
#
# *What does it take to learn to write?*
#
# A text, a model whose numbers are random, and one small step repeated many times. The text is the
# reference of the Python language, which came with your Python. Tokens are single characters here,
# so that you can see the spelling being learned.

# %%
from lmlab.text import CharTokenizer, encode_documents
from lmlab.training import Validation, evaluate

corpus = lmlab.corpora.load("python-reference")
characters = CharTokenizer.train([*corpus.train, *corpus.validation])
train_tokens = encode_documents(corpus.train, characters)
held_out = Validation(encode_documents(corpus.validation, characters))

# %% [markdown]
# The new model is a GPT like the first one, only smaller. Before it has learned anything, it writes
# this:

# %%
# NBVAL_IGNORE_OUTPUT
torch.manual_seed(0)
student = lmlab.GPT(
    lmlab.TransformerConfig(
        vocab_size=characters.vocab_size, context_length=64, d_model=96, n_layers=3, n_heads=4
    )
)


def write(model, prompt="The ", length=200):
    ids = torch.tensor([characters.encode(prompt)])
    print(characters.decode(model.generate(ids, length, temperature=0.6, seed=1)[0].tolist()))


write(student)

# %% [markdown]
# **Training** (训练) shows it a piece of the text, lets it guess each next character, and moves all
# its numbers a little, so that the right one becomes more likely. The **loss** (损失) says how
# surprised it is by text that it has not seen, in bits per character: 0 would be certainty. A model
# that knows nothing needs about 7 bits for each of these characters. Watch it fall:

# %%
# NBVAL_IGNORE_OUTPUT
settings = lmlab.TrainingConfig(steps=400, batch_size=16, evaluate_every=100, seed=0)
result = lmlab.train(
    student, train_tokens, settings, validation=held_out, callbacks=[viz.LiveCurve()]
)

# %%
loss = evaluate(student, held_out).bits_per_character
print("2.2 to 2.6 bits per character are expected:", "so it is" if 2.2 < loss < 2.6 else loss)

# %%
# NBVAL_IGNORE_OUTPUT
print(f"{loss:.2f} bits per character\n")
write(student)

# %% [markdown]
# In half a minute it has found out letters, short words, spaces and brackets, from nothing but
# guessing what comes next. No rule of English was given to it. `town-gpt` was made in the same
# way, with a larger model, more text and more steps. Chapter 5 builds it, and `lmlab train` in a
# terminal trains one for as long as you like.
#
# Try it: change `d_model` or `steps` and run the last cells again. Press the stop button (■) in the
# middle, and you keep the model as it is then.

# %% [markdown]
# ## 5 · Where to go from here
#
# The course follows an article on large language models, section by section. Each chapter is a
# notebook in the same folder as this one. Those with a link are here; the others are to come.
#
# | | chapter | what it is about |
# |:--|:--|:--|
# | 1 | [Background](01_background.ipynb) | from n-grams to GPT; what size and training cost |
# | 2.1 | [Language models](02_1_language_models.ipynb) | n-grams to GPT, one text, one score |
# | 2.2 | [Self-attention](02_2_self_attention.ipynb) | from an average to many heads; masks |
# | 2.3 | [The Transformer](02_3_transformer.ipynb) | the block, its norms, its sense of order |
# | 3.1 | [Forward pass](03_1_forward_pass.ipynb) | every tensor from text to logits |
# | 3.2 | [Backward pass](03_2_backward_pass.ipynb) | gradients, and the optimisers that use them |
# | 4 | [The mathematics](04_mathematics.ipynb) | every formula derived, then run |
# | 5 | [Build a GPT](05_build_a_gpt.ipynb) | your own, from the parts |
# | 5.2 | Reading attention heads | what heads do, in your model and in real ones |
# | 6.1 to 6.5 | Five applications | translation, questions, summaries, meaning, sentiment |
# | 7 | Tools | the same model in three libraries |
# | 8.1 | Training larger models | scaling laws, memory, many devices |
# | 8.2 | Privacy and security | what a model remembers and gives away |
#
# **How the notebooks work.** `make lab` in a terminal opens them again. Sliders and boxes need the
# notebook to run; the attention view works in a saved page too. If something looks odd, *Kernel →
# Restart Kernel and Run All Cells* starts afresh, and `lmlab doctor` in a terminal says what is
# missing on your machine.
#
# **How the exercises work.** `check` never stops a notebook, and later cells do not need your
# answer: they use the package's own version. What you have done is kept on your machine.
# `lmlab.progress()` lists the whole course; here are the exercises of this chapter:

# %%
# NBVAL_IGNORE_OUTPUT
lmlab.progress("00_start_here")

# %% [markdown]
# ## Summary
#
# - A language model gives a probability to every next token. Writing is drawing from it again and
#   again.
# - The temperature divides the logits: low is sure, high is daring.
# - An attention head is a table of which token looks where. In a GPT nothing looks ahead.
# - Training lowers the surprise at the next token. Spelling, words and sense come from that alone.
#
# ## Further reading
#
# - Vaswani et al. 2017, *Attention Is All You Need* (arXiv 1706.03762): where the Transformer comes
#   from. Look at its figures now; by chapter 2.3 you can read all of it.
# - Radford et al. 2019, *Language Models are Unsupervised Multitask Learners*: GPT-2, the form that
#   your model has.
# - Eldan & Li 2023, *TinyStories* (arXiv 2305.07759): how small a model can be and still tell a
#   story.
#
# **Next:** [1 · Background](01_background.ipynb)
