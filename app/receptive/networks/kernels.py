"""The kernels that convolutions run on: torch's plain ones for small pictures, oneDNN's for long passes.

For one small picture oneDNN's set-up costs more than the pass (three times the time), for a large one its kernels are
half as fast again as the plain ones. torch's switch between them is the whole process's. It is therefore set once,
before any network runs, and never touched while one does: no result depends on what another thread is doing.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class StoppedError(BaseException):
    """A pass that was stopped between two of its calls, since nobody waits for it any more.

    No `Exception`, so that code which goes on after a failure does not take it for one.
    """


class PlainKernels:
    """A switch to the plain kernels for the whole process, for as long as anybody holds it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._before = True

    def hold(self) -> None:
        """Switch to the plain kernels, unless they are on already."""
        with self._lock:
            self._holders += 1
            if self._holders == 1:
                self._before = torch._C._get_mkldnn_enabled()
                torch._C._set_mkldnn_enabled(False)

    def release(self) -> None:
        """Switch back once the last holder has let go."""
        with self._lock:
            self._holders -= 1
            if self._holders == 0:
                torch._C._set_mkldnn_enabled(self._before)


PLAIN: Final = PlainKernels()


class LongPass(TorchFunctionMode):
    """Within the block, in this thread: convolutions by oneDNN, and a look at `stop` before every call of torch.

    Raises StoppedError out of the block as soon as `stop` returns True.
    """

    def __init__(self, stop: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._stop = stop

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """The function's result, by oneDNN where it is a convolution that oneDNN has."""
        if self._stop():
            raise StoppedError
        if func is torch.conv2d:
            return _conv2d(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))


def _conv2d(
    input: Tensor,  # noqa: A002  as in torch
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | str | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """As torch.conv2d."""
    known = input.device.type == "cpu" and input.dtype is torch.float32 and input.dim() == 4
    if not known or isinstance(padding, str) or torch.is_grad_enabled() or not torch.backends.mkldnn.is_available():
        return torch.conv2d(input, weight, bias, stride, padding, dilation, groups)
    sides = [[side] * 2 if isinstance(side, int) else list(side) for side in (padding, stride, dilation)]
    result: Tensor = torch.ops.aten.mkldnn_convolution(input, weight, bias, *sides, groups)
    return result
