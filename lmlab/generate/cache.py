"""The key/value cache: what earlier positions offered is kept, not computed again.

Built in chapter 5.
"""

from collections.abc import Callable

from jaxtyping import Float, Int
from torch import Tensor


class LayerCache:
    """Keys and values of one layer, in one buffer that is filled from the left.

    Those of a memory, at which the layer may look as well, are kept beside it.
    """

    def __init__(self, capacity: int):
        self.capacity = capacity
        self.length = 0
        self._k: Tensor | None = None
        self._v: Tensor | None = None
        self._memory: tuple[Tensor, Tensor] | None = None

    def append(
        self,
        k: Float[Tensor, "batch n_kv_heads new d_head"],
        v: Float[Tensor, "batch n_kv_heads new d_head"],
    ) -> tuple[
        Float[Tensor, "batch n_kv_heads key d_head"], Float[Tensor, "batch n_kv_heads key d_head"]
    ]:
        """Add the new keys and values; return all there are, key = length after the call."""
        end = self.length + k.size(2)
        if end > self.capacity:
            raise ValueError(
                f"the cache holds {self.capacity} positions; {end} are wanted. "
                "Start a new cache, or make it with a larger capacity."
            )
        if self._k is None or self._v is None:
            batch, heads, _, d_head = k.shape
            self._k = k.new_empty(batch, heads, self.capacity, d_head)
            self._v = v.new_empty(batch, heads, self.capacity, d_head)
        self._k[:, :, self.length : end] = k
        self._v[:, :, self.length : end] = v
        self.length = end
        return self._k[:, :, :end], self._v[:, :, :end]

    def once(self, project: Callable[[], tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        """The memory's keys and values: what `project` returned when it was first called."""
        if self._memory is None:
            self._memory = project()
        return self._memory

    def reorder(self, rows: Int[Tensor, " rows"]) -> None:
        """Let row i be what row rows[i] was; a row may be taken up several times, or not at all."""
        if self._k is not None and self._v is not None:
            self._k, self._v = self._k[rows], self._v[rows]
        if self._memory is not None:
            k, v = self._memory
            self._memory = k[rows], v[rows]


class KVCache:
    """One `LayerCache` for each layer; a model takes it as `model(new_ids, cache=cache)`."""

    def __init__(self, n_layers: int, capacity: int):
        self.layers = [LayerCache(capacity) for _ in range(n_layers)]

    @property
    def length(self) -> int:
        """Positions kept so far."""
        return self.layers[0].length

    def __getitem__(self, layer: int) -> LayerCache:
        return self.layers[layer]

    def reorder(self, rows: Int[Tensor, " rows"]) -> None:
        """Let row i of every layer be what row rows[i] was, as a beam search needs it."""
        for layer in self.layers:
            layer.reorder(rows)
