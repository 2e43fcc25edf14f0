"""Choices by name, available without importing torch."""

from typing import Literal

ActivationKind = Literal["relu", "leaky-relu", "sigmoid", "tanh", "lecun-tanh", "softplus", "gelu"]
Initialization = Literal["xavier", "he", "small", "large", "orthogonal"]
ChainLoss = Literal["sum", "mean-square"]
Convention = Literal["paper", "torch"]
Motion = Literal["shift-x", "shift-y", "rotate"]
Summary = Literal["max", "average", "l2"]
Penalty = Literal["l1", "l2"]
