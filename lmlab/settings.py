"""Settings: frozen dataclasses that are the same in Python and in JSON."""

import dataclasses
import json
from typing import Any


class Settings:
    """What every config dataclass of the course can do; a subclass checks its own values."""

    def replace(self, **changes: Any) -> "Settings":
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> str:
        """All fields as a JSON object."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """The inverse of `to_json`; ValueError names the fields that are unknown or missing."""
        fields = json.loads(text)
        if not isinstance(fields, dict):
            raise ValueError(f"a config is a JSON object; this is {text[:40]!r}.")
        unknown = fields.keys() - {field.name for field in dataclasses.fields(cls)}
        if unknown:
            raise ValueError(
                f"{', '.join(sorted(unknown))}: no field of {cls.__name__}. Was the file written "
                "by another program or a newer version of lmlab?"
            )
        if missing := [name for name in _required(cls) if name not in fields]:
            raise ValueError(f"the config of a {cls.__name__} names no {' and no '.join(missing)}.")
        return cls(**fields)


def _required(cls: type) -> list[str]:
    absent = dataclasses.MISSING
    return [
        field.name
        for field in dataclasses.fields(cls)
        if field.default is absent and field.default_factory is absent
    ]


def require(name: str, settings: Settings, is_right, wanted: str) -> None:
    """Raise ValueError when a field of `settings` is not what is wanted."""
    value = getattr(settings, name)
    try:
        right = is_right(value)
    except TypeError:  # not even a number
        right = False
    if not right:
        raise ValueError(f"{name}={value!r} must be {wanted}.")


def is_count(value: Any) -> bool:
    """A whole number, 1 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
