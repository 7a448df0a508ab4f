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
# # 3.2 · The backward pass: from an error to better weights
#
# | | |
# |:--|:--|
# | **You will be able to** | write an autograd engine; take a Transformer's gradients by hand |
# | **You need to know** | chapter 3.1; what a derivative is |
# | **Time** | 4 hours |
# | **On two cores** | 40 seconds of compute, no GPU, no internet |
# | **Exercises** | 14, and 5 predictions |
#
# A model starts with random numbers and ends knowing English. Between the two stands one idea,
# used a million times: for every weight, ask whether a little more of it would make the error
# larger or smaller, and move it the other way. This chapter goes with section 3.2 of the
# document.

# %%
import torch

import lmlab
from lmlab import viz

# %% [markdown]
# ## 1 · One number
#
# *A weight is 0.5. Should it be larger or smaller?*
#
# Here is the smallest network there is: one neuron, $t = \tanh(w x + b)$, that should answer
# $y$. Its **loss** (损失) is $(t - y)^2$. Let $w$ vary and keep all else:

# %%
x, b, y = 2.0, -0.3, 1.0


def loss_of(w):
    """The loss of the neuron as a function of its weight."""
    return (torch.tanh(w * x + b) - y) ** 2


from lmlab.viz import theme

w, step = torch.tensor(0.5), 0.01
slope = (loss_of(w + step) - loss_of(w - step)) / (2 * step)
axes, grid = theme.new_axes(6, 3.2), torch.linspace(-1, 2, 100)
axes.plot(grid, loss_of(grid), color=theme.BLUE)
near = torch.tensor([0.1, 0.9])
axes.plot(near, loss_of(w) + slope * (near - w), color=theme.ORANGE)
axes.annotate(f"slope {slope:.2f}", (0.6, loss_of(w) + 0.1), color=theme.ORANGE)
axes.set(xlabel="weight w", ylabel="loss")
viz.picture(axes, f"The loss falls as the weight grows. At w = 0.5 its slope is {slope:.2f}.")

# %% [markdown]
# **What you see.** At $w = 0.5$ the curve falls to the right, so $w$ should grow. The
# **derivative** (导数) is the slope at that place: by how much the loss changes for each unit of
# change in $w$, if the change is small. We measured it by trying: a little more, a little less.
#
# That is all one needs to know of each weight, and trying is too slow. A model with a million
# weights would have to be run two million times for a single step. The way out is a hundred
# times older than computers that could use it, nearly.
#
# ## 2 · The chain rule
#
# *If a moves b, and b moves the loss, how does a move the loss?*
#
# By the product of the two slopes. That is the **chain rule** (链式法则):
#
# $$\frac{dL}{da} = \frac{dL}{db} \cdot \frac{db}{da}$$
#
# So write the computation as a graph, a **computational graph** (计算图), with one small step in
# each node. Each node needs to know only its own slope. Then go from the loss back to the
# inputs, and multiply. This is **backpropagation** (反向传播).

# %%
from lmlab.autograd import Node

named = {"w": 0.5, "x": 2.0, "b": -0.3, "y": 1.0}
w, x, b, y = (Node(value, name=name) for name, value in named.items())
loss = ((w * x + b).tanh() - y) ** 2
loss.backward()
viz.picture(
    viz.expression_graph(loss),
    "The graph of (tanh(w x + b) - y)²: values from left to right, gradients from right to left; "
    f"the gradient of w is {w.grad:.2f}.",
)

# %% [markdown]
# **What you see.** In black, the forward pass, from left to right. In orange, the backward
# pass, from right to left: it begins with 1 at the loss. The square multiplies it by
# $2 (t - y)$, the tanh by $1 - t^2$; the sum hands it on to both sides unchanged; the product
# gives each factor the *other* one. At $w$ the same slope arrives as in section 1, and one
# walk gave the slopes of all inputs.
#
# ### Exercise 3.2.1 · ★ · 8 min
#
# Take that walk. All arguments are numbers. Return the derivatives of
# $(\tanh(w x + b) - y)^2$ by `w`, by `x` and by `b`, in this order.


# %%
def neuron_backward(w, x, b, y):
    """(dw, dx, db)"""
    ...


lmlab.check("neuron_backward", neuron_backward)

# %%
lmlab.hint("neuron_backward")

# %%
lmlab.solution("neuron_backward")

# %% [markdown]
# Trying was not useless. It is slow, but it knows no formula, so it cannot make a mistake in
# one. It is the judge of everything that follows: the **gradient check** (梯度检验). The
# **gradient** (梯度) of a tensor holds the derivative by each of its numbers, and has its shape.
#
# ### Exercise 3.2.2 · ★★ · 10 min
#
# `f` takes a tensor and gives one number. For each number of `x`, of any shape, return
# $(f(x + \varepsilon) - f(x - \varepsilon)) / 2 \varepsilon$, where $\varepsilon$ is added at
# that place alone.


# %%
def numerical_gradient(f, x, eps):
    """The gradient of f at x, by trying."""
    ...


lmlab.check("numerical_gradient", numerical_gradient)

# %%
lmlab.hint("numerical_gradient")

# %%
lmlab.solution("numerical_gradient")

# %% [markdown]
# How small should $\varepsilon$ be? Both too large and too small are wrong:

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.autograd import compare_gradients, numerical_gradient

at = torch.linspace(0.5, 2, 5, dtype=torch.float64)
exact = 3 * at**2  # the gradient of the sum of cubes
off = {}
for eps in (1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11):
    tried = numerical_gradient(lambda x: (x**3).sum(), at, eps)
    off[eps] = float((tried - exact).abs().max())
    print(f"ε = {eps:.0e}   furthest off: {off[eps]:.0e}")

# %%
print("the best of them:", min(off, key=off.get))

# %% [markdown]
# **What you see.** A wide step cuts across the curve: its error shrinks with $\varepsilon^2$.
# A tiny one subtracts two numbers that are equal in nearly all digits, and what is left is
# rounding. Around $10^{-5}$ is best in float64. In float32 there is no good place.
#
# ## 3 · An engine
#
# *Can the graph build itself while you calculate?*
#
# Yes: that is all the magic of PyTorch. A `Node` is an array that remembers which nodes it
# came from, and a function, `pull`, that turns its gradient into theirs. `a * b` returns such
# a node. Then `backward` walks through the graph, results before their inputs.

# %%
import inspect

print(inspect.getsource(Node.__mul__))
print(inspect.getsource(Node.tanh))
print(inspect.getsource(Node.backward))

# %% [markdown]
# Look at `+=` in the last line. What if a node is used more than once?

# %%
lmlab.predict(
    "y = x · x + x, and x = 3. Three edges of the graph lead back to x. They bring 3, 3 and 1. "
    "What is the gradient of x?",
    {
        "7, their sum": "Each use moves y by itself, and small changes add up. Indeed the "
        "derivative of x² + x is 2 x + 1 = 7.",
        "9, their product": "Slopes are multiplied along one way; different ways are added.",
        "1, the last one": "Then it would matter in which order the edges are visited. That is "
        "what you get if you write = for +=.",
    },
    answer="7, their sum",
)

# %%
x = Node(3.0, name="x")
y = x * x + x
y.backward()
print(x.grad)

# %% [markdown]
# Arrays bring one new thing. A bias of shape `(3,)` is added to a matrix of shape `(2, 3)`:
# NumPy and PyTorch copy it for each row. This is **broadcasting** (广播). On the way back, each
# copy has a gradient, and they belong to one bias. You know by now what to do with them.
#
# ### Exercise 3.2.3 · ★★ · 12 min
#
# `grad` is the gradient of the broadcast result. Bring it to `shape`, the shape of the operand:
# axes that broadcasting put in front, and axes of length 1 that it repeated, are added up.


# %%
def sum_to_shape(grad, shape):
    """The gradient of the operand that was broadcast."""
    ...


lmlab.check("sum_to_shape", sum_to_shape)

# %%
lmlab.hint("sum_to_shape")

# %%
lmlab.solution("sum_to_shape")

# %% [markdown]
# With this, the engine is complete: fourteen operations, one line forward and one back, in
# `lmlab/autograd/engine.py`. Read it, it is two screens. Is it right? Hold it against the
# judge, on something harder than a neuron: a head of attention.

# %%
import numpy as np

from lmlab.autograd import softmax

rng = np.random.default_rng(0)
x = rng.normal(size=(4, 6))
ahead = np.triu(np.full((4, 4), -np.inf), 1)  # added to the scores: no look at the future


def head(w_q, w_k, w_v):
    """One number from a causal head of attention."""
    scores = (x @ w_q) @ (x @ w_k).swapaxes(-1, -2) / 6**0.5 + ahead
    return (softmax(scores) @ (x @ w_v) * x).sum()


weights = [Node(rng.normal(size=(6, 6))) for _ in range(3)]
head(*weights).backward()


def changed(place, w):
    """What the head gives when one of its three matrices is another."""
    return float(head(*[Node(w.numpy()) if i == place else weights[i] for i in range(3)]).value)


# %%
# NBVAL_IGNORE_OUTPUT
names = ("w_q", "w_k", "w_v")
tried = [
    numerical_gradient(lambda w, i=i: changed(i, w), torch.from_numpy(weights[i].value), 1e-5)
    for i in range(3)
]
report = compare_gradients(
    {name: node.grad for name, node in zip(names, weights, strict=True)},
    dict(zip(names, tried, strict=True)),
)
report

# %%
print("the engine is right:", report.passed)

# %% [markdown]
# ## 4 · The engine learns to write
#
# *Is this enough to train a language model?*
#
# The neural n-gram of chapter 2.1: the vectors of the last six characters, one hidden layer,
# the logits. No PyTorch takes part.

# %%
from lmlab.training.texts import encode_corpus

text = encode_corpus(lmlab.corpora.load("python-reference"), "char")
tokenizer, train = text.tokenizer, text.train.astype(int)
N_BEFORE, STEPS, LR = 6, 600, 0.5


def batches(size=64):
    """Contexts of six characters and what followed them, the same at each call."""
    rng = np.random.default_rng(0)
    for _ in range(STEPS):
        ends = rng.integers(N_BEFORE, len(train), size)
        yield np.stack([train[end - N_BEFORE : end] for end in ends]), train[ends]


# %%
from lmlab.autograd import CharacterModel

model = CharacterModel(tokenizer.vocab_size, N_BEFORE)
start = {name: torch.tensor(node.value) for name, node in model.parameters.items()}
ours = [model.step(contexts, targets, LR) for contexts, targets in batches()]
print(f"loss {ours[0]:.2f} at first, {np.mean(ours[-50:]):.2f} over the last 50 steps")

# %% [markdown]
# And now the same in PyTorch, from the same start, on the same batches:

# %%
from torch.nn import functional as F

E, H, d, U, b = (start[name].requires_grad_() for name in ("embed", "H", "d", "U", "b"))
optimizer = torch.optim.SGD([E, H, d, U, b], lr=LR)
theirs = []
for contexts, targets in batches():
    logits = (E[torch.from_numpy(contexts)].flatten(1) @ H + d).tanh() @ U + b
    loss = F.cross_entropy(logits, torch.from_numpy(targets))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    theirs.append(loss.item())
apart = np.abs(np.array(ours) - theirs).max()
print(f"after {STEPS} steps the losses differ by less than 1e-5: {apart < 1e-5}")

# %%
axes = theme.new_axes(6.4, 3.4)
axes.plot(ours, color=theme.BLUE, lw=1, label="ours")
axes.plot(theirs, color=theme.ORANGE, lw=1, ls=":", label="PyTorch's")
axes.annotate("our engine, and PyTorch on top of it", (150, 3.4), color=theme.INK)
axes.set(xlabel="training step", ylabel="loss (nats per character)")
viz.picture(axes, "The loss of the engine falls, and PyTorch's lies exactly on top of it.")

# %% [markdown]
# **What you see.** Two hundred lines of NumPy and PyTorch do the same, step by step, to the
# last digits. What PyTorch adds is speed, GPUs and several hundred more operations. From here
# on, we look at the few that a Transformer is made of, one by one, without an engine.
#
# ## 5 · Layers with weights: linear and embedding
#
# *What does a layer do with the gradient that comes from above?*
#
# Two things, always: it computes the gradients of its own weights, and it hands one down to
# its input. Write $g$ for $dL/dy$, the gradient of its output. A linear layer is
# $y = x W^\top + b$, for every row of $x$. You do not need to remember its backward pass: the
# shapes allow only one.
#
# $$dx = g\,W \qquad dW = g^\top x \qquad db = \textstyle\sum_{\text{rows}} g$$
#
# ### Exercise 3.2.4 · ★★ · 12 min
#
# `x` is `(..., d_in)`, `weight` is `(d_out, d_in)`, `grad` is $g$, `(..., d_out)`. Return
# $(dx, dW, db)$. All rows of all axes in front share the one weight.


# %%
def linear_backward(x, weight, grad):
    """(dx, dW, db)"""
    ...


lmlab.check("linear_backward", linear_backward)

# %%
lmlab.hint("linear_backward")

# %%
lmlab.solution("linear_backward")

# %% [markdown]
# An embedding is a table, and `table[ids]` picks rows of it. Backward, each picked row brings
# its gradient home. In a text, the same token stands in many places.
#
# ### Exercise 3.2.5 · ★★ · 8 min
#
# `ids` has any shape, `grad` has that shape and `d_model` behind it. Return the gradient of the
# whole table, `(vocab_size, d_model)`.


# %%
def embedding_backward(ids, grad, vocab_size):
    """The gradient of the table."""
    ...


lmlab.check("embedding_backward", embedding_backward)

# %%
lmlab.hint("embedding_backward")

# %%
lmlab.solution("embedding_backward")

# %% [markdown]
# ## 6 · Where every gradient begins: p - y
#
# *How wrong is "wrong"?*
#
# The forward pass ends with a softmax and a cross-entropy. The softmax first. Each probability
# depends on *every* logit, so its derivative is a matrix, the **Jacobian** (雅可比矩阵):
# $\partial p_i / \partial x_j = p_i (1 - p_i)$ for $i = j$, and $-p_i p_j$ elsewhere. Nobody
# ever builds that matrix. Multiplied by $g$, it becomes
#
# $$dx_j = p_j \Big( g_j - \sum_i p_i\, g_i \Big)$$
#
# ### Exercise 3.2.6 · ★★ · 12 min
#
# `probs` is what the softmax gave, over the last axis; `grad` has its shape. Return the
# gradient of the softmax's input.


# %%
def softmax_backward(probs, grad):
    """The gradient of what the softmax was given."""
    ...


lmlab.check("softmax_backward", softmax_backward)

# %%
lmlab.hint("softmax_backward")

# %%
lmlab.solution("softmax_backward")

# %% [markdown]
# Now put $-\log p_{\text{target}}$ on top. Its gradient is $-1/p$ at the target and 0 elsewhere.
# Pull it through the softmax, and everything cancels. With $y$ = 1 at the target, 0 elsewhere:
#
# $$\frac{\partial L}{\partial x_j} = p_j - y_j$$
#
# What the model said, minus what was true. It is the prettiest formula of the chapter.

# %%
lmlab.predict(
    "The model gave the token that came the probability 0.99. What is the gradient at its logit?",
    {
        "-0.01": "p - y = 0.99 - 1. A prediction that was nearly right moves the weights hardly "
        "at all.",
        "0.99": "That is p; at the token that came, y = 1 is taken off.",
        "-1.01": "That is -1/p, the gradient by the probability; it has still to go through the "
        "softmax.",
    },
    answer="-0.01",
)

# %% [markdown]
# ### Exercise 3.2.7 · ★★ · 10 min
#
# `logits` is `(..., vocab_size)`, `targets` holds one id for each distribution. The loss is the
# *mean* over all targets. Return its gradient by the logits.


# %%
def cross_entropy_backward(logits, targets):
    """The gradient of the mean cross-entropy."""
    ...


lmlab.check("cross_entropy_backward", cross_entropy_backward)

# %%
lmlab.hint("cross_entropy_backward")

# %%
lmlab.solution("cross_entropy_backward")

# %% [markdown]
# Here it is in the GPT of chapter 00. A boy has lost his book, and "he was very …". What is
# pushed which way when, against all expectation, the next word is *happy*?

# %%
from lmlab.autograd import cross_entropy_backward

town_gpt, town_tokenizer = lmlab.load("town-gpt")


def town_ids(story):
    """A story from its beginning on, as a batch of one."""
    return torch.tensor([[town_tokenizer.eos_id, *town_tokenizer.encode(story)]])


story = lmlab.town.stories(1, seed=1, split="test")[0]
begun = story[: story.index(" unhappy")]
logits = town_gpt.next_logits(town_ids(begun))
target = torch.tensor([town_tokenizer.encode(" happy")[0]])
push = -cross_entropy_backward(logits, target)[0]
shown = push.abs().topk(5).indices
names = [name.strip() for name in town_tokenizer.tokens(shown.tolist())]
axes = theme.new_axes(6.4, 3)
axes.barh(names, push[shown], color=[theme.BLUE if p > 0 else theme.ORANGE for p in push[shown]])
axes.invert_yaxis()
axes.axvline(0, color=theme.FAINT, lw=0.8)
axes.set(xlabel="push on the logit, y - p")
viz.picture(axes, f"{names[0]} is pushed up by {push[shown[0]]:.2f}, all others are pushed down.")

# %% [markdown]
# **What you see.** The one that came is pushed up; all others are pushed down, each by the
# probability that it had wrongly claimed: *unhappy* and *sad* had shared nearly all of it. Up
# and down sum to zero.
#
# ## 7 · LayerNorm
#
# *How do you differentiate by a vector that also made its own mean and spread?*
#
# LayerNorm computes $n = (x - \mu)/s$ with $s = \sqrt{\sigma^2 + \epsilon}$, and then
# $y = n \odot w + b$. Each $x_j$ reaches the output in three ways: directly, through $\mu$ and
# through $s$. Three ways are three terms, added. With $h = g \odot w$, the gradient of $n$:
#
# $$dx = \frac{1}{s} \Big( h - \operatorname{mean}(h)
# - n \odot \operatorname{mean}(h \odot n) \Big)$$
#
# Read it backwards. A gradient that only shifts $x$ would change nothing, for the norm takes the
# mean off; one that only stretches $x$ would not either. So both are taken out.
#
# ### Exercise 3.2.8 · ★★★ · 20 min
#
# `x` and `grad` are `(..., d_model)`, `weight` is `(d_model,)`. Return $(dx, dw, db)$. The
# variance is the mean of the squared deviations (`unbiased=False`), and `eps` is added to it.


# %%
def layer_norm_backward(x, weight, grad, eps):
    """(dx, dweight, dbias)"""
    ...


lmlab.check("layer_norm_backward", layer_norm_backward)

# %%
lmlab.hint("layer_norm_backward")

# %%
lmlab.solution("layer_norm_backward")

# %% [markdown]
# ## 8 · Attention
#
# *Which part of attention is new?*
#
# None. $y = A v$ with $A = \operatorname{softmax}(q k^\top / \sqrt{d_k})$ is two products with a
# softmax between them. You have both.
#
# $$dv = A^\top g \qquad dA = g\, v^\top \qquad
# dS = A \odot \big( dA - \textstyle\sum_{\text{keys}} A \odot dA \big)$$
# $$dq = dS\, k / \sqrt{d_k} \qquad dk = dS^\top q / \sqrt{d_k}$$
#
# And the mask? Where a weight is 0, $dS$ is 0: what was not seen on the way forward gets no
# gradient on the way back. The mask takes care of itself.
#
# ### Exercise 3.2.9 · ★★★ · 20 min
#
# `q` is `(..., query, d_k)`, `k` is `(..., key, d_k)`, `v` is `(..., key, d_v)`. `weights` is
# $A$, kept from the forward pass; `grad` is $g$. Return $(dq, dk, dv)$.


# %%
def attention_backward(q, k, v, weights, grad):
    """(dq, dk, dv)"""
    ...


lmlab.check("attention_backward", attention_backward)

# %%
lmlab.hint("attention_backward")

# %%
lmlab.solution("attention_backward")

# %% [markdown]
# ## 9 · A whole Transformer layer by hand
#
# *Do the pieces fit together?*
#
# Here is a small language model with everything in it: embedding, LayerNorm, causal attention,
# a **residual connection** (残差连接), and a layer to the logits. First forward, with each
# intermediate result kept.

# %%
from lmlab.nn import attention_weights, causal_mask

torch.manual_seed(0)
V, D, T = tokenizer.vocab_size, 16, 24
shapes = {"E": (V, D), "gain": (D,), "shift": (D,), "Wq": (D, D), "Wk": (D, D), "Wv": (D, D)}
shapes |= {"Wo": (D, D), "U": (V, D)}
W = {name: torch.randn(*shape).double().requires_grad_() for name, shape in shapes.items()}
block = torch.from_numpy(train[: 2 * (T + 1)]).view(2, T + 1)
ids, targets = block[:, :-1], block[:, 1:]

x = W["E"][ids]  # (batch, time, D)
n = F.layer_norm(x, (D,), W["gain"], W["shift"])
q, k, v = (n @ W[name].mT for name in ("Wq", "Wk", "Wv"))
A = attention_weights(q, k, causal_mask(T, T))  # (batch, query, key)
a = A @ v
y = x + a @ W["Wo"].mT
logits = y @ W["U"].mT
loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())

# %% [markdown]
# And back, from the last line to the first. Compare the two cells line by line.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.autograd import by_hand


@torch.no_grad()
def backward(through_residual=True):
    """The gradient of every weight, by hand."""
    g = {}
    dlogits = by_hand.cross_entropy_backward(logits, targets)
    dy, g["U"], _ = by_hand.linear_backward(y, W["U"], dlogits)
    da, g["Wo"], _ = by_hand.linear_backward(a, W["Wo"], dy)
    dqkv = by_hand.attention_backward(q, k, v, A, da)
    dn = 0
    for name, grad in zip(("Wq", "Wk", "Wv"), dqkv, strict=True):
        part, g[name], _ = by_hand.linear_backward(n, W[name], grad)
        dn = dn + part  # n was used three times
    dx, g["gain"], g["shift"] = by_hand.layer_norm_backward(x, W["gain"], dn)
    if through_residual:
        dx = dx + dy  # x was used twice
    g["E"] = by_hand.embedding_backward(ids, dx, V)
    return g


theirs = dict(zip(W, torch.autograd.grad(loss, list(W.values())), strict=True))
compare_gradients(backward(), theirs)

# %%
print("none is wrong:", compare_gradients(backward(), theirs).passed)

# %% [markdown]
# **What you see.** Fifteen lines, and all gradients of a Transformer layer agree with PyTorch's.
# "Close" means equal but for rounding, which is of the size $10^{-16}$ here.

# %%
lmlab.predict(
    "Leave out the line dx = dx + dy, the residual's share. Which gradients become wrong?",
    {
        "all of them": "The gradient flows from the logits down. What lies above the mistake has "
        "been computed already.",
        "only that of E": "Below the residual there is nothing but the embedding. A mistake spoils "
        "what comes after it on the way back.",
        "those of Wq, Wk, Wv and E": "The attention lies on the other branch: its gradients come "
        "through Wo.",
    },
    answer="only that of E",
)

# %%
# NBVAL_IGNORE_OUTPUT
report = compare_gradients(backward(through_residual=False), theirs)
report

# %%
print("wrong:", *(row.name for row in report.rows if row.verdict == "wrong"))

# %% [markdown]
# A report that says which tensor is wrong, by how much and where: this is how mistakes in
# backward passes are found.
#
# ## 10 · Downhill
#
# *You have the gradient. How far do you go?*
#
# **Gradient descent** (梯度下降) takes a step against it: $w \leftarrow w - \eta\, g$. The factor
# $\eta$ is the **learning rate** (学习率). With the gradient of a random batch, as always in deep
# learning, it is called *stochastic* gradient descent, SGD. Its trouble is easily seen with two
# weights. Let the loss be a valley, steep across and flat along:

# %%
from lmlab.training.descent import descent_path


def valley(point):
    """½ (w₁² + 25 w₂²): 25 times as curved in one direction as in the other."""
    return 0.5 * (point[..., 0] ** 2 + 25 * point[..., 1] ** 2)


start, limits = torch.tensor([-4.0, 0.9]), ((-4.6, 1.6), (-1.2, 1.2))
paths = {f"η = {lr}": descent_path("SGD", valley, start, 15, lr) for lr in (0.01, 0.07)}
axes = viz.descent_paths(valley, paths, limits, best=(0, 0))
viz.picture(axes, "A small learning rate creeps along the valley, a large one zigzags across it.")

# %%
lmlab.predict(
    "The learning rate is raised from 0.07 to 0.1. What happens?",
    {
        "It arrives sooner": "Along the valley it would. But across it, each step multiplies w₂ by "
        "1 - 0.1 · 25 = -1.5.",
        "It flies out of the valley, up the steep walls": "Across the valley w₂ is multiplied by "
        "1 - 0.1 · 25 = -1.5 at each step: above 2/25 there is no holding.",
        "It flies off along the valley": "There, w₁ is multiplied by 1 - 0.1 = 0.9: that is fine.",
    },
    answer="It flies out of the valley, up the steep walls",
)

# %%
path = descent_path("SGD", valley, start, 10, lr=0.1)
print("w₁:", " ".join(f"{value:6.2f}" for value in path[:, 0].tolist()))
print("w₂:", " ".join(f"{value:6.2f}" for value in path[:, 1].tolist()))

# %% [markdown]
# **What you see.** The steepest direction sets the limit for the learning rate, and the flattest
# one pays for it. All that follows is about this.
#
# **Momentum** (动量): let the steps add up, as a ball gathers speed. Across the valley they
# cancel, along it they add.
#
# $$u \leftarrow \mu\, u + g \qquad w \leftarrow w - \eta\, u$$
#
# ### Exercise 3.2.10 · ★ · 6 min
#
# Write this step. All tensors have one shape. Return the new weight and the new velocity.


# %%
def sgd_step(weight, grad, velocity, lr, momentum):
    """(weight, velocity)"""
    ...


lmlab.check("sgd_step", sgd_step)

# %%
lmlab.hint("sgd_step")

# %%
lmlab.solution("sgd_step")

# %% [markdown]
# ## 11 · A learning rate for every weight
#
# *Why should a weight with large gradients and one with small ones share a learning rate?*
#
# **RMSProp** keeps a running mean $s$ of $g^2$ for every weight, and divides by its root: each
# moves about equally far, whatever the size of its gradient. **Adam** does so with momentum.
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g \qquad s \leftarrow \beta_2 s + (1-\beta_2)\, g^2
# \qquad w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat s} + \epsilon}$$
#
# Both means start from zero and are too small at first. At step $t$ exactly the share
# $1 - \beta^t$ of a full mean is in them, so $\hat m = m / (1 - \beta_1^t)$, and likewise
# $\hat s$: the **bias correction** (偏差修正).
#
# ### Exercise 3.2.11 · ★★ · 12 min
#
# Write Adam's step. `step` is $t$, from 1 on. Return `(weight, mean, square)`: the two running
# means as they are, not corrected.


# %%
def adam_step(weight, grad, mean, square, step, lr, beta1, beta2, eps):
    """(weight, mean, square)"""
    ...


lmlab.check("adam_step", adam_step)

# %%
lmlab.hint("adam_step")

# %%
lmlab.solution("adam_step")

# %% [markdown]
# **Weight decay** (权重衰减) pulls every weight towards zero, against overfitting. One can add
# $\lambda w$ to the gradient. In Adam, that goes wrong: it is divided by $\sqrt{\hat s}$ like
# everything else. **AdamW** shrinks the weight itself, beside the step, by the share
# $\eta \lambda$.
#
# ### Exercise 3.2.12 · ★★ · 8 min
#
# Write AdamW's step: first shrink the weight, then take Adam's step. You may use
# `lmlab.training.steps.adam_step`.


# %%
def adamw_step(weight, grad, mean, square, step, lr, beta1, beta2, eps, weight_decay):
    """(weight, mean, square)"""
    ...


lmlab.check("adamw_step", adamw_step)

# %%
lmlab.hint("adamw_step")

# %%
lmlab.solution("adamw_step")

# %% [markdown]
# ## 12 · Muon: matrices are not bags of numbers
#
# *Adam treats a matrix as a list of unrelated weights. Is anything lost?*
#
# The gradient of a matrix has directions, of very unequal strength: its **singular values**
# (奇异值). Here are those of one matrix of the town GPT, for one story. **Muon** keeps all the
# directions of the momentum and makes their strengths nearly equal, by five matrix products
# each (`orthogonalise`), and steps along that.

# %%
from lmlab.training import next_token_loss, orthogonalise

ids = town_ids(story)
loss = next_token_loss(town_gpt(ids[:, :-1]), ids[:, 1:])
(gradient,) = torch.autograd.grad(loss, town_gpt.blocks[1].mlp.up_proj.weight)
strengths = torch.linalg.svdvals(gradient / gradient.norm())
evened = torch.linalg.svdvals(orthogonalise(gradient))
for place in (0, 1, 3, 7, 15):
    print(f"direction {place + 1:3}: {strengths[place]:.3f} before, {evened[place]:.2f} after")

# %% [markdown]
# **What you see.** Before, the first direction is eight times as strong as the sixteenth: a plain
# step would go along a few. After, all count about the same. (They come near 1 and not to it: the
# polynomial is chosen for speed.)
#
# Now all of them in the valley. Move the slider.

# %%
rates = {"SGD": 0.06, "momentum": 0.01, "RMSProp": 0.1, "Adam": 0.25, "Muon": 0.15}
paths = {rule: descent_path(rule, valley, start, 60, lr) for rule, lr in rates.items()}
viz.descent_lab(valley, paths, limits, best=(0, 0))

# %% [markdown]
# **What you see.** SGD zigzags and then creeps. Momentum overshoots and comes back. RMSProp and
# Adam at first move both weights equally far: to them, steep and flat are the same. To Muon a
# point is a matrix of one row, so all its steps are about equally long, and it cannot settle
# unless the learning rate falls.
#
# But a valley with two weights is a toy. The real thing: a small GPT, from the same start, on
# the same batches. Each rule has the best of the learning rates that we tried for it, falling
# in a line to zero. Muon moves the matrices of the blocks, and AdamW the rest.

# %%
from lmlab.text.batches import Batches
from lmlab.training.descent import Descent

tiny = lmlab.TransformerConfig(vocab_size=V, context_length=32, d_model=64, n_layers=2, n_heads=2)


def race(rule, lr, steps=100):
    """The loss at each step of a new GPT."""
    torch.manual_seed(0)
    gpt, losses = lmlab.GPT(tiny), []
    inside = [p for p in gpt.blocks.parameters() if p.ndim == 2]
    rest = [p for p in gpt.parameters() if not any(p is other for other in inside)]
    others = ("AdamW", rest, 5e-3) if rule == "Muon" else (rule, rest, lr)
    parts = [Descent(rule, inside, lr), Descent(*others)]
    for step, batch in zip(range(steps), Batches(text.train, 16, 32, seed=0), strict=False):
        loss = next_token_loss(gpt(batch.inputs), batch.targets)
        for part in parts:
            part.zero_grad()
        loss.backward()
        for part in parts:
            part.step(1 - step / steps)
        losses.append(loss.item())
    return losses


# %%
# NBVAL_IGNORE_OUTPUT
rates = {"SGD": 0.3, "momentum": 0.1, "RMSProp": 5e-4, "Adam": 5e-3, "AdamW": 5e-3, "Muon": 0.05}
losses = {rule: race(rule, lr) for rule, lr in rates.items()}
last = {rule: np.mean(each[-20:]) for rule, each in losses.items()}
lines = {
    f"{rule} {last[rule]:.2f}": [(step, np.mean(each[step - 10 : step])) for step in range(10, 101)]
    for rule, each in losses.items()
}
told = ", ".join(lines)
viz.picture(
    viz.named_lines(lines, xlabel="training step", ylabel="loss (nats per character)"),
    f"Loss of a small GPT against the step. Over the last 20 steps: {told}.",
)

# %%
print("Adam beats SGD and momentum:", last["Adam"] < min(last["SGD"], last["momentum"]) - 0.1)
print("Muon beats Adam:", last["Muon"] < last["Adam"] - 0.05)

# %% [markdown]
# **What you see.** Adam is well ahead of plain descent, and Muon ahead of Adam. Momentum alone
# does not pay in so short a run. RMSProp lacks the bias correction: its first step is ten times
# too long, so it needs a small learning rate, and keeps it. AdamW is Adam here: in a hundred
# steps its decay takes off almost nothing.
#
# Are these steps really PyTorch's? `tests/training/test_steps.py` takes twenty steps with each
# and compares: equal to $10^{-6}$.
#
# ## 13 · How far a step may go
#
# *What if one batch has a monstrous gradient?*
#
# Then one step can undo an hour. **Gradient clipping** (梯度裁剪) looks at the length of all
# gradients together, as one long vector. If it is above a limit, all are scaled down by the
# same factor.
#
# ### Exercise 3.2.13 · ★ · 8 min
#
# `grads` is a list of tensors. Return a list of the same shapes, scaled so that together they
# are not longer than `max_norm`. Shorter ones stay as they are.


# %%
def clip_gradients(grads, max_norm):
    """The gradients, not longer than max_norm."""
    ...


lmlab.check("clip_gradients", clip_gradients)

# %%
lmlab.hint("clip_gradients")

# %%
lmlab.solution("clip_gradients")

# %% [markdown]
# And the learning rate itself moves. At first the running means know nothing, so it climbs over
# some steps: the **warm-up** (预热). At the end it falls to zero: each batch pulls in a direction
# of its own, and small steps average that out.

# %%
from lmlab.training import TrainingConfig, learning_rate_factor

lines = {}
for decay, share in (("linear", 1.0), ("cosine", 1.0), ("linear", 0.3)):
    config = TrainingConfig(steps=100, warmup_steps=9, decay=decay, decay_share=share)
    name = f"{decay}, over all" if share == 1 else f"{decay}, over the last {share:.0%}"
    lines[name] = [(step, learning_rate_factor(step, config)) for step in range(100)]
viz.picture(
    viz.named_lines(lines, xlabel="training step", ylabel="share of the learning rate"),
    "Three schedules: all climb over ten steps, then fall to zero, in other ways.",
)

# %% [markdown]
# ### Exercise 3.2.14 · ★★ · 12 min
#
# `step` counts from 0. `config` has `steps`, `warmup_steps`, `decay_share` and `decay`:
# "linear", "cosine" or "none". Return the product of two factors. One climbs in a line: $1/(w+1)$
# at step 0, 1 from step $w$ = `warmup_steps` on. The other falls from 1 to 0 over the last
# `decay_share` of the run; at step 0 of it, nothing has fallen yet.


# %%
def learning_rate_factor(step, config):
    """The share of the learning rate at this step."""
    ...


lmlab.check("learning_rate_factor", learning_rate_factor)

# %%
lmlab.hint("learning_rate_factor")

# %%
lmlab.solution("learning_rate_factor")

# %% [markdown]
# ## 14 · Deep stacks: vanishing and exploding
#
# *The gradient is multiplied at every layer. What is left after forty-eight of them?*
#
# Build forty-eight layers of $\operatorname{relu}(W x)$, train nothing, and send a gradient down.
# How long is it at each layer, compared with the top?

# %%
from lmlab.autograd.depth import gradient_by_depth

kinds = {
    "plain, small weights": dict(gain=1.0),
    "plain, large weights": dict(gain=2.0),
    "plain, σ = √(2/d)": dict(gain=2**0.5),
    "norm alone": dict(norm=True),
    "residual alone": dict(residual=True),
    "residual and norm": dict(residual=True, norm=True),
}
lines = {}
for kind, settings in kinds.items():
    sizes = gradient_by_depth(48, **settings).flip(0)  # from the top down, as the gradient goes
    shares = (sizes / sizes[0]).tolist()
    lines[f"{kind}: {shares[-1]:.0e}"] = list(enumerate(shares))
viz.picture(
    viz.named_lines(
        lines, xlabel="layers below the top", ylabel="length, over that at the top", log=True
    ),
    f"The gradient's length on its way down. At the bottom: {', '.join(lines)}.",
)

# %% [markdown]
# **What you see.** With small weights the gradient **vanishes** (梯度消失): the lowest layer hears
# less than one part in ten million. With large ones it **explodes** (梯度爆炸). A careful start
# (He et al.) holds the balance, but training soon leaves that start. The residual *alone*
# explodes, for each layer adds to the stream; the norm alone does too. Together they stay within
# a factor of ten: the sum hands the gradient down unchanged past each layer, and the norm keeps
# what the layer adds in proportion. This is why a Transformer block has both.
#
# ## 15 · Does training converge?
#
# *When is training finished?*
#
# The document says: repeat until the model converges. **Convergence** (收敛) would mean that
# nothing changes any more: the gradient is zero, the loss stands still. Look at the run that
# made the town GPT.

# %%
from lmlab.scaling import training_flops
from lmlab.sources import shipped_json

run = shipped_json("checkpoints/town-gpt/training.json")
flops = [training_flops(run["parameters"], row["tokens"]) for row in run["history"]]
held_out = [row["validation_loss"] for row in run["history"]]
axes = theme.new_axes(6.4, 3.4)
axes.plot(flops, held_out, "o-", color=theme.BLUE, markersize=4)
axes.set(xscale="log", yscale="log", xlabel="compute (FLOPs)")
axes.set(ylabel="held-out loss (nats per token)", yticks=(0.5, 0.6, 0.8, 1.0))
axes.set(yticklabels=("0.5", "0.6", "0.8", "1.0"))
axes.minorticks_off()
for place in (0, 8, -1):
    row = run["history"][place]
    print(f"step {row['step']:5}: held-out loss {held_out[place]:.3f}, "
          f"gradient {row['grad_norm']:.2f}, learning rate {row['learning_rate']:.0e}")  # fmt: skip
viz.picture(axes, "The held-out loss falls with compute, ever more slowly, to the last step.")

# %% [markdown]
# **What you see.** The loss falls to the last step. Doubling the compute still buys something.
# And the gradient is not zero, nor near it. The run ended because its 9,000 steps were over: the
# *schedule* had brought the learning rate to zero. Language models are trained to a **budget**,
# of time, money or text. Scaling laws, in chapter 8.1, say how to spend it.
#
# Then why not go on for ever? Because of the other end of the scale: a text that is too small.

# %%
lmlab.predict(
    "A small GPT reads the same 8,000 characters thirty times over. Its training loss falls and "
    "falls. And the loss on text that it has not seen?",
    {
        "falls too, more slowly": "At first. But soon there is nothing general left to learn from "
        "8,000 characters.",
        "falls, then stays": "It would, if the model stopped learning. It goes on, and learns this "
        "text by heart.",
        "falls, then rises above where it was": "Learning by heart makes it sure of itself, and "
        "being sure and wrong is what the cross-entropy punishes most.",
    },
    answer="falls, then rises above where it was",
)

# %%
# NBVAL_IGNORE_OUTPUT
torch.manual_seed(0)
small = lmlab.GPT(tiny.replace(context_length=64))
plan = TrainingConfig(steps=240, batch_size=16, decay="none", evaluate_every=20)
result = lmlab.train(
    small, text.train[:8000], plan, validation=text.validation.first(4096), progress=False
)
viz.picture(
    viz.loss_curve(result.history, unit="nats"),
    "The training loss falls to the end; the held-out loss falls, turns and rises.",
)

# %%
held_out = [row["validation_loss"] for row in result.history if "validation_loss" in row]
turn = held_out.index(min(held_out))
print("the best is in the middle:", 2 <= turn <= 8)
print("at the end it is far above the best:", held_out[-1] > min(held_out) + 0.2)
print("while the training loss still falls:", result.history[-1]["train_loss"] < 0.9)

# %% [markdown]
# **What you see.** This is **overfitting** (过拟合). The training loss *would* converge, towards
# zero. By then the model is useless. So neither end is "until convergence": with much text one
# stops long before it, and with little text one must.
#
# ## 16 · An x-ray of the gradients
#
# *Who learns from a sentence?*
#
# To close, the length of every gradient in the town GPT, for one story of the town that it has
# not read. Columns are blocks.

# %%
from lmlab.training.gradients import gradient_sizes

gradient_sizes(town_gpt, town_ids(story))

# %% [markdown]
# And for the same words, shuffled:

# %%
import random

words = story.split()
random.Random(0).shuffle(words)
gradient_sizes(town_gpt, town_ids(" ".join(words)))

# %% [markdown]
# **What you see.** Every weight gets a gradient, the lowest block no less than the highest:
# residual and norm at work. Queries and keys get less than values and outputs, for their
# gradient had to pass the softmax. And the story, which it knew well how to tell, would hardly
# change a thing; the shuffled words would, everywhere. That is $p - y$ once more: what is
# expected teaches nothing. Try a text of your own.
#
# ## Summary
#
# - A derivative says how the loss moves when a number moves. The chain rule multiplies slopes
#   along a way and adds over ways. That is all of backpropagation.
# - An engine needs, for each operation, one line forward and one back. Ours trains a model to
#   the same loss as PyTorch.
# - Softmax and cross-entropy together: $p - y$. LayerNorm takes out shift and stretch. Attention
#   is two products with a softmax between, and the mask takes care of itself.
# - SGD is limited by the steepest direction. Momentum, Adam and Muon are ways around that.
# - Residual and norm together keep a gradient alive through depth; neither does alone.
# - Language models are trained to a budget, not to convergence.
#
# ## What the document says, what we found

# %%
lmlab.ledger("03_2_backward_pass")

# %% [markdown]
# ## Further reading
#
# - Rumelhart, Hinton & Williams 1986, *Learning representations by back-propagating errors*.
# - Baydin et al. 2018 (arXiv 1502.05767): automatic differentiation, its history and kinds.
# - Kingma & Ba 2015 (arXiv 1412.6980): Adam. Loshchilov & Hutter 2019 (arXiv 1711.05101): AdamW.
# - Jordan et al. 2024, *Muon* (kellerjordan.github.io/posts/muon).
# - Xiong et al. 2020 (arXiv 2002.04745): where the norm stands, and what it does to gradients.
# - He et al. 2015 (arXiv 1502.01852): how to begin, so that nothing vanishes.
# - Kaplan et al. 2020 (arXiv 2001.08361): loss against compute; why one stops before
#   convergence.
#
# **Next:** [4 Mathematics](04_mathematics.ipynb)
