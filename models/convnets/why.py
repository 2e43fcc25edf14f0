"""Reasons of refusals and failures: an English sentence, with a code that has its sentence in every language."""

import copyreg
from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int


@dataclass(frozen=True)
class Why:
    """A reason. sentence: in English, with the names of the values in braces."""

    code: str
    sentence: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        grouped = {name: f"{value:,}" if isinstance(value, int) else value for name, value in self.values.items()}
        return self.sentence.format_map(grouped)

    @property
    def as_dict(self) -> dict[str, object]:
        """The code and the values, from which every language makes its sentence."""
        return {"code": self.code, "values": dict(self.values)}


class ExplainedError(Exception):
    """An error whose reason has a sentence in every language; as a string it is the English one."""

    def __init__(self, code: str, sentence: str, /, **values: Value) -> None:
        self.why = Why(code, sentence, values)
        super().__init__(str(self.why))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle it as it is, whatever its class is made of."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]
