"""Operations a CNN is made of, each a pure function from tensors to tensors; what fits is known from shapes."""

from receptive.operations.limits import OperationError

__all__ = ["OperationError"]
