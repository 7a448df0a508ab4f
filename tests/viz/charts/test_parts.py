"""A model read as a tree: every weight once, alike neighbours together."""

import pytest
import torch
from torch import nn

from lmlab.viz.charts.parts import read_parts


def children(part) -> dict:
    return {part.title: part for part in part.parts}


class Tied(nn.Module):
    """Embedding and head share their matrix; one bias is the head's own."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 3)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(3, 7)
        self.head.weight = self.embed.weight
        self.nothing = None
        self.register_module("missing", None)

    def forward(self, ids, *, double=False):
        return self.head(self.drop(self.embed(ids)))


def test_parts_come_in_order_with_class_weights_and_counts():
    parts = read_parts(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1, bias=False)))
    assert [part.title for part in parts.parts] == ["0: Linear", "1: ReLU", "2: Linear"]
    assert parts.parts[0].weights == (("weight", (3, 2)), ("bias", (3,)))
    assert [part.parameters for part in parts.parts] == [9, 0, 3]
    assert parts.parameters == 12


def test_a_shared_weight_is_counted_where_it_comes_first():
    model = Tied()
    parts = read_parts(model)
    assert parts.parameters == sum(weight.numel() for weight in model.parameters()) == 28
    embed, head = children(parts)["embed: Embedding"], children(parts)["head: Linear"]
    assert (embed.parameters, embed.shared) == (21, ())
    assert (head.parameters, head.shared) == (7, ("weight is embed.weight",))
    assert head.weights == (("bias", (7,)),)


def test_a_module_that_stands_in_two_places_is_shown_in_both_and_counted_once():
    layer = nn.Linear(2, 2)
    parts = read_parts(nn.Sequential(layer, nn.ReLU(), layer))
    assert parts.parameters == 6
    assert parts.parts[2].shared == ("weight is 0.weight", "bias is 0.bias")


def test_alike_neighbours_are_one_part_and_others_are_not():
    layers = [nn.Linear(2, 2) for _ in range(4)]
    parts = read_parts(nn.Sequential(*layers, nn.Linear(2, 1), nn.Linear(2, 2)))
    titles = ["0–3, 4 alike: Linear", "4: Linear", "5: Linear"]
    assert [part.title for part in parts.parts] == titles
    assert [row.count for row in parts.rows()] == ["33", "4 × 6", "3", "6"]
    assert parts.parameters == 33


def test_alike_neighbours_with_names_keep_all_of_them():
    model = nn.ModuleDict({"q": nn.Linear(2, 2), "k": nn.Linear(2, 2), "norm": nn.LayerNorm(2)})
    assert list(children(read_parts(model))) == ["q, k: Linear", "norm: LayerNorm"]


def test_a_part_within_copies_counts_for_all_of_them():
    blocks = [nn.Sequential(nn.Linear(2, 2, bias=False)) for _ in range(3)]
    *_, inner = read_parts(nn.Sequential(*blocks)).rows()
    assert (inner.times, inner.parameters, inner.count) == (3, 12, "3 × 4")


def test_levels_below_the_depth_stay_closed():
    model = nn.Sequential(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
    closed = list(read_parts(model).rows(depth=1))[-1]
    assert (closed.part.title, closed.opened, closed.details) == (
        "0: Sequential",
        False,
        "2 within",
    )


def test_inputs_show_the_shape_that_each_part_gives():
    parts = read_parts(Tied(), (torch.zeros(2, 5, dtype=torch.long),))
    assert [row.output for row in parts.rows()] == ["2×5×7", "2×5×3", "2×5×3", "2×5×7"]


def test_a_part_that_gives_several_things_shows_the_first_and_one_called_twice_shows_both():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.GRU(2, 3, batch_first=True)

        def forward(self, x):
            return self.cell(x)[0], self.cell(x[:, :1])[0]

    _, cell = read_parts(Twice(), (torch.zeros(1, 4, 2),)).rows()
    assert cell.output == "1×4×3, 1×1×3"


def test_reading_leaves_the_model_as_it_was():
    model = Tied().train()
    model.embed.eval()
    read_parts(model, (torch.zeros(1, 2, dtype=torch.long),))
    assert (model.training, model.embed.training, model.head.training) == (True, False, True)
    assert not any(module._forward_hooks for module in model.modules())
    with pytest.raises(IndexError):
        read_parts(model, (torch.full((1, 2), 99),))
    assert not any(module._forward_hooks for module in model.modules())
