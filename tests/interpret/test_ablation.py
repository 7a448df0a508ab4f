import pytest
import torch

from lmlab.interpret import record
from lmlab.interpret.ablation import ablate, ablation_effects, head_means, loss_without
from lmlab.text.batches import Batch
from lmlab.training import Pairs
from lmlab.training.evaluation import next_token_loss

OF = {"translator": "decoder.*.cross"}
KINDS = ("gpt", "gpt2", "shared-keys", "bert", "bert-pre", "translator")


def a_batch(name, text):
    if name == "translator":
        sources, targets = [[1, 2, 3], [4, 5]], [[6, 7], [8, 9, 10]]
        return Pairs.of(sources, targets, begin_id=0, end_id=0).batch([0, 1])
    ids = text(name)
    return Batch(ids[:, :-1], ids[:, 1:])


@pytest.mark.parametrize("name", KINDS)
def test_without_a_head_is_without_its_columns_of_the_output_matrix(name, build, text):
    model, of = build(name), OF.get(name, "*")
    batch = a_batch(name, text)
    ablated = loss_without(model, batch, [(1, 0), (1, 2)], of=of)
    block = (model.decoder if name == "translator" else model).blocks[1]
    attn = block.cross if name == "translator" else block.attn
    with torch.no_grad():
        attn.out_proj.weight[:, 0:4] = 0
        attn.out_proj.weight[:, 8:12] = 0
    assert loss_without(model, batch) == pytest.approx(ablated, abs=1e-5)


@pytest.mark.parametrize("name", ("shared-keys", "bert", "translator"))
def test_effects_are_the_change_in_loss_of_each_head_alone(name, build, text):
    model, of, batch = build(name), OF.get(name, "*"), a_batch(name, text)
    effects = ablation_effects(model, batch, of=of, progress=False)
    assert effects.shape == (3, 4)
    alone = loss_without(model, batch, [(2, 1)], of=of) - loss_without(model, batch)
    assert effects[2, 1].item() == pytest.approx(alone, abs=1e-6)
    assert len(effects.unique()) == 12  # every head does something else


def test_without_no_head_nothing_changes(build, text):
    model, batch = build("gpt"), a_batch("gpt", text)
    assert ablate(model, []) == {}
    with torch.no_grad():
        loss = next_token_loss(model(batch.inputs), batch.targets)
    assert loss_without(model, batch) == loss.item()


def test_padding_does_not_count(build, text):
    model, batch = build("gpt"), a_batch("gpt", text)
    inputs = torch.nn.functional.pad(batch.inputs, (0, 3))
    targets = torch.nn.functional.pad(batch.targets, (0, 3), value=-100)
    padded = loss_without(model, Batch(inputs, targets), [(1, 2)])
    assert padded == pytest.approx(loss_without(model, batch, [(1, 2)]), abs=1e-5)


def test_the_means_are_over_texts_and_places_and_stand_in_for_the_head(build, text):
    model, ids = build("shared-keys"), text("shared-keys")
    means = head_means(model, ids)
    with record(model) as tape:
        model(ids)
    heads = tape["blocks.1.attn.heads"]  # (batch, n_heads, query, d_head)
    torch.testing.assert_close(means[1], heads.mean(dim=(0, 2)))
    with record(model, edit=ablate(model, [(1, 3)], means)) as tape:
        model(ids)
    edited = tape["blocks.1.attn.heads"]
    torch.testing.assert_close(edited[:, 3], means[1, 3].expand(2, 7, 4))
    assert torch.equal(edited[:, :3], heads[:, :3])


def test_a_head_that_always_says_the_same_is_not_missed_when_its_mean_stands_in(build, text):
    model, ids = build("gpt2"), text("gpt2")
    with torch.no_grad():
        model.blocks[1].attn.v_proj.weight[4:8] = 0  # head 1 puts out its bias, wherever it looks
    batch, means = Batch(ids[:, :-1], ids[:, 1:]), head_means(model, ids)
    whole = loss_without(model, batch)
    assert loss_without(model, batch, [(1, 1)], means) == pytest.approx(whole, abs=1e-5)
    assert loss_without(model, batch, [(1, 1)]) != pytest.approx(whole, abs=1e-3)


def test_dropout_and_the_mode_of_the_model_are_left_alone(build, text):
    model, batch = build("gpt").train(), a_batch("gpt", text)
    loss_without(model, batch, [(0, 0)])
    assert model.training


def test_heads_that_are_not_there_are_named(build):
    for head in ((3, 0), (0, 4), (-1, 0)):
        with pytest.raises(ValueError, match="layers 0 to 2, each with heads 0 to 3"):
            ablate(build("gpt"), [head])
    with pytest.raises(ValueError, match='several kinds of "heads"'):
        ablate(build("translator"), [(0, 0)])
