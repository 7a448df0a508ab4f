"""The plots of `town`: which events follow each other, and who and what may take part."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Variant:
    """One way through a plot: its steps are (kind, letters), its cast gives a class per letter."""

    plot: str
    ending: str
    cast: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str], ...]


# A plot: its cast, its beginning, and its endings. A line that starts with "?" may be left out.
PLOTS: dict[str, dict[str, str]] = {
    "lost and found": {
        "cast": "A child  B anyone  T l  P outdoors  Q any  S spot:P  R spot:P  W weather",
        "start": """begin_with A P W T
            lose A T P
            go_miss A P Q T
            ?sad_lost A T
            meet_ask A B Q T
            ?look_together A B
            back A B P
            ?search A B T S P""",
        "found": "find B T R P; return A B T; glad_back A T",
        "found with thanks": "find B T R P; return A B T; thank A B; glad_back A T",
        "lost for good": "never A B T P; still_sad A T",
        "comfort": "never A B T P; still_sad A T; comforted A B T",
    },
    "a gift": {
        "cast": "A hero  B friend  T g  P any  Q outdoors  W weather",
        "start": """begin A P W
            birthday A B Q
            ?no_money A
            make A T
            carry A T P Q""",
        "given": "give A B T Q; glad_gift A B T; glad_giver A B T",
        "broken": "ruin A T Q; sad_ruined A T; comfort_gift A B",
        "only broken": "ruin A T Q; sad_ruined A T",
    },
    "a trade": {
        "cast": "A hero  B anyone  C adult  T t  U t  V t  P any  Q any  W weather",
        "start": """begin_with A P W T
            see A B U P
            ?want A U
            offer A B T U""",
        "accepted": "trade A B T U; glad_trade A U",
        "refused": "refuse A B U; sad_refused A B U",
        "refused calmly": "refuse A B U; keep_calm A T",
        "chain": """wish A B T V; find_owner A C V P Q; trade A C T V
            back_trade A B V U P; glad_trade A U""",
    },
    "hide-and-seek": {
        "cast": "A child  B friend  P any  S spot:P  R spot:P  N number  W weather",
        "start": """begin A P W
            meet A B P
            play A B P
            count A N
            hide B R""",
        "found": "?seek_fail A B S; ?clue A; spot A B R; glad_game A B",
        "asleep": """?seek_fail A B S; give_up A B P; ?afraid_alone A B
            come_out A B R; glad_safe A B""",
    },
    "mending": {
        "cast": "A hero  B mender  T b  U f  P outdoors  Q any  W weather",
        "start": """begin_with A P W T
            break A T P
            ?sad_broken A T
            bring A B T P Q
            ?ask_mend A B T""",
        "mended": "mend A B T; return A B T; ?pay A B U; glad_mended A T",
        "not mended": "cannot_mend A B T; sad_not_mended A B T",
    },
    "a promise": {
        "cast": "A hero  B friend  T b  P any  Q any  W weather",
        "start": """begin_with A P W T
            meet A B P
            ?ask_borrow A B T
            lend A B T
            promise A B T
            take_away A B T P Q""",
        "kept": "?forget B Q; run_back B T P; return A B T; glad_promise A B T",
        "kept in a storm": "storm B Q; run_back B T P; return A B T; glad_promise A B T",
        "broken": "wait A B P; sad_promise A B T",
        "late": "wait A B P; next_day A B T P; calm_late A B T",
    },
    "a race": {
        "cast": "A child  B friend  P outdoors  Q outdoors  W weather",
        "start": """begin A P W
            meet A B P
            challenge A B Q
            ahead A B""",
        "together": "hurt B; turn_back A B; arrive A B Q; glad_race A B",
        "won": "win A B Q; proud_win A",
        "won alone": "hurt B; win A B Q; lonely_win A B",
    },
    "sharing": {
        "cast": "A hero  B anyone  T f  U k  P any  Q any  W weather",
        "start": """begin_with A P W T
            meet A B P
            hungry B""",
        "shared": "share A B T; glad_share A B; gift_back A B U; glad_kind A B U",
        "not shared": "eat_alone A B T; leave_sad A B P Q; ashamed A B",
    },
    "run away": {
        "cast": "A child  B anyone  T p  P outdoors  Q outdoors  R spot:Q  W weather",
        "start": """begin_with A P W T
            run_away A T P Q
            ?worried A T
            meet_ask A B P T
            tell_where A B T Q
            go A P Q""",
        "found": "find_pet A T R Q; glad_back A T",
        "lost": "not_there A T Q; still_sad A T",
    },
    "a surprise": {
        "cast": "A child  B friend  T g  P any  Q any  R spot:Q  W weather",
        "start": """begin A P W
            forgotten A
            ?sad_forgotten A
            secret A B T Q""",
        "found": "invite A B Q; find_present A B T R Q; ?wishes A B T; glad_surprise A B",
    },
    "the truth": {
        "cast": "A child  B friend  T b  P outdoors  W weather",
        "start": """begin_with A P W T
            meet A B P
            lend A B T
            break_borrowed B T
            ?afraid A B T
            confess A B T""",
        "forgiven": "forgive A B; mend_together A B T P; glad_truth A B T",
        "angry": "angry A B T",
    },
    "the crow": {
        "cast": "A hero  B anyone  T s  P outdoors  Q outdoors  S spot:Q  R spot:Q  W weather",
        "start": """begin_with A P W T
            steal A T P Q
            ?angry_crow A T
            go A P Q
            meet A B Q
            ?tell_crow A B T""",
        "found": "find B T R Q; return A B T; glad_back A T",
        "lost": "search A B T S Q; never A B T Q; still_sad A T",
    },
}
LENGTHS = range(6, 10)


def _steps(script: str) -> list[list[tuple[str, str] | None]]:
    """Each line as its choices: the step, or None where it may be left out."""
    choices = []
    for line in script.replace(";", "\n").splitlines():
        kind, *letters = line.strip().lstrip("?").split()
        step = (kind, "".join(letters))
        choices.append([step, None] if line.strip().startswith("?") else [step])
    return choices


def _variants() -> list[list[Variant]]:
    endings = []
    for plot, parts in PLOTS.items():
        cast = tuple(tuple(pair.split(" ")) for pair in parts["cast"].split("  "))
        for ending in [name for name in parts if name not in ("cast", "start")]:
            routes = []
            for choice in product(*_steps(parts["start"] + "\n" + parts[ending])):
                steps = tuple(step for step in choice if step)
                used = {letter for _, letters in steps for letter in letters}
                who = tuple(pair for pair in cast if pair[0] in used)
                routes.append(Variant(plot, ending, who, steps))
            endings.append([route for route in routes if len(route.steps) in LENGTHS])
    return endings


ENDINGS: list[list[Variant]] = _variants()  # for each ending of each plot, the ways to reach it
