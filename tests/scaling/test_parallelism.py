"""Many devices as one: shares, rings and pipelines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.scaling.hardware import device, network
from lmlab.scaling.parallelism import (
    Mix,
    all_reduce_seconds,
    bandwidth_between,
    bubble_share,
    gather_seconds,
    in_flight,
    shards,
    stage_blocks,
    state_bytes,
)

COUNTS = st.integers(1, 64)
GPU, NETWORK = device("A100 80GB"), network("InfiniBand HDR")


@given(st.floats(1, 1e12), st.integers(1, 10_000), st.floats(1e8, 1e12))
def test_a_ring_sends_less_than_twice_the_tensor_however_many_join(size, members, bandwidth):
    seconds = all_reduce_seconds(size, members, bandwidth)
    assert 0 <= seconds < 2 * size / bandwidth
    assert seconds == 2 * gather_seconds(size, members, bandwidth)
    assert all_reduce_seconds(size, members + 1, bandwidth) > seconds


def test_two_devices_send_each_other_half_of_it_twice():
    assert all_reduce_seconds(100, 2, 10) == 10


@given(COUNTS, COUNTS)
def test_a_bubble_shrinks_with_micro_batches_and_chunks(stages, micro_batches):
    share = bubble_share(stages, micro_batches)
    assert 0 <= share < 1
    assert (share == 0) == (stages == 1)
    assert bubble_share(stages, 2 * micro_batches) == bubble_share(stages, micro_batches, chunks=2)
    assert bubble_share(stages, micro_batches + 1) <= share


@given(COUNTS, COUNTS, st.integers(1, 8))
def test_a_stage_never_holds_more_than_all_micro_batches(stages, micro_batches, chunks):
    held = in_flight(stages, micro_batches, chunks)
    assert 1 <= held <= micro_batches
    assert held >= in_flight(stages, micro_batches)


@given(st.integers(1, 130), st.integers(1, 64), st.floats(0, 6))
def test_stages_hold_all_blocks_and_the_busiest_does_not_do_more_than_by_equal_shares(
    blocks, stages, head
):
    stages = min(blocks, stages)
    first, last = stage_blocks(blocks, stages, head)
    assert first * (stages - 1) + last >= blocks
    equal = -(-blocks // stages)
    assert max(first, last + head) <= equal + head


def test_bloom_counts_its_output_layer_as_a_block():
    """BigScience 2022: 70 blocks and both ends on 12 stages."""
    assert stage_blocks(70, 12, head=1.4) == (6, 4)


def test_a_ring_inside_a_node_runs_at_the_links_speed():
    assert bandwidth_between(GPU, NETWORK, members=8, apart=1) == GPU.link
    assert bandwidth_between(GPU, NETWORK, members=2, apart=8) == NETWORK.bandwidth
    assert bandwidth_between(GPU, NETWORK, members=64, apart=1) == 8 * NETWORK.bandwidth
    assert bandwidth_between(GPU, network("InfiniBand NDR"), members=64, apart=1) == GPU.link


def test_each_stage_of_zero_shares_out_one_thing_more():
    shared = [shards(Mix(data=4, zero=zero)) for zero in range(4)]
    assert [sorted(name for name, n in each.items() if n == 4) for each in shared] == [
        [], ["optimizer"], ["gradients", "optimizer"], ["gradients", "optimizer", "weights"],
    ]  # fmt: skip


def test_a_mix_says_what_it_is():
    assert str(Mix(data=4, tensor=2, zero=1)) == "data 4 × tensor 2, ZeRO-1"
    assert str(Mix()) == "one device"
    assert Mix(data=4, tensor=2, pipeline=3).devices == 24


@pytest.mark.parametrize(
    ("mix", "message"),
    [({"zero": 4}, "zero=4 is no stage"), ({"tensor": 0}, "tensor=0 must be 1 or more")],
)
def test_what_is_no_mix_is_refused(mix, message):
    with pytest.raises(ValueError, match=message):
        Mix(**mix)


@given(st.integers(1, 10**12), st.integers(2, 64))
def test_each_stage_of_zero_leaves_less_and_the_last_an_even_share(parameters, replicas):
    held = [state_bytes(parameters, replicas, zero) for zero in range(4)]
    assert held == sorted(held, reverse=True) and len(set(held)) == 4
    assert held[0] == 16 * parameters and held[3] == pytest.approx(held[0] / replicas)
