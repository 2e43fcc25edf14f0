"""The exhibits that have a page of their own, and what of an address becomes their attributes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST: Final = 64  # attributes
LONGEST: Final = 20_000  # characters of one: a curve that was drawn, a table that was typed
NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
FORBIDDEN: Final = re.compile(r"on|style|src|href|id|class|slot|part|is|nonce|lang|dir|hidden|tabindex|server|token")


@dataclass(frozen=True)
class Exhibit:
    """An exhibit: `static/src/exhibits/NAME/`, the element `rx-NAME`."""

    name: str
    title: str  # keys of the message files
    lead: str


EXHIBITS: Final = {
    exhibit.name: exhibit
    for exhibit in (
        Exhibit("lenet", "net.label", "page.description"),
        Exhibit("convolution", "convolution.title", "convolution.lead"),
        Exhibit("pooling", "pooling.title", "pooling.lead"),
        Exhibit("activation", "activation.title", "activation.lead"),
        Exhibit("normalization", "normalization.title", "normalization.lead"),
        Exhibit("dropout", "dropout.title", "dropout.lead"),
        Exhibit("classifier", "classifier.title", "classifier.lead"),
        Exhibit("approximation", "approximation.title", "approximation.lead"),
        Exhibit("training", "training.title", "training.lead"),
    )
}


def attributes(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The attributes that a query string sets: no handlers, no styles, nothing that loads or belongs to the page."""
    accepted: dict[str, str] = {}
    for name, value in query:
        fits = len(value) <= LONGEST and len(name) <= 40 and NAME.fullmatch(name)
        if fits and not forbidden(name) and (len(accepted) < MOST or name in accepted):
            accepted[name] = value
    return accepted


def forbidden(name: str) -> bool:
    """True if an attribute runs code, loads or is the page's: handlers such as `onclick` by prefix, others by name."""
    return name.startswith("on") or FORBIDDEN.fullmatch(name) is not None
