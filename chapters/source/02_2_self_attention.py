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
# # 2.2 · Self-attention: which tokens matter?
#
# | | |
# |:--|:--|
# | **You will be able to** | write attention, its masks and its heads; say what it costs |
# | **You need to know** | chapters 00 to 2.1; products of matrices |
# | **Time** | 3 hours |
# | **On two cores** | 60 seconds of compute, no GPU, no internet |
# | **Exercises** | 15, and 5 predictions |
#
# You begin with a plain average and end inside the heads of a model that writes stories. On the
# way there are small steps only: each section changes one thing. This chapter goes with section
# 2.2 of the document.

# %%
import torch

import lmlab
from lmlab import nn, viz

# %% [markdown]
# `nn` is this package's own folder of parts, not PyTorch's. What you write below is there, too.
#
# ## 1 · An average over the past
#
# *How can a token learn what came before it?*
#
# Each token of a text is a vector; $x_t$ is that of position $t$. The simplest way to tell it
# about the others is to average: replace each vector by the mean of all up to it. Here it is
# done in three ways:

# %%
tokens = ["the", "bank", "of", "the", "river"]
torch.manual_seed(0)
x = torch.randn(len(tokens), 4)  # (time, d_model), random for now

by_loop = torch.stack([x[: t + 1].mean(dim=0) for t in range(len(x))])

seen = nn.causal_mask(len(x))  # chapter 00: True where a query may look
table = seen / seen.sum(dim=-1, keepdim=True)  # (query, key), rows sum to one
by_table = table @ x

scores = torch.zeros(len(x), len(x)).masked_fill(~seen, -torch.inf)
by_softmax = scores.softmax(dim=-1) @ x

print("loop = table:  ", torch.allclose(by_loop, by_table))
print("loop = softmax:", torch.allclose(by_loop, by_softmax))

# %%
viz.picture(
    viz.attention_pattern(table, tokens, title="an even average over the past"),
    alt="A triangle of weights: the first token has weight 1 on itself, the fifth has 0.2 on each "
    "of the five tokens.",
)

# %% [markdown]
# **What you see.** An average is a table of **weights** (权重): one row for each token that looks,
# a **query** (查询), one column for each that is looked at, a **key** (键). Each row sums to one.
# And the softmax of scores that are all 0, with $-\infty$ where nothing may be seen, *is* this
# table. Everything that follows is about better scores than 0.
#
# $$y_t = \sum_{s \le t} w_{ts}\, x_s, \qquad w_{ts} = \frac{1}{t} \text{ for now}$$
#
# (with $t$ counted from 1).
#
# ### Exercise 2.2.1 · ★ · 5 min
#
# `x` is `(..., time, d_model)`: there may be batch axes in front. Return the averages over the
# past, of the same shape, without a loop.


# %%
def causal_average(x):
    """At each position, the mean of its own vector and all before it."""
    ...


lmlab.check("causal_average", causal_average)

# %%
lmlab.hint("causal_average")

# %%
lmlab.solution("causal_average")

# %%
lmlab.quiz("causal_average")

# %% [markdown]
# ## 2 · A dictionary that is never at a loss
#
# *How can the weights depend on what the tokens say?*
#
# An even average cares for nothing. You want to *look something up*. A Python dictionary gives
# the value of the key that equals the query, or an error. A **soft dictionary** (软字典) compares
# the query with *every* key by a dot product, makes shares of the scores with a softmax, and
# answers with a mixture of all values.

# %%
keys = torch.tensor([[1.0, 0.2], [0.7, 1.0], [-0.6, 1.0], [-1.0, -0.5]])  # furry, large
values = torch.tensor([4.0, 30.0, 5000.0, 0.1])  # kilograms
animals = ["cat", "dog", "elephant", "ant"]
query = torch.tensor([1.0, 0.6])  # something furry, of middle size

for sharpness in (0, 1, 4, 16, 64):
    weights = (sharpness * keys @ query).softmax(dim=-1)
    shares = "  ".join(f"{a} {w:4.0%}" for a, w in zip(animals, weights.tolist(), strict=True))
    print(f"sharpness {sharpness:2}: {shares}   → {weights @ values:7.1f} kg")

# %% [markdown]
# **What you see.** With sharpness 0 all keys count alike: the average of section 1. With 64 the
# best key takes all, and you have a plain dictionary. Between them the answer changes smoothly
# with the query and the keys, so it has a gradient, and all three can be *learned*. A plain
# dictionary has none.
#
# ### Exercise 2.2.2 · ★★ · 8 min
#
# `query` is `(d_k,)`, `keys` is `(key, d_k)`, `values` is `(key, d_v)`. Multiply the scores by
# `sharpness`, and return the mixture of the values, `(d_v,)`.


# %%
def soft_lookup(query, keys, values, sharpness):
    """The values, mixed by how well their keys fit the query."""
    ...


lmlab.check("soft_lookup", soft_lookup)

# %%
lmlab.hint("soft_lookup")

# %%
lmlab.solution("soft_lookup")

# %%
lmlab.quiz("soft_lookup")

# %% [markdown]
# ## 3 · Query, key and value of every token
#
# *Who writes the dictionary?*
#
# The text itself. Each token asks a question, its query. Each has a label by which it is found,
# its key, and something to tell, its **value** (值). All three are made from the token's vector by
# three matrices, which are learned:
#
# $$q_t = W_Q\, x_t, \qquad k_t = W_K\, x_t, \qquad v_t = W_V\, x_t$$
#
# Since the text looks things up in itself, this is **self-attention** (自注意力). Why three? What a
# word looks for is not what it is: *bank* looks for a hint of its meaning, and offers itself as
# a noun. Here are queries and keys made by hand. Channel 0 is about water, channel 1 about
# articles; *bank* asks for water, and *river* offers it.

# %%
q = torch.tensor([[0.0, 0.0], [2.0, 0.5], [0.0, 0.0], [0.0, 0.0], [0.5, 2.0]])
k = torch.tensor([[0.0, 2.0], [0.5, 0.0], [-1.0, 0.0], [0.0, 2.0], [2.5, 0.0]])
viz.qk_view(q, k, tokens)

# %% [markdown]
# **What you see.** From left to right: scores, scaled scores (the next section), what a mask
# leaves (section 7), and the weights. In the second row *bank* finds *river*. *The* asks for
# nothing: its scores are 0 and its weights even. Choose a row, change a number, and watch: can you
# make *bank* look at itself?
#
# In one line, for all queries at once, with rows of $Q$, $K$, $V$ for tokens:
#
# $$\text{Attention}(Q, K, V) = \text{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V$$
#
# ## 4 · Why divide by √d_k
#
# *What goes wrong with long vectors?*
#
# A dot product adds up $d_k$ products. Take numbers with mean 0 and variance 1, as a network has
# at its start.

# %%
lmlab.predict(
    "q and k hold d_k independent numbers each, with variance 1. How does the variance of q·k grow "
    "with d_k?",
    {
        "not at all": "It is a sum, not a mean: every channel adds something.",
        "like √d_k": "That is its standard deviation, the typical size of a score.",
        "like d_k": "Variances of independent things add up, and each product has variance 1. So "
        "a typical score is of size √d_k.",
        "like d_k²": "It would, if all products had the same sign; half of them are negative.",
    },
    answer="like d_k",
)

# %%
from lmlab.scaling.timing import fit_exponent

generator = torch.Generator().manual_seed(0)
sizes, variances = (4, 16, 64, 256, 1024), []
for d_k in sizes:
    many_q, many_k = torch.randn(2, 500, d_k, generator=generator)
    variances.append((many_q @ many_k.mT).var().item())
    print(f"d_k {d_k:4}: the variance of q·k is {variances[-1]:6.1f}")
print(f"variance ~ d_k ^ {fit_exponent(sizes, variances, largest=5):.2f}")

# %% [markdown]
# **What you see.** It is just as large as $d_k$:
#
# $$\text{Var}(q \cdot k) = \sum_{i=1}^{d_k} \text{Var}(q_i k_i) = d_k$$
#
# So scores are divided by $\sqrt{d_k}$, which brings their variance back to 1. What if they are
# not? Give each query 16 random keys, and look at the softmax:

# %%
from lmlab.nn.softmax import softmax_jacobian as slopes  # exercise 2.2.14

print("             largest weight       slope of the softmax")
print("  d_k      scaled   unscaled      scaled   unscaled")
for d_k in sizes:
    many_q, many_k = torch.randn(2, 200, 16, d_k, generator=generator)
    row = f"{d_k:5}   "
    both = [nn.attention_weights(many_q, many_k), (many_q @ many_k.mT).softmax(dim=-1)]
    row += "".join(f"{weights.amax(-1).mean():9.2f}" for weights in both) + "   "
    row += "".join(f"{slopes(weights).norm(dim=(-2, -1)).mean():10.3f}" for weights in both)
    print(row)

# %% [markdown]
# **What you see.** Scaled, the softmax looks the same at every $d_k$. Unscaled, the largest weight
# goes to 1: the softmax is **saturated** (饱和), a hard dictionary by accident. The right half says
# how strongly the weights still move when a score moves: at 1024 five to six times less than
# when scaled. What hardly moves has hardly a gradient, and learns slowly.
#
# The argument holds for independent numbers of variance 1, at the start of training. Later
# nothing keeps queries and keys at that size. Some models therefore normalise both before the
# product (QK-norm); `town-gpt` is one of them.
#
# ### Exercise 2.2.3 · ★ · 5 min
#
# `q` is `(..., query, d_k)`, `k` is `(..., key, d_k)`. Return the scaled scores, `(..., query,
# key)`.


# %%
def attention_scores(q, k):
    """How well each key answers each query."""
    ...


lmlab.check("attention_scores", attention_scores)

# %%
lmlab.hint("attention_scores")

# %%
lmlab.solution("attention_scores")

# %%
lmlab.quiz("attention_scores")

# %% [markdown]
# ## 5 · A sum for every row
#
# *The softmax divides by a sum. A sum over what?*
#
# The document writes attention with a normalising constant $Z$, and leaves open what it sums
# over. There are two readings. $Z$ may be one number for the whole table, or one for each query:
#
# $$w_{ts} = \frac{e^{\text{score}_{ts}}}{Z_t}, \qquad Z_t = \sum_{s} e^{\text{score}_{ts}}$$

# %%
lmlab.predict(
    "Suppose Z were one sum over the whole table of n × n scores. What would a row of weights sum "
    "to, as the text gets longer?",
    {
        "to one, as ever": "All weights together sum to one then, and n rows share it.",
        "to less and less, about 1/n": "And the rows differ: what one query gets depends on the "
        "scores of all others.",
        "to more and more": "The sum of all weights stays one, whatever n is.",
    },
    answer="to less and less, about 1/n",
)

# %%
print("   n    sums of rows, one Z    length of outputs, one Z    Z for each row")
for n in (4, 16, 64, 256):
    q_n, k_n, v_n = torch.randn(3, n, 32, generator=generator)
    powers = nn.attention_scores(q_n, k_n).exp()
    one_z = powers / powers.sum()
    each = powers / powers.sum(dim=-1, keepdim=True)
    sums = one_z.sum(dim=-1)
    lengths = [(weights @ v_n).norm(dim=-1).mean() for weights in (one_z, each)]
    print(f"{n:4}    {sums.min():.4f} to {sums.max():.4f}{lengths[0]:22.4f}{lengths[1]:22.2f}")

# %% [markdown]
# **What you see.** With one $Z$ no row sums to one. Some queries speak twice as loud as others, and
# all of them fade as the text grows. (With $Z_t$ the outputs get shorter too, but only because
# these values are random: the mean of many random vectors is short.) In a model that writes, it
# is worse:

# %%
for n in (4, 5):  # the same text, with one token more
    powers = nn.attention_scores(q[:n], k[:n]).exp() * nn.causal_mask(n)
    shared, own = powers / powers.sum(), powers / powers.sum(dim=-1, keepdim=True)
    print(f"{n} tokens: bank looks at the with {shared[1, 0]:.3f}, one Z; {own[1, 0]:.3f}, its own")

# %% [markdown]
# A token that comes *later* changes the one $Z$, and with it every earlier result, mask or no mask.
# So $Z$ is a sum for each query, as in the paper.
#
# A row that sums to one can be read as a question: *among how many keys does this query share its
# attention?* You know the answer from chapter 2.1: perplexity.
#
# ### Exercise 2.2.4 · ★★ · 8 min
#
# `weights` is `(..., key)`, rows that sum to one; some may be 0. Return, for each row, the
# exponential of its entropy, $\exp(-\sum_s w_s \ln w_s)$, where $0 \ln 0 = 0$.


# %%
def effective_keys(weights):
    """The number of keys that, weighted evenly, would be as spread."""
    ...


lmlab.check("effective_keys", effective_keys)

# %%
lmlab.hint("effective_keys")

# %%
lmlab.solution("effective_keys")

# %%
lmlab.quiz("effective_keys")

# %% [markdown]
# ## 6 · Order is invisible
#
# *Does attention know that "dog bites man" is not "man bites dog"?*

# %%
lmlab.predict(
    "You shuffle the tokens, and let each attend to all others, without a mask. What happens to "
    "the outputs?",
    {
        "they are shuffled in the same way, and else the same": "A weighted sum has no order. "
        "This is called permutation equivariance.",
        "they change": "Which number in the formula says where a token stands? None.",
        "nothing happens": "Each output belongs to a token, and goes where it goes.",
    },
    answer="they are shuffled in the same way, and else the same",
)

# %%
sentence = torch.randn(6, 8, generator=generator)  # six tokens
w_q, w_k, w_v = torch.randn(3, 8, 8, generator=generator) / 8**0.5
order = torch.tensor([3, 1, 5, 0, 2, 4])


def attend(x, mask=None):
    """One head of self-attention."""
    return nn.attention(x @ w_q.T, x @ w_k.T, x @ w_v.T, mask)


print("no mask:    ", torch.allclose(attend(sentence)[order], attend(sentence[order]), atol=1e-5))
seen = nn.causal_mask(6)
plain, shuffled = attend(sentence, seen), attend(sentence[order], seen)
print("causal mask:", torch.allclose(plain[order], shuffled, atol=1e-5))

# %% [markdown]
# **What you see.** Without a mask attention treats a text as a bag of words: it is **permutation
# equivariant** (置换等变). A mask brings in a little order, since a token now depends on which
# others stand before it. For the rest, models add **positions** (位置编码), the subject of chapter
# 2.3.
#
# ## 7 · Masks
#
# *Who may look at whom?*
#
# A **mask** (掩码) is a table of True and False. You wrote the causal one in chapter 00. Now paint
# it: each switch lets the query of its row look at the key of its column.

# %%
painter = viz.mask_painter(tokens, goal=nn.causal_mask(len(tokens)))
painter

# %% [markdown]
# What you paint is `painter.mask`. As long as nothing is painted, no query sees anything. What
# are the weights then?

# %%
painted = nn.attention_weights(q, k, painter.mask)
print("sums of the rows:", painted.sum(dim=-1).tolist())
print("a plain softmax: ", torch.full((5,), -torch.inf).softmax(dim=-1).tolist())

# %% [markdown]
# **What you see.** A softmax of nothing but $-\infty$ divides 0 by 0. A single *nan* spreads
# through all that follows, so this row needs a rule: all zeros.
#
# Three kinds of masks do most of the work. The second is for **padding** (填充): texts of
# different lengths are filled up with tokens that mean nothing, to make a rectangle of them.
#
# ### Exercise 2.2.5 · ★ · 5 min
#
# `lengths` is `(batch,)`, how many tokens each text has; the padding is on the right. Return
# `(batch, max_len)` truth values: True for real tokens.


# %%
def padding_mask(lengths, max_len):
    """True for real tokens, False for padding."""
    ...


lmlab.check("padding_mask", padding_mask)

# %%
lmlab.hint("padding_mask")

# %%
lmlab.solution("padding_mask")

# %%
lmlab.quiz("padding_mask")

# %% [markdown]
# The third lets each query see what is *near*: a **sliding window** (滑动窗口). If what is hidden
# is not even computed, the cost of a long text grows with its length only, not with its square
# (section 11).
#
# ### Exercise 2.2.6 · ★★ · 8 min
#
# Return `(query_len, key_len)` truth values: each position sees the last `window` positions,
# itself included. With more keys than queries, the queries are the last positions, as in
# `causal_mask`, which you may use: `nn.causal_mask(query_len, key_len)`.


# %%
def window_mask(query_len, key_len, window):
    """True where the key is among the last `window` up to the query."""
    ...


lmlab.check("window_mask", window_mask)

# %%
lmlab.hint("window_mask")

# %%
lmlab.solution("window_mask")

# %%
lmlab.quiz("window_mask")

# %% [markdown]
# One question is left, and most mistakes are made here: *when* is the mask applied? It hides keys
# before the softmax, not weights after it.

# %%
seen = nn.causal_mask(len(tokens))
scores = nn.attention_scores(q, k)
before = nn.weights_from_scores(scores, seen)
after = scores.softmax(dim=-1) * seen
print("sums, masked before:", [f"{total:.2f}" for total in before.sum(dim=-1).tolist()])
print("sums, masked after: ", [f"{total:.2f}" for total in after.sum(dim=-1).tolist()])

# %% [markdown]
# **What you see.** Masked afterwards, *bank* keeps next to nothing: most of its attention went to
# *river*, which it may not see. So the future has leaked after all: the sums tell that something
# important is coming.
#
# ### Exercise 2.2.7 · ★★ · 10 min
#
# `scores` is `(..., query, key)`. `mask` is None, or True where a query may look; it broadcasts
# against the scores. Return the weights. A query with every key hidden gets all zeros.


# %%
def weights_from_scores(scores, mask):
    """Softmax over the keys that may be seen."""
    ...


lmlab.check("weights_from_scores", weights_from_scores)

# %%
lmlab.hint("weights_from_scores")

# %%
lmlab.solution("weights_from_scores")

# %%
lmlab.quiz("weights_from_scores")

# %% [markdown]
# ### Exercise 2.2.8 · ★★ · 10 min
#
# Now all of it: scores, causal mask, softmax, values. `q` is `(..., query, d_k)`, `k` is `(...,
# key, d_k)`, `v` is `(..., key, d_v)`. Return `(..., query, d_v)`. There may be more keys than
# queries.


# %%
def causal_attention(q, k, v):
    """Attention in which no query sees a later key."""
    ...


lmlab.check("causal_attention", causal_attention)

# %%
lmlab.hint("causal_attention")

# %%
lmlab.solution("causal_attention")

# %%
lmlab.quiz("causal_attention")

# %% [markdown]
# ## 8 · Heads
#
# *A query gets one average. What if it needs two things?*
#
# Suppose each token wants to know the token before it *and* the first token. One softmax can give
# half of its weight to each. But then the two values are added up, and nobody can take them
# apart:

# %%
n = 6
letters = torch.eye(n)  # the value of token i is a 1 at place i
to_previous = torch.eye(n).roll(-1, dims=1)
to_previous[0] = to_previous[0].roll(1)  # the first token looks at itself
to_first = torch.zeros(n, n)
to_first[:, 0] = 1

one_head = (to_previous + to_first) / 2 @ letters
two_heads = torch.cat((to_previous @ letters, to_first @ letters), dim=-1)
print("token 4, one head: ", one_head[4].tolist())
print("token 4, two heads:", two_heads[4, :n].tolist(), two_heads[4, n:].tolist())

# %% [markdown]
# Here are the two of them:

# %%
viz.head_view(
    torch.stack((to_previous, to_first)), [f"t{i}" for i in range(n)], title="Two heads by hand"
)

# %% [markdown]
# **What you see.** One head says "3 or 0, half and half". Two **heads** (注意力头) say which is
# which. So the width $d_\text{model}$ is cut into slices of $d_\text{head} = d_\text{model} /
# n_\text{heads}$; each head attends in its own slice, and the results are laid side by side. It
# costs no more than one head of the full width.
#
# ### Exercise 2.2.9 · ★★ · 8 min
#
# Cut `x`, `(..., time, d_model)`, into heads: `(..., n_heads, time, d_head)`. The first head gets
# the first slice of each vector.


# %%
def split_heads(x, n_heads):
    """One slice of the width for each head."""
    ...


lmlab.check("split_heads", split_heads)

# %%
lmlab.hint("split_heads")

# %%
lmlab.solution("split_heads")

# %%
lmlab.quiz("split_heads")

# %% [markdown]
# ### Exercise 2.2.10 · ★ · 5 min
#
# And back again: `(..., n_heads, time, d_head)` to `(..., time, d_model)`.


# %%
def merge_heads(x):
    """Lay the heads side by side."""
    ...


lmlab.check("merge_heads", merge_heads)

# %%
lmlab.hint("merge_heads")

# %%
lmlab.solution("merge_heads")

# %% [markdown]
# Last, a fourth matrix $W_O$, the output projection (输出投影), mixes what the heads found:
#
# $$\text{MultiHead}(x) = [\text{head}_1, \dots, \text{head}_h]\, W_O^\top$$
#
# ### Exercise 2.2.11 · ★★★ · 15 min
#
# **Multi-head attention** (多头注意力). `x` is `(..., time, d_model)`; the four matrices are
# `(d_model, d_model)`, applied as `x @ w.T`. `mask`, or None, broadcasts to `(..., n_heads, time,
# time)`.
# Use `nn.split_heads`, `nn.attention` and `nn.merge_heads`.


# %%
def multi_head_attention(x, w_q, w_k, w_v, w_o, n_heads, mask):
    """Attention in n_heads slices of the width, mixed by w_o."""
    ...


lmlab.check("multi_head_attention", multi_head_attention)

# %%
lmlab.hint("multi_head_attention")

# %%
lmlab.solution("multi_head_attention")

# %%
lmlab.quiz("multi_head_attention")

# %% [markdown]
# Is it the same as everybody else's? Give our function the weights of PyTorch's own module:

# %%
from lmlab.nn import multihead

torch.manual_seed(0)
theirs = torch.nn.MultiheadAttention(32, 4, bias=False, batch_first=True)
texts = torch.randn(2, 7, 32)
hidden = ~nn.causal_mask(7)  # PyTorch's mask says where *not* to look
wanted, _ = theirs(texts, texts, texts, attn_mask=hidden, need_weights=False)
w_q, w_k, w_v = theirs.in_proj_weight.chunk(3)
ours = multihead.multi_head_attention(
    texts, w_q, w_k, w_v, theirs.out_proj.weight, 4, nn.causal_mask(7)
)
print("largest difference below 1e-6:", (ours - wanted).abs().max().item() < 1e-6)

# %% [markdown]
# Many newer models have fewer key and value heads than query heads: **grouped-query attention**
# (分组查询注意力). A group of neighbours among the query heads shares one. A model that writes must
# keep the keys and values of all tokens so far, so this saves memory where it counts.
#
# ### Exercise 2.2.12 · ★★ · 8 min
#
# `x` is `(..., n_kv_heads, time, d_head)`. Give each of `n_heads` query heads its key head:
# `(..., n_heads, time, d_head)`. With 4 query heads and 2 key heads, heads 0 and 1 share the
# first.


# %%
def share_heads(x, n_heads):
    """The key head of each query head."""
    ...


lmlab.check("share_heads", share_heads)

# %%
lmlab.hint("share_heads")

# %%
lmlab.solution("share_heads")

# %%
lmlab.quiz("share_heads")

# %% [markdown]
# ## 9 · From one text to another
#
# *A translator writes one text while reading another. Where does it look?*
#
# Nothing in the formula says that queries and keys come from the same text. In **cross-attention**
# (交叉注意力) the queries come from the text that is being written, keys and values from the one
# that is read. Attention was invented for this, in 2014, to align the words of two languages. Here
# with vectors of meaning made by hand:

# %%
english, spanish = ["a", "red", "kite", "flies"], ["vuela", "una", "cometa", "roja"]
from_english = 3 * torch.eye(4)  # (key, d_k): each word has a meaning of its own
from_spanish = 3 * torch.eye(4)[[3, 0, 2, 1]]  # (query, d_k): vuela means flies, una means a, …
viz.picture(
    viz.attention_steps(from_spanish, from_english, spanish, key_tokens=english, query=2),
    alt="Four tables, Spanish words as rows and English words as columns. In the weights vuela "
    "looks at flies, una at a, cometa at kite and roja at red, 0.97 each.",
)

# %% [markdown]
# **What you see.** Each Spanish word finds its English one, in another order; their number could
# differ as well. There is no causal mask: the text that is read is there as a whole.
#
# ### Exercise 2.2.13 · ★★ · 10 min
#
# `x` is `(..., query, d_model)`, the text that looks; `memory` is `(..., key, d_memory)`, the text
# that is looked at. The matrices are applied as `x @ w.T`. `mask`, or None, broadcasts to `(...,
# query, key)`. Return `(..., query, d_v)`, from one head.


# %%
def cross_attention(x, memory, w_q, w_k, w_v, mask):
    """Attention of one text to another."""
    ...


lmlab.check("cross_attention", cross_attention)

# %%
lmlab.hint("cross_attention")

# %%
lmlab.solution("cross_attention")

# %%
lmlab.quiz("cross_attention")

# %% [markdown]
# ## 10 · Where the gradient flows
#
# *When the last token's prediction is wrong, who hears of it?*
#
# The output of a query is $y = \sum_s w_s v_s$. So the gradient $g$ at $y$ comes to the value $v_s$
# as $w_s\, g$: every value hears of the mistake *as much as it was looked at*. See it happen, with
# a loss at the last query alone:

# %%
values = torch.randn(len(tokens), 2, generator=generator, requires_grad=True)
keys = k.clone().requires_grad_()
weights = nn.attention_weights(q, keys)
loss = (weights @ values)[-1].square().sum()
loss.backward()

g = 2 * (weights @ values)[-1]  # dloss / dy
print("key             ", "".join(f"{token:>9}" for token in tokens))
for name, row in {
    "weight w": weights[-1],
    "|gradient of v|": values.grad.norm(dim=-1),
    "w · |g|": weights[-1] * g.norm(),
    "|gradient of k|": keys.grad.norm(dim=-1),
}.items():
    print(f"{name:16} ", "".join(f"{number:9.3f}" for number in row.tolist()))

# %% [markdown]
# **What you see.** The second and third rows are the same. The two *the*, which are looked at
# most, get most of the correction, and each other token its share.
#
# The keys' gradients go through the softmax. That of a key is proportional to $w_s\, g \cdot (v_s -
# y)$: it also matters how much its value *differs* from what came out. In both, a token without
# weight learns nothing from this query. That is why saturation (section 4) is so harmful, and why
# masked keys get no gradient at all.
#
# Behind it are the slopes of the softmax, one table for each row: how does each weight move with
# each score?
#
# ### Exercise 2.2.14 · ★★★ · 12 min
#
# `probs` is `(..., key)`, a softmax's result. Return all derivatives $\partial p_i / \partial s_j$
# with respect to its scores, `(..., key, key)`, with $i$ for the rows.


# %%
def softmax_jacobian(probs):
    """How each probability (row) moves with each score (column)."""
    ...


lmlab.check("softmax_jacobian", softmax_jacobian)

# %%
lmlab.hint("softmax_jacobian")

# %%
lmlab.solution("softmax_jacobian")

# %%
lmlab.quiz("softmax_jacobian")

# %% [markdown]
# ## 11 · What it costs
#
# *Every token looks at every other. Who pays?*

# %%
lmlab.predict(
    "A text gets twice as long. How much longer does attention take, and how much more memory do "
    "its weights need, when the text is long?",
    {
        "2 × the time, 2 × the memory": "There are twice as many queries, and each looks at twice "
        "as many keys.",
        "4 × the time, 4 × the memory": "The table of scores is query × key. Both double.",
        "4 × the time, 2 × the memory": "The table of weights has query × key numbers, if all of "
        "it is kept.",
    },
    answer="4 × the time, 4 × the memory",
)

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.scaling.attention_cost import measure_attention

lengths = (128, 256, 512, 1024, 2048)
costs = measure_attention(lengths)
seconds, memory = {}, {}  # for each way, points (length, cost)
for way in ("equation", "fused kernel"):
    seconds[way] = [(cost.length, cost.seconds) for cost in costs if cost.way == way]
    memory[way] = [(cost.length, cost.peak_bytes / 1e6) for cost in costs if cost.way == way]
    print(way)
    print("   ms:", "".join(f"{1000 * s:9.2f}" for _, s in seconds[way]))
    print("   MB:", "".join(f"{size:9.2f}" for _, size in memory[way]))

# %%
# NBVAL_IGNORE_OUTPUT
viz.picture(
    viz.cost_curves(seconds),
    alt="Time of attention against the length of the text, on logarithmic axes. For long texts "
    "both lines rise about fourfold with each doubling; the equation's is the upper one.",
)

# %%
viz.picture(
    viz.cost_curves(memory, "memory (MB)"),
    alt="Memory of attention against the length of the text, on logarithmic axes. The equation's "
    "line rises fourfold with each doubling, to 134 MB at 2,048 tokens; the fused kernel's "
    "twofold, to 1 MB.",
)

# %%
exponent = fit_exponent(*zip(*seconds["equation"], strict=True), largest=3)
print("time grows faster than length^1.5, for long texts:", exponent > 1.5)
for way, points in memory.items():
    (_, before), (_, after) = points[-2:]
    print(f"from 1,024 to 2,048 tokens, memory of the {way}: {after / before:.1f} ×")

# %% [markdown]
# **What you see.** Time grows like the square of the length, once the text is long. So does the
# memory of the equation: 134 MB are two tables, scores and weights, of 4 heads × 2048² numbers
# of 4 bytes. But the **fused kernel** (融合内核) computes the same numbers, and its memory only
# *doubles*: it makes the result, and works on tiles of a fixed size. It never holds a whole row.
#
# How can that be, if a softmax needs the sum of the whole row? It reads the keys in blocks, and
# keeps two running sums: of the exponentials, and of the exponentials times the values. At the end
# it divides one by the other.
#
# One trap: a plain exponential overflows, so all are taken relative to the largest score *so
# far*. When a larger one comes, both old sums must be scaled down. This is the heart of
# FlashAttention.
#
# ### Exercise 2.2.15 · ★★★ · 20 min
#
# Attention (no mask) that reads `block` keys at a time; the last block may be shorter. `q` is
# `(..., query, d_k)`, `k` is `(..., key, d_k)`, `v` is `(..., key, d_v)`. A loop is welcome.


# %%
def streaming_attention(q, k, v, block):
    """The result of attention(q, k, v), with memory for one block of scores."""
    ...


lmlab.check("streaming_attention", streaming_attention)

# %%
lmlab.hint("streaming_attention")

# %%
lmlab.solution("streaming_attention")

# %%
lmlab.quiz("streaming_attention")

# %% [markdown]
# ## 12 · How far back, continued
#
# *What does the quadratic cost buy?*
#
# In chapter 2.1 you saw that an RNN forgets a symbol after a few steps, an LSTM later, and a GPT of
# one layer not at all, up to 16 steps. Go further. The task is the same: the first token is one of
# eight symbols, then come $d$ fillers, then name the first token.

# %%
lmlab.predict(
    "An LSTM and a GPT of one layer are trained for 150 steps each, at each distance. Who still "
    "names the symbol, 64 steps back?",
    {
        "both": "The LSTM's gates would have to stay open for 64 steps, and they must learn that "
        "from a gradient which came all the way back.",
        "the GPT alone": "For attention, the first token is one step away, at any distance.",
        "the LSTM alone": "It has to carry the symbol through 64 updates of its state.",
        "neither": "64 steps are nothing for a dot product.",
    },
    answer="the GPT alone",
)

# %%
from lmlab.models import RecurrentConfig, TransformerConfig

trained = {}


def lstm(vocab_size, length):
    return lmlab.RecurrentLM(
        RecurrentConfig(vocab_size=vocab_size, context_length=length, cell="lstm", d_model=32)
    )


def attention(vocab_size, length):
    """A GPT of one layer; kept, to look at it later."""
    config = TransformerConfig(
        vocab_size=vocab_size, context_length=length, d_model=32, n_layers=1, n_heads=2
    )
    trained[length - 1] = lmlab.GPT(config)
    return trained[length - 1]


# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.tasks.recall import CHANCE, measure_recall, recall_batch

distances = (16, 32, 64)
recall = {"LSTM": measure_recall(lstm, distances), "GPT": measure_recall(attention, distances)}
print("distance  ", "".join(f"{d:6}" for d in distances), f"   (guessing: {CHANCE:.0%})")
for name, accuracy in recall.items():
    print(f"{name:10}", "".join(f"{accuracy[d]:6.0%}" for d in distances))

# %%
print("the LSTM guesses at 64: ", recall["LSTM"][64] < 0.3)
print("the GPT knows at 64:     ", recall["GPT"][64] > 0.7)

# %% [markdown]
# And how does it do that? Look at its heads. The last token must answer, so the last row is the
# one to read. The letter is the symbol, dots are fillers.

# %%
# NBVAL_IGNORE_OUTPUT
ids, _ = recall_batch(64, 16, generator=torch.Generator().manual_seed(1))
with lmlab.record(trained[16]) as tape:
    trained[16](ids)
names = ["ABCDEFGH"[token] if token < 8 else "·" for token in ids[0].tolist()]
viz.head_view(tape, names, query=16, title="The heads of a model that recalls")

# %%
with lmlab.record(trained[64]) as tape:
    trained[64](recall_batch(64, 64, generator=torch.Generator().manual_seed(2))[0])
to_symbol = tape["blocks.0.attn.weights"][:, :, -1, 0].mean(dim=0)  # last query, first key
print("one head spends over a third of its last look 64 steps back:", bool(to_symbol.max() > 1 / 3))

# %% [markdown]
# **What you see.** A head has learned to look at symbols and not at fillers, wherever they are. The
# way from the question to the answer is one step long, and so is the way of the gradient. The
# LSTM is not *unable* to keep a symbol: chapter 2.1 saw it do so for eight steps. But it does not
# *learn* to keep it for 16, not even in 600 steps (tried with one seed). Attention, too, needs more
# steps when more fillers drown the symbol: at distance 128 it is right in 49 to 68 % of cases after
# 150 (three seeds).
#
# So the document is right about long-range dependencies, and now you know the price: everything
# that may be looked at must be kept, and compared with.
#
# ## 13 · Real heads
#
# *What do heads look for that were trained on text?*
#
# `town-gpt` reads a story that breaks off where a name must come.

# %%
model, tokenizer = lmlab.load("town-gpt")
story = (
    "One sunny morning, a baker called Rosa was in the park with a red kite. Rosa met Tom. "
    "Tom wanted the kite. Rosa gave the kite to"
)
ids = torch.tensor([[tokenizer.eos_id, *tokenizer.encode(story)]])
with lmlab.record(model) as tape:
    logits = model(ids)
words = tokenizer.tokens(ids[0].tolist())
best = int(logits[0, -1].argmax())
print(f"{tokenizer.tokens([best])[0]!r} with {logits[0, -1].softmax(-1)[best]:.1%}")
viz.head_view(tape, words, layer=2, head=1, title="town-gpt reads a story")

# %% [markdown]
# Read one head aloud: which key does each query like best, in layer 2, head 1?

# %%
weights = tape.attention_weights()[2, 1]  # (query, key)
for query in (16, 18, 19, 25, 28, 30, 31):
    best_keys = weights[query].argsort(descending=True)[:2].tolist()
    told = ", ".join(f"{words[key]} {weights[query, key]:.0%}" for key in best_keys)
    print(f"{words[query]:>8} looks at  {told}")

# %% [markdown]
# **What you see.** The verbs *met* and *gave* look at Rosa, who did it. What comes after a verb
# looks at the verb. In the first sentence, which has none but *was*, the head has nothing to do,
# and rests on the beginning. Nobody asked it for any of this: it finds out who does what.
#
# But does the model need it? Looking is not the same as using. Take out each head in turn, by
# setting what it found to zero, and see how sure the model is of its word:

# %%
from functools import partial


def without(head, found):
    """What the heads of a layer found, (batch, n_heads, query, d_head), with one head's zeroed."""
    return found.index_fill(1, torch.tensor([head]), 0.0)


for layer in range(model.config.n_layers):
    row = []
    for head in range(model.config.n_heads):
        edit = {f"blocks.{layer}.attn.heads": partial(without, head)}
        with lmlab.record(model, only="logits", edit=edit):
            row.append(model(ids)[0, -1].softmax(-1)[best].item())
    print(f"layer {layer}:", "".join(f"{p:6.0%}" for p in row))

# %% [markdown]
# **What you see.** Most heads can go, the verb-finder of layer 2 among them: its work is done
# elsewhere, too. Three cannot: without head 2 or 3 of layer 0, or head 0 of layer 3, the name is
# gone. So a pattern of attention shows where a head *looks*. What it is *for* takes an experiment
# like this one. Chapter 5.2 is about nothing else.
#
# ## Summary
#
# - Attention is a weighted average over tokens. The weights come from the tokens themselves: a
#   softmax of how well each key answers a query.
# - Scores are divided by $\sqrt{d_k}$, else the softmax saturates and gradients vanish.
# - Each row of weights has a sum of its own. Masks go in before it.
# - Attention does not see order; masks and positions bring it in.
# - A head is one average in one slice of the width. Several heads keep several findings apart.
# - Queries may come from another text: cross-attention.
# - Its time grows with the square of the length; its memory need not.
# - What was said long ago is one step away. That is what the cost buys.
#
# ## What the document says, what we found

# %%
lmlab.ledger("02_2_self_attention")

# %% [markdown]
# ## Further reading
#
# - Bahdanau et al. 2014 (arXiv 1409.0473): attention is invented, to align two languages.
# - Vaswani et al. 2017, *Attention Is All You Need* (arXiv 1706.03762), sections 3.2 and 4: scale,
#   heads, and a table of costs.
# - Graves et al. 2014, *Neural Turing Machines* (arXiv 1410.5401), section 3.3: a soft dictionary
#   with a sharpness.
# - Ainslie et al. 2023 (arXiv 2305.13245): grouped-query attention.
# - Beltagy et al. 2020, *Longformer* (arXiv 2004.05150): sliding windows.
# - Milakov & Gimelshein 2018 (arXiv 1805.02867) and Dao et al. 2022 (arXiv 2205.14135): the softmax
#   in one pass, and FlashAttention.
# - Jain & Wallace 2019, *Attention is not Explanation* (arXiv 1902.10186): a warning, to be read
#   with section 13.
#
# **Next:** [2.3 The Transformer](02_3_transformer.ipynb)
