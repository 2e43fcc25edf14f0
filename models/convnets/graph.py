"""Rows made of the records of a pass: their names, their costs and what their units see."""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from convnets import fields
from convnets.fields import UNSEEN, Field, Link, Span
from convnets.kinds.kind import UNKNOWN, Extent
from convnets.layer import Layer
from convnets.recorder import Entry, Record, Source


def joined(path: str, name: str) -> str:
    """A name within a module."""
    return f"{path}.{name}" if path else name


class Graph:
    """Rows made of records, with their names and their fields."""

    def __init__(
        self, records: list[Record], parameters: dict[str, nn.Parameter], inputs: dict[str, list[int]]
    ) -> None:
        self._parameters = parameters
        self._numbered = ""  # name of the last call
        self._names: dict[int, str] = {}  # of records, by identity
        self._used: dict[str, int] = dict.fromkeys(inputs, 1)
        self._fields: dict[str, Field] = {}
        self._extents: dict[str, Extent | None] = {}
        self.links: dict[str, list[Link]] = {}
        for name, shape in inputs.items():
            is_map = len(shape) >= 2
            self._fields[name] = (Span(), Span()) if is_map else UNSEEN
            self._extents[name] = (shape[-2] if len(shape) > 2 else 1, shape[-1]) if is_map else None
        for record in records:
            self._names[id(record)] = self._unique(record)
        self.layers = [self._explained(record) for record in records]

    def name(self, source: Source) -> str:
        """The name of the layer or input."""
        return source.name if isinstance(source, Entry) else self._names[id(source)]

    def free(self, base: str) -> str:
        """The name of the next layer that would be called so: numbered from the second use on."""
        count = self._used.get(base, 0)
        return f"{base}:{count + 1}" if count else base

    @property
    def parameters(self) -> int:
        """Trainable parameters of all layers, each once."""
        used = {id(self._parameters[name]): self._parameters[name] for row in self.layers for name in row.weights}
        return sum(value.numel() for value in used.values() if value.requires_grad)

    def _unique(self, record: Record) -> str:
        call = record.call
        if record.holder is not None:
            base = record.holder
        elif record.is_module:
            base = record.path or call.kind.named(call.operation)
        else:
            base = joined(record.path, call.operation)
        if call.piece:  # of a call that has its number already
            return f"{self._numbered}.{call.piece}"
        self._numbered = self.free(base)
        self._used[base] = self._used.get(base, 0) + 1
        return self._numbered if call.piece is None else f"{self._numbered}.0"

    def _explained(self, record: Record) -> Layer:
        """The row; of kind unknown where the kind does not know what to make of the call."""
        try:
            return self._row(record)
        except Exception:  # noqa: BLE001  whatever a kind stumbles over, nothing is dropped
            record.call = replace(record.call, kind=UNKNOWN)
            return self._row(record)

    def _row(self, record: Record) -> Layer:
        call, kind, name = record.call, record.call.kind, self._names[id(record)]
        first = not call.piece  # counts belong to the call, and only its first row has them
        window = kind.window(call)
        rows, columns = self._seen(record, name)
        shapes = [list(each.shape[1:]) for each in call.inputs]
        trainable = [value for key in record.weights if (value := self._parameters[key]).requires_grad]
        both = None if rows is None or columns is None else (rows, columns)
        jumps = [span.jump for span in both or () if span.jump is not None]
        sizes = [span.size for span in both or ()]
        return Layer(
            name=name,
            kind=kind.named(call.operation),
            operation=call.operation,
            reshapes=kind.reshapes,
            module=record.holder or (record.path if record.is_module else None),
            block=_parent(record.holder or record.path) if record.holder or record.is_module else record.path,
            inputs=[self.name(source) for source in record.sources],
            input_shape=shapes[0],
            input_shapes=shapes,
            output_shape=list(call.output.shape[1:]),
            kernel=list(window.kernel) if window else None,
            stride=list(window.stride) if window else None,
            padding=list(window.padding) if window else None,
            dilation=list(window.dilation) if window else None,
            groups=window.groups if window else None,
            output_padding=list(window.output_padding) if window and window.output_padding else None,
            ceil_mode=window.ceil_mode if window else None,
            parameters=sum({id(value): value.numel() for value in trainable}.values()) if first else 0,
            macs=(kind.macs(call) + record.counted) if first else 0,
            connections=kind.connections(call) if first else 0,
            receptive_field=sizes[0] if sizes and sizes[0] == sizes[1] else None,
            jump=jumps[0] if len(jumps) == 2 and jumps[0] == jumps[1] else None,
            field=sizes or None,
            jumps=jumps if len(jumps) == 2 else None,
            offset=[span.start for span in both] if both else None,
            feeds=kind.feeds(call),
            epsilon=kind.epsilon(call),
            weights=record.weights,
        )

    def _seen(self, record: Record, name: str) -> Field:
        """The receptive field by its formula, and the links from which it is computed cell by cell."""
        seen, links = [], []
        after: Extent | None = None
        for place, source in enumerate(record.sources):
            read = self.name(source)
            extent = self._extents[read]
            reach = None if extent is None else record.call.kind.reach(record.call, place, extent)
            links.append(Link(read, extent, reach))
            seen.append(fields.through(self._fields[read], reach))
            if extent is not None:
                after = after or fields.extent_after(extent, reach, record.call.output.shape[1:])
        self.links[name] = links
        self._extents[name] = after
        self._fields[name] = fields.union(seen) if seen else UNSEEN
        return self._fields[name]


def _parent(path: str) -> str:
    return path.rpartition(".")[0]
