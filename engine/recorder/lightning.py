"""The Recorder as a callback of Lightning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike
from torch import Tensor, nn

from engine.errors import UnspiralError
from engine.recorder.recorder import Recorder


def lightning_callback(
    path: str | Path, x: ArrayLike | Tensor, y: ArrayLike | Tensor, embedding: str, classifier: str, every: int = 1
) -> Any:
    """A Lightning callback that records the module it trains, after every `every` epochs, with what it logged.

    trainer = Trainer(callbacks=[lightning_callback("my.safetensors", x, y, "model.2", "model.3")])
    """
    try:
        from lightning.pytorch import Callback  # pyright: ignore[reportMissingImports]
    except ImportError:
        try:
            from pytorch_lightning import Callback  # pyright: ignore[reportMissingImports]
        except ImportError:
            raise UnspiralError("Lightning is not installed: pip install lightning") from None

    class Record(Callback):
        recorder: Recorder | None = None

        def on_fit_start(self, trainer: Any, pl_module: nn.Module) -> None:
            if trainer.is_global_zero:
                self.recorder = Recorder(path, pl_module, x, y, embedding, classifier)
                self.recorder.snapshot(trainer.current_epoch)

        def on_train_epoch_end(self, trainer: Any, pl_module: nn.Module) -> None:
            epoch = trainer.current_epoch + 1
            if self.recorder is not None and epoch % every == 0:
                self.recorder.snapshot(epoch, **_logged(trainer.callback_metrics))

        def on_exception(self, trainer: Any, pl_module: nn.Module, exception: BaseException) -> None:
            if self.recorder is not None:
                self.recorder.__exit__(type(exception), exception, None)

        def on_fit_end(self, trainer: Any, pl_module: nn.Module) -> None:
            if self.recorder is not None:
                self.recorder.close()

    return Record()


def _logged(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What Lightning logged, with the training's loss under the name that films read."""
    named = {name.replace("/", "_"): value for name, value in metrics.items()}
    losses = [name for name in ("loss", "train_loss", "train_loss_epoch", "loss_epoch") if name in named]
    return {**named, "loss": named[losses[0]]} if losses else named
