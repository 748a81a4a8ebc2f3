"""A training loop as anybody writes it, recorded: a flow learns to carry noise to two moons (flow matching)."""

from pathlib import Path

import torch
from torch import Tensor, nn

from engine.network.lines import square_grid
from engine.recipes.data import moons
from engine.recorder.recorder import Recorder
from engine.trainings.loop import on_threads

STEPS, SIDE, EXTENT = 24, 13, 2.4
"""Steps from noise to data; arrows of the field, and half of the square that they and the grid fill."""


def train(path: str | Path, epochs: int = 60, batches: int = 60, batch: int = 512) -> None:
    """Train and record a run file: ways (T, S, N, 2), a grid that is carried along, and the field of velocities."""
    torch.manual_seed(0)
    data = moons(0, points=300, noise=0.06)
    target = torch.tensor(data.x, dtype=torch.float32)
    target = 1.4 * (target - target.mean(0)) / target.std(0).mean()
    model = nn.Sequential(nn.Linear(3, 96), nn.SiLU(), nn.Linear(96, 96), nn.SiLU(), nn.Linear(96, 2))
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * batches)
    noise = torch.randn(500, 2)
    lines = torch.tensor(square_grid(EXTENT, SIDE), dtype=torch.float32)
    share = torch.linspace(0, 1, 41)[:, None]
    grid = (1 - share) * lines[:, None, 0] + share * lines[:, None, 1]  # (lines, places, 2)
    side = torch.linspace(-EXTENT, EXTENT, SIDE)
    places = torch.cartesian_prod(side, side)

    def velocity(x: Tensor, time: float) -> Tensor:
        return model(torch.cat([x, torch.full((len(x), 1), time)], 1))

    def carried() -> tuple[Tensor, Tensor, Tensor]:
        """Where noise and grid are at each step, and the field there: the midpoint rule."""
        x = torch.cat([noise, grid.reshape(-1, 2)])
        ways, field = [x], [velocity(places, 0.0)]
        for step in range(STEPS):
            middle = x + 0.5 / STEPS * velocity(x, step / STEPS)
            x = x + velocity(middle, (step + 0.5) / STEPS) / STEPS
            ways.append(x)
            field.append(velocity(places, (step + 1) / STEPS))
        all_ways = torch.stack(ways)
        return all_ways[:, : len(noise)], all_ways[:, len(noise) :].reshape(STEPS + 1, *grid.shape), torch.stack(field)

    labels = (noise[:, 1] < 0).long()
    with on_threads(1), Recorder(path, labels=labels, target=target[::2], field_x=places) as recorder:
        losses: list[Tensor] = []
        for step in range(epochs * batches + 1):
            begin, end = torch.randn(batch, 2), target[torch.randint(len(target), (batch,))]
            time = torch.rand(batch, 1)
            guess = model(torch.cat([(1 - time) * begin + time * end, time], 1))
            loss = (guess - (end - begin)).square().mean()
            losses.append(loss.detach())
            if step % batches == 0:
                with torch.no_grad():
                    ways, bent, field = carried()
                recorder.snapshot(step / batches, ways=ways, bent=bent, field=field, loss=torch.stack(losses).mean())
                losses.clear()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
