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
# # 7 · Tools: one set of weights, many libraries
#
# | | |
# |:--|:--|
# | **You will be able to** | carry a model between libraries; read a file of weights, and a paper |
# | **You need to know** | chapters 2.2 (heads), 2.3 (the block), 5 (a GPT) |
# | **Time** | 90 minutes |
# | **On two cores** | 25 seconds of compute, no GPU, no internet |
# | **Exercises** | 5, and 3 predictions |
#
# You have built a language model from single lines. Nobody at work does: there are libraries. This
# chapter shows that there is no magic in them. The same numbers go into each, and the same numbers
# come out. It goes with section 7 of the document.

# %%
import torch

import lmlab
from lmlab import viz

# %% [markdown]
# ## 1 · PyTorch's own blocks
#
# *Is our block the block that everybody uses?*
#
# **PyTorch** (the library under all our chapters) has a Transformer block of its own,
# `nn.TransformerEncoderLayer`. A stack of them under a causal mask is a GPT's body. Here is a
# small GPT of ours, with the settings of GPT-2, and PyTorch's.
# %%
from lmlab.pretrained.torch_modules import to_torch_modules

torch.manual_seed(0)
plain = dict(norm="layernorm", positions="learned", activation="gelu_tanh", bias=True)
sizes = dict(vocab_size=512, context_length=64, d_model=64, n_layers=2, n_heads=4)
model = lmlab.GPT(lmlab.TransformerConfig(**sizes, **plain)).eval()
theirs = to_torch_modules(model)
ids = torch.randint(512, (2, 48))
viz.architecture(theirs, ids, depth=4)

# %% [markdown]
# **What you see.** The parts are old friends under other names: `norm1` is our `attn_norm`,
# `linear1` our `up_proj`. The same numbers of parameters, in the same places.

# %%
lmlab.predict(
    "Both models hold the same weights and read the same ids. How far apart are their logits, at "
    "most?",
    {
        "0 exactly": "The sums are the same, but not in the same order, and float32 rounds each.",
        "about 0.000001": "Rounding in the seventh digit: other kernels add in another order.",
        "about 0.01": "Then some setting would differ: an epsilon, a form of the GELU, a mask.",
    },
    answer="about 0.000001",
)

# %%
with torch.no_grad():
    logits, same = model(ids), theirs(ids)
print("logits", tuple(logits.shape), "equal to 1e-5:", torch.allclose(logits, same, atol=1e-5))
with torch.no_grad():
    theirs.body.layers[0].norm1.bias[0] += 0.1  # one number of many
    print("one number changed, still equal:", torch.allclose(logits, theirs(ids), atol=1e-5))

# %% [markdown]
# A comparison that cannot fail proves nothing: so one number was changed, and it is seen.
#
# One thing is laid out differently. Where we have three matrices, for queries, keys and values,
# PyTorch has one, `in_proj_weight`: a single large product is faster than three small ones.
#
# ### Exercise 7.1 · ★ · 5 min
#
# Return the packed matrix of three projections. Each is (out, d_in), as `nn.Linear` keeps its
# weight, and makes `x @ weight.T`. With the result `p`, `x @ p.T` must be queries, keys and values
# side by side. It must do for biases too, which have one axis.


# %%
def packed_projection(q, k, v):
    """The three matrices as one, (3 · out, d_in)."""
    ...


lmlab.check("packed_projection", packed_projection)

# %%
lmlab.hint("packed_projection")

# %%
lmlab.solution("packed_projection")

# %% [markdown]
# Not every model of ours can be carried over: the shipped town-gpt has RMSNorm and rotary
# positions, which that block does not know. It says so, instead of giving wrong numbers.

# %%
try:
    to_torch_modules(lmlab.load("town-gpt")[0])
except ValueError as error:
    print(error)

# %% [markdown]
# ## 2 · Transformers
#
# *How does a model get from one laboratory to another?*
#
# **Transformers** (by Hugging Face, 模型库) holds the code of hundreds of published models. A model
# travels as a folder: its settings, its weights, its tokenizer.

# %%
from pathlib import Path
from tempfile import mkdtemp

import transformers

from lmlab.pretrained import export_hugging_face

transformers.utils.logging.disable_progress_bar()
folder = export_hugging_face(model, Path(mkdtemp()) / "model")
opened = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
with torch.no_grad():
    print(type(opened).__name__, torch.allclose(logits, opened(ids).logits, atol=1e-5))
print(sorted(path.name for path in folder.iterdir()))

# %%
first = dict(opened.transformer.h[0].named_parameters())
for name in ("attn.c_attn.weight", "mlp.c_fc.weight", "mlp.c_proj.weight"):
    print(f"{name:19} {tuple(first[name].shape)}")
print(f"{'our mlp.up_proj':19} {tuple(model.blocks[0].mlp.up_proj.weight.shape)}")

# %% [markdown]
# **What you see.** GPT-2's files keep each matrix as (in, out), turned against ours; queries, keys
# and values share one, as in PyTorch. Such facts stand in one table of this package,
# `lmlab.pretrained.weight_maps`, and nowhere else.
#
# | ours | PyTorch | GPT-2's files | Keras |
# |:--|:--|:--|:--|
# | `q_proj`, `k_proj`, `v_proj` | `in_proj_weight` | `c_attn`, turned | three (in, heads, d_head) |
# | `attn.out_proj` | `out_proj` | `attn.c_proj`, turned | (heads, d_head, out) |
# | `mlp.up_proj` | `linear1` | `mlp.c_fc`, turned | a `Dense`, turned |
# | `attn_norm` | `norm1` | `ln_1` | `LayerNormalization` |
#
# ## 3 · TensorFlow and Keras
#
# *And a library that shares no line of code with PyTorch?*
#
# **TensorFlow** has kernels of its own; **Keras** gives it layers. Its `MultiHeadAttention` keeps
# an axis for the heads, and multiplies $xW$ where PyTorch multiplies $xW^\top$.
#
# ### Exercise 7.2 · ★★ · 10 min
#
# Bring a projection of ours into Keras's form. `weight` is (d_model, d_in), and head $h$ owns the
# rows $h \cdot d_{head}$ to $(h + 1) \cdot d_{head}$. Return (d_in, n_heads, d_head).


# %%
def split_kernel(weight, n_heads):
    """The weight as Keras's MultiHeadAttention keeps it."""
    ...


lmlab.check("split_kernel", split_kernel)

# %%
lmlab.hint("split_kernel")

# %%
lmlab.solution("split_kernel")

# %%
lmlab.quiz("split_kernel")

# %% [markdown]
# TensorFlow is large, so it does not come with the course. Where it is installed, the cell below
# builds the same model from Keras's layers and compares.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.pretrained import keras_layers

if keras_layers.is_here():
    in_keras = torch.from_numpy(keras_layers.to_keras(model)(ids.numpy()).numpy())
    print("Keras on TensorFlow, equal to 1e-4:", torch.allclose(in_keras, logits, atol=1e-4))
else:
    print(keras_layers.WITHOUT)

# %% [markdown]
# Measured where it was: eight models of two blocks, before and behind their norms, with four
# activations; the logits of TensorFlow and ours differed by 0.000002 at most.
#
# ## 4 · A file of weights
#
# *What is in `model.safetensors`, byte by byte?*
#
# Weights used to travel as *pickles*: small programs that rebuild objects, and can do anything
# else on the way. Chapter 8.2 shows one. A **safetensors** file (安全张量格式) holds numbers, and a
# note of where each tensor lies.

# %%
from lmlab.pretrained.safetensors_file import DTYPES, read_header

content = (folder / "model.safetensors").read_bytes()
print("the first 8 bytes:", list(content[:8]), "=", int.from_bytes(content[:8], "little"))
print("then:", content[8:90].decode(), "…")
header = read_header(content)
for name in sorted(header)[:4]:
    print(f"{name:34}", header[name])
print("F32 is", DTYPES["F32"])

# %% [markdown]
# **What you see.** Three parts: the length of the header in eight bytes; the header, in JSON; then
# nothing but numbers. `data_offsets` say where a tensor begins and ends, counted in bytes **from
# the end of the header**. So one tensor of a hundred can be read without the others, and nothing in
# the file can run.
#
# ### Exercise 7.3 · ★★★ · 15 min
#
# Return one tensor of a file that was read as bytes. `read_header(content)` gives the header, and
# `DTYPES` PyTorch's name for each kind of number: `DTYPES["F32"]` is `torch.float32`.
# `torch.frombuffer(bytearray(some_bytes), dtype=…)` makes numbers of bytes.


# %%
def read_tensor(content, name):
    """The tensor of that name: its numbers, its dtype, its shape."""
    ...


lmlab.check("read_tensor", read_tensor)

# %%
lmlab.hint("read_tensor")

# %%
lmlab.solution("read_tensor")

# %% [markdown]
# ### How the hub keeps a folder
#
# `huggingface_hub` fetches folders and keeps them on your disk: the content of each file once, in
# `blobs`; each version of the folder as links to them, in `snapshots`; and in `refs` which version
# a name such as `main` means now. Two programs, or two versions, share what is equal.

# %%
from huggingface_hub import snapshot_download

cache = Path(mkdtemp())
home = cache / "models--somebody--tiny-gpt"
snapshot = home / "snapshots" / ("0" * 40)
for place in (snapshot, home / "refs", home / "blobs"):
    place.mkdir(parents=True)
(home / "refs" / "main").write_text("0" * 40)
for path in folder.iterdir():
    (home / "blobs" / path.name).write_bytes(path.read_bytes())
    (snapshot / path.name).symlink_to(home / "blobs" / path.name)
found = snapshot_download("somebody/tiny-gpt", cache_dir=cache, local_files_only=True)
print(Path(found).relative_to(cache))
again = transformers.AutoModelForCausalLM.from_pretrained(found).eval()
with torch.no_grad():
    print("opened from there, equal:", torch.equal(again(ids).logits, opened(ids).logits))

# %% [markdown]
# ## 5 · Tokenizers and data sets
#
# *The text of a large run does not fit into memory. What then?*
#
# Two libraries prepare text. **tokenizers** cuts it, in a compiled language, by a file
# `tokenizer.json`. **datasets** holds tables of texts on the disk and reads what is asked for.

# %%
import datasets

from lmlab.sources.shipped import shipped

datasets.disable_progress_bars()
_, tokenizer = lmlab.load("town-gpt")
town = datasets.load_dataset(
    "parquet", data_files=str(shipped("town/train.parquet")), split="train"
)
print(town.num_rows, "rows:", ", ".join(town.column_names[:5]), "…")
print(town[0]["english"][:90], "…")

# %%
import tokenizers

export_hugging_face(lmlab.GPT(lmlab.TransformerConfig(vocab_size=tokenizer.vocab_size, **plain)),
                    folder, tokenizer)  # fmt: skip
library = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
stories = town["english"]
theirs_ids = [encoding.ids for encoding in library.encode_batch(list(stories))]
ours_ids = [tokenizer.encode(story) for story in stories]
print("equal ids in all", len(stories), "stories:", theirs_ids == ours_ids)

# %% [markdown]
# Now the batches. Texts have all lengths; a batch has one. The plain way is to fill up the short
# ones with padding.

# %%
lmlab.predict(
    "The stories stand 16 by 16 in batches, each filled up to its longest. How much of a batch is "
    "padding?",
    {
        "about 5 %": "The stories differ more than that.",
        "about 25 %": "The longest of sixteen is a good deal longer than the mean.",
        "about 60 %": "So it can be with texts from the web. The town's stories are more alike.",
    },
    answer="about 25 %",
)

# %%
lengths = torch.tensor([len(row) + 1 for row in ours_ids])
longest = lengths.view(-1, 16).amax(dim=1)
padding = 1 - lengths.sum().item() / (16 * longest).sum().item()
print(f"lengths {lengths.min()} to {lengths.max()}, mean {lengths.float().mean():.0f}")
print(f"padding: {padding:.0%} of what the model would read")

# %% [markdown]
# The way out: put all texts one behind the other, each with its end mark, and cut the long row into
# blocks. Every place of every batch is then text. This is how language models are trained.
#
# ### Exercise 7.4 · ★★ · 10 min
#
# `texts` is a list of lists of ids. Return the blocks, each a list of `length` ids. Behind each
# text comes `end_id`. What fills no block at the end is left out.


# %%
def cut_into_blocks(texts, length, end_id):
    """All texts in one row with their end marks, cut into blocks."""
    ...


lmlab.check("cut_into_blocks", cut_into_blocks)

# %%
lmlab.hint("cut_into_blocks")

# %%
lmlab.solution("cut_into_blocks")

# %% [markdown]
# `Dataset.map` does such a step for a table of any size, a thousand rows at a time, and writes the
# result to disk. Asked again for the same step on the same table, it reads its file: the cache's
# name is a **fingerprint** (指纹) of the data and of the function.

# %%
from lmlab.text.blocks import cut_into_blocks as cut


def to_blocks(rows):
    """Ids of a thousand stories, as blocks of 128."""
    texts = [encoding.ids for encoding in library.encode_batch(rows["english"])]
    return {"ids": cut(texts, 128, tokenizer.eos_id)}


blocks = town.map(to_blocks, batched=True, remove_columns=town.column_names)
again = town.map(to_blocks, batched=True, remove_columns=town.column_names)
print(blocks.num_rows, "blocks; padding: none")
print("the second time from the cache:", blocks.cache_files == again.cache_files)

# %%
stream = datasets.load_dataset(
    "parquet", data_files=str(shipped("town/train.parquet")), split="train", streaming=True
)
mixed = stream.shuffle(seed=0, buffer_size=100)
print(type(stream).__name__, "has no length, and no file is read before it is asked for:")
for row in mixed.take(2):
    print("·", row["summary"])

# %% [markdown]
# **What you see.** A **stream** (流式读取) gives row after row. It is mixed by a buffer: a hundred
# rows wait, one of them is drawn, the next one takes its place. So a text of terabytes is read on a
# laptop, and nearly in random order.
#
# ## 6 · Where does the time go?
#
# *A step takes some milliseconds. Which operation takes them?*
#
# Do not guess. PyTorch's **profiler** (性能分析器) writes down each operation and its time.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.scaling.profiling import time_by_operation
from lmlab.viz import theme

batch = torch.randint(512, (16, 64))


def learn():
    """The gradients of one step."""
    guesses = model(batch).flatten(0, 1)
    torch.nn.functional.cross_entropy(guesses, batch.flatten()).backward()


shares = time_by_operation(learn)
top = list(shares.items())[6::-1]
axes = theme.new_axes(5.4, 2.4)
axes.barh([name.strip("_").replace("_", " ") for name, _ in top], [100 * part for _, part in top])
axes.set(xlabel="share of the time, %")
viz.picture(axes, alt="Bars: the matrix products take the largest share of the time of a step")

# %%
products = sum(share for name, share in shares.items() if "mm" in name)
largest_other = max(share for name, share in shares.items() if "mm" not in name)
print("matrix products take more than any other operation:", products > largest_other)

# %% [markdown]
# **What you see.** `mm`, `addmm` and `bmm` are matrix products, forward and backward. The larger
# the model, the larger their share: chips are built for it, and chapter 8.1 counts it.
#
# **TensorBoard** draws the curves of a run in a browser, while it runs. A callback writes them.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.training import tensorboard

runs = Path(mkdtemp())
if tensorboard.is_here():
    plan = lmlab.TrainingConfig(steps=20, batch_size=8)
    text = torch.tensor(blocks["ids"]).flatten().remainder(512).numpy()
    lmlab.train(model, text, plan, callbacks=[tensorboard.TensorBoardLog(runs)], progress=False)
    print("written:", len(list(runs.iterdir())), "file")
    print("To look at it, in a terminal: tensorboard --logdir, and the folder str(runs)")
else:
    print(tensorboard.WITHOUT)

# %% [markdown]
# ## 7 · The paper, line by line
#
# *Can you now read where it all began?*
#
# *Attention Is All You Need* (Vaswani et al. 2017) has three numbered equations and some without a
# number. You know every one of them: you have written most.

# %%
lmlab.paper()

# %% [markdown]
# Ask for one, and see the formula beside the lines that compute it.

# %%
lmlab.paper("eq1")

# %%
lmlab.paper("residual")

# %% [markdown]
# ### Exercise 7.5 · ★ · 5 min
#
# One equation you have not written yet: the third, the paper's learning rate. Steps count from 1.
#
# $$lrate = d_{model}^{-0.5} \cdot \min(step^{-0.5},\; step \cdot warmup^{-1.5})$$


# %%
def inverse_square_root_rate(step, d_model, warmup_steps):
    """The learning rate of the paper at this step."""
    ...


lmlab.check("inverse_square_root_rate", inverse_square_root_rate)

# %%
lmlab.hint("inverse_square_root_rate")

# %%
lmlab.solution("inverse_square_root_rate")

# %%
lmlab.quiz("inverse_square_root_rate")

# %%
lmlab.predict(
    "What does a run gain by coming down to zero at its end?",
    {
        "the last steps average the noise away": "While the rate is high the weights jump about a "
        "valley; small steps let them settle at its floor. Chapter 3.2 showed it.",
        "it saves time": "A step costs the same at any rate.",
        "nothing: the paper was right": "The paper's rate suits a run whose end nobody knows. For "
        "a run of a known length, decay to zero is better.",
    },
    answer="the last steps average the noise away",
)

# %%
from lmlab.training.schedules import inverse_square_root_rate as paper_rate
from lmlab.training.schedules import learning_rate_factor

highest = paper_rate(4000, 512, 4000)
run = lmlab.TrainingConfig(steps=20_000, warmup_steps=1000, batch_size=1, decay_share=0.5)
steps = range(1, 20_001, 50)
rates = {
    "the paper": [(step, paper_rate(step, 512, 4000) / highest) for step in steps],
    "ours, with an end": [(step, learning_rate_factor(step - 1, run)) for step in steps],
}
axes = viz.named_lines(rates, xlabel="step", ylabel="share of the highest rate")
viz.picture(axes, alt="The paper's rate climbs to step 4,000 and falls slowly without end; ours "
            "climbs sooner, stays, and falls to zero at step 20,000")  # fmt: skip

# %% [markdown]
# **What you see.** Two shapes of one idea, gently at first, then ever smaller. The paper's never
# ends, so a model may be taken at any step; ours is planned for its length, and best at its end.
#
# ## Summary
#
# - One set of weights gives the same logits in our code, in PyTorch's modules, in Transformers and
#   in Keras on TensorFlow. What differs is the order of axes, the packing, and the names.
# - Compare logits, and make sure that the comparison can fail.
# - A safetensors file is a length, a header in JSON and numbers. Nothing in it can run.
# - Blocks cut from one long row waste nothing; a data set on disk, or a stream, needs no memory.
# - Measure before you make anything faster.
# - Every equation of the paper is a line or two of code.
#
# ## What the document says, what we found

# %%
lmlab.ledger("07_tools")

# %% [markdown]
# ## Further reading
#
# - Vaswani et al. 2017 (arXiv 1706.03762): the paper.
# - Paszke et al. 2019 (arXiv 1912.01703): PyTorch. Abadi et al. 2016 (arXiv 1605.08695):
#   TensorFlow.
# - Wolf et al. 2020 (arXiv 1910.03771): Transformers. Lhoest et al. 2021 (arXiv 2109.02846):
#   datasets.
# - Rush 2018, *The Annotated Transformer*: the paper beside code, in another manner.
#
# **Next:** 8.1 Training larger models
