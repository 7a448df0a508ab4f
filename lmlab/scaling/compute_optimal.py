"""How large a model, and on how many tokens, for a given budget of compute: three rules.

Built in chapter 8.1.
"""

from dataclasses import dataclass

from lmlab.scaling.accounting import training_flops

PETAFLOP_DAY = 8.64e19
"""FLOPs of a day at 10^15 a second."""


@dataclass(frozen=True)
class Optimum:
    """What a rule would train with a budget."""

    parameters: float
    tokens: float

    @property
    def tokens_per_parameter(self) -> float:
        """About 20 is what "Chinchilla-optimal" has come to mean."""
        return self.tokens / self.parameters


@dataclass(frozen=True, kw_only=True)
class LossLaw:
    """L(N, D) = floor + a · N^-alpha + b · D^-beta: the loss, in nats a token, of N and D.

    N counts parameters, D the tokens of training. Source: Hoffmann et al. 2022, section 3.3 (arXiv
    2203.15556).
    """

    floor: float
    """The loss of an endless model on endless text: the entropy of the text, if the law holds."""
    a: float
    alpha: float
    b: float
    beta: float
    source: str

    def loss(self, parameters: int | float, tokens: int | float) -> float:
        """Nats a token, on the text and with the tokens of the paper."""
        return self.floor + self.a * parameters**-self.alpha + self.b * tokens**-self.beta

    def optimum(self, flops: int | float) -> Optimum:
        """The N and D of lowest loss with 6 · N · D = flops.

        N = G (C/6)^(β/(α+β)), G = (αa / βb)^(1/(α+β)). Source: Hoffmann et al. 2022, eq. 4. Built
        in chapter 8.1.
        """
        _require_budget(flops)
        both = self.alpha + self.beta
        g = (self.alpha * self.a / (self.beta * self.b)) ** (1 / both)
        parameters = g * (flops / 6) ** (self.beta / both)
        return Optimum(parameters, flops / (6 * parameters))


HOFFMANN = LossLaw(
    floor=1.69,
    a=406.4,
    alpha=0.34,
    b=410.7,
    beta=0.28,
    source="Hoffmann et al. 2022, eq. 10, arXiv 2203.15556, as printed",
)
BESIROGLU = LossLaw(
    floor=1.8172,
    a=482.01,
    alpha=0.3478,
    b=2085.43,
    beta=0.3658,
    source="Besiroglu et al. 2024, table 1, arXiv 2404.10102: the fit to Hoffmann's data, repeated",
)


def chinchilla(flops: int | float, tokens_per_parameter: int | float = 20) -> Optimum:
    """The rule of thumb: 20 tokens a parameter, so that N = √(flops / (6 · 20)).

    Source: Hoffmann et al. 2022, table 3, whose tokens are about 20 times the parameters in every
    row. Built in chapter 8.1.
    """
    parameters = optimal_parameters(flops, tokens_per_parameter)
    return Optimum(parameters, tokens_per_parameter * parameters)


def optimal_parameters(flops: int | float, tokens_per_parameter: int | float = 20) -> float:
    """N, where the budget is 6 · N · D and D = tokens_per_parameter · N.

    Source: Hoffmann et al. 2022 (arXiv 2203.15556). Built in chapter 8.1.
    """
    _require_budget(flops)
    return (flops / (6 * tokens_per_parameter)) ** 0.5


def kaplan(flops: int | float) -> Optimum:
    """The older rule, which GPT-3 followed: N = 1.3 · 10^9 · (petaflop-days)^0.73, D = C / 6N.

    N leaves the embeddings out. Source: Kaplan et al. 2020, table 6 (arXiv 2001.08361). Built in
    chapter 8.1.
    """
    _require_budget(flops)
    parameters = 1.3e9 * (flops / PETAFLOP_DAY) ** 0.73
    return Optimum(parameters, flops / training_flops(parameters, 1))


def _require_budget(flops: int | float) -> None:
    if not flops > 0:
        raise ValueError(f"flops={flops} must be above 0; GPT-3 took 3.14e23.")
