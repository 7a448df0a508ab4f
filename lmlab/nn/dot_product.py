"""The dot product of two random vectors: how large it gets with their width.

Built in chapter 4.
"""


def dot_product_variance(d_k: int, variance_q: float, variance_k: float) -> float:
    """The variance of q·k, a sum of d_k products of independent numbers with mean 0.

    Each product has mean 0 and variance E[q²] E[k²]; the variances of independent products add up.
    So scores are divided by √d_k. Source: Vaswani et al. 2017, footnote 4 (arXiv 1706.03762).
    """
    return d_k * variance_q * variance_k
