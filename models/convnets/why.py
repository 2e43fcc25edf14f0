"""Why something cannot be, or has ended: a sentence in English, with the code by which other languages say it."""

import copyreg
from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int


@dataclass(frozen=True)
class Why:
    """sentence: in English, with the names of the values in braces."""

    code: str
    sentence: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        grouped = {name: f"{value:,}" if isinstance(value, int) else value for name, value in self.values.items()}
        return self.sentence.format_map(grouped)

    @property
    def told(self) -> dict[str, object]:
        """What it is said by in another language."""
        return {"code": self.code, "values": dict(self.values)}


class ExplainedError(Exception):
    """An error whose reason can be said in every language; as a string it is the English sentence."""

    def __init__(self, code: str, sentence: str, /, **values: Value) -> None:
        self.why = Why(code, sentence, values)
        super().__init__(str(self.why))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle it as it is, whatever its class is made of."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]
