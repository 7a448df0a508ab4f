"""The facts about devices and networks: complete, and found by name."""

import re

import pytest

from lmlab.scaling.hardware import device, devices, network, networks


@pytest.mark.parametrize("thing", [*devices(), *networks()], ids=lambda thing: thing.name)
def test_every_fact_has_a_source(thing):
    assert re.search(r"NVIDIA|20\d\d|Gbit/s", thing.source)


def test_networks_are_slower_than_the_links_inside_a_node():
    assert max(n.bandwidth for n in networks()) < min(d.link for d in devices())


def test_peaks_are_those_that_chapter_one_plans_with():
    assert (device("A100 80GB").flops, device("H100 80GB").flops) == (312e12, 989e12)


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(ValueError, match="no device 'B9'; there are .*H100 80GB"):
        device("B9")
    with pytest.raises(ValueError, match="no network 'string'; there are .*InfiniBand NDR"):
        network("string")
