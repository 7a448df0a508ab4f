"""Many devices as one: who holds which part of a model, and what they must send each other.

Built in chapter 8.1.
"""

import math
from dataclasses import dataclass

from lmlab.scaling.hardware import Device, Network


@dataclass(frozen=True, kw_only=True)
class Mix:
    """How a training run is dealt out to data · tensor · pipeline devices.

    `data` replicas read different texts (data parallelism); `tensor` devices hold a slice of each
    matrix (Shoeybi et al. 2019, arXiv 1909.08053); `pipeline` stages hold some of the blocks each
    (Narayanan et al. 2021, arXiv 2104.04473).
    """

    data: int = 1
    tensor: int = 1
    pipeline: int = 1
    zero: int = 0
    """What the replicas share out instead of each holding it whole: 0 nothing (DDP), 1 the
    optimiser's state, 2 the gradients too, 3 the weights too (fully sharded, FSDP).
    Source: Rajbhandari et al. 2020, section 5 (arXiv 1910.02054)."""
    chunks: int = 1
    """Into how many pieces from all over the model a stage's blocks are cut: with more, the bubble
    shrinks and there is more to send (interleaved schedule; Narayanan et al. 2021, section 2.2.2).
    """

    def __post_init__(self) -> None:
        for name in ("data", "tensor", "pipeline", "chunks"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} must be 1 or more.")
        if self.zero not in (0, 1, 2, 3):
            raise ValueError(f"zero={self.zero} is no stage of ZeRO; there are 0, 1, 2 and 3.")

    @property
    def devices(self) -> int:
        """How many it takes."""
        return self.data * self.tensor * self.pipeline

    def __str__(self) -> str:
        ways = {"data": self.data, "tensor": self.tensor, "pipeline": self.pipeline}
        named = " × ".join(f"{way} {n}" for way, n in ways.items() if n > 1) or "one device"
        return f"{named}, ZeRO-{self.zero}" if self.zero else named


def all_reduce_seconds(size: int | float, members: int, bandwidth: int | float) -> float:
    """Time in which `members` come to hold the sum of a tensor of `size` bytes that each has.

    In a ring each sends 2 · (members - 1) / members of it: half to add up, half to hand out.
    Source: Patarasuk & Yuan 2009; Rajbhandari et al. 2020, section 7.1. Built in chapter 8.1.
    """
    return 2 * gather_seconds(size, members, bandwidth)


def gather_seconds(size: int | float, members: int, bandwidth: int | float) -> float:
    """Time to bring together a tensor of `size` bytes that lies in `members` shards.

    To add up a tensor and leave it in shards (reduce-scatter) takes as long.
    """
    return size * (members - 1) / members / bandwidth


def state_bytes(parameters: int | float, replicas: int, zero: int) -> float:
    """Bytes that a replica holds between two steps, with AdamW in mixed precision.

    A parameter takes 2 for its weight, 2 for its gradient and 12 for the optimiser (a copy in 32
    bits and two running means). Each stage of ZeRO shares out one thing more: 1 the optimiser's, 2
    the gradients, 3 the weights. Source: Rajbhandari et al. 2020, figure 1 (arXiv 1910.02054).
    Built in chapter 8.1.
    """
    shared = shards(Mix(data=replicas, zero=zero))
    each = {"weights": 2, "gradients": 2, "optimizer": 12}
    return parameters * sum(size / shared[name] for name, size in each.items())


def bubble_share(stages: int, micro_batches: int, chunks: int = 1) -> float:
    """The share, 0 to 1, of a step in which a stage of a pipeline waits: (p - 1) / (m·v + p - 1).

    v counts the chunks of a stage. Source: Huang et al. 2019 (GPipe), section 2.3; Narayanan et
    al. 2021, section 2.2, where the wait is measured against the work alone. Built in chapter 8.1.
    """
    return (stages - 1) / (micro_batches * chunks + stages - 1)


def in_flight(stages: int, micro_batches: int, chunks: int = 1) -> float:
    """For how many micro-batches the first stage holds activations: one for each stage, at most.

    Interleaving adds (p - 1) / (p·v) of that. Source: Narayanan et al. 2021, section 2.2.1;
    Korthikanti et al. 2022, section 4.2.3 (arXiv 2205.05198).
    """
    more = 1 + (stages - 1) / (stages * chunks) if chunks > 1 else 1
    return float(min(micro_batches, stages * more))


def stage_blocks(blocks: int, stages: int, head: float) -> tuple[int, int]:
    """How many blocks each of the first stages holds, at most, and how many the last.

    The last also has the output layer, which works as hard as `head` blocks: it takes fewer, so
    that the busiest stage is as free as can be.
    """
    if stages == 1:
        return blocks, blocks
    most = math.ceil(blocks / stages)
    splits = [(math.ceil((blocks - last) / (stages - 1)), last) for last in range(most + 1)]
    return min(splits, key=lambda split: (max(split[0], split[1] + head), split[0]))


def bandwidth_between(device: Device, network: Network, members: int, apart: int) -> float:
    """Bytes a second that each of `members` sends round their ring, every `apart`-th device.

    Inside a node it is the link. A ring through several nodes leaves each node once, by the
    network of all its members there, so that it runs at the sum of theirs, or at the link's speed.
    """
    if members * apart <= device.node:
        return device.link
    inside = max(1, device.node // apart)
    return min(device.link, inside * network.bandwidth)


def shards(mix: Mix) -> dict[str, int]:
    """Into how many parts the replicas share each thing out; 1: each holds it whole."""
    return {
        "optimizer": mix.data if mix.zero >= 1 else 1,
        "gradients": mix.data if mix.zero >= 2 else 1,
        "weights": mix.data if mix.zero >= 3 else 1,
    }
