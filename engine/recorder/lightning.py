"""Lightning's trainer as a host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from engine.errors import UnspiralError
from engine.recorder.model import AUTO
from engine.recorder.place import free
from engine.recorder.recorder import Recorder
from engine.recorder.said import Said

_LOSSES = ("loss", "train_loss", "train_loss_epoch", "loss_epoch", "train_loss_step", "loss_step")


def lightning_callback(
    path: str | Path, x: Any = None, y: Any = None, embedding: Any = None, classifier: Any = AUTO, every: int = 1,
    **given: Any,
) -> Any:  # fmt: skip
    """A Lightning callback that records the module it trains, after every `every` epochs, with what it logged.

    trainer = Trainer(callbacks=[lightning_callback("my.safetensors", x, y)])

    All else that `Recorder` takes may be `given`. A run that is there is kept: another fit, or one resumed from a
    checkpoint, is recorded beside it, in my-2.safetensors. Nothing that goes wrong with recording ends the training: it
    is said once.
    """

    class Record(_callback_class()):
        recorder: Recorder | None = None

        def __init__(self) -> None:
            super().__init__()
            self._said, self._logged = Said(), Logged()

        def on_fit_start(self, trainer: Any, pl_module: nn.Module) -> None:
            self.recorder = None
            if not trainer.is_global_zero:
                return
            place = Path(path)
            if place.exists():
                place = free(place)
                self._said(f"beside {place}", f"{path} is there, as of an earlier fit; this one is recorded in {place}")
            try:
                self.recorder = Recorder(place, pl_module, x, y, embedding, classifier, **given)
                self.recorder.in_use = True  # until the fit ends
            except UnspiralError as error:
                self._said("begin", f"this training is not recorded: {error}")
                return
            if getattr(trainer, "ckpt_path", None) is None:
                self.recorder.snapshot(trainer.current_epoch)

        def on_train_start(self, trainer: Any, pl_module: nn.Module) -> None:
            if self.recorder is not None and self.recorder.empty:  # only now is its epoch known that it resumes
                self.recorder.snapshot(trainer.current_epoch)

        def on_train_epoch_end(self, trainer: Any, pl_module: nn.Module) -> None:
            epoch = trainer.current_epoch + 1
            if self.recorder is not None and epoch % every == 0:
                self.recorder.snapshot(epoch, **self._logged.new(trainer.callback_metrics, self.recorder.classifies))

        def on_exception(self, trainer: Any, pl_module: nn.Module, exception: BaseException) -> None:
            if self.recorder is not None:
                self.recorder.__exit__(type(exception), exception, None)

        def on_fit_end(self, trainer: Any, pl_module: nn.Module) -> None:
            if self.recorder is not None:
                self.recorder.close()

    return Record()


def _callback_class() -> Any:
    """Lightning's class of callbacks, from whichever of its two packages is there."""
    try:
        from lightning.pytorch import Callback  # pyright: ignore[reportMissingImports]
    except ImportError:
        try:
            from pytorch_lightning import Callback  # pyright: ignore[reportMissingImports]
        except ImportError:
            raise UnspiralError("Lightning is not installed: pip install lightning") from None
    return Callback


class Logged:
    """What Lightning logged since the last snapshot."""

    def __init__(self) -> None:
        self._before: dict[str, Any] = {}

    def new(self, metrics: Mapping[str, Any], classifies: bool = False) -> dict[str, Any]:
        """Metrics by name; those of a validation that did not run since are left out.

        The loss that was logged is that of an epoch's steps, each before it was taken. Where the model `classifies`, a
        run knows the loss of the very weights that are recorded: then the logged one is called train_loss. Else it goes
        by the name that films read, loss.
        """
        named = {name.replace("/", "_"): value for name, value in metrics.items() if name not in ("epoch", "self")}
        fresh = {
            name: value
            for name, value in named.items()
            if not (isinstance(value, Tensor) and self._before.get(name) is value)
        }
        self._before = named
        loss = next((name for name in _LOSSES if name in fresh), None)
        if classifies:
            return {"train_loss" if name == "loss" else name: value for name, value in fresh.items()}
        return fresh if loss is None else {**fresh, "loss": fresh[loss]}
