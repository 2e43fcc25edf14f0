"""The choice of a reading by its name."""

from receptive.preprocessing.reading import INK, Reading, ReadingName, Shape
from receptive.preprocessing.steps import INPUT


def choose(name: ReadingName, shape: Shape, learned: Shape | None = None) -> Reading:
    """The reading of this name for a network of input shape (C, H, W); `learned`: of the pictures it learned from.

    ink: a digit on paper; photo: the whole picture; negated: the whole picture, turned round where its paper is light.
    """
    if name == "ink":
        if shape[1:] == (INPUT, INPUT):
            return INK
        from receptive.preprocessing.framed import FramedInk  # brings torch

        return FramedInk(*shape[1:])
    from receptive.preprocessing.photo import Photo  # brings torch

    return Photo(learned or shape, shape, negated=name == "negated")
