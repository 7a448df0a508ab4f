"""Which optimiser takes which weight, and the state of all of them by the weights' names."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from lmlab.training.config import TrainingConfig
from lmlab.training.muon import Muon


class Optimizers:
    """AdamW, alone or with Muon for the matrices inside the model, stepped as one."""

    def __init__(self, model: nn.Module, config: TrainingConfig):
        self._names = {p: name for name, p in model.named_parameters()}
        self._peak: dict[str, float] = {"adamw": config.learning_rate}
        muon = _hidden_matrices(model) if config.optimizer == "muon" else set()
        rest = [p for p in self._names if p not in muon]
        self._members: dict[str, torch.optim.Optimizer] = {
            "adamw": torch.optim.AdamW(
                [
                    {"params": [p for p in rest if p.ndim > 1]},
                    {"params": [p for p in rest if p.ndim <= 1], "weight_decay": 0.0},
                ],
                lr=config.learning_rate,
                betas=(config.beta1, config.beta2),
                weight_decay=config.weight_decay,
                fused=True,
            )
        }
        if muon:
            self._peak["muon"] = config.muon_learning_rate
            self._members["muon"] = Muon(
                [p for p in self._names if p in muon],
                lr=config.muon_learning_rate,
                weight_decay=config.weight_decay,
            )

    def step(self, factor: float) -> None:
        """One step at `factor` times each optimiser's highest learning rate."""
        for kind, optimizer in self._members.items():
            for group in optimizer.param_groups:
                group["lr"] = factor * self._peak[kind]
            optimizer.step()

    def state(self) -> dict[str, Tensor]:
        """Every tensor that the optimisers remember: "adamw.embed.weight.exp_avg"."""
        return {
            f"{kind}.{self._names[p]}.{key}": value
            for kind, optimizer in self._members.items()
            for p, state in optimizer.state.items()
            for key, value in state.items()
        }

    def load_state(self, tensors: Mapping[str, Tensor]) -> None:
        """The inverse of `state`."""
        parameters = {name: p for p, name in self._names.items()}
        for full, value in tensors.items():
            kind, rest = full.split(".", 1)
            name, key = rest.rsplit(".", 1)
            if kind not in self._members or name not in parameters:
                raise ValueError(
                    f"the saved optimiser state has {full}, which this run does not: "
                    "resume with the settings that the run began with."
                )
            p = parameters[name]
            self._members[kind].state[p][key] = value.to(p.device)


def _hidden_matrices(model: nn.Module) -> set[Tensor]:
    """All matrices from vectors to vectors: those of embeddings and of the head face the tokens."""
    embeddings = {m.weight for m in model.modules() if isinstance(m, nn.Embedding)}
    return {
        p
        for name, p in model.named_parameters()
        if p.ndim == 2 and p not in embeddings and "head" not in name.split(".")
    }
