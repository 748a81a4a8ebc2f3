"""Whole trainings as strangers write them, whatever their loop looks like: each recorded by three lines."""

import copy
from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, TensorDataset

from engine import spirals

SPIRALS = spirals(0, points=12, inner=0.2)
X, Y = torch.tensor(SPIRALS.x, dtype=torch.float32), torch.tensor(SPIRALS.y)
DRAW = torch.Generator().manual_seed(1)
IMAGES, FIVE = torch.rand(20, 1, 8, 8, generator=DRAW), torch.arange(20) % 5
TOKENS = torch.randint(0, 9, (20, 4), generator=DRAW)


def chain() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 5))


def steps(model, loss, recorder, count=3, optimiser=None):
    optimiser = optimiser or torch.optim.Adam(model.parameters())
    for epoch in range(count):
        value = loss()
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        recorder.snapshot(epoch, loss=value)
    return model


def siamese(recording, _):
    """Pairs, a contrastive loss, and one network for both sides."""

    class Siamese(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 2))

        def forward_once(self, x):
            return self.net(x)

        def forward(self, a, b):
            return self.forward_once(a), self.forward_once(b)

    model, other = Siamese(), torch.randperm(20)
    same = (FIVE[other] == FIVE).float()

    def loss():
        d = F.pairwise_distance(*model(IMAGES, IMAGES[other]))
        return (same * d**2 + (1 - same) * F.relu(1 - d) ** 2).mean()

    with recording(model, IMAGES, FIVE, embedding=lambda model, x: model.forward_once(x)) as recorder:
        return steps(model, loss, recorder)


def sequence_to_sequence(recording, _):
    """A decoder that attends, and calls its classifier once for each token."""

    class Translator(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.encoder = nn.Embedding(9, 8), nn.GRU(8, 8, batch_first=True)
            self.decoder, self.attend, self.out = nn.GRUCell(16, 8), nn.Linear(16, 1), nn.Linear(8, 9)

        def forward(self, source, target):
            states, h = self.encoder(self.embed(source))
            h, scores = h[0], []
            for t in range(target.shape[1]):
                weights = self.attend(torch.cat([states, h[:, None].expand_as(states)], -1)).softmax(1)
                h = self.decoder(torch.cat([self.embed(target[:, t]), (weights * states).sum(1)], -1), h)
                scores.append(self.out(h))
            return torch.stack(scores, 1)

    model, target = Translator(), TOKENS.flip(1)
    with recording(model, (TOKENS, target), target) as recorder:
        return steps(model, lambda: F.cross_entropy(model(TOKENS, target).transpose(1, 2), target), recorder)


def unet(recording, _):
    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.down, self.deep = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)
            self.up, self.out = nn.ConvTranspose2d(8, 4, 2, 2), nn.Conv2d(8, 2, 1)

        def forward(self, x):
            a = F.relu(self.down(x))
            return self.out(torch.cat([a, self.up(F.relu(self.deep(F.max_pool2d(a, 2))))], 1))

    model, mask = UNet(), (IMAGES[:, 0] > 0.5).long()
    with recording(model, IMAGES, mask, points=50) as recorder:
        return steps(model, lambda: F.cross_entropy(model(IMAGES), mask), recorder)


def transformers(recording, _):
    """A dataclass is returned, and labels go in."""

    @dataclass
    class Output:
        loss: Tensor | None
        logits: Tensor
        hidden_states: tuple[Tensor, ...]

    class ForClassification(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.dropout, self.classifier = nn.Embedding(9, 8), nn.Dropout(0.1), nn.Linear(8, 5)

        def forward(self, input_ids=None, attention_mask=None, labels=None):
            hidden = self.embed(input_ids) * attention_mask[..., None]
            logits = self.classifier(self.dropout(hidden.mean(1)))
            return Output(None if labels is None else F.cross_entropy(logits, labels), logits, (hidden,))

    model = ForClassification()
    batch = {"input_ids": TOKENS, "attention_mask": torch.ones_like(TOKENS), "labels": FIVE}
    with recording(model, batch) as recorder:
        return steps(model, lambda: model(**batch).loss, recorder)


def graph(recording, _):
    class Graph(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Linear(64, 8), nn.Linear(8, 5)

        def forward(self, x, adjacent):
            return F.log_softmax(adjacent @ self.two(F.relu(adjacent @ self.one(x))), 1)

    model, x = Graph(), IMAGES.flatten(1)
    adjacent = (torch.rand(20, 20) > 0.7).float() + torch.eye(20)
    with recording(model, (x, adjacent), FIVE) as recorder:
        return steps(model, lambda: F.nll_loss(model(x, adjacent), FIVE), recorder)


def convolutional_vae(recording, _):
    class Vae(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Conv2d(1, 2, 3, 2, 1), nn.ReLU(), nn.Flatten())
            self.mu, self.log_var, self.wide = nn.Linear(32, 2), nn.Linear(32, 2), nn.Linear(2, 32)
            self.decoder = nn.Sequential(nn.ConvTranspose2d(2, 1, 4, 2, 1), nn.Sigmoid())

        def forward(self, x):
            h = self.encoder(x)
            mu, log_var = self.mu(h), self.log_var(h)
            z = mu + torch.randn_like(mu) * (log_var / 2).exp()
            return self.decoder(self.wide(z).view(-1, 2, 4, 4)), mu, log_var

    model = Vae()

    def loss():
        made, mu, log_var = model(IMAGES)
        return F.binary_cross_entropy(made, IMAGES) - 0.5 * (1 + log_var - mu**2 - log_var.exp()).mean()

    with recording(model, IMAGES, FIVE, embedding="mu", classifier=None) as recorder:
        return steps(model, loss, recorder)


def reinforce(recording, _):
    class Policy(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.actions, self.value = nn.Linear(2, 8), nn.Linear(8, 3), nn.Linear(8, 1)

        def forward(self, seen):
            h = torch.tanh(self.body(seen))
            return torch.distributions.Categorical(logits=self.actions(h)), self.value(h)

    model = Policy()

    def loss():
        policy, value = model(X)
        action = policy.sample()
        reward = (action == Y % 3).float()
        return -(policy.log_prob(action) * (reward - value[:, 0].detach())).mean()

    with recording(model, X, classifier="actions") as recorder:
        return steps(model, loss, recorder)


def in_parallel(recording, _):
    model = nn.DataParallel(chain())
    with recording(model, X, Y) as recorder:
        return steps(model, lambda: F.cross_entropy(model(X), Y), recorder)


def compiled(recording, _):
    model = torch.compile(chain(), backend="eager")
    with recording(model, X, Y) as recorder:
        return steps(model, lambda: F.cross_entropy(model(X), Y), recorder)


def in_few_digits(recording, _):
    """Mixed precision, and the snapshot within it."""
    model = chain()
    optimiser, scaler = torch.optim.Adam(model.parameters()), torch.amp.GradScaler("cpu", enabled=False)
    with recording(model, X, Y) as recorder:
        for epoch in range(3):
            optimiser.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = F.cross_entropy(model(X), Y)
                recorder.snapshot(epoch, loss=loss)
            scaler.scale(loss).backward()
            scaler.step(optimiser)
            scaler.update()
    return model


def accumulated(recording, _):
    """Gradients of several batches, and fractions of epochs."""
    model, batches = chain(), DataLoader(TensorDataset(X, Y), 15, shuffle=True)
    optimiser = torch.optim.Adam(model.parameters())
    with recording(model, batches) as recorder:
        for epoch in range(2):
            for i, (x, y) in enumerate(batches):
                (F.cross_entropy(model(x), y) / 2).backward()
                if i % 2:
                    optimiser.step()
                    optimiser.zero_grad()
                    recorder.snapshot(epoch + i / len(batches))
    return model


def averaged(recording, _):
    """The weights' moving average is recorded, and not what is trained."""
    model = chain()
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    optimiser = torch.optim.Adam(model.parameters())
    with recording(average, X, Y) as recorder:
        for epoch in range(3):
            optimiser.zero_grad()
            F.cross_entropy(model(X), Y).backward()
            optimiser.step()
            average.update_parameters(model)
            recorder.snapshot(epoch)
    return average


def averaged_by_hand(recording, _):
    model = chain()
    slow, optimiser = copy.deepcopy(model), torch.optim.Adam(model.parameters())
    with recording(slow, X, Y) as recorder:
        for epoch in range(3):
            optimiser.zero_grad()
            F.cross_entropy(model(X), Y).backward()
            optimiser.step()
            fast = model.state_dict()
            slow.load_state_dict({name: 0.9 * w + 0.1 * fast[name] for name, w in slow.state_dict().items()})
            recorder.snapshot(epoch)
    return slow


def fits_itself(recording, _):
    """A model that owns its optimiser, its loss and its loop; labels are words."""

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.Linear(2, 8), nn.Linear(8, 5)
            self.optimiser, self.criterion = torch.optim.Adam(self.parameters()), nn.CrossEntropyLoss()

        def forward(self, x):
            return self.two(torch.relu(self.one(x)))

        def fit(self, x, words, callback):
            y = torch.tensor(np.unique(words, return_inverse=True)[1])
            return steps(self, lambda: self.criterion(self(x), y), callback, optimiser=self.optimiser)

    model, words = Classifier(), np.array(["ant", "bee", "cat", "dog", "elk"])[Y.numpy()]
    with recording(model, X, words) as recorder:
        return model.fit(X, words, recorder)


READ = {
    sequence_to_sequence: ("out", 9),
    unet: ("out", 2),
    transformers: ("classifier", 5),
    graph: ("two", 5),
    reinforce: ("actions", 3),
}
CHAINS = [in_parallel, compiled, in_few_digits, accumulated, averaged, averaged_by_hand, fits_itself]


@pytest.mark.parametrize("script", READ, ids=lambda script: script.__name__)
def test_whatever_the_loop_what_its_classifier_reads_is_recorded(recorded, script) -> None:
    run, model, given, _ = recorded(script)
    name, classes = READ[script]
    calls: list[Tensor] = []
    module = model.get_submodule(name)
    module.register_forward_hook(lambda _, read, __: calls.append(read[0].detach().clone()))
    model.eval()
    x = given[1] if isinstance(given[1], dict | tuple) else (given[1],)
    with torch.no_grad():
        model(**x) if isinstance(x, dict) else model(*x)
    e = torch.stack(calls, 1).flatten(0, 1) if script is sequence_to_sequence else calls[-1]
    e = e.movedim(1, -1).flatten(0, -2) if e.ndim == 4 else e
    last = run.epochs[-1]
    mine = run.embedding(last)
    if script is unet:  # as many of its pixels as were asked for
        e = e[np.unique(np.linspace(0, len(e) - 1, len(mine)).astype(int))]
    assert np.allclose(mine, e, atol=1e-6)
    assert len(run.points.y) == len(e)
    if script is reinforce:  # nobody said which action is right
        assert not run.layers
        return
    assert np.allclose(run.classifier(last).weight, module.weight.detach().flatten(1))
    assert len(run.classifier(last).bias) == classes


@pytest.mark.parametrize("script", [siamese, convolutional_vae], ids=lambda script: script.__name__)
def test_what_is_to_be_seen_is_named_where_nothing_classifies(recorded, script) -> None:
    run, model, *_ = recorded(script)
    seen: list[Tensor] = []
    model.eval()
    with torch.no_grad():
        seen.append(model.forward_once(IMAGES) if script is siamese else model(IMAGES)[1])
    assert np.allclose(run.embedding(run.epochs[-1]), seen[0], atol=1e-6)
    assert np.array_equal(run.points.y, FIVE) and not run.layers


@pytest.mark.parametrize("script", CHAINS, ids=lambda script: script.__name__)
def test_a_chain_is_recorded_by_its_weights_whatever_is_around_it(recorded, script) -> None:
    run, model, *_ = recorded(script)
    assert len(run.layers) == 3 and run.trajectories is None
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    network = run.at(run.epochs[-1])
    if script is not in_few_digits:  # whose last snapshot is before its last step
        for layer, weight in zip((network[0], network[-1]), weights, strict=True):
            assert np.array_equal(layer.weight, weight.detach())
    assert 0 <= run.accuracy[-1] <= 1 and not np.array_equal(run.at(run.epochs[0])[0].weight, network[0].weight)
