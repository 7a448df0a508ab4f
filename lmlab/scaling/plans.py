"""Plans: what training a large model would take, before anyone pays for it.

Built in chapter 8.1.
"""

import math
from dataclasses import dataclass
from functools import cache, cached_property

from lmlab.models.config import TransformerConfig
from lmlab.scaling.accounting import SECONDS_PER_DAY, count_parameters
from lmlab.scaling.flops import forward_flops, model_flops_per_token
from lmlab.scaling.hardware import Device, Network, device, network
from lmlab.scaling.memory import (
    PRECISIONS,
    Memory,
    block_bytes,
    loss_bytes,
    recomputed_bytes,
)
from lmlab.scaling.parallelism import (
    Mix,
    all_reduce_seconds,
    bandwidth_between,
    gather_seconds,
    in_flight,
    shards,
    stage_blocks,
)

EFFICIENCY = 0.54
"""The share of its peak that a device reaches while it computes, waits for others not counted.

The one number here that is not on a datasheet, the same for every device and run. It is what makes
the plans of ten benchmarks on A100s right on average (`lmlab.scaling.published.benchmarks`).
"""
USABLE = 0.9
"""The share of a device's memory to plan with; the rest is for buffers and gaps."""
PRICE = 2.0
"""US dollars for a device and hour: an assumption, that of DeepSeek-AI 2024 for an H800 (table 1,
arXiv 2412.19437)."""
GPU = "H100 80GB"
BATCH = 1024
_PRECISION = "mixed"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A training run on many devices; everything follows from what is given here.

    It assumes that tensor parallel devices share out all activations (sequence parallelism,
    Korthikanti et al. 2022, section 4.2.2, arXiv 2205.05198), that attention runs in a fused
    kernel, and that gradients travel while backward goes on (Li et al. 2020, arXiv 2006.15704). It
    leaves out what is lost to failures, evaluation, checkpoints on disk and the optimiser's step.
    """

    model: TransformerConfig
    device: Device
    network: Network
    mix: Mix
    tokens: float
    batch: int
    """Texts in a step, all replicas together."""
    micro_batch: int
    """Texts that a replica reads at once."""
    context: int
    """Tokens in a text."""
    checkpointing: bool
    """Whether blocks are computed again in backward, and keep their input alone till then."""
    price: float

    def __post_init__(self) -> None:
        if self.model.n_heads % self.mix.tensor:
            raise ValueError(
                f"tensor={self.mix.tensor} devices cannot share out {self.model.n_heads} heads."
            )
        if self.mix.pipeline > self.model.n_layers:
            raise ValueError(
                f"pipeline={self.mix.pipeline} stages are more than the {self.model.n_layers} "
                "blocks that there are to share."
            )
        if self.mix.data * self.micro_batch > self.batch:
            raise ValueError(
                f"batch={self.batch} texts do not reach {self.mix.data} replicas that read "
                f"{self.micro_batch} at once; take a larger batch or fewer replicas."
            )

    @property
    def micro_batches(self) -> int:
        """How many a replica reads one after the other in a step."""
        return math.ceil(self.batch / (self.mix.data * self.micro_batch))

    @cached_property
    def memory(self) -> Memory:
        """On the device that needs most: one of the first stage of the pipeline, or of the last.

        The first holds activations of many micro-batches (`in_flight`), the last of one, and the
        logits.
        """
        stages, parts = self.mix.pipeline, _parts(self.model)
        first, last = self._stages
        if stages == 1:
            return self._memory(first, parts["embedding"] + parts["head"], 1, has_head=True)
        waiting = in_flight(stages, self.micro_batches, self.mix.chunks)
        head = self.model.vocab_size * self.model.d_model  # a copy where the embedding is far away
        return max(
            self._memory(first, parts["embedding"], waiting, has_head=False),
            self._memory(last, head, 1, has_head=True),
            key=lambda memory: memory.total,
        )

    @property
    def fits(self) -> bool:
        """Whether the memory is there, with a tenth to spare."""
        return self.memory.total <= USABLE * self.device.memory

    @cached_property
    def seconds(self) -> dict[str, float]:
        """The parts of a step, in seconds; they sum to `step_seconds`.

        "compute"; "tensor", the sums that tensor parallel devices make in every block; "pipeline",
        handing on activations and gradients; "bubble", waiting for the pipeline to fill and drain;
        "data", what the replicas send each other beyond what hides behind the computing.
        """
        once = {
            "compute": self._compute(),
            "tensor": self._tensor_sums(),
            "pipeline": self._hand_on(),
        }
        parts = {name: self.micro_batches * seconds for name, seconds in once.items()}
        waits = (self.mix.pipeline - 1) / self.mix.chunks
        parts["bubble"] = waits * sum(once.values())
        return parts | {"data": self._between_replicas(once["compute"])}

    @property
    def step_seconds(self) -> float:
        """How long a step takes."""
        return sum(self.seconds.values())

    @property
    def days(self) -> float:
        """How long all tokens take."""
        steps = self.tokens / (self.batch * self.context)
        return steps * self.step_seconds / SECONDS_PER_DAY

    @property
    def cost(self) -> float:
        """US dollars for the devices, at `price` an hour."""
        return self.days * 24 * self.mix.devices * self.price

    @property
    def utilisation(self) -> float:
        """The share of the peak that goes into the model's FLOPs, recomputing not counted (MFU).

        Source: Chowdhery et al. 2022, section 4.1 (arXiv 2204.02311).
        """
        needed = self.batch * self.context * model_flops_per_token(self.model, self.context)
        return needed / (self.step_seconds * self.mix.devices * self.device.flops)

    def __str__(self) -> str:
        fits = "fits" if self.fits else "does not fit"
        return "\n".join(
            (
                f"{self.mix.devices:,} × {self.device.name}, {self.network.name}: {self.mix}",
                f"memory      {self.memory.total / 1e9:,.1f} GB a device of "
                f"{self.device.memory / 1e9:.0f}: {fits}",
                f"step        {self.step_seconds:.2f} s for {self.batch * self.context:,} tokens",
                f"utilisation {self.utilisation:.0%}",
                f"all         {self.days:,.1f} days, {self.cost:,.0f} US dollars",
            )
        )

    @cached_property
    def _stages(self) -> tuple[int, int]:
        """Blocks of the first stages, and of the last."""
        flops = forward_flops(self.model, 1, self.context)
        head = flops.pop("head") / (sum(flops.values()) / self.model.n_layers)
        return stage_blocks(self.model.n_layers, self.mix.pipeline, head)

    def _memory(self, blocks: int, outside: int, waiting: int | float, has_head: bool) -> Memory:
        """Of a device whose stage holds so many blocks, and `outside` parameters beside them."""
        size, share, tensor = PRECISIONS[_PRECISION], shards(self.mix), self.mix.tensor
        shape = (self.model, self.micro_batch, self.context, _PRECISION)
        of_block = _block_parameters(self.model)
        held = (of_block * blocks + outside) / tensor
        kept = block_bytes(*shape, checkpointing=self.checkpointing)
        working = max(
            recomputed_bytes(*shape) if self.checkpointing else 0,
            loss_bytes(*shape) if has_head else 0,
        )
        gathered = size.weights * of_block if share["weights"] > 1 else 0
        return Memory(
            weights=math.ceil(size.weights * held / share["weights"]),
            gradients=math.ceil(size.gradients * held / share["gradients"]),
            optimizer=math.ceil((size.master + 2 * size.moments) * held / share["optimizer"]),
            activations=math.ceil(kept * blocks * waiting / tensor),
            working=math.ceil((working + gathered) / tensor),
        )

    def _compute(self) -> float:
        """Of a micro-batch in the busiest stage, forward and backward."""
        flops = forward_flops(self.model, self.micro_batch, self.context)
        head = flops.pop("head")
        block = sum(flops.values()) / self.model.n_layers
        passes = 4 if self.checkpointing else 3
        first, last = self._stages
        busiest = max(passes * block * first, passes * block * last + 3 * head)
        return busiest / (self.mix.tensor * self.device.flops * EFFICIENCY)

    def _tensor_sums(self) -> float:
        """Two all-reduces a block forward, two backward, and two where forward runs again.

        Source: Shoeybi et al. 2019, section 3; Narayanan et al. 2021, section 3.2.
        """
        if self.mix.tensor == 1:
            return 0.0
        bandwidth = bandwidth_between(self.device, self.network, self.mix.tensor, 1)
        sums = (6 if self.checkpointing else 4) * self._stages[0]
        return sums * all_reduce_seconds(self._stream_bytes(), self.mix.tensor, bandwidth)

    def _hand_on(self) -> float:
        """The stream to the next stage and its gradient back, in slices (section 4.1, the same)."""
        if self.mix.pipeline == 1:
            return 0.0
        apart = self.mix.tensor * self.mix.data
        bandwidth = bandwidth_between(self.device, self.network, self.mix.pipeline, apart)
        return self.mix.chunks * 2 * self._stream_bytes() / self.mix.tensor / bandwidth

    def _between_replicas(self, compute: float) -> float:
        """What of the replicas' sending sticks out behind the computing.

        DDP and ZeRO-1 send 2 of the weights' size once a step, behind the last backward; ZeRO-2
        sends gradients after each micro-batch, then the new weights; ZeRO-3 gathers the weights
        twice for each micro-batch as well.
        Source: Rajbhandari et al. 2020, section 7.
        """
        replicas, times = self.mix.data, self.micro_batches
        if replicas == 1:
            return 0.0
        bandwidth = bandwidth_between(self.device, self.network, replicas, self.mix.tensor)
        outside = self.model.vocab_size * self.model.d_model
        held = (_block_parameters(self.model) * self._stages[0] + outside) / self.mix.tensor
        once = gather_seconds(PRECISIONS[_PRECISION].gradients * held, replicas, bandwidth)
        backward = compute / 2 if self.checkpointing else compute * 2 / 3
        match self.mix.zero:
            case 3:
                return max(0.0, 3 * times * once - times * compute)
            case 2:
                return max(0.0, (times + 1) * once - times * backward)
            case _:
                return max(0.0, 2 * once - backward)

    def _stream_bytes(self) -> int:
        """The residual stream of a micro-batch."""
        numbers = self.micro_batch * self.context * self.model.d_model
        return numbers * PRECISIONS[_PRECISION].activations


def plan(
    model: TransformerConfig,
    gpus: int,
    interconnect: str,
    tokens: int | float,
    *,
    gpu: str = GPU,
    mix: Mix | None = None,
    batch: int = BATCH,
    micro_batch: int = 1,
    context: int | None = None,
    checkpointing: bool = True,
    price: int | float = PRICE,
) -> Plan:
    """Plan to train `model` on `tokens` tokens with so many GPUs (or TPUs), in 16 and 32 bits.

    `gpu` and `interconnect` are names of `lmlab.scaling.hardware`. Without a mix each GPU holds
    the whole model and they share out the texts (DDP); `fastest_plan` looks for a better one.
    Raises ValueError when the mix is not one of so many GPUs, or cannot take the model or batch.
    Built in chapter 8.1.
    """
    mix = Mix(data=gpus) if mix is None else mix
    if mix.devices != gpus:
        raise ValueError(f"the mix {mix} takes {mix.devices:,} devices; {gpus:,} were given.")
    return Plan(
        model=model,
        device=device(gpu),
        network=network(interconnect),
        mix=mix,
        tokens=float(tokens),
        batch=batch,
        micro_batch=micro_batch,
        context=model.context_length if context is None else context,
        checkpointing=checkpointing,
        price=float(price),
    )


_parts = cache(count_parameters)


def _block_parameters(model: TransformerConfig) -> float:
    """Of one block; the last norm is dealt to all of them."""
    parts = _parts(model)
    return (parts["attention"] + parts["feed_forward"] + parts["norms"]) / model.n_layers
