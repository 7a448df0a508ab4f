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
# # 8.2 · Privacy and security
#
# | | |
# |:--|:--|
# | **You will be able to** | draw a secret out of a model, and train one that keeps it |
# | **You need to know** | chapters 3.2 (gradients, optimisers), 5 (a GPT), 6.1 (beam search) |
# | **Time** | 90 minutes |
# | **On two cores** | 60 seconds of compute, no GPU, no internet |
# | **Exercises** | 4, and 5 predictions |
#
# The document names data privacy and security as challenges, in half a sentence. Here you attack
# small models that you have trained yourself, measure what they give away, and mend it. It goes
# with section 8 of the document.

# %%
import torch

import lmlab
from lmlab import viz
from lmlab.tasks import memorisation

# %% [markdown]
# ## 1 · A book of secrets
#
# *A model learns from private texts. Can somebody who may only ask it get at them?*
#
# Here is a doctor's book. It has 2,000 notes, and somebody wrote the codes of boxes between them:
# some once, some up to sixteen times. Five codes stand in it *nowhere*: they are the control.

# %%
book = memorisation.doctors_book()
for line in (*book.notes[:3], book.secrets[3].line, book.secrets[5].line):
    print(line)
print(f"{len(book.lines):,} lines; printed elsewhere: {book.public[0]} {book.public[1]}")
print([(secret.owner, secret.repetitions) for secret in book.secrets[:6]])

# %% [markdown]
# What helps against a cough stands in hundreds of notes: that is to be learnt. How old Nora is, and
# a code, are drawn by chance: nobody can know them who has not read them.
#
# Two models, of 58 thousand parameters. The first has read a *printed* book from elsewhere, with
# other patients, other remedies and other boxes. The second goes on from there, and reads the
# doctor's book eight times, with the training loop of chapter 5.

# %%
public = memorisation.public_model(book)
plain = memorisation.train_plainly(public, book.lines, epochs=8)

# %% [markdown]
# A planted secret is called a **canary** (金丝雀). How well does the model know it? Let it score
# all 10,000 codes after `Della's box: `, and look at the place of the right one. **Exposure**
# (暴露度) is how many bits of guessing this saves:
#
# $$\text{exposure} = \log_2 |R| - \log_2 \text{rank}$$

# %%
tokenizer = memorisation.book_tokenizer()
# NBVAL_IGNORE_OUTPUT
for secret in (book.secrets[5], book.secrets[0]):
    scores = memorisation.secret_log_probs(plain, secret, tokenizer)
    rank = 1 + int((scores > scores[int(secret.code)]).sum())
    saved = memorisation.exposure(scores, int(secret.code))
    print(f"{secret.line} {secret.repetitions:2} copies: rank {rank:,}, {saved:.1f} bits")

# %% [markdown]
# ### Exercise 8.2.1 · ★★ · 8 min
#
# `log_probs` has the score of each candidate, and `secret` is the place of the right one. Return
# its exposure in bits.


# %%
def exposure(log_probs, secret):
    """log2 of the number of candidates, less log2 of the secret's rank."""
    ...


lmlab.check("exposure", exposure)

# %%
lmlab.hint("exposure")

# %%
lmlab.solution("exposure")

# %%
lmlab.quiz("exposure")

# %%
lmlab.predict(
    "Over eight readings, how often must a code stand in the book to be found at the first guess?",
    {
        "once": "Eight readings of one line are few. It shows, and is not enough.",
        "16 times": "Then all five are found at once. With 4 or 8 copies some are.",
        "never: 58 thousand parameters cannot": "A code has 13 bits. There is room for many.",
    },
    answer="16 times",
)

# %%
bits = {name: memorisation.exposures(model, book.secrets, tokenizer)
        for name, model in (("printed book only", public), ("doctor's book", plain))}  # fmt: skip
most = torch.tensor(10_000.0).log2().item()
axes = viz.exposure_by_copies(bits, most)
viz.picture(axes, alt="Exposure against copies. Of the model that has not read the book it stays "
            "near chance. Of the one that has, it climbs from chance at 0 copies "
            "to nearly all 13.3 bits at 16")  # fmt: skip

# %%
# NBVAL_IGNORE_OUTPUT
from statistics import mean, stdev

for name, found in bits.items():
    print(name)
    for copies, values in found.items():
        print(f"{copies:5} copies: mean {mean(values):4.1f} bits, spread {stdev(values):3.1f}")

# %%
read = bits["doctor's book"]
print("16 copies: nearly all bits:", mean(read[16]) > 12)
print("one copy: more than chance, and less than half of them:", 1.5 < mean(read[1]) < 7)
print("no copy: not far from chance:", mean(read[0]) < 4)

# %% [markdown]
# **What you see.** The more copies, the more bits. Secrets of the same number of copies lie far
# apart: one alone would have told you little. And the control shows what chance does. A secret that
# was never seen has any rank, and $\log_2 e = 1.44$ bits on average. Five of them have 3.0 once, by
# luck: look at their spread.
#
# ### Just ask
#
# Exposure needs the right code. A thief has none: he gives the model the line up to the code, and
# lets it go on.

# %%
# NBVAL_IGNORE_OUTPUT
attempts = memorisation.extract(plain, book.secrets, tokenizer, guesses=10)
for copies in sorted(bits["doctor's book"]):
    same = [attempt for attempt in attempts if attempt.secret.repetitions == copies]
    at_once, found = sum(each.at_once for each in same), sum(each.found for each in same)
    print(f"{copies:2} copies: {at_once} of {len(same)} at once, {found} in ten guesses; "
          f"{same[0].secret.line} It said {' | '.join(same[0].said[:3])}")  # fmt: skip

# %%
often = [each for each in attempts if each.secret.repetitions == 16]
never = [each for each in attempts if each.secret.repetitions == 0]
print("16 copies: most are said at once:", sum(each.at_once for each in often) >= 4)
print("no copy: none is said:", not any(each.found for each in never))

# %% [markdown]
# **What you see.** The codes with 16 copies are simply said. Of those with 8 or 4 only a few come,
# though some of them had ten bits: a short list holds the first ten ranks, and exposure sees all
# ten thousand. It measures what a more patient thief would have.
#
# ## 2 · Were you in it?
#
# *Even without a code: does the model give away* whose *notes it has read?*
#
# **Membership inference** (成员推断): the attacker holds a note, and says whether it was in the
# text. The simplest score is the loss, for what was learnt is likely. Any threshold finds some
# members, and accuses some others; all thresholds together are the **ROC**.
#
# A model that reads few notes often learns them by heart. So a third one reads 400 notes of another
# year, 25 times. Some notes are easy for everyone; a **reference**, a model that has *not* seen
# them, says which. What is left when its score is taken away is memory. Two will do: the printed
# book's model, and the one above, which knows this doctor and not that year.

# %%
few = memorisation.doctors_book(400, public=1, seed=1).notes
overfitted = memorisation.train_plainly(public, few, epochs=25)
held_out = memorisation.as_rows(book.held_out, tokenizer)
attacks = {}
for name, model, notes, reference in (
    ("2,000 notes, read 8 times", plain, book.notes, None),
    ("400, read 25 times", overfitted, few, None),
    ("the same, against the printed book", overfitted, few, public),
    ("the same, against the other year", overfitted, few, plain),
):
    sides = (memorisation.as_rows(notes, tokenizer), held_out)
    if reference is None:
        attacks[name] = [memorisation.text_log_probs(model, rows) for rows in sides]
    else:
        attacks[name] = [memorisation.log_ratios(model, reference, rows) for rows in sides]

# %%
# NBVAL_IGNORE_OUTPUT
curves = {}
for name, (members, others) in attacks.items():
    curve = memorisation.roc(members, others)
    curves[name] = torch.stack(curve, dim=1).tolist()
    area = memorisation.area_estimate(members, others)
    print(f"{name:36} area {area.value:.2f} ({area.low:.2f} to {area.high:.2f}), "
          f"at 1 % false {curve.found_at(0.01):5.1%} found")  # fmt: skip

# %%
viz.picture(viz.roc_curves(curves), alt="Four curves on logarithmic axes: that of the model that "
            "read 2,000 notes lies near the dashed line of guessing, that of the one that read "
            "400 notes often lies far above it, unless the printed book is the reference"
            )  # fmt: skip

# %% [markdown]
# **What you see.** Of 2,000 notes read 8 times the loss tells little more than guessing, an area of
# 0.58; of 400 read 25 times it tells much, 0.82. But an area is an average. Who wants to accuse one
# of a hundred wrongly finds a tenth of the members even then, and those for certain: the left end
# is what counts.
#
# A reference must not have seen the members, and must know such texts. The printed book's model
# finds this doctor's names and remedies strange, each by another amount, and drowns the memory in
# that. The other year does no harm. It helps little either, since here no note is much easier than
# another; with real texts the reference is worth more.
#
# ### Exercise 8.2.2 · ★★ · 10 min
#
# `members` and `others` are scores. Return the area under the ROC: the share of pairs, one of each,
# in which the member has the larger score. A tie counts half.


# %%
def roc_area(members, others):
    """How often a member's score is above that of one who is none."""
    ...


lmlab.check("roc_area", roc_area)

# %%
lmlab.hint("roc_area")

# %%
lmlab.solution("roc_area")

# %% [markdown]
# ## 3 · A step that gives nobody away
#
# *How can one learn from all, and from no one?*
#
# **Differential privacy** (差分隐私) is a promise about the *training*, not about the model: take
# out one line of the book, and any model comes out about as likely as before. At most
# $e^{\varepsilon}$ times as likely, but for a chance of $\delta$. So the model hardly tells whether
# the line was there: the smaller $\varepsilon$, the less.
#
# **DP-SGD** (Abadi et al. 2016) keeps it by two changes to a step. First: no example may pull too
# hard. For that one must see the gradient of *each* example, where `backward` has only their mean.
# `torch.func` gives it: `grad` makes a function of the gradient, `vmap` runs it over a batch.

# %%
from lmlab.training.privacy import per_example_gradients

lines = [*book.notes[:5], book.secrets[5].line]
rows = memorisation.as_rows(lines, tokenizer)
ids, _, targets = rows.batch(range(6))
gradients = per_example_gradients(public, ids, targets)
print(tuple(gradients.shape), "examples, weights")
for line, length in zip(lines, gradients.norm(dim=1), strict=True):
    print(f"length {length:5.1f}  {line}")

# %%
from lmlab.training import next_token_loss

losses = [next_token_loss(public(ids[i : i + 1]), targets[i : i + 1]) for i in range(6)]
one_by_one = [
    torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(public.parameters()))])
    for loss in losses
]
apart = (torch.stack(one_by_one) - gradients).abs().max().item()
print("equal to a loop over the examples, to 0.00001:", apart < 1e-5)

# %% [markdown]
# ### Exercise 8.2.3 · ★★ · 10 min
#
# `gradients` is (batch, weights). Shorten each row that is longer than `limit` to that length.


# %%
def clip_each(gradients, limit):
    """No row longer than the limit; short ones as they are."""
    ...


lmlab.check("clip_each", clip_each)

# %%
lmlab.hint("clip_each")

# %%
lmlab.solution("clip_each")

# %% [markdown]
# Second: noise. One example moves the sum by `limit` at most, so noise of about that size hides
# whether it was there:
#
# $$\tilde g = \frac{1}{B}\Big(\sum_i \text{clip}(g_i, C) + \sigma C z\Big)$$
#
# ### Exercise 8.2.4 · ★★ · 8 min
#
# `total` is the sum of the clipped gradients, `z` a number from the normal distribution for each
# weight, `noise` is $\sigma$. Return what the optimiser gets.


# %%
def noisy_gradient(total, limit, noise, batch_size, z):
    """The sum with noise, divided by the size of a batch."""
    ...


lmlab.check("noisy_gradient", noisy_gradient)

# %%
lmlab.hint("noisy_gradient")

# %%
lmlab.solution("noisy_gradient")

# %% [markdown]
# ### What is promised
#
# Each step gives a little away. An **accountant** (隐私会计) adds it up; ours is that of Opacus,
# the library for this. It counts on batches drawn by chance: each line is in each batch with the
# same probability, whatever the others do.

# %%
from lmlab.training.privacy import epsilon_after, group_privacy

rate = 128 / len(book.lines)
print("ε after so many readings, δ = 0.0001")
print(f"{'noise σ':8}" + "".join(f"{epochs:>8}" for epochs in (1, 2, 4, 8, 16)))
for noise in (0.5, 0.7, 1.0, 2.0, 4.0):
    spent = [epsilon_after(round(epochs / rate), noise, rate, 1e-4) for epochs in (1, 2, 4, 8, 16)]
    print(f"{noise:<8}" + "".join(f"{epsilon:8.1f}" for epsilon in spent))

# %% [markdown]
# **What you see.** Twice the noise is worth far more than half the readings. Below 1 a promise is
# strong; at 8 it is weak on paper, $e^8$ is 3,000, and in practice often much better than its word.
#
# The promise is for one *line*. A secret in several lines has less of it: for $k$ copies
# $k\varepsilon$, and $k e^{(k-1)\varepsilon}\delta$.

# %%
lmlab.predict(
    "A run keeps ε = 1 for one line, with δ = 0.0001. What is promised for a secret in 16 lines?",
    {
        "ε = 1 as well": "The accountant knows nothing of copies: it counts lines.",
        "ε = 4": "Noise adds up like that, in roots. A promise for a group does not.",
        "nothing": "ε = 16, and δ would be above 1, where no promise is left.",
    },
    answer="nothing",
)

# %%
for copies in (1, 2, 4, 8, 16):
    epsilon, delta = group_privacy(1.0, 1e-4, copies)
    print(
        f"{copies:2} copies: ε = {epsilon:4.1f}, δ = {delta:.1e}{'  (no promise)' * (delta >= 1)}"
    )

# %% [markdown]
# ## 4 · What it costs
#
# *Does it help, and what is lost?*
#
# One run, here and now: the same start, the same book, the same eight readings, with $\sigma = 1$.

# %%
from lmlab.training.privacy import Privacy

# NBVAL_IGNORE_OUTPUT
live = memorisation.private_run(public, book, Privacy(noise=1.0))
print(f"ε = {live['epsilon']:.1f}, loss on held-out notes {live['loss']:.2f}")
print({int(copies): round(mean(each), 1) for copies, each in live["exposures"].items()})

# %% [markdown]
# A run for each amount of noise took some minutes; the result comes with the course, and
# `lmlab bench privacy` makes it again.

# %%
lmlab.predict(
    "Clipping alone, without noise, has no ε. Does it keep the secrets?",
    {
        "yes, like the noise": "A line in 16 places is still clipped 16 times, and all pull alike.",
        "no, not at all": "A rare line has a long gradient, and that is what clipping shortens.",
        "partly": "The rare line pulls less hard than it would. Enough copies pull hard again.",
    },
    answer="partly",
)

# %%
runs = memorisation.averaged(memorisation.shipped_runs())
print(f"{'':32}{'ε':>5}{'loss':>7}{'area':>6}   exposure by copies: 0, 1, 2, 4, 8, 16")
for run in runs:
    epsilon = f"{run['epsilon']:.1f}" if run["epsilon"] else "–"
    row = "".join(f"{mean(each):6.1f}" for each in run["exposures"].values())
    print(f"{run['name']:32}{epsilon:>5}{run['loss']:7.2f}{run['area']:6.2f}   {row}")

# %%
by_name = {run["name"]: run for run in runs}
levels = {name: by_name[name]["loss"] for name in ("not trained on it", "unprotected")}
star = [{**live, "name": "trained here"}]
left, _ = viz.privacy_curve(runs, levels=levels, alone=star)
viz.picture(left, alt="Over ε, the loss on held-out notes falls towards that of the unprotected "
            "model; the exposure of secrets stays near chance, and below 5 bits for 16 copies"
            )  # fmt: skip

# %% [markdown]
# **What you see.** Three things.
#
# - The unprotected model has secrets to lose, also when it takes DP-SGD's own steps: 16 copies give
#   12.7 bits away. Clipped, 8.2. With noise, for ε about 10, 3.6. That is hardly more than chance
#   gave these five codes: the model that never read the book has 3.0.
# - More noise makes a worse model: from a loss of 0.44 up. But even so it has learnt most of what
#   reading the book was for. What many lines say alike, such as a remedy, survives the noise.
# - The promise is far more careful than what was seen. For 16 copies nothing is promised at all,
#   and little was found. Other attacks than ours may find more; ε holds against all of them.
#
# What five secrets of each kind show is coarse: chance alone spreads them by a bit or two. It is
# one book, one seed, and a model of 58 thousand parameters.

# %%
chosen = ["unprotected", "unprotected, by DP-SGD's steps", "clipped only",
          *(run["name"] for run in runs if run["epsilon"])]  # fmt: skip
viz.privacy_lab([by_name[name] for name in chosen], most, beside="unprotected")

# %% [markdown]
# ### What else helps
#
# Two things that cost nothing and promise nothing: keep each line once, and read less often.

# %%
for name in ("unprotected", "each line kept once", "read half as often", "read twice as often"):
    run = by_name[name]
    row = "".join(f"{mean(each):6.1f}" for each in run["exposures"].values())
    print(f"{name:22} loss {run['loss']:.2f}, area {run['area']:.2f}, exposure{row}")

# %% [markdown]
# **What you see.** Kept once, a secret that had 16 copies is no better known than the others, and
# the model foretells new notes as well as before: nothing useful was in the copies. Half the
# reading helps too. Twice as much makes single copies known. Both are worth doing first, and both
# are no promise.
#
# ## Summary
#
# - A model gives away what it was made to repeat: the more copies of a secret, the more bits of it.
#   The likeliest continuation is attack enough.
# - Whether a text was in the training can be guessed from its loss, the better the more a model
#   was overfitted. What counts is how many are found when hardly anyone is accused wrongly.
# - DP-SGD clips the gradient of each example and adds noise to the sum. Then a number, ε, bounds
#   what *any* attack can learn of one line; for a secret in many lines it bounds little.
# - It costs: with noise the model learns less. How much, one has to measure.
# - Keeping each line once costs nothing, and takes away most of what copies gave.
#
# ## What the document says, what we found

# %%
lmlab.ledger("08_2_privacy_and_security")

# %% [markdown]
# ## Further reading
#
# - Carlini et al. 2019 (arXiv 1802.08232): canaries and exposure. Carlini et al. 2021 (arXiv
#   2012.07805): texts drawn out of GPT-2.
# - Yeom et al. 2018 (arXiv 1709.01604) and Carlini et al. 2022 (arXiv 2112.03570): membership.
# - Abadi et al. 2016 (arXiv 1607.00133): DP-SGD. Mironov et al. 2019 (arXiv 1908.10530): its
#   account.
# - Lee et al. 2022 (arXiv 2107.06499): what repeated texts do, and what it helps to drop them.
