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
# # 6.5 · Sentiment analysis: how it feels, how sure, and why
#
# | | |
# |:--|:--|
# | **You will be able to** | classify feelings; ask how sure a model may be, and why |
# | **You need to know** | chapters 2.1 (BERT), 5 (training, LoRA), 6.2 (evaluation) |
# | **Time** | 90 minutes |
# | **On two cores** | 60 seconds of compute, no GPU, no internet |
# | **Exercises** | 5, and 4 predictions |
#
# Is a text glad or sad? It is the oldest question put to a classifier, and it looks easy: find the
# glad words. You will see where that fails, what a network adds, whether you may believe it when
# it says "90 %", and how to ask which words it went by. This chapter goes with section 6 of the
# document.

# %%
import torch

import lmlab
from lmlab import viz

# %% [markdown]
# ## 1 · Who is happy in the end?
#
# *What does a text feel? Nothing. Somebody in it does.*
#
# The task of **sentiment analysis** (情感分析) here: how does the *main person* of a story, the one
# it begins with, feel in the end? Every other story ends as the town tells it. To the others, one
# sentence is added, in which a feeling has **turned**, or in which **two people** feel different
# things.
# %%
from lmlab.tasks.sentiment import SENTIMENT, last_sentence

examples = SENTIMENT.examples("held-out", 60)
first = {}
for example in examples:
    first.setdefault((example.category, example.wanted), example)
for (category, wanted), example in sorted(first.items()):
    print(f"{category:11} {wanted:9} {last_sentence(example.input)}")

# %% [markdown]
# **What you see.** *Plain* ends name the feeling. *Negated* ones hold a "not" or a "never", and
# "not happy" is sad. *Unsaid* ones name none: somebody smiles or cries. The endings with two people
# have the same words, and even the same pairs of words, whether the main person is happy or sad:
# only the order tells.
#
# ## 2 · A list of words
#
# *How far does one get with a list of good and bad words?*
#
# A **lexicon** (情感词典) gives each word a **polarity** (极性), +1 or −1; a **negation** (否定)
# turns the words behind it round. The sum decides.
#
# ### Exercise 6.5.1 · ★ · 8 min
#
# `words` is a list of words, `polarity` maps some of them to numbers. Return the sum of the
# polarities, each times −1 when one of the `reach` words before it is in `negations`. Two negations
# turn a word once.


# %%
def lexicon_score(words, polarity, negations, reach):
    """The sum of the polarities, some of them turned round."""
    ...


lmlab.check("lexicon_score", lexicon_score)

# %%
lmlab.hint("lexicon_score")

# %%
lmlab.solution("lexicon_score")

# %%
from lmlab.tasks import beats, evaluate
from lmlab.tasks.sentiment import by_lexicon, majority

reports = {
    (rule.__name__, split): evaluate(SENTIMENT, rule, split, 300, progress=False)
    for rule in (majority, by_lexicon)
    for split in ("held-out", "composed")
}
print(reports["majority", "held-out"]["accuracy"], "for saying “positive” every time")
print(reports["by_lexicon", "held-out"])

# %% [markdown]
# **What you see.** The list, applied to the last sentence, is perfect where the feeling is plain.
# Where a feeling has turned, "had been sad, but was happy now" adds up to nothing, and so it mostly
# does with two people. The list then says *neutral*, and is wrong. All in all it gets 64 of 100;
# "positive" every time gets 49.
#
# ## 3 · Words, weighed
#
# *And if the weights of the words are learned?*
#
# **TF-IDF** counts the words of a text, and makes those small that stand in many texts:
#
# $$\text{tfidf}(w, d) = (1 + \ln n_{w,d}) \cdot \left(\ln \frac{1 + N}{1 + N_w} + 1\right)$$
#
# with $n_{w,d}$ occurrences of the word in this text, and $N_w$ of $N$ texts that have it. Pairs of
# words count as words, so that "not happy" is one. **Logistic regression** (逻辑回归) then learns a
# weight for each word and class. For twenty years this was how sentiment was done, and it is still
# the bar to clear.

# %%
lmlab.predict(
    "Taught on stories like these, and shown the last sentence only: how often is it right on "
    "endings with two people?",
    {
        "about 50 of 100": "Both feelings are always there, with the same neighbours, and a bag "
        "knows no order. It throws a coin.",
        "about 75 of 100": "So it would be if half of them could be solved without the order.",
        "nearly always": "It is, on all the others. But here the same words have both labels.",
    },
    answer="about 50 of 100",
)

# %%
from lmlab.tasks.sentiment import learn_tfidf, town_endings

lessons = town_endings("train", 1500)
weighed = {
    "TF-IDF": learn_tfidf(lessons),
    "TF-IDF, last sentence": learn_tfidf(lessons, part=last_sentence),
}
for name, model in weighed.items():
    for split in ("held-out", "composed"):
        reports[name, split] = evaluate(SENTIMENT, model, split, 300, name=name, progress=False)
    print(reports[name, "held-out"], "\n")

# %% [markdown]
# **What you see.** Told where to look, weighed words solve everything that can be solved without
# order: as a test, the town's own endings are too easy. With two people it is a coin. Shown the
# whole story it does worse, for a bag does not know which sentence is the last.
#
# ## 4 · A network that reads
#
# *Does a small Transformer, trained from nothing, read the order?*
#
# `town-feelings` reads both ways like a BERT. The mean of its token vectors goes through one
# linear layer to three logits. It saw 36,000 stories, each once (`train_classifier` in
# `lmlab/tasks/sentiment/recipe.py`).

# %%
from lmlab.tasks.sentiment import LABELS, by_feeling, story_ids

model, tokenizer = lmlab.load("town-feelings")
feeling, encode = by_feeling(model, tokenizer), story_ids(tokenizer)
print(f"{model.num_parameters():,} parameters, {model.config.n_layers} layers, labels {LABELS}")
for split in ("held-out", "composed"):
    reports["network", split] = evaluate(
        SENTIMENT, feeling, split, 300, name="network", progress=False
    )
    print(reports["network", split], "\n")

# %%
names = ("network", *weighed, "by_lexicon", "majority")
viz.picture(
    viz.compare_reports(
        [reports[name, split] for name in names for split in ("held-out", "composed")]
    ),
    alt="Accuracy with intervals: the network above both kinds of TF-IDF, the lexicon, majority.",
)

# %%
for name in names[1:]:
    for split in ("held-out", "composed"):
        better = beats(reports["network", split], reports[name, split])
        print(f"beats {name} on {split} stories: {better}")

# %% [markdown]
# **What you see.** It beats all of them, on both splits, by more than chance, and all that is won
# is won on the endings with two people. It reads the order. Has it understood who is meant?
#
# Test it with something you did not train for: **exchange the two names** in the last sentence.
# "Ada had a happy face, and Ben had a sad face" becomes "Ben had a happy face, and Ada …". Now the
# main person, Ada, is sad, and the right answer turns.

# %%
lmlab.predict(
    "How often is the network right when the two names are exchanged?",
    {
        "as often as before": "It would be, had it looked for the name that the story began with.",
        "about half of the time": "So it would be if it could not make up its mind.",
        "hardly ever": "In each kind of sentence the main person always had the same place. The "
        "network learned the places; it had no need of the names.",
    },
    answer="hardly ever",
)

# %%
from lmlab.tasks import Example, town_stories

OPPOSITE = {"positive": "negative", "negative": "positive"}


def exchanged(example, story):
    """The example with two names exchanged in its last sentence, and what is right then."""
    end = last_sentence(example.input)
    one, two = {p.name for k, p in story.scene.cast.items() if k in "ABC" and p.name in end}
    turned = end.replace(one, "@").replace(two, one).replace("@", two)
    text = example.input.removesuffix(end) + turned
    return Example(text, OPPOSITE[example.wanted], "names exchanged")


pairs = zip(town_endings("validation", 300), town_stories("validation", 300), strict=True)
kept = [(each, story) for each, story in pairs if each.category == "two people"]
swapped = [exchanged(each, story) for each, story in kept]
for name, asked in (("as they were", [each for each, _ in kept]), ("names exchanged", swapped)):
    result = evaluate(SENTIMENT, feeling, examples=asked, progress=False)
    print(f"{name:16} accuracy {result['accuracy']}, ECE {result['ECE']}")
exchange = result

# %% [markdown]
# **What you see.** 99 of 100 became 1 of 100. The network has never learned who the main person is.
# It found a **shortcut** (捷径): in each kind of sentence, one place is that of the main person. So
# "100 of 100" is true of sentences made as these are, and of no others. It is no fault of the
# network: nothing in its lessons told the two rules apart.
#
# ## 5 · As sure as it is right?
#
# *It says 0.97. How often is it right when it says so?*
#
# A model is **calibrated** (校准) when of all predictions made with 70 % confidence, 70 % are
# right. Sort predictions into bins $B$ by confidence; the **expected calibration error** (ECE,
# 期望校准误差) is the mean gap:
#
# $$\text{ECE} = \sum_B \frac{|B|}{n} \, |\,\text{accuracy}(B) - \text{confidence}(B)\,|$$
#
# By hand, for four predictions in two bins: 0.9, 0.9 and 0.9, two of them right, and 0.3, which is
# right. The upper bin has a gap of 0.9 − 2/3 = 0.23, the lower one 1 − 0.3 = 0.7: the error is
# 3/4 · 0.23 + 1/4 · 0.7 = 0.35.
#
# ### Exercise 6.5.2 · ★★ · 12 min
#
# `confidence` and `right` have shape (n,), numbers and booleans. Bin b of 1 … n_bins holds
# confidences above (b − 1) / n_bins and up to b / n_bins. Return the ECE as a number.


# %%
def expected_calibration_error(confidence, right, n_bins):
    """How far confidence and accuracy lie apart."""
    ...


lmlab.check("expected_calibration_error", expected_calibration_error)

# %%
lmlab.hint("expected_calibration_error")

# %%
lmlab.solution("expected_calibration_error")

# %%
lmlab.quiz("expected_calibration_error")

# %%
from lmlab.tasks.calibration import reliability


def judged(report):
    """Confidence and rightness of all predictions of a report."""
    sure = [max(outcome.got.values()) for outcome in report.outcomes]
    right = [outcome.score == 100 for outcome in report.outcomes]
    return torch.tensor(sure), torch.tensor(right)


series = {
    "network": reliability(*judged(reports["network", "held-out"])),
    "TF-IDF, whole story": reliability(*judged(reports["TF-IDF", "held-out"])),
    "network, names exchanged": reliability(*judged(exchange)),
}
for name, bins in series.items():
    print(name, *(f"{b.n} at {b.confidence:.2f}: {b.accuracy:.2f};" for b in bins))
viz.picture(
    viz.reliability_diagram(series),
    alt="The network at the upper right, TF-IDF below the diagonal, exchanged names at the bottom.",
)

# %% [markdown]
# **What you see.** On stories like its lessons, the network is certain, and right to be. TF-IDF is
# too sure throughout: where it says 0.95 it is right 87 times of 100. And with exchanged names the
# network is as certain as ever, and always wrong. **Calibration holds for data like those it was
# measured on.** A model does not notice that a text is of another kind.
#
# ## 6 · Too sure
#
# *When does a model become too sure?*
#
# The network saw each story once, so it could learn no story by heart. Here is the same model with
# 320 stories, seen eight times each.

# %%
lmlab.predict(
    "It will learn its 320 lessons. On new stories, how sure will it be, beside how often it is "
    "right?",
    {
        "less sure than right": "That happens to models that were held back, by dropout for one.",
        "as sure as right": "So it was with fresh stories. On lessons that it knows by heart, it "
        "learns to be sure, whatever it is sure of.",
        "surer than right": "The loss on the lessons still falls when all are right: by growing "
        "surer. New stories get the sureness, but not the rightness.",
    },
    answer="surer than right",
)

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.tasks.sentiment import new_classifier, story_rows

student = new_classifier(tokenizer.vocab_size)
plan = lmlab.TrainingConfig(steps=160, batch_size=16, learning_rate=4e-3)
lmlab.train(student, story_rows(tokenizer, lessons[:320]), plan, progress=False)
sure = evaluate(SENTIMENT, by_feeling(student, tokenizer), "held-out", 200, progress=False)
print(sure)

# %% [markdown]
# **Temperature scaling** (温度缩放) is the cheapest cure: divide all logits by one number $T$,
# chosen on validation data so that the model is least surprised. No prediction changes.
#
# $$p = \operatorname{softmax}(z / T), \qquad T = \arg\min_T \; -\frac1n \sum_i \ln p_{y_i}$$
#
# ### Exercise 6.5.3 · ★★ · 8 min
#
# `logits` has shape (n, classes), `classes` (n,), `candidates` holds some temperatures. Return the
# one with the lowest mean surprise, as a number.


# %%
def best_temperature(logits, classes, candidates):
    """The temperature at which the model is least surprised."""
    ...


lmlab.check("best_temperature", best_temperature)

# %%
lmlab.hint("best_temperature")

# %%
lmlab.solution("best_temperature")

# %%
lmlab.quiz("best_temperature")

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.tasks.calibration import best_temperature, expected_calibration_error

rows = story_rows(tokenizer, town_endings("validation", 200)).batch(range(200))
with student.evaluating():
    logits = student(rows.ids, attention_mask=rows.mask)
temperature = best_temperature(logits, rows.targets[:, 0], torch.arange(0.5, 8.1, 0.25))

shares = torch.tensor([list(outcome.got.values()) for outcome in sure.outcomes])
cooled = (shares.clamp(min=1e-9).log() / temperature).softmax(dim=-1).amax(dim=-1)
confidence, right = judged(sure)
before, after = (expected_calibration_error(c, right) for c in (confidence, cooled))
print(f"T = {temperature}: ECE {100 * before:.1f} before, {100 * after:.1f} after")
series = {"as trained": reliability(confidence, right), "with T": reliability(cooled, right)}
viz.picture(
    viz.reliability_diagram(series),
    alt="As trained the points lie far below the diagonal; divided by T, near it.",
)

# %%
print("too sure as trained:", confidence.mean().item() > right.float().mean().item() + 0.1)
print("the temperature is above 1:", temperature > 1)
print("ECE at least halved:", after < before / 2)

# %% [markdown]
# **What you see.** As trained, it is nearly always certain, and wrong on four stories of ten. One
# number, found on 200 other stories, brings it near the diagonal. It is right no more often
# than before: it has only become honest.
#
# ## 7 · Which words?
#
# *Why did it say so?*
#
# The honest experiment is to take a word away, and look: **occlusion** (遮挡).
#
# ### Exercise 6.5.4 · ★★ · 10 min
#
# `score` takes a batch of ids (batch, time) and gives a number for each text, (batch,). `ids` has
# shape (time,). Return, for each token, the score of the whole text less the score of the text
# without that token.


# %%
def occlusion(score, ids):
    """What the score loses when a token is left out, (time,)."""
    ...


lmlab.check("occlusion", occlusion)

# %%
lmlab.hint("occlusion")

# %%
lmlab.solution("occlusion")

# %%
lmlab.quiz("occlusion")

# %% [markdown]
# That costs a forward pass for each token. **Gradient × input** (梯度乘输入) costs one backward
# pass for all of them. To first order, a score changes by gradient · change; were a token's vector
# $x_i$ made 0, the score would lose
#
# $$a_i = \frac{\partial s}{\partial x_i} \cdot x_i$$
#
# ### Exercise 6.5.5 · ★★ · 10 min
#
# `score` takes vectors (time, d_model) and gives one number. Return $a_i$ for each token, (time,).


# %%
def gradient_times_input(score, x):
    """For each token, the dot product of its vector with the gradient there."""
    ...


lmlab.check("gradient_times_input", gradient_times_input)

# %%
lmlab.hint("gradient_times_input")

# %%
lmlab.solution("gradient_times_input")

# %% [markdown]
# The third answer that people give is a picture of **attention**: here its rollout through the
# layers (chapter 5.2). The score is the lead of the label that the network chose, its log-odds.
# Blue speaks for it, orange against; each row has its own scale.

# %%
from lmlab.interpret import importance, lead, without

text = next(e.input for e in SENTIMENT.examples("held-out", 60) if e.category == "negated")
ids = torch.tensor(encode(text))
with model.evaluating():
    chosen = int(model(ids[None]).argmax())
found = importance(model, ids, chosen)
print(LABELS[chosen], "| largest numbers:", *(f"{x.abs().max():.3f}" for x in found))
viz.picture(
    viz.coloured_texts(
        tokenizer.tokens(ids.tolist()),
        dict(
            zip(
                ("gradient × input", "occlusion", "attention"),
                map(torch.Tensor.tolist, found),
                strict=True,
            )
        ),
    ),
    alt="One story three times, coloured by three measures that agree on few words.",
)

# %% [markdown]
# **What you see.** They do not agree. And the numbers of gradient × input are tiny beside those of
# occlusion. There is a reason: each block *norms* what it reads, so the length of a word's vector
# hardly counts. What a score loses when $x_i$ shrinks a little is then nearly 0, however much the
# word matters. A measure can fail for reasons that have nothing to do with the text.
#
# Which one is to be believed? Test them: take away the five tokens that a measure holds most
# important. The more the lead falls, the better the measure has found what the network goes by.

# %%
lmlab.predict(
    "Take away five tokens chosen by chance, of about a hundred. What becomes of the lead?",
    {
        "it falls to about half": "Then every word would count. But most of a story says nothing "
        "of how it ends.",
        "hardly anything": "The decision hangs on a few words. That is why it makes sense to ask "
        "which, and why chance is the bar for any measure.",
        "it grows": "It may for a single story, when a word goes that spoke against.",
    },
    answer="hardly anything",
)

# %%
drops = {"gradient × input": 0.0, "occlusion": 0.0, "attention": 0.0, "chance": 0.0}
generator = torch.Generator().manual_seed(0)
sample = SENTIMENT.examples("held-out", 30)
for example in sample:
    ids, output = torch.tensor(encode(example.input)), LABELS.index(example.wanted)
    guess = torch.rand(len(ids), generator=generator)
    measures = zip(drops, (*importance(model, ids, output), guess), strict=True)
    with model.evaluating():
        full = lead(model(ids[None]), output)
        for name, weights in measures:
            rest = without(ids, weights, 5)
            drops[name] += float(full - lead(model(rest[None]), output)) / len(sample)
for name, drop in drops.items():
    print(f"{name:17} the lead falls by {drop:5.1f}")

# %% [markdown]
# **What you see.** All three find far more than chance, and here attention finds the most.
# Occlusion takes one token at a time, and so misses words that stand in for each other. Do not
# make a rule of it, from thirty stories and one network: test a measure on the model at hand.
#
# Now play: change a word, and see what speaks for what.

# %%
from types import SimpleNamespace


def judge(text):
    """What the network says of a text, and which tokens it hangs on."""
    (shares,) = feeling([text])
    ids = torch.tensor(encode(text))
    chosen = LABELS.index(max(shares, key=shares.get))
    weights = importance(model, ids, chosen).occlusion.tolist()
    return SimpleNamespace(tokens=tokenizer.tokens(ids.tolist()), weights=weights, shares=shares)


two = next(e.input for e in SENTIMENT.examples("held-out", 60) if e.category == "two people")
viz.sentiment_lab(judge, two)

# %% [markdown]
# ## 8 · Real reviews
#
# *And on sentences that people wrote?*
#
# Pang and Lee collected sentences from film reviews: "effective but too-tepid biopic" is one of
# 4,000 in the corpus `movie-reviews`. A town model knows nothing of them. **MiniLM** has read a
# billion pairs of sentences: take its vectors, and learn a linear layer on top. All scores are
# from five-fold **cross-validation** (交叉验证): each sentence is judged by a model that learned
# from the other four fifths. `write_review_scores` in `lmlab/tasks/sentiment/reviews.py` made the
# figures; they come with the course.

# %%
lmlab.predict(
    "MiniLM has six layers. Whose vectors tell best whether a review is good?",
    {
        "the first": "Its vectors are still near to single words: not much more than TF-IDF has.",
        "one in the middle": "The last layers were trained to tell what a sentence is *about*. "
        "Good and bad reviews of one film are about the same.",
        "the last": "It was trained for similar topics, and a feeling is not a topic.",
    },
    answer="one in the middle",
)

# %%
from lmlab.tasks.sentiment import review_scores

record = review_scores()
for name, scores in record["scores"].items():
    (value, low, high), ece = scores["accuracy"], scores["ECE"][0]
    print(f"{name:18} accuracy {value:.1f} ({low:.1f} to {high:.1f})   ECE {ece:.1f}")
print("better than TF-IDF by {:.1f} ({:.1f} to {:.1f})".format(*record["better than TF-IDF"]))

# %% [markdown]
# **What you see.** TF-IDF gets 73.8, the last layer 75.0, the fourth 77.6. Five layers side by
# side (MiniLM) get 77.8, and with the log-odds of TF-IDF added 79.2: words and vectors know
# different things. That is 5.4 better than words alone, and far outside of chance.
#
# The last line has a price. Its ECE is 6.9, where each of the two has 2. Both read the same
# sentence, so their evidence is counted twice, and the sum is too sure. You know the cure.
#
# And with few labels? One can learn a new head alone and leave the body **frozen** (冻结), or also
# let it bend a little with **LoRA** (chapter 5).

# %%
for name, scores in record["few labels"].items():
    for n, (value, low, high) in scores.items():
        print(f"{name:7} {n:>4} labels: accuracy {value:.1f} ({low:.1f} to {high:.1f})")

# %% [markdown]
# **What you see.** With so few labels LoRA brings nothing that can be told from chance, on 400 test
# sentences. It has 74,000 numbers more to learn, and no more lessons to learn them from. The labels
# are what is short: four times as many bring more than any method here.
#
# If MiniLM and the reviews are on your machine (`lmlab fetch minilm-l6 movie-reviews`), the next
# cell learns from 400 sentences, and judges yours.

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.pretrained import available
from lmlab.tasks import examples_of
from lmlab.tasks.sentiment import layer_vectors
from lmlab.tasks.sentiment.reviews import learn_on_vectors

mine = ["a warm and funny film .", "nobody could call this dull .", "i wanted my money back ."]
here = {info.name for info in (*available(), *lmlab.corpora.available()) if info.present}
if {"minilm-l6", "movie-reviews"} <= here:
    encoder, words = lmlab.load("minilm-l6", verbose=False)
    corpus = lmlab.corpora.load("movie-reviews", verbose=False)
    taught = examples_of(corpus.train[::8])
    texts = [*(example.input for example in taught), *mine]
    vectors = dict(zip(texts, layer_vectors(encoder, words, texts)[:, 3].numpy(), strict=True))
    for text, shares in zip(mine, learn_on_vectors(taught, vectors, 0.1)(mine), strict=True):
        print(f"positive {shares['positive']:.2f}  {text}")
else:
    print("MiniLM or the reviews are not here. You would see three sentences with their shares.")

# %% [markdown]
# Measured once: 0.92 for the warm film, but 0.03 for "nobody could call this dull". *Dull* is in
# it, and the mean over all tokens has hardly room for what *nobody* does to it.
#
# And a general model that is only asked? SmolLM2, of 135 million parameters, got 60 of the town's
# stories and was asked how the main person feels in the end: with nothing before (**zero-shot**,
# 零样本), and after three stories with their answers (**few-shot**, 少样本). What it replied to
# `lmlab bench prompting` comes with the course, and is scored here beside the others.

# %%
from collections import Counter

from lmlab.tasks.metrics import label_of
from lmlab.tasks.prompting import asked_alike

judges = {"network": feeling, "words of a list": by_lexicon, "always positive": majority}
for name, report in asked_alike("sentiment", judges).items():
    said = Counter(label_of(outcome.got) or "none of them" for outcome in report.outcomes)
    print(f"{name:24} accuracy {report['accuracy']}   says", dict(sorted(said.items())))

# %% [markdown]
# **What you see.** With nothing before the question, SmolLM2 names none of the three labels in a
# third of its replies, and never *negative*: it is right less often than who says *positive* each
# time. With three examples it always names a label, nearly always *positive*; by the seven stories
# of which it says *negative* it gains six. A list of words for the last sentence does better.
#
# If it is here (`lmlab fetch smollm2-135m` brings it), ask it yourself:

# %%
# NBVAL_IGNORE_OUTPUT
from lmlab.tasks.prompting import REQUESTS, by_asking, by_model

request = REQUESTS["sentiment"]
if "smollm2-135m" in here:
    smol, smol_tokenizer = lmlab.load("smollm2-135m", verbose=False)
    asked = by_asking(request, by_model(smol, smol_tokenizer, request.max_new_tokens))
    for text in mine:
        print(f"{asked([text])[0]:9} {text}")
else:
    print("SmolLM2 is not here. You would see a label for each of the three sentences above.")

# %% [markdown]
# ## 9 · Your own texts
#
# *Does the same code read your data?*
#
# IMDb and SST-2 are tables with a text and a label. Here is such a file, and what our network,
# which only ever read of the town, makes of it.

# %%
import tempfile
from pathlib import Path

file = Path(tempfile.mkdtemp()) / "test.csv"
file.write_text(
    "text,label\n"
    '"Tom was a baker. Tom lost his hat and was sad.",0\n'
    '"Mia found the hat and Tom was happy again.",1\n'
    '"A dull film that I could not like.",0\n'
    '"One of the best films of the year.",1\n'
)
own = examples_of(lmlab.corpora.load(file.parent, verbose=False).test)
report = evaluate(SENTIMENT, feeling, examples=own, progress=False)
for outcome in report.outcomes:
    print(
        f"wanted {outcome.wanted:8} got {max(outcome.got, key=outcome.got.get):8} {outcome.input}"
    )
for refused in ("", "very " * 300):
    try:
        feeling([refused])
    except ValueError as error:
        print("refused:", error)

# %% [markdown]
# **What you see.** The code reads the form, but the network reads the town: it dislikes both films.
# What it cannot read at all, it refuses, and says why.
#
# ## Summary
#
# - A feeling belongs to somebody. A bag of words does not know to whom: it has no order.
# - Weighed words are hard to beat where a sentence says it all. Hold every network against them.
# - Test a model on something that it was not trained for: with two names exchanged ours is wrong,
#   and sure of it. It had learned places in sentences, not who is meant.
# - Calibration is apart from accuracy, and holds for like data only. Lessons seen too often made a
#   network too sure; one temperature mended it.
# - Measures of importance disagree. Test them, by taking away what they point at.
# - In a pretrained encoder the middle layers knew more of feelings than the last.
#
# ## What the document says, what we found

# %%
lmlab.ledger("06_5_sentiment_analysis")

# %% [markdown]
# ## Further reading
#
# - Pang & Lee 2005 (arXiv cs/0506075): the review sentences. Wang & Manning 2012
#   (aclanthology.org/P12-2018): simple baselines that are hard to beat.
# - Guo et al. 2017 (arXiv 1706.04599): calibration of networks, and temperature scaling.
# - Li, Monroe & Jurafsky 2016 (arXiv 1612.08220): occlusion. Shrikumar et al. 2016 (arXiv
#   1605.01713): gradient × input. DeYoung et al. 2020 (arXiv 1911.03429): testing explanations.
# - Reimers & Gurevych 2019 (arXiv 1908.10084): sentence vectors such as those of MiniLM.
# - Gardner et al. 2020 (arXiv 2004.02709): small changes that turn the label, as in our endings.
#
# **Next:** 7 Tools
