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
# # 2.3 · The Transformer: a stream, and parts that read it and write to it
#
# | | |
# |:--|:--|
# | **You will be able to** | write every part of a block, and say what is lost without it |
# | **You need to know** | chapters 2.1 and 2.2 |
# | **Time** | 3 hours |
# | **On two cores** | 85 seconds of compute, no GPU, no internet |
# | **Exercises** | 14, and 5 predictions |
#
# The document says that a Transformer is self-attention and positions. That is half of it.
# Here are the other parts, in a model that works: you will look at each, write it, and take it
# out to see what is lost. This chapter goes with section 2.3 of the document.

# %%
import torch

import lmlab
from lmlab import viz

# %% [markdown]
# ## 1 · The stream
#
# *What is handed from one layer to the next?*
#
# For each token the model keeps one vector of `d_model` numbers. It starts as the token's
# embedding. Then every part *reads* it and *adds* something to it; none overwrites it. This
# running sum is the **residual stream** (残差流):
#
# $$x \;\leftarrow\; x + \text{attention}(x), \qquad x \;\leftarrow\; x + \text{feed-forward}(x)$$
#
# The little GPT of chapter 00 has four blocks of these two. Is its stream really nothing but a
# sum?

# %%
town_gpt, tokenizer = lmlab.load("town-gpt")
story = lmlab.town.stories(1, seed=3, split="test")[0]
ids = torch.tensor([[tokenizer.eos_id, *tokenizer.encode(story)]])[:, :60]

with lmlab.record(town_gpt) as tape, torch.no_grad():
    town_gpt(ids)

stream = tape["embedded"]  # (1, time, d_model)
for layer in range(4):
    stream = stream + tape[f"blocks.{layer}.attn.out"]
    stream = stream + tape[f"blocks.{layer}.mlp.out"]
    same = torch.equal(stream, tape[f"blocks.{layer}.resid"])
    print(f"after block {layer}, the stream is the sum so far: {same}")

# %%
lmlab.predict(
    "A token's vector leaves the last block. How much longer is it than its embedding was?",
    {
        "about as long: parts write small corrections": "Nothing holds them to that. They may "
        "write as loudly as they like.",
        "about ten times": "So it would be if the eight parts wrote about as loudly as the "
        "embedding. But each has to be heard above all that was written before.",
        "thousands of times": "Each part has to be heard above all that was written before, and "
        "nothing makes it pay for writing louder.",
    },
    answer="thousands of times",
)

# %%
from lmlab.viz import theme

parts = ["embedded", *(f"blocks.{i}.{part}.out" for i in range(4) for part in ("attn", "mlp"))]
written = torch.stack([tape[part][0, 1:] for part in parts])  # (parts, time, d_model)
lengths = {
    "the stream": written.cumsum(dim=0).norm(dim=-1).mean(dim=-1),
    "what is written": written.norm(dim=-1).mean(dim=-1),
}
names = ["embedding", *(f"{part} {i}" for i in range(4) for part in ("attention", "feed-forward"))]
axes = theme.new_axes(8.6, 3.6)
for (name, sizes), colour in zip(lengths.items(), (theme.BLUE, theme.ORANGE), strict=True):
    axes.semilogy(names, sizes, "o-", color=colour)
    axes.annotate(name, (names[5], sizes[5]), xytext=(0, 12 if name == "the stream" else -20),
                  textcoords="offset points", color=colour)  # fmt: skip
axes.tick_params(axis="x", rotation=25)
axes.set(ylabel="length of the vector", title="mean over the tokens of a story")
viz.picture(
    axes,
    alt="Length of the residual stream, and of what each part adds to it, on a logarithmic axis. "
    "The embedding is 3 long, the stream after the first feed-forward 800, and at the end 9,000.",
)

# %% [markdown]
# **What you see.** The embedding is 3 long. The first feed-forward drowns it at once, and the
# last one writes more than all before it together. Two things follow. No part could work with
# vectors of such different sizes, so something has to bring them to one size before they are
# read: that is what the norms do. (In most models of today the stream grows; seldom as much as in
# this one, whose activation squares.) And what stands in the stream is only ever *added to*, so a
# gradient that comes back from the end flows through all the plus signs undamped.
#
# ## 2 · The norms
#
# *How does a part read a vector of length 3, and one of length 9,000?*
#
# It reads a copy that was brought to a standard size. **Layer normalisation** (层归一化) takes
# the mean off each vector and divides by the standard deviation; **RMSNorm** only divides:
#
# $$\text{LayerNorm}(x) = \frac{x - \bar{x}}{\sqrt{\overline{(x-\bar{x})^2} + \varepsilon}}
# \odot w + b, \qquad
# \text{RMSNorm}(x) = \frac{x}{\sqrt{\overline{x^2} + \varepsilon}} \odot w$$
#
# The bar is a mean over the channels of *one* vector. $w$ and $b$ are learned, and
# $\varepsilon$ is tiny: it guards against a division by zero.

# %%
from lmlab.nn import norms

ones, zeros = torch.ones(128), torch.zeros(128)
for name in ("embedded", "blocks.3.resid"):
    x = tape[name][0, 20]
    for kind, vector in {
        "as it is": x,
        "LayerNorm": norms.layer_norm(x, ones, zeros),
        "RMSNorm": norms.rms_norm(x, ones),
    }.items():
        rms = vector.square().mean().sqrt()
        print(f"{name:15} {kind:10} mean {vector.mean():z8.3f}   root mean square {rms:8.3f}")

# %% [markdown]
# **What you see.** Both come out with a root mean square of 1, from wherever they started. Only
# LayerNorm takes the mean away. RMSNorm leaves the direction of the vector as it was, costs
# less, and does as well; most models since Llama use it.
#
# ### Exercise 2.3.1 · ★ · 6 min
#
# Write RMSNorm. `x` is `(..., d_model)`, `weight` is `(d_model,)`, `eps` a number.


# %%
def rms_norm(x, weight, eps):
    """x / sqrt(mean(x²) + eps) · weight, for each vector."""
    ...


lmlab.check("rms_norm", rms_norm)

# %%
lmlab.hint("rms_norm")

# %%
lmlab.solution("rms_norm")

# %%
lmlab.quiz("rms_norm")

# %% [markdown]
# ### Exercise 2.3.2 · ★★ · 8 min
#
# Now LayerNorm, with a `weight` and a `bias`, both `(d_model,)`. Mind which variance.


# %%
def layer_norm(x, weight, bias, eps):
    """(x - mean) / sqrt(variance + eps) · weight + bias, for each vector."""
    ...


lmlab.check("layer_norm", layer_norm)

# %%
lmlab.hint("layer_norm")

# %%
lmlab.solution("layer_norm")

# %%
lmlab.quiz("layer_norm")

# %% [markdown]
# *And where does the norm stand?* In 2017 it took each sum (**post-norm**, 后置归一化). Since
# GPT-2 it stands in front of each part, and the stream itself is left alone (**pre-norm**,
# 前置归一化):
#
# $$\text{post:}\quad x \leftarrow \text{norm}(x + \text{part}(x)) \qquad\qquad
# \text{pre:}\quad x \leftarrow x + \text{part}(\text{norm}(x))$$
#
# ### Exercise 2.3.3 · ★★ · 8 min
#
# Put together the block of 2017. All but `x` are functions from `(..., time, d_model)` to the
# same shape: two parts, and the norm that belongs to each. Attention comes first.


# %%
def post_norm_block(x, attention, feed_forward, attn_norm, mlp_norm):
    """norm(x + part(x)), twice."""
    ...


lmlab.check("post_norm_block", post_norm_block)

# %%
lmlab.hint("post_norm_block")

# %%
lmlab.solution("post_norm_block")

# %%
lmlab.quiz("post_norm_block")

# %% [markdown]
# ### Exercise 2.3.4 · ★★ · 8 min
#
# And the block of today, from the same parts.


# %%
def pre_norm_block(x, attention, feed_forward, attn_norm, mlp_norm):
    """x + part(norm(x)), twice."""
    ...


lmlab.check("pre_norm_block", pre_norm_block)

# %%
lmlab.hint("pre_norm_block")

# %%
lmlab.solution("pre_norm_block")

# %%
lmlab.quiz("pre_norm_block")

# %% [markdown]
# Why was the norm moved? Look at a model that has not learned anything yet, with weights drawn
# as in 2017. How large is the first gradient that its *last* block gets, as models get deeper?

# %%
lmlab.predict(
    "Models of 2, 4, 8 and 16 blocks, before the first step. What happens to the gradient of the "
    "last feed-forward?",
    {
        "it shrinks with depth, for both": "With post-norm the last block stands right before the "
        "loss, behind a norm of its own: it does not know how deep the model is.",
        "post-norm: the same at every depth; pre-norm: it shrinks": "With pre-norm the stream has "
        "grown by then, and the last norm divides by its size.",
        "it explodes with depth, for both": "Explosions are what norms and residuals prevent.",
    },
    answer="post-norm: the same at every depth; pre-norm: it shrinks",
)

# %%
from torch.nn import functional as F


def last_gradient(n_layers, norm_position, seed):
    """The length of the gradient of the last block's down_proj in an untrained model."""
    torch.manual_seed(seed)
    gpt = lmlab.GPT(
        lmlab.TransformerConfig(
            vocab_size=64, context_length=32, d_model=64, n_layers=n_layers, norm="layernorm",
            norm_position=norm_position, activation="relu",
        )
    )  # fmt: skip
    for matrix in gpt.blocks.parameters():
        if matrix.ndim == 2:
            torch.nn.init.xavier_normal_(matrix)
    ids = torch.randint(64, (8, 33))
    loss = F.cross_entropy(gpt(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
    return torch.autograd.grad(loss, gpt.blocks[-1].mlp.down_proj.weight)[0].norm()


depths = (2, 4, 8, 16)
at_start = {
    kind: [
        sum(last_gradient(depth, kind, seed) for seed in range(3)).item() / 3 for depth in depths
    ]
    for kind in ("post", "pre")
}

# %%
axes = theme.new_axes(6, 3.4)
for (kind, sizes), colour in zip(at_start.items(), (theme.ORANGE, theme.BLUE), strict=True):
    axes.plot(depths, sizes, "o-", color=colour)
    axes.annotate(f"{kind}-norm", (depths[2], sizes[2]), xytext=(0, 8), textcoords="offset points",
                  color=colour)  # fmt: skip
axes.set(xticks=depths, ylim=(0, 0.08), xlabel="blocks", ylabel="length of the gradient")
axes.set_title("feed-forward of the last block, before training")
viz.picture(
    axes,
    alt="Gradient of the last block's feed-forward before training, against depth. With post-norm "
    "it stays level; with pre-norm it falls with about the square root of the depth.",
)

# %%
for kind, sizes in at_start.items():
    print(f"{kind:5}", "  ".join(f"{size:.4f}" for size in sizes))
level = at_start["post"][3] / at_start["post"][0]
print("post-norm, 16 blocks against 2, within a factor of 2:", 0.5 < level < 2)
print("pre-norm shrinks to below a half:", at_start["pre"][3] < 0.5 * at_start["pre"][0])

# %% [markdown]
# **What you see.** With post-norm the last block gets the same push however deep the model is:
# too large a step for a deep one, which therefore needs its learning rate warmed up with care.
# With pre-norm the push falls with about $1/\sqrt{\text{depth}}$. Xiong et al. (2020) proved
# both, and trained pre-norm models without warm-up.
#
# ## 3 · The feed-forward: a memory
#
# *What does a token do with what attention brought it?*
#
# The **feed-forward** (前馈网络) works on each position by itself: up to `d_ff` numbers, four
# times as many; an activation that silences some of them; and down again. Geva et al. (2021)
# read it as a memory. Each of the `d_ff` **hidden units** has a *key*, which the vector may
# match, and a *value*, which is then written to the stream:
#
# $$\text{feed-forward}(x) = \sum_{i=1}^{d_\text{ff}} \text{relu}(x \cdot k_i)^2 \; v_i$$
#
# Attention looks things up in the *text*; this looks things up in what was *learned*.
#
# ### Exercise 2.3.5 · ★ · 8 min
#
# Write it. `x` is `(..., d_model)`; `keys` and `values` are `(d_ff, d_model)`, one in each row.


# %%
def feed_forward(x, keys, values):
    """The sum of all values, each as strong as relu(x · key)², for each vector."""
    ...


lmlab.check("feed_forward", feed_forward)

# %%
lmlab.hint("feed_forward")

# %%
lmlab.solution("feed_forward")

# %%
lmlab.quiz("feed_forward")

# %% [markdown]
# Is there any sense in these units? Take the last feed-forward of the town's GPT, and let it
# read 60 stories. For each unit: which contexts turn it on most? And which tokens does its
# value speak for, when the head reads it?

# %%
matches, contexts = [], []
for story in lmlab.town.stories(60, seed=3, split="test"):
    ids = [tokenizer.eos_id, *tokenizer.encode(story)]
    with lmlab.record(town_gpt, only="blocks.3.mlp.hidden") as tape, torch.no_grad():
        town_gpt(torch.tensor([ids]))
    matches.append(tape["blocks.3.mlp.hidden"][0])
    words = tokenizer.tokens(ids)
    contexts += ["".join(words[max(0, end - 5) : end]) for end in range(1, len(ids) + 1)]
matches = torch.cat(matches)  # (tokens, d_ff)
values = town_gpt.blocks[3].mlp.down_proj.weight.detach()  # (d_model, d_ff)
said = (town_gpt.head.weight * town_gpt.final_norm.weight).detach() @ values  # (vocab_size, d_ff)


def look_at(unit):
    """The contexts that turn a unit on most, and the tokens that its value speaks for."""
    on = list(dict.fromkeys(contexts[i] for i in matches[:, unit].argsort(descending=True)[:99]))
    print(f"unit {unit}, on at {(matches[:, unit] > 0).float().mean():.0%} of the tokens")
    print("   after ", " | ".join(on[:4]).replace("<|endoftext|>", "¶"))
    print("   says  ", *tokenizer.tokens(said[:, unit].topk(6).indices.tolist()))


for unit in (352, 95, 295, 439):
    look_at(unit)

# %% [markdown]
# **What you see.** *One hot summer* → *day*. *did* → *not*. *given his* → *word*. Each unit is a
# line in a table that nobody wrote. (Not all of the 512 are as easy to read: try others.) Here
# are four of them, along a text:

# %%
told = "One hot summer day, a girl called Ling brought a big fresh pie to the park. Tom did not"
ids = torch.tensor([[tokenizer.eos_id, *tokenizer.encode(told)]])
with lmlab.record(town_gpt, only="blocks.3.mlp.hidden") as tape, torch.no_grad():
    town_gpt(ids)
units = [352, 295, 95, 439]
match = tape["blocks.3.mlp.hidden"][0, 1:, units].T  # (units, time)
axes = theme.new_axes(8.6, 2.4)
axes.imshow(match / matches.amax(dim=0)[units, None], cmap=theme.MAGNITUDE, aspect="auto")
axes.set_xticks(range(match.size(1)), tokenizer.tokens(ids[0, 1:].tolist()), rotation=90)
axes.set_yticks(range(4), [f"{unit} says{tokenizer.tokens([said[:, unit].argmax()])[0]}"
                           for unit in units])  # fmt: skip
axes.set_title("how strongly each unit is on; bright: as strongly as anywhere in the stories")
viz.picture(
    axes,
    alt="Four hidden units along a sentence. The one that says day is bright at summer, the one "
    "that says pie at fresh, the one that says not at did; else they are dark.",
)

# %% [markdown]
# How many units are on at once? And does one of them matter?

# %%
counts = (matches > 0).sum(dim=-1).float()
print(f"on at the same time: {counts.mean():.0f} of 512 units")


def off(unit):
    """An editor that silences one unit."""
    return lambda hidden: hidden.index_fill(-1, torch.tensor([unit]), 0.0)


ids = torch.tensor([[tokenizer.eos_id, *tokenizer.encode("One hot summer")]])
for edit in ({}, {"blocks.3.mlp.hidden": off(95)}, {"blocks.3.mlp.hidden": off(352)}):
    with lmlab.record(town_gpt, only=(), edit=edit), torch.no_grad():
        probs = town_gpt(ids)[0, -1].softmax(dim=-1)
    best = probs.topk(2)
    likeliest = zip(tokenizer.tokens(best.indices.tolist()), best.values.tolist(), strict=True)
    print("One hot summer …", ", ".join(f"{token} {p:.2f}" for token, p in likeliest))

# %% [markdown]
# The first line is the model as it is, in the second a unit is silenced that has nothing to do
# with summers, in the third unit 352. Without this one of 2,048 units the *summer day* is gone.
#
# Newer models put a **gate** (门控) on the memory: one projection says how much of another comes
# through. With the activation silu, $z \cdot \sigma(z)$, this is **SwiGLU**:
#
# $$\text{SwiGLU}(x) = W_\text{down}\,\big(\text{silu}(W_\text{gate}\,x)
# \odot W_\text{up}\,x\big)$$
#
# ### Exercise 2.3.6 · ★★ · 8 min
#
# Write it. `gate` and `up` are `(d_ff, d_model)`, `down` is `(d_model, d_ff)`: as `nn.Linear`
# keeps its weights.


# %%
def swiglu(x, gate, up, down):
    """A gated feed-forward."""
    ...


lmlab.check("swiglu", swiglu)

# %%
lmlab.hint("swiglu")

# %%
lmlab.solution("swiglu")

# %%
lmlab.quiz("swiglu")

# %% [markdown]
# ## 4 · Positions
#
# *Does the model know that "dog bites man" is not "man bites dog"?*
#
# Chapter 2.2 showed that attention does not: shuffle the tokens, and the results are shuffled
# along. A causal mask changes that a little. Here are models without any positions. The last
# token reads the same tokens in two orders:

# %%
reading = torch.tensor([[1, 2, 3, 4, 5, 6]])
shuffled = torch.tensor([[4, 1, 5, 3, 2, 6]])  # the last token is the same
for kind in (lmlab.BERT, lmlab.GPT):
    for n_layers in (1, 2):
        torch.manual_seed(0)
        model = kind(
            lmlab.TransformerConfig(
                vocab_size=8, d_model=32, n_layers=n_layers, context_length=8, positions="none"
            )
        )
        with torch.no_grad():
            gap = (model(reading)[0, -1] - model(shuffled)[0, -1]).abs().max()
        print(f"{kind.__name__:4} of {n_layers} layer(s): order matters: {bool(gap > 1e-6)}")

# %% [markdown]
# **What you see.** Without positions BERT sees a bag of tokens, at any depth. So does a GPT of
# one layer. With two layers order leaks in: the mask lets each token see another number of
# tokens, and the second layer reads what the first made of that. It is a weak clock; section 7
# measures how much it is worth.
#
# So positions must be told. **Sinusoidal** positions (正弦位置编码, 2017) are added to the
# embeddings. Think of a clock with many hands, each slower than the one before:
#
# $$\text{PE}(p)_{2i} = \sin\frac{p}{10000^{2i/d}}, \qquad
# \text{PE}(p)_{2i+1} = \cos\frac{p}{10000^{2i/d}}$$

# %%
viz.sinusoid_lab()

# %% [markdown]
# **What you see.** On the left each row is a position: fast waves in the first channels, slow
# ones in the last. Below on the right: the product of a position's vector with all others is
# largest with itself, and falls off in waves. **Learned** positions (可学习位置编码, as in
# GPT-2 and BERT) are such a table too, but of free numbers, trained like the embeddings.
#
# ### Exercise 2.3.7 · ★★ · 12 min
#
# Write the table. `positions` is `(..., time)`, whole numbers; return `(..., time, d_model)`,
# for an even `d_model`.


# %%
def sinusoidal_positions(positions, d_model):
    """A vector for each position: sine, cosine, sine, cosine, …"""
    ...


lmlab.check("sinusoidal_positions", sinusoidal_positions)

# %%
lmlab.hint("sinusoidal_positions")

# %%
lmlab.solution("sinusoidal_positions")

# %%
lmlab.quiz("sinusoidal_positions")

# %% [markdown]
# Why sines *and* cosines? Because each pair is a point on a circle. A step along the text is a
# turn of each hand by a fixed angle, from wherever one starts:
#
# $$\sin(a+b) = \sin a \cos b + \cos a \sin b, \qquad
# \cos(a+b) = \cos a \cos b - \sin a \sin b$$
#
# ### Exercise 2.3.8 · ★★★ · 12 min
#
# `vectors`, `(..., d_model)`, are sinusoidal vectors of positions that you are not told. Return
# those of the positions `offset` further on.


# %%
def shift_sinusoid(vectors, offset):
    """The vectors of the positions `offset` further on."""
    ...


lmlab.check("shift_sinusoid", shift_sinusoid)

# %%
lmlab.hint("shift_sinusoid")

# %%
lmlab.solution("shift_sinusoid")

# %%
lmlab.quiz("shift_sinusoid")

# %% [markdown]
# This led to an idea (Su et al. 2021). If a step is a turn, then do not *add* a position to the
# embedding: *turn* each query and each key by its position, pair of channels by pair. Two
# vectors that are both turned by the same angle keep their product. So $q \cdot k$ depends on
# the *distance* alone. These are **rotary positions** (旋转位置编码, RoPE):

# %%
viz.rope_lab()

# %% [markdown]
# Move the key along the text: the arrows turn, the angles between them stay, and so does
# $q \cdot k$. Move the distance, and the product changes along the curve below.
#
# ### Exercise 2.3.9 · ★★★ · 15 min
#
# `x`, queries or keys, is `(batch, n_heads, time, d_head)`. Channel $i$ and channel
# $i + d_\text{head}/2$ are a pair $(a, b)$, to be turned into
# $(a \cos - b \sin,\; b \cos + a \sin)$. `rotation` is a tuple `(cos, sin)`, both
# `(batch, 1, time, d_head)`: for every channel the right cosine, and the sine with its sign,
# so $-\sin$ for the first of each pair and $+\sin$ for the second.


# %%
def apply_rope(x, rotation):
    """Each pair of channels turned by the angle of its position."""
    ...


lmlab.check("apply_rope", apply_rope)

# %%
lmlab.hint("apply_rope")

# %%
lmlab.solution("apply_rope")

# %%
lmlab.quiz("apply_rope")

# %% [markdown]
# **ALiBi** (线性偏置, Press et al. 2022) is simpler still. It turns nothing and adds nothing to
# the embeddings. It takes a penalty off each score, which grows with the distance; every head
# has a slope of its own:
#
# $$\text{score}_{ij} = \frac{q_i \cdot k_j}{\sqrt{d_k}} - m_\text{head} \cdot |i - j|$$

# %%
viz.alibi_lab()

# %%
from lmlab.nn import alibi_slopes

print("the slopes of 8 heads:", alibi_slopes(8).tolist())

# %% [markdown]
# ### Exercise 2.3.10 · ★★ · 10 min
#
# Compute what is added to the scores. `query_positions` is `(batch, query)`, `key_positions`
# `(batch, key)`; return `(batch, n_heads, query, key)`. The slopes are given, `(n_heads,)`, by
# `alibi_slopes(n_heads)`.


# %%
def alibi_bias(query_positions, key_positions, n_heads):
    """-slope · distance for each head, query and key."""
    ...


lmlab.check("alibi_bias", alibi_bias)

# %%
lmlab.hint("alibi_bias")

# %%
lmlab.solution("alibi_bias")

# %%
lmlab.quiz("alibi_bias")

# %% [markdown]
# | | where it works | what it tells | weights |
# |:--|:--|:--|:--|
# | none | the causal mask | how many came before, faintly | none |
# | learned | added to the embeddings | the place, each by itself | one vector for each place |
# | sinusoidal | added to the embeddings | the place; distances can be worked out | none |
# | RoPE | turns queries and keys | the distance | none |
# | ALiBi | taken off the scores | the distance, and that near is better | none |
#
# *What happens past the length that was trained?* All but the learned ones can be computed for
# any position. That does not mean that the model can use them. Train one of each on texts of 32
# characters, and let them read 128:

# %%
lmlab.predict(
    "Which of them reads on behind the end of its training length as if nothing had happened?",
    {
        "learned": "Behind the end its vectors are those it started with: nobody trained them.",
        "sinusoidal": "The vectors are there, but the model has never met them.",
        "RoPE": "It knows distances up to 31. Larger ones turn the arrows to new places.",
        "ALiBi": "Far tokens just count less and less. That is what it was made for.",
    },
    answer="ALiBi",
)

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.training.extrapolation import measure_extrapolation
from lmlab.training.texts import encode_corpus

text = encode_corpus(lmlab.corpora.load("python-reference"), "char")
small = lmlab.TransformerConfig(
    vocab_size=text.tokenizer.vocab_size, context_length=32, d_model=64, n_layers=2
)
stretched = measure_extrapolation(text, small, steps=200, batch_size=32)
print("positions    0 to 31   32 to 63   64 to 127   (nats per character)")
for row in stretched:
    print(f"{row.positions:10} {row.within:9.2f} {row.to_double:10.2f} {row.beyond:11.2f}")

# %%
trained = small.context_length
axes = theme.new_axes(8.6, 4)
colours = (theme.BLUE, theme.FAINT, theme.ORANGE, "#009e73", "#cc79a7")
for row, colour in zip(stretched, colours, strict=True):
    losses = row.by_position.reshape(-1, 8).mean(axis=1)  # over 8 positions at a time
    axes.plot(range(4, 128, 8), losses, "o-", color=colour, markersize=4)
    axes.annotate(row.positions, (44, losses[5]), xytext=(0, 6), textcoords="offset points",
                  color=colour)  # fmt: skip
axes.axvline(trained, color=theme.INK, ls="--", lw=1)
axes.set(xlabel="position in the text", ylabel="loss (nats per character)", xlim=(0, 128))
axes.set_title("trained on texts of 32 characters (dashed line)")
viz.picture(
    axes,
    alt="Loss against position for five kinds of positions. Behind the training length, 32, ALiBi "
    "stays level; learned, RoPE and none rise; sinusoidal is high from the beginning.",
)

# %%
by_kind = {row.positions: row for row in stretched}
worse = {kind: row.beyond - row.within for kind, row in by_kind.items()}
best = sorted(by_kind, key=lambda kind: by_kind[kind].within)[:2]
print("RoPE and ALiBi are best within the length of training:", set(best) == {"rope", "alibi"})
print("behind it ALiBi loses least, under 0.12 nats:", worse.pop("alibi") < 0.12)
print("and all others more:", min(worse.values()) > 0.12)

# %% [markdown]
# **What you see.** Within the length of training, ALiBi and RoPE learn fastest: they tell of
# distances, and what stands two tokens back means the same everywhere in a text. Behind the end
# ALiBi reads on as if nothing had happened. RoPE gets worse step by step; learned positions are
# lost at once. Without any positions the model is not much worse than with learned ones: that is
# the weak clock of the mask. The sinusoids start badly because of their size: each is 5.7 long,
# while the embeddings of our models begin at 0.2, so the tokens drown. (The paper multiplies its
# embeddings by $\sqrt{d_\text{model}}$ first. With embeddings of that size, sinusoids come near
# RoPE here.)
#
# ## 5 · The block, put together
#
# *Where are the parameters?*
#
# Now you have all the parts. A block is attention and a feed-forward, a norm before each, and
# two plus signs. The diagram is drawn from the model object itself, so it does not know of the
# plus signs: the code of `forward` does.

# %%
viz.architecture(town_gpt)

# %% [markdown]
# ### Exercise 2.3.11 · ★ · 8 min
#
# Count the parameters of one block without biases, with two RMSNorms. Keys and values may have
# fewer heads than queries (chapter 2.2), `n_kv_heads`. Return a whole number.


# %%
def block_parameters(d_model, n_heads, n_kv_heads, d_ff):
    """The number of parameters of a block."""
    ...


lmlab.check("block_parameters", block_parameters)

# %%
lmlab.hint("block_parameters")

# %%
lmlab.solution("block_parameters")

# %%
lmlab.quiz("block_parameters")

# %%
from lmlab.scaling import count_parameters

shapes = {
    "town-gpt": town_gpt.config,
    "GPT-3": town_gpt.config.replace(
        vocab_size=50_257, d_model=12_288, n_layers=96, n_heads=96, context_length=2_048
    ),
}
for name, config in shapes.items():
    counts = count_parameters(config)
    shares = ", ".join(f"{part} {n / sum(counts.values()):.1%}" for part, n in counts.items())
    print(f"{name:9} {sum(counts.values()):15,}: {shares}")

# %% [markdown]
# **What you see.** (The second row is our parts in the size of GPT-3.) In a large model a third
# of the parameters is in attention and two thirds are in the feed-forward: by weight, a
# Transformer is mostly memory. The norms do not count. In a small one the embedding has its share.
#
# ## 6 · Encoder, decoder, or both
#
# *What makes a Transformer a GPT or a BERT?*
#
# Not the parts. Here the weights of a GPT go into a BERT, name by name:

# %%
shape = lmlab.TransformerConfig(vocab_size=8, context_length=8, d_model=32, n_layers=2)
torch.manual_seed(0)
gpt, bert = lmlab.GPT(shape), lmlab.BERT(shape)
print(bert.load_state_dict(gpt.state_dict()))

first, other = torch.tensor([[1, 2, 3, 4]]), torch.tensor([[1, 2, 3, 5]])
for model in (gpt, bert):
    with torch.no_grad():
        moved = (model(first) - model(other))[0].abs().amax(dim=-1) > 1e-6
    print(f"{type(model).__name__:4}: another last token changes what is said at", moved.tolist())

# %% [markdown]
# **What you see.** The weights fit; what differs is the mask, and with it the task that makes
# sense. A **decoder** (解码器) has the causal mask: no position knows what follows, so each can
# be asked for it. An **encoder** (编码器) has none: each position knows both sides, so it can be
# asked what belongs into a gap. (Chapter 2.1: which of the two is a *language model* is decided
# by that question, not by the architecture.)
#
# Between the two there is a whole range. A **prefix mask** (前缀掩码) lets all see the first part
# of a text, a question say; what follows, the answer, is causal.

# %%
from lmlab.nn.masks import prefix_mask as masked_behind

words = ["Where", "is", "Tom", "?", "In", "the", "park"]
viz.picture(
    viz.mask_picture(masked_behind(7, 4), words),
    alt="A mask of 7 words. All rows see the four words of the question; the three words of the "
    "answer see themselves and what came before.",
)

# %% [markdown]
# The words beside the picture warn that the question sees its own future. Here that is meant: the
# question is given, nobody has to predict it.
#
# ### Exercise 2.3.12 · ★★ · 8 min
#
# Write it: Bool, `(length, length)`, True where the query of the row may look at the key of the
# column.


# %%
def prefix_mask(length, prefix):
    """All may look at the first `prefix` positions; what follows is causal."""
    ...


lmlab.check("prefix_mask", prefix_mask)

# %%
lmlab.hint("prefix_mask")

# %%
lmlab.solution("prefix_mask")

# %%
lmlab.quiz("prefix_mask")

# %% [markdown]
# The Transformer of 2017 was *both*: an encoder reads the source, a decoder writes the target
# and has a third part in each block, **cross-attention** (交叉注意力): queries from the target,
# keys and values from what the encoder made of the source.
#
# It learns from pairs. While it learns, it does not read what it wrote itself but the true
# target, one place behind: **teacher forcing** (教师强制). So all positions can be trained at
# once.
#
# | to be written (labels) | s | e | a | end |
# |:--|:--|:--|:--|:--|
# | read (inputs) | begin | s | e | a |
#
# ### Exercise 2.3.13 · ★★ · 8 min
#
# `labels` is `(..., time)`, whole numbers; shorter targets are filled up with -100 on the
# right. Return the inputs, in a new tensor: `begin_id`, then the labels but the last. Where
# that would be -100, put 0.


# %%
def shift_right(labels, begin_id):
    """What the decoder reads while it learns to write `labels`."""
    ...


lmlab.check("shift_right", shift_right)

# %%
lmlab.hint("shift_right")

# %%
lmlab.solution("shift_right")

# %%
lmlab.quiz("shift_right")

# %% [markdown]
# The smallest task that cannot be done without looking at the source: write random letters
# backwards.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.tasks.reversal import MARK, reversal_pairs, solved
from lmlab.tasks.reversal import TOKENIZER as letters
from lmlab.training import TrainingConfig, train

torch.manual_seed(0)
reverser = lmlab.EncoderDecoder(
    lmlab.TransformerConfig(
        vocab_size=letters.vocab_size, context_length=9, d_model=32, n_layers=2, positions="learned"
    )
)
plan = TrainingConfig(steps=200, batch_size=64, learning_rate=1e-2, muon_learning_rate=0.03)
train(reverser, reversal_pairs(20_000, longest=8), plan, progress=False)
held_out = reversal_pairs(200, longest=8, seed=1)
share = solved(reverser, held_out).mean()
print(f"{share:.0%} of 200 new words are written backwards without a mistake")

# %%
print("more than 90 %:", share > 0.9)

# %%
word = torch.tensor([letters.encode("keyboard")])
backwards = reverser.generate(word, 9, begin_id=MARK, temperature=0.0)
read = torch.cat((torch.tensor([[MARK]]), backwards[:, :-1]), dim=1)
with lmlab.record(reverser) as tape, torch.no_grad():
    reverser(word, read)
cross = tape.attention_weights("decoder.*.cross")[-1].mean(dim=0)  # of the last layer, all heads
keys, queries = (letters.tokens(ids[0].tolist()) for ids in (word, backwards))
axes = viz.attention_pattern(cross, keys, query_tokens=queries, title="to write ↓, it looks at →")
viz.picture(
    axes,
    alt="Cross-attention of the last layer. To write the first letter of the target, the decoder "
    "looks at the last of the source, and so on: a line from corner to corner.",
)

# %% [markdown]
# **What you see.** Nobody told the decoder where to look. To write each letter it looks at the
# mirror image of its place. Chapter 6.1 does the same with sentences in two languages.
#
# ## 7 · Take it apart
#
# *Attention and positions: is that all?*
#
# So the document describes the Transformer. Take each part out in turn, train what is left for
# 150 steps from the same seed, and see.

# %%
lmlab.predict(
    "A GPT of four blocks, trained for 150 steps. Without which part does it lose the most?",
    {
        "positions": "The causal mask tells a little of order, so something of them is left.",
        "the feed-forward": "Two thirds of the parameters of a block go with it. Still, attention "
        "alone learns well.",
        "the norms": "Without them the sizes in the stream run wild; but it learns, a while.",
        "the residual stream": "Each part now replaces what it was given. After eight of them "
        "little is left of the token, and little gradient comes back to it.",
    },
    answer="the residual stream",
)

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.training.ablations import PARTS, bits_when_writing, train_without

deeper = small.replace(context_length=64, n_layers=4)
scores, writing = {}, {}
print("without         parameters   bits per character")
for part in PARTS:
    fitted = train_without(part, text, deeper, steps=150)
    scores[part] = fitted.history[-1]["bits_per_char"]
    print(f"{part:14} {fitted.model.num_parameters():11,} {scores[part]:20.2f}", end="")
    if part in ("nothing", "mask"):
        writing[part] = bits_when_writing(fitted.model, text.validation)
        print(f"   (when it writes: {writing[part]:.2f})", end="")
    print()

# %%
# NBVAL_IGNORE_OUTPUT
shallow = deeper.replace(n_layers=1)
one_block = {
    part: train_without(part, text, shallow, steps=150).history[-1]["bits_per_char"]
    for part in ("nothing", "residual")
}
print("with one block:", ", ".join(f"{part} {bits:.2f}" for part, bits in one_block.items()))

# %%
honest = {part: bits for part, bits in scores.items() if part != "mask"}
lost = {part: bits - honest["nothing"] for part, bits in honest.items() if part != "nothing"}
print("every part is missed, by 0.1 bits at least:", min(lost.values()) > 0.1)
print("the residual stream most:", max(lost, key=lost.get) == "residual")
print("with one block it is hardly missed:", one_block["residual"] - one_block["nothing"] < 0.3)
print("without the mask the score is a fraud:", scores["mask"] < 2 < 4 < writing["mask"])

# %% [markdown]
# **What you see.** All parts are missed. Without the residual stream a model of four blocks learns
# little more than the frequencies of letters; with a single block it is hardly missed. It is
# *depth* that needs it. The norms come next. (Here they also make up for our small starting
# weights: with larger ones and GELU, a small model can do without.)
#
# Does the order hold when the training goes on? Four times the steps, for every model and two
# seeds, take longer than a chapter should. Their scores are shipped (the mean of the seeds), and
# `lmlab bench ablations` makes them anew:

# %%
from lmlab.training import ablations

print(ablations.table(ablations.shipped_result()))

# %% [markdown]
# **What you see.** It does not. After 150 steps feed-forward and attention look equally important,
# and positions are missed least. After 600 the model without attention has hardly moved, since it
# never sees more than one letter, and positions count for more than norms. The feed-forward is
# missed least, though two thirds of a block's parameters go with it; attention *alone*, in twelve
# blocks instead of four to make up for them, comes to 2.51 and has nearly caught up. An ablation
# tells about one size and one length of training.
#
# And the model without a mask? It sees the very token that it is to predict, and learns
# to copy it. Its score is the best of all, and worth nothing: when it has to *write*, there is
# nothing to copy from, and it does worse than the model without a residual stream.
#
# ## 8 · Faster than an RNN?
#
# *What is it that a Transformer does at once, and what can it not?*
#
# The document says that Transformers train faster than RNNs. Count how many steps must wait
# for one another. An RNN needs the state of token $t-1$ for token $t$: for a text of $T$ tokens,
# $T$ steps, one after the other. A GPT computes all positions of a layer at once: as many
# steps as layers, whatever $T$ is. But each position looks at all before it, so that part of
# the work grows with $T^2$.
#
# ### Exercise 2.3.14 · ★★ · 10 min
#
# When does the square begin to hurt? For one token, compute the share of a block's FLOPs that
# goes into the scores and the weighted sum of values. It looks at `context` positions. Count
# the six matrices (all `d_model` × `d_model` in attention) and nothing else besides.


# %%
def attention_share(d_model, d_ff, context):
    """The share of scores and weighted sums in a block's FLOPs, 0 to 1."""
    ...


lmlab.check("attention_share", attention_share)

# %%
lmlab.hint("attention_share")

# %%
lmlab.solution("attention_share")

# %%
lmlab.quiz("attention_share")

# %%
from lmlab.scaling.block import attention_share as share_of_attention

for name, d_model in (("town-gpt", 128), ("GPT-3", 12_288)):
    shares = [share_of_attention(d_model, 4 * d_model, t) for t in (128, 2_048, 32_768, 131_072)]
    print(f"{name:9}", "  ".join(f"{share:4.0%}" for share in shares), "  at 128, 2k, 32k, 128k")

# %% [markdown]
# **What you see.** The break-even is at $6 \, d_\text{model}$ tokens. For a wide model the square
# is no matter for quite a while: matrices are what it spends its time on.
#
# Now measure. One training step on 1,024 tokens, as many short texts or as few long ones, for
# three models of about 100,000 parameters.

# %%
lmlab.predict(
    "The number of tokens stays, the texts get longer: 64 texts of 16 tokens, …, 2 of 512. Whose "
    "training step gets slower?",
    {
        "the GPT's, for its cost is quadratic": "A little. At 512 tokens and this width the square "
        "is about half of its arithmetic.",
        "the LSTM's, for it has to wait for itself": "Much slower. It does the same arithmetic at "
        "each length, in ever more steps of ever fewer texts.",
        "neither's: the tokens are the same": "The arithmetic of the LSTM is the same. But "
        "arithmetic is not time.",
    },
    answer="the LSTM's, for it has to wait for itself",
)

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.scaling.speed import measure_generation, measure_training_speed


def curves_of(rows):
    """One line for each model: (length, seconds)."""
    return {name: [(r.length, r.seconds) for r in rows if r.name == name]
            for name in dict.fromkeys(r.name for r in rows)}  # fmt: skip


learning = curves_of(measure_training_speed(tokens=1024))
slowed = {name: points[-1][1] / points[0][1] for name, points in learning.items()}
for name, points in learning.items():
    print(f"{name:20}", "  ".join(f"{1e3 * s:6.1f} ms" for _, s in points),
          f"   × {slowed[name]:.1f}")  # fmt: skip

# %%
viz.picture(
    viz.cost_curves(learning, "a training step (s)"),
    alt="Time of a training step on 1,024 tokens against the length of the texts. The LSTM that "
    "is written as a loop gets several times slower; the GPT and the LSTM kernel rise little.",
)

# %%
print("the LSTM's loop slows down more than the GPT:", slowed["LSTM"] > 1.5 * slowed["GPT"])

# %% [markdown]
# **What you see.** Our LSTM, a loop in Python as the formula has it, gets many times slower as the
# texts get longer: ever more steps wait for one another, each with less to do. The GPT gets about
# twice as slow: that is its square. So far the claim holds. But the third line is an LSTM too:
# PyTorch's own kernel runs the loop in compiled code, and on a processor with two cores it is the
# fastest of all. The Transformer's advantage is that it has so much to do *at once*. Two cores
# cannot use that; the thousands of a GPU can.
#
# And when it *writes*? Then no model can be parallel: the next token has to be drawn before it
# can be read.

# %%
# NBVAL_IGNORE_OUTPUT
generation = curves_of(measure_generation())
viz.picture(
    viz.cost_curves(generation, "one new token (s)", length="tokens so far"),
    alt="Time for one new token against the tokens so far. Reading all again gets slower and "
    "slower; with a cache the GPT rises little; the LSTM is fastest and level.",
)

# %%
growth = {name: points[-1][1] / points[0][1] for name, points in generation.items()}
total = {name: sum(seconds for _, seconds in points) for name, points in generation.items()}
print("reading all again slows down more than the LSTM:", growth["GPT"] > 2 * growth["LSTM"])
print("the cache pays:", total["GPT with cache"] < total["GPT"])
print("the LSTM writes fastest:", total["LSTM"] < total["GPT with cache"])

# %% [markdown]
# **What you see.** Writing 1,000 tokens takes 1,000 steps in any model. The GPT has to keep the
# keys and values of all that was written (the **cache**, 键值缓存), and to look through them each
# time; the LSTM has a state of one size. What the Transformer gains in training it pays back, in
# part, when it writes.
#
# ## Summary
#
# - A Transformer is a stream for each token, and parts that read it and add to it.
# - Norms bring what a part reads to one size. Before the part (pre-norm) they leave the stream
#   alone, and deep models begin to learn without care.
# - The feed-forward is a memory of keys and values, and holds two thirds of a block's parameters.
# - Attention alone knows no order. Sinusoids and learned vectors are added to the embeddings,
#   RoPE turns queries and keys, ALiBi makes distance cost. Only ALiBi reads on past the end.
# - Encoder and decoder are the same parts under another mask. Cross-attention joins two.
# - Every part is missed when it is gone, the residual stream most; the order of the others depends
#   on how long one trains.
# - All positions are trained at once; writing goes one by one.
#
# ## What the document says, what we found

# %%
lmlab.ledger("02_3_transformer")

# %% [markdown]
# ## Further reading
#
# - Vaswani et al. 2017, *Attention Is All You Need* (arXiv 1706.03762).
# - Xiong et al. 2020, *On Layer Normalization in the Transformer Architecture* (arXiv 2002.04745).
# - Zhang & Sennrich 2019, *Root Mean Square Layer Normalization* (arXiv 1910.07467).
# - Geva et al. 2021, *Transformer Feed-Forward Layers Are Key-Value Memories* (arXiv 2012.14913).
# - Shazeer 2020, *GLU Variants Improve Transformer* (arXiv 2002.05202).
# - Su et al. 2021, *RoFormer* (arXiv 2104.09864): RoPE. Press et al. 2022, *Train Short, Test
#   Long* (arXiv 2108.12409): ALiBi.
# - Haviv et al. 2022, *Transformer Language Models without Positional Encodings Still Learn
#   Positional Information* (arXiv 2203.16634).
# - Elhage et al. 2021, *A Mathematical Framework for Transformer Circuits*: the residual stream.
#
# **Next:** [3.1 The forward pass](03_1_forward_pass.ipynb)
