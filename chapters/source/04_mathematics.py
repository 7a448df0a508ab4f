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
# # 4 · The mathematics: every formula derived, then run
#
# | | |
# |:--|:--|
# | **You will be able to** | derive each formula of attention, and test a formula by running it |
# | **You need to know** | chapters 2.2 to 3.2; derivatives, matrices, mean and variance |
# | **Time** | 3 hours |
# | **On two cores** | 25 seconds of compute, no GPU, no internet |
# | **Exercises** | 10, and 5 predictions |
#
# The document gives two formulas. You will take both apart: where each sign comes from, what would
# happen without it, and what the formulas leave open. Each derivation goes in small numbered
# steps, and after the steps a cell checks them with numbers. This chapter goes with section 4 of
# the document.

# %%
import torch

import lmlab
from lmlab import nn, viz

# %% [markdown]
# ## 1 · What the letters stand for
#
# *Which line of the code is which letter of the formula?*
#
# Here are the symbols of this chapter, and where in `lmlab` each is made. A name with dots says
# the file as well: `nn.partition.logsumexp` is in `lmlab/nn/partition.py`.
#
# | symbol | meaning | shape | in the code |
# |:--|:--|:--|:--|
# | $Q, K, V$ | queries, keys, values | `(time, d_k)` | `q`, `k`, `v` of `nn.attention` |
# | $d_k$ | width of a query and of a key | number | `config.d_head` |
# | $S$ | scores, $QK^\top / \sqrt{d_k}$ | `(query, key)` | `nn.attention.attention_scores` |
# | $A$ | weights, $e^S / Z$ | `(query, key)` | `nn.attention.attention_weights` |
# | $Z$ | sum of a row of $e^S$ | `(query,)` | `nn.partition.logsumexp`: $\ln Z$ |
# | $x$ | the residual stream | `(time, d_model)` | `resid` of `nn.block` |
# | $W_i^Q, W_i^K$ | projections of head $i$ | `(d_head, d_model)` | rows of `q_proj`, `k_proj` |
# | $W^O$ | output projection | `(d_model, d_model)` | `out_proj` |
# | $W_i^V$ | value matrix of head $i$ | see section 7 | `nn.attention_sum.absorb_output` |
# | $N$ | terms of the sum: heads, or blocks | number | `config.n_heads`, `config.n_layers` |
# | $H(p)$ | entropy | number | `text.information.entropy` |
# | KL | divergence | number | `text.information.kl_divergence` |
# | $PE(t)$ | sinusoidal position $t$ | `(d_model,)` | `nn.positions.sinusoidal_positions` |
# | $R_m$ | turn at position $m$ | `(d_head, d_head)` | `nn.positions.rope_rotation` |
#
# The first formula is attention itself:
#
# $$\text{Attention}(Q, K, V) = \frac{\exp(QK^\top / \sqrt{d_k})}{Z}\, V$$
#
# Look at it from left to right, for four tokens:

# %%
tokens = ["the", "kite", "was", "red"]
torch.manual_seed(0)
q, k, v = torch.randn(3, 4, 8)  # (time, d_k) each
viz.picture(
    viz.attention_steps(q, k, tokens),
    alt="Four tables with queries as rows and keys as columns: scores, scaled scores, the same for "
    "want of a mask, and weights, in which each row sums to one.",
)

# %%
scores = q @ k.T / 8**0.5  # S
Z = scores.exp().sum(dim=-1, keepdim=True)  # one sum for each row
by_formula = scores.exp() / Z @ v
print("formula = nn.attention:", torch.allclose(by_formula, nn.attention(q, k, v), atol=1e-6))
print("Z:", [round(z, 2) for z in Z.flatten().tolist()])

# %% [markdown]
# **What you see.** Letter by letter the formula is three lines of code. But one letter had to be
# *read*: the document does not say what $Z$ sums over, and it has no mask. The cell took a sum for
# each row, and got what the package computes.
#
# ## 2 · One Z, or one for each query
#
# *What happens to a trained model that reads the formula the other way?*
#
# If $Z$ is one number for the whole table, then the weight of query $t$ on key $s$ is
#
# $$\frac{e^{S_{ts}}}{Z} = \frac{e^{S_{ts}}}{Z_t} \cdot \frac{Z_t}{Z}, \qquad
# Z_t = \sum_s e^{S_{ts}}, \quad Z = \sum_t Z_t$$
#
# 1. The first factor is the softmax of the row, as ever.
# 2. The second is itself a softmax: of $\ln Z_t$, *over the queries*. It sums to one over all rows.
# 3. So each row is made smaller, by a factor that depends on all the other queries.
#
# Chapter 2.2 drew this for random vectors. Now do it to `town-gpt`, in all its layers.

# %%
from torch.nn.functional import cross_entropy

model, tokenizer = lmlab.load("town-gpt")
texts = [str(story) for story in lmlab.town.stories(10, seed=1, split="test")]
stories = [torch.tensor([[tokenizer.eos_id, *tokenizer.encode(text)]]) for text in texts]


def loss(editors=lambda ids: {}):
    """Nats per token on ten stories; `editors(ids)` changes what the model computes."""
    total = 0.0
    for ids in stories:
        with torch.no_grad(), lmlab.record(model, only="logits", edit=editors(ids)):
            logits = model(ids)
        total += cross_entropy(logits[0, :-1], ids[0, 1:], reduction="sum").item()
    return total / sum(ids.size(1) - 1 for ids in stories)


# %%
def weights_by(rule):
    """Editors that put rule(scores, mask) in the place of the weights."""

    def editors(ids):
        seen, mask = [], nn.causal_mask(ids.size(1))
        return {
            "blocks.*.attn.scores": lambda scores: seen.append(scores) or scores,
            "blocks.*.attn.weights": lambda weights: rule(seen[-1], mask),
        }

    return editors


# %%
def one_z(scores, mask):
    """One sum over all queries and keys of a head; the mask is kept."""
    hidden = scores.masked_fill(~mask, -torch.inf)
    return hidden.flatten(-2).softmax(dim=-1).view_as(hidden)


def no_mask(scores, mask):
    """A sum for each query, the future included."""
    return scores.softmax(dim=-1)


as_trained = loss()
print(f"as trained:     {as_trained:.2f} nats per token")
print(f"a Z per query:  {loss(weights_by(nn.weights_from_scores)):.2f}")
print(f"one Z:          {loss(weights_by(one_z)):.2f}")
print(f"no mask:        {loss(weights_by(no_mask)):.2f}")
print(f"blind guessing: {torch.tensor(model.config.vocab_size).log():.2f}")

# %%
from lmlab.viz import theme

ids = stories[0][:, :40]
with torch.no_grad(), lmlab.record(model, only="blocks.1.attn.scores") as tape:
    model(ids)
table = one_z(tape["blocks.1.attn.scores"], nn.causal_mask(40))[0, 2]  # head 2: (query, key)
axes = theme.new_axes(6.4, 2.8)
axes.bar(range(40), table.sum(dim=-1), color=theme.BLUE)
axes.axhline(1 / 40, color=theme.ORANGE, lw=1)
axes.annotate("1/40", (40.5, 0.027), color=theme.ORANGE)
axes.set(xlabel="query", ylabel="sum of its weights, with one Z")
viz.picture(
    axes,
    alt="A bar for each of 40 queries of a head, with one Z for its whole table: the sums of their "
    "weights. They scatter about 1/40, the largest near 0.15. None is near 1.",
)

# %% [markdown]
# **What you see.** With one $Z$ the model is nearly as lost as a blind guesser: all rows together
# share a sum of one, a query gets about $1/n$ of it, and some get ten times as much as others.
# Without the mask the damage is smaller, but note its sign: the model *sees the answers* and gets
# worse, for it was never trained with them in sight. The paper is clear on both points (row by
# row, and a mask in the decoder: section 3.2.3); the document's formula leaves them open.
#
# There is a shorter argument. With one $Z$, a token that comes later changes $Z$, and so all
# earlier outputs, mask or no mask. A model that writes token by token could keep nothing:

# %%
few = one_z(tape["blocks.1.attn.scores"][..., :30, :30], nn.causal_mask(30))[0, 2]
loud = int(few.sum(dim=-1).argmax())
print(f"the weights of query {loud} sum to {few[loud].sum():.3f} in a text of 30 tokens, and to "
      f"{table[loud].sum():.3f} when ten more follow")  # fmt: skip

# %% [markdown]
# ## 3 · A shift changes nothing
#
# *Why does softmax([10000, 10001]) not overflow?*
#
# 1. Add a number $c$ to all scores: $e^{s + c} = e^c e^s$.
# 2. The same factor stands in $Z$: $\sum_j e^{s_j + c} = e^c \sum_j e^{s_j}$.
# 3. It cancels. **A softmax sees differences of scores only.** This is **shift invariance**
#    (平移不变性).
#
# So a computer may choose $c$. A float32 holds no more than $e^{88.7}$, and nothing between 0 and
# $e^{-103}$. Shift two scores, 0 and 1, by $c$:

# %%
lmlab.predict(
    "The formula exp(s) / Σ exp(s), as it stands, for the scores 10000 and 10001: what comes out?",
    {
        "0.27 and 0.73": "That is right in mathematics, where e^10000 is a number.",
        "inf and inf": "Both exponentials are inf; then one is divided by the other.",
        "nan and nan": "inf / inf is not a number, and it spreads through all that follows.",
        "0 and 1": "The computer cannot tell the two apart any more: both are inf.",
    },
    answer="nan and nan",
)

# %%
from lmlab.nn.partition import stable_softmax

shifts = torch.linspace(-130, 130, 261)
pairs = torch.stack((shifts, shifts + 1), dim=-1)  # (shift, key)
naive = pairs.exp() / pairs.exp().sum(dim=-1, keepdim=True)
stable = stable_softmax(pairs)
axes = theme.new_axes(6.4, 3)
axes.plot(shifts, stable[:, 1], color=theme.BLUE, lw=5, alpha=0.4)
axes.plot(shifts, naive[:, 1], color=theme.ORANGE, lw=1.5)
axes.annotate("largest score first", (96, 0.76), color=theme.BLUE)
axes.annotate("as it stands", (30, 0.69), color=theme.ORANGE)
axes.set(xlabel="shift c of both scores", ylabel="weight of the larger", xlim=(-135, 150))
axes.set_ylim(0.5, 1.05)
viz.picture(
    axes,
    alt="The softmax that takes the largest score away is level at 0.73 for all shifts. The "
    "formula as it stands has values between -104 and 87 only, and jumps to 1 at its left end.",
)

# %%
good = shifts[naive.isfinite().all(dim=-1)]
print(f"as it stands it is a number from c = {good.min():.0f} to {good.max():.0f}")
for height in (-1e4, 0.0, 1e4):
    weights = stable_softmax(torch.tensor([height, height + 1]))
    print(f"scores from {height:6.0f} on: {weights[0]:.4f} and {weights[1]:.4f}")

# %% [markdown]
# **What you see.** The formula as it stands ends at 87, and below -100, where float32 has few
# digits left, it goes wrong before it ends. With $c = -\max_j s_j$ the largest exponential is 1:
# nothing overflows, and $Z \ge 1$, so nothing is divided by 0.
#
# ### Exercise 4.1 · ★ · 8 min
#
# Write a softmax over the last axis that works at any height. `scores` is `(..., key)`, and so is
# the result.


# %%
def stable_softmax(scores):
    """exp(s) / Z for each row, without overflow."""
    ...


lmlab.check("stable_softmax", stable_softmax)

# %%
lmlab.hint("stable_softmax")

# %%
lmlab.solution("stable_softmax")

# %% [markdown]
# The logarithm of $Z$ has a name of its own, **log-sum-exp**. It is in every loss, since $\ln p_i =
# s_i - \ln Z$. And it is a soft maximum: $\max_j s_j \le \ln Z \le \max_j s_j + \ln n$.
#
# ### Exercise 4.2 · ★★ · 8 min
#
# Return $\ln Z$ for each row of `scores`, `(..., key)`: a tensor without the last axis. It too must
# work at any height.


# %%
def logsumexp(scores):
    """ln Z of each row."""
    ...


lmlab.check("logsumexp", logsumexp)

# %%
lmlab.hint("logsumexp")

# %%
lmlab.solution("logsumexp")

# %% [markdown]
# ## 4 · Why exponentials?
#
# *Any positive function of the scores could be normalised. Why this one?*
#
# Suppose all you know of a distribution is its mean score. You want to assume nothing else: the
# weights should be **as even as that mean allows**. Evenness is measured by **entropy** (熵), the
# mean surprise, $H(p) = -\sum_i p_i \ln p_i$. Draw many distributions on five keys, at random:

# %%
from lmlab.text.information import entropy

generator = torch.Generator().manual_seed(0)
keys = torch.tensor([-1.0, -0.2, 0.3, 1.2, 2.0], dtype=torch.float64)  # five scores
spread = 4 * torch.rand(4000, 1, generator=generator, dtype=torch.float64)
drawn = (spread * torch.randn(4000, 5, generator=generator, dtype=torch.float64)).softmax(-1)
betas = torch.linspace(-8, 8, 161, dtype=torch.float64)
curve = (betas[:, None] * keys).softmax(dim=-1)  # softmax(β s), (β, key)

axes = theme.new_axes(6.4, 3.8)
axes.plot(drawn @ keys, entropy(drawn), ".", color=theme.BLUE, markersize=2, alpha=0.4)
axes.plot(curve @ keys, entropy(curve), color=theme.ORANGE, lw=2)
axes.annotate("softmax(β s)", (1.35, 1.42), color=theme.ORANGE)
axes.set(xlabel="mean score", ylabel="entropy (nats)")
viz.picture(
    axes,
    alt="4,000 random distributions as dots, mean score against entropy. All lie below a curve "
    "like an arch, which is that of softmax(β s) for β from -8 to 8.",
)

# %% [markdown]
# **What you see.** No dot lies above the curve, and the curve is made of softmaxes. Here is why, by
# Lagrange's method. Maximise $H(p)$ under two conditions, $\sum p_i = 1$ and $\sum p_i s_i = m$.
#
# 1. $L = -\sum_i p_i \ln p_i - \alpha\,(\sum_i p_i - 1) + \beta\,(\sum_i p_i s_i - m)$.
# 2. At the maximum every derivative is 0: $\;-\ln p_i - 1 - \alpha + \beta s_i = 0$.
# 3. So $p_i = e^{\beta s_i} / e^{1 + \alpha}$: an exponential of the score, times a constant.
# 4. The constant makes the sum one: $e^{1+\alpha} = \sum_j e^{\beta s_j} = Z$.
# 5. The entropy is a concave function, so there is one maximum and it is this one.
#
# $$p_i = \frac{e^{\beta s_i}}{Z}$$
#
# In attention $\beta = 1/\sqrt{d_k}$; when sampling, $\beta$ is one over the temperature. To
# check: take a softmax, move it in any direction that keeps both conditions, and watch the
# entropy.

# %%
best = keys.softmax(dim=-1)
kept = torch.stack((torch.ones(5, dtype=torch.float64), keys))  # sum and mean
moves = torch.randn(1000, 5, generator=generator, dtype=torch.float64)
moves -= moves @ torch.linalg.pinv(kept) @ kept  # what is left changes neither
moves *= 0.9 * best.min() / moves.abs().amax(dim=-1, keepdim=True)  # and leaves p above 0
others = best + moves
print("sums and means kept:", torch.allclose(others @ kept.T, best @ kept.T))
print(f"entropy of the softmax {entropy(best):.4f}, of 1,000 others at most "
      f"{entropy(others).max():.4f}")  # fmt: skip
slope = -best.log() - 1  # dH/dp, which step 2 says is a straight line in s
ratios = slope.diff() / keys.diff()
print("slope of the slopes along s:", [round(ratio, 6) for ratio in ratios.tolist()])

# %% [markdown]
# **What you see.** No other distribution with that sum and mean reaches the softmax. And the last
# line is step 2: along $s$, the slope of the entropy is the same everywhere, $-\beta = -1$.
#
# ### Exercise 4.3 · ★★★ · 15 min
#
# `scores` is `(key,)`, `mean` a number between the smallest and the largest of them. Return the
# distribution with that mean score and the largest entropy, `(key,)`. It is $\text{softmax}(\beta
# s)$; find $\beta$ by halving an interval.


# %%
def maximum_entropy(scores, mean):
    """The most even distribution with that mean score."""
    ...


lmlab.check("maximum_entropy", maximum_entropy)

# %%
lmlab.hint("maximum_entropy")

# %%
lmlab.solution("maximum_entropy")

# %% [markdown]
# ## 5 · How weights move: the Jacobian
#
# *One score grows a little. What happens to all the weights?*
#
# 1. $p_i = e^{s_i} / Z$, so $\ln p_i = s_i - \ln Z$.
# 2. $\partial \ln Z / \partial s_j = e^{s_j} / Z = p_j$. (The slope of log-sum-exp *is* the
#    softmax.)
# 3. So $\partial \ln p_i / \partial s_j = \delta_{ij} - p_j$, where $\delta_{ij}$ is 1 if $i = j$.
# 4. $\partial p_i = p_i\, \partial \ln p_i$, so $\partial p_i / \partial s_j = p_i (\delta_{ij} -
#    p_j)$.
#
# $$J = \text{diag}(p) - p\,p^\top$$

# %%
lmlab.predict(
    "What does each row of this matrix sum to?",
    {
        "1": "The probabilities sum to one. These are their changes.",
        "0": "Raise all scores alike, and nothing moves: that is the shift of section 3.",
        "pᵢ": "That is the diagonal matrix alone; p pᵀ takes just as much away.",
    },
    answer="0",
)

# %%
from lmlab.nn.softmax import softmax_jacobian  # exercise 2.2.14

jacobian = softmax_jacobian(best)
axes = theme.new_axes(4.6, 3.6)
shown = axes.imshow(jacobian, cmap=theme.SIGN, vmin=-0.5, vmax=0.5)
for i in range(5):
    for j in range(5):
        axes.text(j, i, f"{jacobian[i, j]:.2f}", ha="center", va="center", fontsize=8)
axes.set(xlabel="score that grows", ylabel="weight that moves")
axes.figure.colorbar(shown, label="∂p/∂s")
viz.picture(
    axes,
    alt="A table of 5 × 5 slopes: positive on the diagonal, negative elsewhere. They are largest "
    "for the keys with most weight, and almost 0 for the others.",
)

# %%
by_autograd = torch.autograd.functional.jacobian(lambda s: s.softmax(dim=-1), keys)
by_steps = best[:, None] * (torch.eye(5) - best[None])  # step 4
away = keys - best @ keys
print("autograd agrees:", torch.allclose(by_autograd, by_steps), torch.allclose(jacobian, by_steps))
print("sums of rows are 0:", torch.allclose(jacobian.sum(-1), torch.zeros(5, dtype=torch.float64)))
print(f"sᵀ J s = {keys @ jacobian @ keys:.4f}, variance of the scores = {best @ away**2:.4f}")

# %% [markdown]
# **What you see.** Each weight gains from its own score and loses from every other. Rows sum to 0,
# which is shift invariance once more. The last line is a bonus: $s^\top J\, s$ is the
# variance of the scores, and it is also the slope of the mean score in $\beta$. A variance is
# never below 0: so the mean rises with $\beta$, and halving an interval (exercise 4.3) had to work.
#
# ## 6 · Why √d_k
#
# *How far apart are the scores of random vectors?*
#
# Take $q$ and $k$ with independent numbers of mean 0 and variance 1.
#
# 1. $q \cdot k = \sum_{i=1}^{d_k} q_i k_i$.
# 2. Each term has the mean $E[q_i k_i] = E[q_i]\,E[k_i] = 0$.
# 3. And the variance $E[q_i^2 k_i^2] - 0^2 = E[q_i^2]\, E[k_i^2] = 1 \cdot 1$.
# 4. The terms are independent, so variances add up: $\text{Var}(q \cdot k) = d_k$.
# 5. A number divided by $c$ has its variance divided by $c^2$: $\sqrt{d_k}$ brings it back to 1.

# %%
lines = {}
for d_k in (4, 64, 512):
    many_q, many_k = torch.randn(2, 400, d_k, generator=generator)
    products = many_q @ many_k.T
    scaled = nn.attention_scores(many_q, many_k)
    shares, edges = torch.histogram(products.flatten(), 120, range=(-60.0, 60.0), density=True)
    lines[f"d_k = {d_k}"] = list(zip((edges[1:] - 0.5).tolist(), shares.tolist(), strict=True))
    print(f"d_k {d_k:3}: variance of q·k {products.var():6.1f}, scaled {scaled.var():.2f}")
axes = viz.named_lines(lines, xlabel="q·k, not scaled", ylabel="share of the pairs, per unit")
viz.picture(
    axes,
    alt="Distributions of q·k for widths 4, 64 and 512, all centred at 0. The first is a narrow "
    "peak; the last is flat and reaches beyond -40 and 40.",
)

# %% [markdown]
# **What you see.** The wider the vectors, the further apart the scores; scaled, they have the
# variance 1 at every width. The steps tell you where the argument ends: *independent*, *mean 0*,
# *variance 1*. All hold before training, and none is sure afterwards. `town-gpt` keeps the size in
# hand by normalising queries and keys (QK-norm).
#
# ### Exercise 4.4 · ★ · 6 min
#
# A formula this time. `variance_q` and `variance_k` are the variances of the numbers in $q$ and
# $k$, whose means are 0. Return the variance of $q \cdot k$.


# %%
def dot_product_variance(d_k, variance_q, variance_k):
    """The variance of a sum of d_k products."""
    ...


lmlab.check("dot_product_variance", dot_product_variance)

# %%
lmlab.hint("dot_product_variance")

# %%
lmlab.solution("dot_product_variance")

# %% [markdown]
# ## 7 · The sum, read over heads
#
# *The second formula adds up N attentions. Is that what a Transformer does?*
#
# $$\text{Output} = \sum_{i=1}^{N} \text{Attention}(Q W_i^Q,\; K W_i^K,\; V W_i^V)$$
#
# The document says that $N$ counts *blocks*. Section 8 takes it at its word. First read it over
# the **heads** of one layer, where it looks wrong: heads are laid side by side and then mixed by
# $W^O$, and nothing is added. Or is it? Let head $i$ find $h_i = A_i\, x\, \tilde W_i^V$, of width
# $d_\text{head}$, with its own slice $\tilde W_i^V$ of the value projection.
#
# 1. Multi-head attention is $[h_1, h_2, \dots, h_N]\, W^O$.
# 2. Cut $W^O$ into blocks of rows, $W_1^O$ to $W_N^O$, as wide as the heads. A row times a column
#    is a sum, and the sum can be cut: $[h_1, \dots, h_N]\, W^O = \sum_i h_i\, W_i^O$.
# 3. Put in $h_i$: each term is $A_i\, x\, \tilde W_i^V W_i^O$.
# 4. The two matrices make one: $W_i^V = \tilde W_i^V W_i^O$, of shape `(d_model, d_model)`.
#
# $$[h_1, \dots, h_N]\, W^O = \sum_{i=1}^{N} A_i\, x\, W_i^V$$
#
# Exactly the document's sum, if its $W_i^V$ has **absorbed** its slice of the output projection.
# (PyTorch keeps weights transposed, `(out, in)`: there $W_i^V$ is the slice of `out_proj` times the
# slice of `v_proj`.)
#
# ### Exercise 4.5 · ★★ · 12 min
#
# `w_v` and `w_o` are `(d_model, d_model)`, applied as `x @ w.T`; neighbouring channels belong to a
# head. Return the matrix of each head, `(n_heads, d_model, d_model)`, to be applied as `x @ w.T`.


# %%
def absorb_output(w_v, w_o, n_heads):
    """For each head: its slice of W_O times its slice of W_V."""
    ...


lmlab.check("absorb_output", absorb_output)

# %%
lmlab.hint("absorb_output")

# %%
lmlab.solution("absorb_output")

# %% [markdown]
# ### Exercise 4.6 · ★★ · 12 min
#
# Now the sum. `x` is `(..., time, d_model)`, `w_q` and `w_k` are `(n_heads, d_head, d_model)`,
# `w_v` is what 4.5 returns. `mask` is None, or `(time, time)` and True where a query may look.
# Return `(..., time, d_model)`. You may use `nn.attention(q, k, v, mask)`.


# %%
def sum_over_heads(x, w_q, w_k, w_v, mask):
    """The document's second formula, over heads."""
    ...


lmlab.check("sum_over_heads", sum_over_heads)

# %%
lmlab.hint("sum_over_heads")

# %%
lmlab.solution("sum_over_heads")

# %% [markdown]
# Proved; now run. First random weights, against concatenate-and-project:

# %%
from lmlab.nn import attention_sum
from lmlab.nn.multihead import multi_head_attention  # exercise 2.2.11

x = torch.randn(2, 7, 12, generator=generator, dtype=torch.float64)
w_q, w_k, w_v, w_o = torch.randn(4, 12, 12, generator=generator, dtype=torch.float64)
mask = nn.causal_mask(7)
absorbed = attention_sum.absorb_output(w_v, w_o, n_heads=3)
heads = (w.unflatten(0, (3, 4)) for w in (w_q, w_k))  # (head, d_head, d_model)
summed = attention_sum.sum_over_heads(x, *heads, absorbed, mask)
side_by_side = multi_head_attention(x, w_q, w_k, w_v, w_o, 3, mask)
print("equal to 1e-6:", bool((summed - side_by_side).abs().max() < 1e-6))
print("rank of each head's matrix:", torch.linalg.matrix_rank(absorbed).tolist(), "of 12")

# %% [markdown]
# Then the trained weights of `town-gpt`, in float64. The weights $A_i$ are taken from the tape,
# for RoPE and QK-norm come before them and change nothing in the argument.

# %%
from copy import deepcopy

exact = deepcopy(model).double()
with torch.no_grad(), lmlab.record(exact) as tape:
    exact(stories[0])
streams = [tape["embedded"], *(tape[f"blocks.{layer}.resid"] for layer in range(4))]
lengths = []
for layer, block in enumerate(exact.blocks):
    attn, x = block.attn, block.attn_norm(streams[layer])  # what the heads read
    absorbed = attention_sum.absorb_output(attn.v_proj.weight, attn.out_proj.weight, attn.n_heads)
    terms = tape[f"blocks.{layer}.attn.weights"] @ (x.unsqueeze(1) @ absorbed.mT)  # (1, head, …)
    gap = (terms.sum(dim=1) - tape[f"blocks.{layer}.attn.out"]).abs().max()
    lengths.append((terms[0, :, -1].norm(dim=-1) / streams[layer][0, -1].norm()).tolist())
    print(f"layer {layer}: equal to 1e-6:", bool(gap < 1e-6))

# %%
axes = theme.new_axes(6.4, 3)
for layer, row in enumerate(lengths):
    axes.bar([layer + 0.2 * (head - 1.5) for head in range(4)], row, width=0.17, color=theme.BLUE)
    for head, length in enumerate(row):
        axes.annotate(str(head), (layer + 0.2 * (head - 1.5), length), ha="center", fontsize=8)
axes.set(xlabel="layer (a bar for each head)", ylabel="length added / stream", xticks=range(4))
viz.picture(
    axes,
    alt="A bar for each of the four heads of four layers: the length of what it adds at the last "
    "token, as a share of the stream's. Heads 0 and 3 of layer 0 and head 0 of layer 3 stand out.",
)

# %% [markdown]
# **What you see.** The sum over heads *is* multi-head attention, in every layer of a trained model.
# This gives more than a formula: what a layer writes into the stream has a term for each head, so
# one can ask what *one* head has added. Head 0 of layer 3 speaks loudest of its layer; chapter 2.2
# found it to be one of three heads that the model cannot do without. Chapter 5.2 lives on this sum.
#
# ## 8 · The sum, read over blocks
#
# *And if N counts blocks, as the document says?*
#
# Then every term reads the same $Q, K, V$, which are all $x$. What do stacked blocks do? Each
# reads what those before it have written. Write $f_i(x)$ for what block $i$ adds:
#
# 1. One after the other: $x_1 = x_0 + f_1(x_0)$, then $x_2 = x_1 + f_2(x_1)$.
# 2. Put the first into the second: $x_2 = x_0 + f_1(x_0) + f_2\big(x_0 + f_1(x_0)\big)$.
# 3. The sum over blocks has $f_2(x_0)$ in the last place. The difference is the **feedback**:
#    $f_2\big(x_0 + f_1(x_0)\big) - f_2(x_0)$. Block 2 does not see what block 1 found.
#
# How much is that? Take the simplest blocks, $f(x) = a\,x$ with a number $a$. In a row, each
# multiplies by $1 + a$. Side by side, each adds $a\,x_0$:
#
# $$(1 + a)^N x_0 = \Big(1 + N a + \tbinom{N}{2} a^2 + \binom{N}{3} a^3 + \dots\Big)\, x_0
# \qquad \text{against} \qquad (1 + N a)\, x_0$$
#
# The term with $a^2$ is what went through two blocks, and there are $\binom{N}{2}$ ways to choose
# them. A stack of $N$ blocks holds $2^N$ ways from bottom to top; the sum keeps $1 + N$ of them.
#
# ### Exercise 4.7 · ★★ · 8 min
#
# Return the difference for $x_0 = 1$: `n_blocks` blocks in a row, minus as many side by side.
# `slope` is $a$. Numbers in, a number out.


# %%
def feedback_gap(slope, n_blocks):
    """What only comes through two blocks or more."""
    ...


lmlab.check("feedback_gap", feedback_gap)

# %%
lmlab.hint("feedback_gap")

# %%
lmlab.solution("feedback_gap")

# %%
lmlab.predict(
    "The four blocks of town-gpt all read the embeddings, side by side, and what they add is "
    "summed up. Its loss was 0.5 nats per token. What will it be? Blind guessing has 7.3.",
    {
        "0.5: sums have no order": "These are other terms: each block reads another stream.",
        "about 1: a little is lost": "The later blocks know only what the earlier ones "
        "wrote. Now they read what they have never seen.",
        "more than 7.3: worse than guessing": "The later blocks expect the findings of the earlier "
        "ones. They get bare embeddings, and are sure of nonsense.",
    },
    answer="more than 7.3: worse than guessing",
)


# %%
def side_by_side_from(start):
    """Editors under which all blocks from `start` on read one and the same stream."""

    def editors(ids):
        seen = []  # the embeddings, then the stream behind each block

        def edit(stream):
            seen.append(stream)
            if len(seen) <= start + 1:
                return stream
            same = seen[start]
            if len(seen) <= len(model.blocks):
                return same  # the next block reads it, too
            return same + sum(after - same for after in seen[start + 1 :])

        return {"embedded": edit, "blocks.*.resid": edit}

    return editors


in_a_row = [loss(side_by_side_from(start)) for start in range(4)]
for start, found in enumerate(in_a_row):
    print(f"side by side from block {start} on: {found:.2f} nats per token")

# %%
no_feed_forward = {"blocks.*.mlp.out": torch.zeros_like}


def attention_alone(ids):
    """No feed-forward either: the embeddings, plus the document's sum over blocks."""
    return {**side_by_side_from(0)(ids), **no_feed_forward}


print(f"attention alone, in a row:     {loss(lambda ids: no_feed_forward):.2f}")
print(f"attention alone, side by side: {loss(attention_alone):.2f}")

# %%
axes = theme.new_axes(6.4, 2.8)
axes.plot(range(4), in_a_row, "o-", color=theme.BLUE)
axes.axhline(torch.tensor(model.config.vocab_size).log(), color=theme.FAINT, lw=1)
axes.annotate("blind guessing", (2.4, 7.5), color=theme.FAINT)
axes.set(xlabel="blocks in a row before the rest stands side by side", xticks=range(4))
axes.set(ylabel="loss (nats per token)", ylim=(0, 9.5))
viz.picture(
    axes,
    alt=f"Loss against the number of blocks that keep their feedback: {in_a_row[0]:.1f} with none, "
    f"above blind guessing, then {in_a_row[1]:.1f}, {in_a_row[2]:.1f} and {in_a_row[3]:.1f}.",
)

# %% [markdown]
# **What you see.** With no feedback at all the model is worse than blind guessing: 8.6 against 7.3.
# One block in a row before the others stand side by side, and it is at 3.0; with two it is at 1.0.
# The last point is the model as it is, for a single block has nobody beside it. Read to the letter,
# the formula has no feed-forward at all. Then the loss is near 11, in a row or side by side: what
# is missed first is the other half of each block.
#
# To be fair: `town-gpt` was *trained* in a row. A model trained side by side would learn something,
# as a single, very wide layer does. What it could not learn is any finding that rests on another
# finding, such as "what came after the last *Rosa*", which takes two steps of attention.
#
# ## 9 · Surprise: entropy, cross-entropy, divergence
#
# *A loss of 0.5 nats: how much of it is the model's fault?*
#
# What comes next in a text has a true distribution $p$; the model believes $q$.
#
# - $H(p) = -\sum p \ln p$: the mean surprise of one who knows $p$. Nobody can do better.
# - $H(p, q) = -\sum p \ln q$: the mean surprise of one who believes $q$, the **cross-entropy**
#   (交叉熵).
# - $\text{KL}(p, q) = \sum p \ln (p / q)$: the difference, the **KL divergence** (KL 散度).
#
# 1. $\ln(p/q) = \ln p - \ln q$.
# 2. So $\sum p \ln (p/q) = \sum p \ln p - \sum p \ln q$, that is $\text{KL}(p, q) = H(p, q) -
#    H(p)$.
# 3. It is never below 0: $-\text{KL} = \sum p \ln (q/p) \le \sum p\,(q/p - 1) = 0$, for $\ln u \le
#    u - 1$.
#
# $$H(p, q) = H(p) + \text{KL}(p, q)$$
#
# Take what `town-gpt` says of the next token for the truth, and let other models believe in flatter
# or sharper versions of it, $q = \text{softmax}(\text{logits} / T)$.

# %%
lmlab.predict(
    "At which temperature T is the cross-entropy H(p, q) smallest, when p is the softmax at T = 1?",
    {
        "at a low one: q is sure": "A sure q is very surprised by all it has ruled out.",
        "at T = 1": "There q = p, the divergence is 0, and only the entropy of p is left.",
        "at a high one: q is careful": "A careful q is a little surprised by everything.",
    },
    answer="at T = 1",
)

# %%
from lmlab.text import information

with torch.no_grad():
    logits = model(stories[0][:, :16])[0, -1].double()
truth = logits.softmax(dim=-1)
temperatures = torch.linspace(0.5, 2, 61, dtype=torch.float64)
believed = (logits / temperatures[:, None]).softmax(dim=-1)  # (temperature, vocab_size)
crossed = information.cross_entropy(truth.expand_as(believed), believed)
floor = information.entropy(truth)
lines = {
    "H(p, q)": list(zip(temperatures.tolist(), crossed.tolist(), strict=True)),
    "H(p)": [(t, floor.item()) for t in temperatures.tolist()],
}
viz.picture(
    viz.named_lines(lines, xlabel="temperature T of q", ylabel="mean surprise (nats)"),
    alt="The cross-entropy falls steeply until T = 1, touches the level line of the entropy of p "
    "there, and rises again. The gap between the two is the divergence.",
)

# %%
divergence = information.kl_divergence(truth.expand_as(believed), believed)
print("H(p, q) = H(p) + KL(p, q):", torch.allclose(crossed, floor + divergence))
print(f"smallest at T = {temperatures[crossed.argmin()]:.2f}; KL there: {divergence.min():.4f}")
flat = believed[-1]
print(f"KL(p, flat) = {information.kl_divergence(truth, flat):.3f}, "
      f"KL(flat, p) = {information.kl_divergence(flat, truth):.3f}")  # fmt: skip

# %% [markdown]
# **What you see.** The gap between the lines is the divergence. It is 0 at $T = 1$ and nowhere
# else, and it is not symmetric: to believe the flat one when the sharp one is true costs
# 0.16 nats, to believe the sharp one when the flat one is true 0.68. It is cheaper to be careful.
#
# In training nobody knows $p$. But the text is drawn from it, so the mean of $-\ln q$ over a long
# text is $H(p, q)$. Its part $H(p)$ cannot be trained away: **to minimise the cross-entropy is to
# minimise the divergence**. The other scores are the same number in other units:
#
# | score | from nats per token $L$ | `town-gpt`, $L = 0.513$ |
# |:--|:--|:--|
# | bits per token | $L / \ln 2$ | 0.74 |
# | perplexity | $e^L$ | 1.67 |
# | bits per character | $L / \ln 2$ · tokens / characters | 0.170 |

# %%
from lmlab.text.scores import bits_per_character, perplexity

log_probs = torch.cat([model.log_probs(ids[0]) for ids in stories])
nats = -log_probs.mean().item()
per_token = sum(map(len, texts)) / len(log_probs)
print(f"nats per token {nats:.3f}, bits per token {nats / torch.tensor(2.0).log():.3f}")
print(f"perplexity {perplexity(log_probs):.3f} = exp(nats) {torch.tensor(nats).exp():.3f}")
print(f"bits per character {bits_per_character(nats, per_token):.3f}")

# %% [markdown]
# ### Exercise 4.8 · ★★ · 10 min
#
# `p` and `q` are `(..., n)`, distributions. Return $\text{KL}(p, q)$ in nats for each row. Where
# $p$ is 0, its term is 0.


# %%
def kl_divergence(p, q):
    """What believing q costs when p is true."""
    ...


lmlab.check("kl_divergence", kl_divergence)

# %%
lmlab.hint("kl_divergence")

# %%
lmlab.solution("kl_divergence")

# %% [markdown]
# Section 4 again, now without Lagrange. For *any* distribution $p$ and $q = \text{softmax}(s)$:
#
# 1. $\text{KL}(p, q) = \sum p \ln p - \sum p\,(s - \ln Z)$, for $\ln q = s - \ln Z$.
# 2. So $\;\sum p\,s + H(p) = \ln Z - \text{KL}(p, q)$.
#
# The right side is largest when $p = q$. So the softmax makes *mean score plus entropy* as large as
# it can be, and the height it reaches is $\ln Z$: log-sum-exp.

# %%
from lmlab.nn import partition

height = drawn @ keys + entropy(drawn)  # mean score + entropy, for 4,000 distributions
log_z = partition.logsumexp(keys)
costs = information.kl_divergence(drawn, best.expand_as(drawn))
print("mean score + entropy = ln Z - KL:", torch.allclose(height, log_z - costs))
print(f"highest of 4,000: {height.max():.3f}; of the softmax: {best @ keys + entropy(best):.3f}; "
      f"ln Z: {log_z:.3f}")  # fmt: skip

# %% [markdown]
# ## 10 · Sinusoids: a step is a turn
#
# *How can fixed numbers tell a model "three back"?*
#
# Pair $i$ of the sinusoidal position $PE(t)$ is $(\sin \omega_i t, \cos \omega_i t)$, with
# $\omega_i = 10000^{-2i/d}$: a point on a circle (chapter 2.3). Move on by $k$:
#
# 1. $\sin(\omega t + \omega k) = \sin \omega t \cos \omega k + \cos \omega t \sin \omega k$.
# 2. $\cos(\omega t + \omega k) = \cos \omega t \cos \omega k - \sin \omega t \sin \omega k$.
# 3. As a matrix that holds $k$ and no $t$, and so is the same for every place in the text:
#
# $$PE(t + k) = M_k\, PE(t), \qquad \text{blocks of } M_k: \begin{pmatrix} \cos \omega_i k & \sin
# \omega_i k \\ -\sin \omega_i k & \cos \omega_i k \end{pmatrix}$$
#
# 4. Each block is a rotation, so $M_k^\top M_k = 1$: no length changes.
# 5. Then $PE(t) \cdot PE(t + k) = \sum_i \cos(\omega_i k)$ also depends on $k$ alone.

# %%
from lmlab.nn.relative import shift_matrix

pe = nn.sinusoidal_positions(torch.arange(200), 32).double()
lines = {
    f"from t = {t}": [(k, (pe[t] @ pe[t + k]).item() + 0.3 * n) for k in range(60)]
    for n, t in enumerate((0, 50, 100))
}
viz.picture(
    viz.named_lines(lines, xlabel="distance k", ylabel="PE(t) · PE(t + k)"),
    alt="Three curves of the dot product of two positions against their distance, from three "
    "starting points: the same curve each time, highest at distance 0.",
)

# %%
for step in (1, 7, 40):
    moved = pe[:100] @ shift_matrix(step, 32).T  # all of the first hundred, by one matrix
    error = (moved - pe[step : 100 + step]).abs().max()
    print(f"k = {step:2}: the same to 1e-5:", bool(error < 1e-5))
turn = shift_matrix(7, 32)
print("a rotation:", torch.allclose(turn @ turn.T, torch.eye(32).double()))
print("3 steps and 4 are 7:", torch.allclose(shift_matrix(3, 32) @ shift_matrix(4, 32), turn))

# %% [markdown]
# **What you see.** Three times the same curve (each is drawn 0.3 higher than the last), wherever
# one starts. One matrix moves a hundred positions at once. A projection such as $W^K$ can *learn*
# such a matrix, and then "the key three back" is a dot product.
#
# ### Exercise 4.9 · ★★★ · 15 min
#
# In exercise 2.3.8 you moved vectors. Now return the matrix itself, `(d_model, d_model)`, so that
# `matrix @ PE(t)` is `PE(t + offset)`. Sines stand in the even places, cosines in the odd ones.


# %%
def shift_matrix(offset, d_model):
    """The matrix that moves every sinusoidal position by `offset`."""
    ...


lmlab.check("shift_matrix", shift_matrix)

# %%
lmlab.hint("shift_matrix")

# %%
lmlab.solution("shift_matrix")

# %% [markdown]
# ## 11 · RoPE: the proof
#
# *Why does a score of turned vectors know the distance, and nothing else?*
#
# RoPE turns each pair of channels of a query at position $m$ by the angle $m\omega$, and of a key
# at $n$ by $n\omega$. Take a pair as one complex number, $q = q_1 + i q_2$.
#
# 1. A turn by an angle $a$ is a product with $e^{ia}$. So the pairs become $q\,e^{im\omega}$,
#    $k\,e^{in\omega}$.
# 2. The dot product of two pairs is $q_1 k_1 + q_2 k_2 = \text{Re}(q\,\bar k)$, with $\bar k$ the
#    conjugate.
# 3. The conjugate of $k\, e^{in\omega}$ is $\bar k\, e^{-in\omega}$.
# 4. So the score is $\text{Re}(q\,e^{im\omega}\; \bar k\,e^{-in\omega}) = \text{Re}(q\,\bar k\;
#    e^{i(m-n)\omega})$.
#
# $$(R_m q) \cdot (R_n k) = \sum_{\text{pairs}} \text{Re}\big(q\,\bar k\; e^{i(m-n)\omega}\big)$$
#
# $m$ and $n$ are gone; $m - n$ is left. Turn one query and one key in pairs of places:

# %%
from lmlab.nn.relative import rope_score

one_q, one_k = torch.randn(2, 1, 1, 1, 16, generator=generator)


def turned_score(m, n):
    """(R_m q) · (R_n k), by turning both."""
    q_m = nn.apply_rope(one_q, nn.rope_rotation(torch.tensor([m]), 16))
    k_n = nn.apply_rope(one_k, nn.rope_rotation(torch.tensor([n]), 16))
    return (q_m * k_n).sum().item()


lines = {
    f"key at n = {n}": [(d, turned_score(n + d, n) + 0.3 * place) for d in range(40)]
    for place, n in enumerate((0, 30, 500))
}
viz.picture(
    viz.named_lines(lines, xlabel="distance m - n", ylabel="score of the turned vectors"),
    alt="Three curves of the score against the distance, for keys at positions 0, 30 and 500: the "
    "same wavy line each time.",
)

# %%
by_proof = [rope_score(one_q.flatten(), one_k.flatten(), d).item() for d in range(40)]
for n in (0, 30, 500):
    errors = [abs(turned_score(n + d, n) - by_proof[d]) for d in range(40)]
    print(f"key at {n:3}: step 4 gives the same score:", max(errors) < 1e-3)

# %% [markdown]
# **What you see.** The same curve from three places (each drawn 0.3 higher), and it is the one of
# step 4. Sinusoids are *added*, so that a score holds products of contents and positions. RoPE
# leaves no such products: content, turned by the distance, is all.
#
# ### Exercise 4.10 · ★★★ · 15 min
#
# Compute that score without turning anything to its place. `q` and `k` are `(..., d_head)`,
# `distance` is $m - n$. Channel $i$ is paired with channel $i + d_\text{head} / 2$; pair $i$ has
# $\omega_i = 10000^{-2i/d_\text{head}}$. Return `(...)`, not scaled.


# %%
def rope_score(q, k, distance):
    """(R_m q) · (R_n k), from m - n."""
    ...


lmlab.check("rope_score", rope_score)

# %%
lmlab.hint("rope_score")

# %%
lmlab.solution("rope_score")

# %% [markdown]
# ## 12 · The gradient of attention
#
# *The loss wants another output. How are V, K and Q told?*
#
# You wrote this in exercise 3.2.9. Here is where it comes from. Let $dO$ be the gradient of the
# loss at the output, `(query, d_v)`, and so on for the other letters.
#
# 1. $O = A V$ is a product of matrices: $\;dV = A^\top dO\;$ and $\;dA = dO\, V^\top$.
# 2. Each row of $A$ is a softmax of a row of $S$. Its Jacobian is section 5's: $dS =
#    (\text{diag}(p) - p p^\top)\, dA$ for each row.
# 3. Multiplied out: $dS = A \circ (dA - D)$, where $D_t = \sum_s A_{ts}\, dA_{ts}$, one number a
#    row.
# 4. $S = QK^\top / \sqrt{d_k}$ is a product again: $\;dQ = dS\, K / \sqrt{d_k}\;$ and $\;dK =
#    dS^\top Q / \sqrt{d_k}$.
# 5. By step 1, $D_t = \sum_s A_{ts}\, (dO_t \cdot v_s) = dO_t \cdot O_t$. So $D$ needs no table at
#    all: fused kernels compute it from the output.

# %%
lmlab.predict(
    "What does each row of dS, the gradient at the scores, sum to?",
    {
        "1": "The weights do. A gradient says how to move.",
        "0": "No shift of a whole row changes anything, so the loss cannot ask for one.",
        "it depends on the loss": "Each number does; their sum is the slope of a shift, and a "
        "shift changes nothing.",
    },
    answer="0",
)

# %%
q, k, v, to_output = torch.randn(4, 6, 8, generator=generator, dtype=torch.float64)
mask = nn.causal_mask(6)
A = nn.attention_weights(q, k, mask)
dV, dA = A.T @ to_output, to_output @ v.T  # step 1
D = (A * dA).sum(dim=-1, keepdim=True)
dS = A * (dA - D)  # steps 2 and 3
dQ, dK = dS @ k / 8**0.5, dS.T @ q / 8**0.5  # step 4

axes = theme.new_axes(4.6, 3.4)
shown = axes.imshow(dS, cmap=theme.SIGN, vmin=-0.8, vmax=0.8)
axes.set(xlabel="key", ylabel="query")
axes.figure.colorbar(shown, label="dS")
viz.picture(
    axes,
    alt="The gradient at the scores, 6 × 6: nothing above the diagonal, and in each row both "
    "signs, except in the first, which is 0.",
)

# %%
from lmlab.autograd.by_hand import attention_backward

leaves = [x.clone().requires_grad_() for x in (q, k, v)]
nn.attention(*leaves, mask).backward(to_output)
by_hand = attention_backward(q, k, v, A, to_output)
for name, mine, theirs, leaf in zip("QKV", (dQ, dK, dV), by_hand, leaves, strict=True):
    agree = [(found - leaf.grad).abs().max() < 1e-6 for found in (mine, theirs)]
    print(f"d{name} as autograd has it: steps {bool(agree[0])}, package {bool(agree[1])}")
print("rows of dS sum to 0:  ", bool(dS.sum(dim=-1).abs().max() < 1e-12))
print("D = dO · O (step 5):  ", torch.allclose(D, (to_output * (A @ v)).sum(-1, keepdim=True)))

# %% [markdown]
# **What you see.** Five lines, and autograd agrees. Where the mask hides a key, $A$ is 0 and so is
# $dS$. The first query sees itself alone; its weight is 1 whatever its score is, so it learns
# nothing. And in each row what some keys gain the others lose.
#
# ## Summary
#
# - Z is a sum for each query. With one Z for the table, a trained model is nearly lost.
# - A softmax sees differences of scores only. So the largest may be taken away, its Jacobian's rows
#   sum to 0, and so do those of dS.
# - Of all distributions with the same mean score, the softmax has the largest entropy.
# - $\sqrt{d_k}$ undoes the variance of a sum of $d_k$ products.
# - Multi-head attention is a sum over heads, once each $W_i^V$ has absorbed its slice of $W^O$.
# - Blocks are no such sum: each reads what those before it have written.
# - Cross-entropy is entropy plus divergence; training can lower the second only.
# - A step in position is a rotation. So both kinds of angles make scores depend on distances.
#
# ## What the document says, what we found

# %%
lmlab.ledger("04_mathematics")

# %% [markdown]
# ## Further reading
#
# - Vaswani et al. 2017 (arXiv 1706.03762): section 3.2.1 and footnote 4 for the scale, 3.2.2 for
#   the heads, 3.5 for the positions.
# - Jaynes 1957, *Information Theory and Statistical Mechanics*: most entropy as a principle.
# - Shannon 1948, *A Mathematical Theory of Communication*, section 6: entropy.
# - Elhage et al. 2021, *A Mathematical Framework for Transformer Circuits*: the sum over heads, and
#   the ways through two layers.
# - Veit et al. 2016 (arXiv 1605.06431): residual networks as sums over $2^N$ ways.
# - Su et al. 2021, *RoFormer* (arXiv 2104.09864): RoPE.
# - Dao et al. 2022, *FlashAttention* (arXiv 2205.14135), appendix B: the gradient with $D = dO
#   \cdot O$.
#
# **Next:** [5 Build a GPT](05_build_a_gpt.ipynb)
