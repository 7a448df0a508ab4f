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
# # 3.1 · The forward pass: one text, every tensor
#
# | | |
# |:--|:--|
# | **You will be able to** | write BPE; name, find and count each tensor from text to probability |
# | **You need to know** | chapters 2.2 and 2.3; matrix products |
# | **Time** | 2 hours |
# | **On two cores** | 20 seconds of compute, no GPU, no internet |
# | **Exercises** | 9, and 5 predictions |
#
# You know the parts: attention, feed-forward, norms, positions. Here you follow *one* text
# through all of them, from its letters to the probability of the next word, and leave nothing
# out: each tensor, the line of code that made it, and what it cost. The **forward pass**
# (前向传播) is the way from input to output; the next chapter goes back. This chapter goes with
# section 3.1 of the document, which tells it in five steps.

# %%
import torch

import lmlab
from lmlab import viz

# %% [markdown]
# ## 1 · The whole way
#
# *What happens between the last letter that you type and the first that the model writes?*
#
# `town-gpt` from chapter 00 reads the beginning of a story. `xray` keeps every tensor that is
# computed on the way. Move the slider, or click a name in the table.

# %%
# NBVAL_IGNORE_OUTPUT
town_gpt, tokenizer = lmlab.load("town-gpt")

from lmlab.interpret.xray import xray

text = "Tom fell and broke the kite. Tom was"
rays = xray(town_gpt, tokenizer, text)
viz.xray(rays, "blocks.0.attn.weights")

# %%
print(f"{len(rays)} tensors; the likeliest next token:", rays.likeliest(1)[0][0])

# %% [markdown]
# **What you see.** 43 tensors, with the formula of each, the line that made it (found while the
# model ran, not written down by hand), and how its numbers spread. Each row of a picture is a
# token. Three stages:
#
# 1. `embedded`: each token has become a vector of 128 numbers.
# 2. Ten tensors for each of the four **blocks** (块): seven in attention, two in feed-forward,
#    and `resid`, what the block hands on.
# 3. `hidden` and `logits`: from the last vector of each token to one number for each of the 1,536
#    tokens of the vocabulary. At the end, the likeliest: *sad*.
#
# The rest of this chapter walks through the table, from the top down.
#
# ## 2 · Text becomes tokens
#
# *Why does the model not read letters, or words?*
#
# A vocabulary of letters is small, but texts become long, and every step of the model is paid
# for each token. A vocabulary of words makes texts short, but it never ends: what of *kites*, of
# *Tomville*, of a typing error? **Byte-pair encoding** (字节对编码, BPE) finds the middle by
# itself. It begins with the 256 bytes, with which any text can be written, and adds tokens one by
# one: always the pair of neighbours that is most frequent, merged into one.

# %%
lmlab.predict(
    "town-gpt's tokenizer has learned from English stories alone. What does it make of 小猫?",
    {
        "an 'unknown word' token": "That is what word vocabularies need. This one begins with "
        "bytes, and nothing is unknown to it.",
        "two tokens, one for each character": "Such tokens would have to be learned from text "
        "that has these characters.",
        "six tokens, the bytes of the two characters": "Each takes three bytes in UTF-8, and no "
        "merge joins them. Any text can be written, at a price.",
        "an error": "Every text is bytes, and every byte is a token.",
    },
    answer="six tokens, the bytes of the two characters",
)

# %%
for sample in (text, "Tomville's kites", "小猫"):
    ids = tokenizer.encode(sample)
    print(f"{len(sample):3} characters, {len(ids):2} tokens:", " | ".join(tokenizer.tokens(ids)))

# %% [markdown]
# A merge never reaches beyond a word, so the text is first cut into **pieces** (片段): a word with
# the space before it, a number, a run of signs. Equal pieces need to be looked at only once:

# %%
from collections import Counter

from lmlab.text.bpe import split_pieces

stories = lmlab.town.stories(200, seed=3)
pieces = Counter(piece for story in stories for piece in split_pieces(story))
words = [list(piece.encode()) for piece in pieces]
counts = list(pieces.values())
print(f"{sum(map(len, stories)):,} characters, {sum(counts):,} pieces, {len(words)} different")
print(pieces.most_common(5))
print(words[list(pieces).index(" kite")], "are the bytes of ' kite'")

# %% [markdown]
# ### Exercise 3.1.1 · ★★ · 8 min
#
# `words` is a list of lists of ids; word number i occurs `counts[i]` times. Count how often each
# pair of neighbours occurs: a `Counter` whose keys are `(left, right)`.


# %%
def count_pairs(words, counts):
    """How often each two ids stand side by side."""
    ...


lmlab.check("count_pairs", count_pairs)

# %%
lmlab.hint("count_pairs")

# %%
lmlab.solution("count_pairs")

# %% [markdown]
# Which pair is merged? The most frequent. And if two are equally frequent? Then a *rule* must
# decide, or the same text would give different vocabularies on different machines, and a model
# could not read its own tokens. Ours: the smallest pair, by its left id, then by its right.
#
# ### Exercise 3.1.2 · ★ · 5 min
#
# `pairs` maps each pair to its count. Return the most frequent pair; of several, the smallest.


# %%
def most_frequent_pair(pairs):
    """The pair with the largest count; ties fall to the smallest."""
    ...


lmlab.check("most_frequent_pair", most_frequent_pair)

# %%
lmlab.hint("most_frequent_pair")

# %%
lmlab.solution("most_frequent_pair")

# %% [markdown]
# ### Exercise 3.1.3 · ★★ · 8 min
#
# Replace each occurrence of `pair` in `ids` by `new_id`, from left to right. Return a new list.


# %%
def merge_pair(ids, pair, new_id):
    """ids with each occurrence of the pair replaced by the new id."""
    ...


lmlab.check("merge_pair", merge_pair)

# %%
lmlab.hint("merge_pair")

# %%
lmlab.solution("merge_pair")

# %% [markdown]
# That is the whole of BPE's training: count, choose, merge, and again. With the package's own
# three functions:

# %%
from lmlab.text import merges as bpe

merged, learned = words, []
table = [bytes([byte]) for byte in range(256)]  # what each id spells
for new_id in range(256, 256 + 60):
    pairs = bpe.count_pairs(merged, counts)
    pair = bpe.most_frequent_pair(pairs)
    merged = [bpe.merge_pair(word, pair, new_id) for word in merged]
    learned.append(pair)
    table.append(table[pair[0]] + table[pair[1]])
    if len(learned) in (1, 2, 3, 10, 20, 30, 40, 50, 60):
        print(f"merge {len(learned):2}: {table[new_id].decode()!r:10} {pairs[pair]:5} times")

print("the fast trainer learns the same:", bpe.learn_merges(words, counts, 60) == learned)

# %% [markdown]
# **What you see.** First come the commonest pairs of letters, then pieces of words and the short
# words themselves. Our loop counts everything anew for each merge. `learn_merges`, which trained
# the tokenizers of this course, keeps its counts and touches only the words that change; the
# merges are the same.
#
# To *encode* a text, the merges are applied in the order in which they were learned. Here is
# how the word *because* grows in town-gpt's tokenizer, which has 1,279 of them:

# %%
steps = tokenizer.merge_steps(" because")
viz.picture(
    viz.merge_growth(steps),
    alt=f"Seven merges, from the top down: {'; '.join(' '.join(row) for row in steps)}.",
)

# %% [markdown]
# ### Exercise 3.1.4 · ★★★ · 12 min
#
# Encode one word. `ids` are its bytes; `ranks` maps each pair to the id that it becomes (a
# smaller id was learned earlier). Return all rows of such a picture: a list of lists, `ids`
# first, then the ids after each merge. (`bpe.merge_pair` is at hand.)


# %%
def merge_steps(ids, ranks):
    """The ids at first, and after each merge."""
    ...


lmlab.check("merge_steps", merge_steps)

# %%
lmlab.hint("merge_steps")

# %%
lmlab.solution("merge_steps")

# %%
lmlab.quiz("merge_steps")

# %% [markdown]
# How many merges are enough? Since later merges only add to earlier ones, the first k of
# town-gpt's are a tokenizer of their own.

# %%
from lmlab.text import BPETokenizer
from lmlab.viz import theme

english = "".join(lmlab.town.stories(30, seed=9))
chinese = "".join(lmlab.town.stories(30, seed=9, language="zh"))
sizes = [0, 10, 30, 100, 300, 600, 1000, 1279]
curves = {"English": [], "Chinese": []}
for size in sizes:
    cut = BPETokenizer(tokenizer.merges[:size])
    for name, sample in (("English", english), ("Chinese", chinese)):
        curves[name].append(len(sample) / len(cut.encode(sample)))

ax = theme.new_axes(6.5, 3.2)
for (name, values), colour in zip(curves.items(), (theme.BLUE, theme.ORANGE), strict=True):
    ax.plot(sizes, values, "o-", color=colour, markersize=4)
    ax.text(sizes[-1], values[-1] + 0.12, f"{name} {values[-1]:.2f}", color=colour, ha="right")
ax.set(xlabel="merges", ylabel="characters per token", ylim=(0, None))
viz.picture(
    ax,
    alt="Characters per token rise from 1 to 4 on English stories with 1,279 merges, ever more "
    "slowly; on Chinese stories they stay near a third.",
)

# %% [markdown]
# **What you see.** A hundred merges nearly double what a token carries; it takes a thousand more
# to double it again, since each merge is rarer than the one before. And a tokenizer speaks the
# language that it learned from: a Chinese character costs this one three tokens, so that the same
# model reads Chinese more slowly and sees less far back. (With ids in hand, the letters are gone.
# Whatever the model knows of spelling, it has to learn about numbers.)
#
# ## 3 · Tokens become vectors
#
# *The document says that the text becomes a vector sequence "of fixed length". What is fixed?*

# %%
for sample in (" kite", text, english[:300]):
    value = xray(town_gpt, tokenizer, sample)["embedded"].value
    print(f"{len(sample):3} characters → {value.shape[0]:2} vectors of {value.shape[1]} numbers")

# %% [markdown]
# **What you see.** The *width* is fixed, 128 numbers for each vector, `d_model`. The *number* of
# vectors is that of the tokens, plus one: the model reads from the mark between documents on. A
# longer text gives more vectors, not wider ones. (A limit there is, `context_length`, 160 for this
# model, and nothing is filled up to it.)
#
# The vectors stand in a table, one row for each token, and an **embedding** (嵌入) is a look-up in
# it. On paper one writes it as a matrix product with a **one-hot** (独热) vector, so that it is a
# linear layer like the others.
#
# ### Exercise 3.1.5 · ★ · 5 min
#
# `ids` is `(…, time)`. Return `(…, time, vocab_size)`: 1.0 at the place of each token's number, 0.0
# elsewhere.


# %%
def one_hot(ids, vocab_size):
    """A row for each token, with a single 1 in it."""
    ...


lmlab.check("one_hot", one_hot)

# %%
lmlab.hint("one_hot")

# %%
lmlab.solution("one_hot")

# %%
from lmlab.nn import embedding
from lmlab.scaling.operations import matmul_flops

ids = torch.tensor([tokenizer.eos_id, *tokenizer.encode(text)])
E = town_gpt.embed.weight.detach()
rows = embedding.one_hot(ids, tokenizer.vocab_size)
print("one-hot @ E equals E[ids]:", torch.equal(rows @ E, E[ids]))
print("and that is `embedded`:   ", torch.equal(E[ids], rays["embedded"].value))
print(f"as a product: {matmul_flops(rows.shape, E.shape):,} FLOPs; as a look-up: none")

# %% [markdown]
# Nobody told the model what a kite is. Training moved the vectors, and tokens that can stand in
# each other's place ended up in similar directions. **Cosine similarity** (余弦相似度) measures
# that:
#
# $$\cos(a, b) = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}$$
#
# ### Exercise 3.1.6 · ★★ · 8 min
#
# `table` is `(vocab_size, d_model)`. Return the cosine of vector `id` with each row,
# `(vocab_size,)`, itself included.


# %%
def cosine_similarities(table, id):
    """The cosine of one vector with all of them."""
    ...


lmlab.check("cosine_similarities", cosine_similarities)

# %%
lmlab.hint("cosine_similarities")

# %%
lmlab.solution("cosine_similarities")

# %%
names = tokenizer.tokens(range(tokenizer.vocab_size))
for word in (" kite", " boy", " sad", " bakery", " ran", " red"):
    (id,) = tokenizer.encode(word)
    cosines = embedding.cosine_similarities(E, id)
    nearest = cosines.argsort(descending=True)[1:6].tolist()
    print(f"{word:8}", ", ".join(f"{names[i]} {cosines[i]:.2f}" for i in nearest))

# %% [markdown]
# **What you see.** Things lie by things, people by people, places by places, colours by colours;
# and *sad* by *unhappy*. All of it comes from predicting the next token.
#
# ## 4 · Where positions come in
#
# *Step 2 of the document adds positions to the vectors. Does it have to be there?*

# %%
lmlab.predict(
    "In 'The kite and the boy and the dog', the token ' the' stands twice. Are its two vectors "
    "in `embedded` of town-gpt equal?",
    {
        "yes, all 128 numbers": "A look-up knows the token and nothing else. town-gpt adds no "
        "positions here.",
        "no, each has its position added": "In the Transformer of 2017 and in GPT-2 it would. "
        "town-gpt turns queries and keys instead (RoPE, chapter 2.3).",
        "nearly: positions are small": "It is one or the other; look at the formula in the x-ray.",
    },
    answer="yes, all 128 numbers",
)

# %%
again = xray(town_gpt, tokenizer, "The kite and the boy and the dog")
places = [i for i, token in enumerate(again.tokens) if token == " the"]
for name in ("embedded", "blocks.0.attn.v", "blocks.0.attn.q", "blocks.0.attn.k"):
    value = again[name].value[..., places, :]  # (…, two places, channels)
    first, second = value.unbind(dim=-2)
    lengths = (first.norm(dim=-1) - second.norm(dim=-1)).abs().max()
    print(f"{name:16} largest difference {(first - second).abs().max():7.4f},", end=" ")
    print(f"of lengths {lengths:.4f}   {again[name].formula}")

# %% [markdown]
# **What you see.** The two *the* are the same vector, and bring the same value `v`. Only their
# queries and keys differ, and those only in direction: RoPE has turned them. "Add positions to the
# input" is one way of four (chapter 2.3); what every way must do is to make the *scores* depend
# on order.
#
# ## 5 · Attention, with what step 3 leaves out
#
# *Step 3 says: compute the attention weights, take the weighted sum. Is that what the model does?*
#
# It is the heart of it. But write down just that, and compare it with what a block really
# computes. `attention_step` has four more ingredients, heads, mask, norm and residual, and can
# leave out one:

# %%
from lmlab.nn import attention, causal_mask
from lmlab.nn.attention import merge_heads, split_heads


def attention_step(x, block, without=()):
    """The first half of a block, as in chapter 2.3, with some ingredients left out."""
    attn = block.attn
    n_heads = 1 if "heads" in without else attn.n_heads
    mask = None if "mask" in without else causal_mask(x.size(-2))
    read = x if "norm" in without else block.attn_norm(x)
    projections = (attn.q_proj, attn.k_proj, attn.v_proj)
    q, k, v = (split_heads(project(read), n_heads) for project in projections)
    out = attn.out_proj(merge_heads(attention(q, k, v, mask)))
    return out if "residual" in without else x + out


# %% [markdown]
# A new GPT with random weights will do: the question is what is *computed*, not whether it is
# wise. (They are made five times as large as usual, so that every ingredient shows.) The stream
# in the middle of the first block is `embedded + attn.out`.

# %%
torch.manual_seed(0)
plain = lmlab.GPT(
    lmlab.TransformerConfig(
        vocab_size=tokenizer.vocab_size, context_length=64, d_model=64, n_layers=1, n_heads=4,
        positions="none",
    )
)  # fmt: skip
with torch.no_grad():
    for weight in plain.parameters():
        weight *= 5
seen = xray(plain, tokenizer, text)
x, middle = seen["embedded"].value, seen["embedded"].value + seen["blocks.0.attn.out"].value
parts = ("heads", "mask", "norm", "residual")
with torch.no_grad():
    for without in ((), *((part,) for part in parts), parts):
        error = (attention_step(x, plain.blocks[0], without) - middle).abs().max()
        print(f"without {' and '.join(without) or 'nothing':32} off by {error:.4f}")

# %% [markdown]
# **What you see.** With all four, the numbers are the model's own. Leave out any one, and they
# are not; the last line is step 3 as the document tells it. Had it been complete, that line would
# read 0.
#
# ## 6 · Feed-forward: each vector by itself
#
# *Attention has mixed the positions. Who works on what it brought?*
#
# The **feed-forward network** (前馈网络) takes each vector, widens it to 512 numbers, sets the
# negative ones to 0 and squares the rest, and narrows it again. Step 4 says "for each position",
# and so it is: if the vectors change places, the results change places with them.

# %%
block = town_gpt.blocks[1]
read = block.mlp_norm(rays["blocks.0.resid"].value)
order = torch.randperm(len(read), generator=torch.Generator().manual_seed(1))
with torch.no_grad():
    together, shuffled = block.mlp(read), block.mlp(read[order])
print("shuffled in, shuffled out:", torch.allclose(shuffled, together[order], atol=1e-2))
for layer in range(4):
    hidden = rays[f"blocks.{layer}.mlp.hidden"].value
    print(f"block {layer}: {(hidden > 0).float().mean():.0%} of the 512 numbers are not 0")

# %% [markdown]
# **What you see.** Most of the hidden numbers are 0: for each token only some of the 512 units
# answer. In the x-ray these tensors are nearly all dark. Chapter 2.3 read what single units stand
# for.
#
# ## 7 · The residual stream is a running sum
#
# *Where does all that arrive?*
#
# No part overwrites the vectors. Each reads them (through a norm), and **adds** its result. What
# flows through the model is one running sum, the **residual stream** (残差流):
#
# $$h = E[\text{ids}] + a_0 + m_0 + a_1 + m_1 + \dots$$
#
# with $a_i$ from attention and $m_i$ from feed-forward.
#
# ### Exercise 3.1.7 · ★ · 5 min
#
# `embedded` is `(time, d_model)`, `updates` is `(parts, time, d_model)`. Return the stream at the
# start and after each update, `(parts + 1, time, d_model)`.


# %%
def residual_stream(embedded, updates):
    """The stream at the start, and after each part has added its update."""
    ...


lmlab.check("residual_stream", residual_stream)

# %%
lmlab.hint("residual_stream")

# %%
lmlab.solution("residual_stream")

# %% [markdown]
# Is it really nothing but a sum? Add up what the x-ray recorded, and compare with what the model
# had in the end. And since every entry of the sum has the same width, each can be read out as if
# the model ended there:

# %%
from lmlab.interpret.residual import residual_stream as running_sum

written = rays.contributions()
first, *updates = written.values()
stream = running_sum(first, torch.stack(updates))  # (parts + 1, time, d_model)
gap = (stream[-1] - rays["blocks.3.resid"].value).abs().max().item()
print(f"embedded + {len(updates)} updates = blocks.3.resid, largest difference: {gap}\n")
print("                    adds     sum   the last token, read out here")
for name, update, total in zip(written, written.values(), stream, strict=True):
    with torch.no_grad():
        probs = embedding.read_out(town_gpt.final_norm(total), town_gpt.head.weight)
    best = probs.argsort(descending=True)[:3].tolist()
    adds, size = (vector[-1].square().mean().sqrt().item() for vector in (update, total))
    guesses = "  ".join(f"{names[i]} {probs[i]:.2f}" for i in best)
    print(f"{name:17} {adds:7.1f} {size:7.1f}   {guesses}")

# %% [markdown]
# **What you see.** The sum is exact, to the last bit. (The sizes are root mean squares of the
# last token's vector.) Read it from the top, and you watch the model make up its mind. At first
# the stream holds the token that it stands on, *was*. The first feed-forward makes of it what often
# follows that word: *not*, *happy*, *very*. That *this* Tom is sad comes up in the last blocks
# only. The numbers grow, too: nothing holds the stream at a size, and so every part reads it
# through a norm.

# %%
lmlab.predict(
    "Each part reads the stream through RMSNorm, x / rms(x). What is the root mean square of "
    "each token's vector behind it (before the learned scale)?",
    {
        "1, for every token": "That is what the norm does: whatever the size, direction stays and "
        "size becomes 1.",
        "1 on average over the text": "A norm works on each vector by itself, not on the text.",
        "between 0 and 1": "That would be a softmax or a sigmoid.",
    },
    answer="1, for every token",
)

# %%
last = rays["blocks.3.resid"].value
normed = last * torch.rsqrt(last.square().mean(dim=-1, keepdim=True) + town_gpt.final_norm.eps)
rms = {name: value.square().mean(dim=-1).sqrt() for name, value in
       {"before": last, "behind": normed, "scaled": rays["hidden"].value}.items()}  # fmt: skip
print("token          before   behind   with the learned scale")
for i, token in enumerate(rays.tokens):
    print(f"{token:13} {rms['before'][i]:7.0f} {rms['behind'][i]:8.3f} {rms['scaled'][i]:8.3f}")
print(
    "`hidden` is this:", torch.allclose(normed * town_gpt.final_norm.weight, rays["hidden"].value)
)

# %% [markdown]
# **What you see.** The first tokens outgrow the others, above all the mark that is always there.
# Such **massive activations** (巨大激活值) are found in large models as well: heads that have
# nothing to look at rest on the beginning (see the first columns of `blocks.1.attn.weights`). The
# norm makes all vectors equally long again; after it, only directions tell tokens apart.
#
# ## 8 · Logits and probabilities
#
# *Step 5 says: lay the vectors of all positions side by side, and apply a linear layer. Does the
# output layer see the whole text at once?*

# %%
lmlab.predict(
    "The text becomes twice as long. How many parameters must the output layer then have?",
    {
        "twice as many": "If it read all positions side by side, it would have to. Then no model "
        "could read a text of another length than it was made for.",
        "as many as before": "It reads one position at a time: (vocab_size, d_model), whatever the "
        "length.",
        "four times as many": "That is how attention's scores grow, and they have no parameters.",
    },
    answer="as many as before",
)

# %%
hidden, logits = rays["hidden"].value, rays["logits"].value
print("output layer:", tuple(town_gpt.head.weight.shape), "for", len(hidden), "positions")
with torch.no_grad():
    alone = torch.cat([town_gpt.head(vector[None]) for vector in hidden])
    changed = hidden.clone()
    changed[3] += 1.0
    moved = (town_gpt.head(changed) - logits).abs().amax(dim=-1) > 1e-3
print("read out one by one, the same logits:", torch.allclose(alone, logits, atol=1e-4))
print("change position 3, and logits change at:", moved.nonzero().flatten().tolist())

heads = rays["blocks.0.attn.heads"].value  # (heads, time, d_head)
side_by_side = merge_heads(heads)  # (time, heads · d_head)
with torch.no_grad():
    out = town_gpt.blocks[0].attn.out_proj(side_by_side)
print("what IS laid side by side, then mixed by a linear layer: the heads,", end=" ")
print(tuple(heads.shape), "→", tuple(side_by_side.shape), "→ attn.out:", end=" ")
print(torch.allclose(out, rays["blocks.0.attn.out"].value, atol=1e-5))

# %% [markdown]
# **What you see.** Each position is read out by itself, and touches no other. Concatenating and
# projecting does happen, inside attention, with *heads*; the document has put it in the wrong
# place.
#
# For the next token, only the last position counts:
#
# $$p(\text{next}) = \text{softmax}(E \, h_T)$$
#
# town-gpt reads out with the embedding itself, **tied embeddings** (共享词嵌入): a logit is the dot
# product of where the text has led with the vector of each token.
#
# ### Exercise 3.1.8 · ★★ · 8 min
#
# `hidden` is `(…, time, d_model)`, `table` is `(vocab_size, d_model)`. Return the probability of
# each token to come next, `(…, vocab_size)`.


# %%
def read_out(hidden, table):
    """The distribution of the next token."""
    ...


lmlab.check("read_out", read_out)

# %%
lmlab.hint("read_out")

# %%
lmlab.solution("read_out")

# %%
lmlab.quiz("read_out")

# %%
probs = embedding.read_out(rays["hidden"].value, town_gpt.head.weight.detach())
for token, logit, probability in rays.likeliest(6):
    share = "█" * round(40 * probability)
    print(f"{token:10} logit {logit:6.2f}   probability {probability:.3f} {share}")
print(f"{len(probs):,} probabilities sum to {probs.sum():.4f}")

# %% [markdown]
# The forward pass ends here. Which token is then *drawn* is a matter of its own (chapter 2.1,
# section 10).
#
# ## 9 · What it costs
#
# *Where are the parameters, and where does the time go?*
#
# Nearly all work is products of matrices. A **FLOP** (浮点运算) is one multiplication or addition
# of floating-point numbers.
#
# ### Exercise 3.1.9 · ★★ · 8 min
#
# `left` and `right` are shapes, `(…, rows, inner)` and `(…, inner, columns)`. How many FLOPs does
# `a @ b` take? Count a multiplication and an addition for each product; the axes before the last
# two broadcast.


# %%
def matmul_flops(left, right):
    """FLOPs of a product of two matrices, or of a batch of them."""
    ...


lmlab.check("matmul_flops", matmul_flops)

# %%
lmlab.hint("matmul_flops")

# %%
lmlab.solution("matmul_flops")

# %%
lmlab.predict(
    "Our text has 11 tokens. Which step of town-gpt takes the most FLOPs, over all blocks?",
    {
        "attention's scores, q kᵀ": "They grow with the square of the length. 11 tokens are few.",
        "the feed-forward": "Its two matrices are four times as wide as the others.",
        "the output layer": "It is large, but there is only one of it, and four blocks.",
        "the embedding": "A look-up costs nothing, however large the table.",
    },
    answer="the feed-forward",
)

# %%
from torch.utils.flop_counter import FlopCounterMode

with FlopCounterMode(display=False) as profiler:
    rays = xray(town_gpt, tokenizer, text)
costs = rays.costs()
parameters, flops = (sum(column) for column in zip(*costs.values(), strict=True))
print("step           parameters           FLOPs")
for kind, cost in costs.items():
    print(f"{kind:13} {cost.parameters:9,} {cost.parameters / parameters:4.0%}", end=" ")
    print(f"{cost.flops:12,} {cost.flops / flops:4.0%}   {'█' * round(40 * cost.flops / flops)}")
print(f"{'together':13} {parameters:9,}      {flops:12,}")
print("the model has as many parameters:", parameters == town_gpt.num_parameters())
print("PyTorch's profiler counted as many:", flops == profiler.get_total_flops())

# %% [markdown]
# **What you see.** Our counts are the profiler's, to the last one. Two thirds of a block's weights
# and work are feed-forward, one third the four projections of attention; the weighted averages
# themselves (`scores`, `heads`) are next to nothing, *at this length*. They are the only steps
# whose cost grows with the square of it. Per token, the sum is what `forward_flops_per_token`
# of chapter 01 says:

# %%
from lmlab.scaling import forward_flops_per_token

for length in (len(rays.tokens), 160, 1_000, 10_000):
    whole = forward_flops_per_token(town_gpt.config, length)
    averages = 4 * town_gpt.config.n_layers * length * town_gpt.config.d_model
    print(f"{length:6,} tokens: {whole:11,} FLOPs a token, {averages / whole:4.0%} for averages")
print("per token, as counted above:", flops / len(rays.tokens))

# %% [markdown]
# ## 10 · The same rays through BERT
#
# *How much of this is GPT, and how much is Transformer?*

# %%
bert, bert_tokenizer = lmlab.load("town-bert")
other = xray(bert, bert_tokenizer, "Tom was<|mask|> because the kite was broken.")
ours = {rays[name].kind: rays[name].formula for name in rays}
theirs = {other[name].kind: other[name].formula for name in other}
print("the same steps:", list(ours) == list(theirs))
for kind in ours:
    if ours[kind] != theirs[kind]:
        print(f"{kind}: {ours[kind]} in GPT, {theirs[kind]} in BERT")
place = other.tokens.index("<|mask|>")
best = other["logits"].value[place].softmax(dim=-1).topk(4)
found = zip(bert_tokenizer.tokens(best.indices.tolist()), best.values.tolist(), strict=True)
print("at the mask:", "  ".join(f"{token} {probability:.2f}" for token, probability in found))

# %% [markdown]
# **What you see.** One line differs: BERT has no mask. It is read out at the gap instead of at
# the end, again one position by itself. `viz.xray(xray(model, tokenizer, text))` works for every
# GPT and BERT of this course, and for those you will train.
#
# ## Summary
#
# - BPE counts pairs, merges the most frequent, and repeats; encoding applies the merges in the
#   order learned. Any text can be written; how short it gets depends on what was learned from.
# - An embedding is a look-up. The number of vectors is the number of tokens; the width is fixed.
# - Positions need not be added to the vectors; it is the scores that must know of order.
# - Attention in a model has heads, a mask, a norm before it and a residual around it.
# - Feed-forward works on each vector by itself; most of its hidden numbers are 0.
# - The residual stream is a running sum, exact to the last bit.
# - Each position is read out by itself: its vector times the table of tokens, then softmax.
# - A product costs 2 · rows · inner · columns. At short lengths most of it is feed-forward.
#
# ## What the document says, what we found

# %%
lmlab.ledger("03_1_forward_pass")

# %% [markdown]
# ## Further reading
#
# - Sennrich, Haddow & Birch 2016, *Neural Machine Translation of Rare Words with Subword Units*
#   (arXiv 1508.07909): BPE for text.
# - Radford et al. 2019, *Language Models are Unsupervised Multitask Learners*: BPE on bytes.
# - Petrov et al. 2023, *Language Model Tokenizers Introduce Unfairness Between Languages*
#   (arXiv 2305.15425): what a tokenizer costs whom.
# - Press & Wolf 2017, *Using the Output Embedding to Improve Language Models* (arXiv 1608.05859).
# - Elhage et al. 2021, *A Mathematical Framework for Transformer Circuits*: the residual stream.
# - Sun et al. 2024, *Massive Activations in Large Language Models* (arXiv 2402.17762).
#
# **Next:** [3.2 The backward pass](03_2_backward_pass.ipynb)
