"""What models take and what y is, as people write them: sequences, tokens, graphs, words, several labels a point."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from engine import spirals, training

SPIRALS = spirals(0, points=30, inner=0.2)
X, Y = torch.tensor(SPIRALS.x, dtype=torch.float32), torch.tensor(SPIRALS.y)
IMAGES = torch.randn(40, 1, 8, 8, generator=torch.Generator().manual_seed(1))
SEQUENCES = torch.randn(40, 6, 4, generator=torch.Generator().manual_seed(2))
TOKENS = torch.randint(0, 9, (40, 6), generator=torch.Generator().manual_seed(3))
FIVE = torch.arange(40) % 5


def mlp(*widths, out=5):
    layers = [part for a, b in zip(widths, widths[1:]) for part in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(widths[-1], out))


class Recurrent(nn.Module):
    def __init__(self, kind, first=True):
        super().__init__()
        self.rnn, self.fc, self.first = kind(4, 7, batch_first=first), nn.Linear(7, 5), first

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.fc(out[:, -1] if self.first else out[-1])


class EveryStep(Recurrent):
    def forward(self, x):
        return self.fc(self.rnn(x)[0])[:, -1, :]


@dataclass
class Output:
    loss: torch.Tensor | None
    logits: torch.Tensor


class Transformer(nn.Module):
    """As in libraries of language models: tokens and a mask by name, an output with names."""

    def __init__(self):
        super().__init__()
        self.embed, self.position = nn.Embedding(9, 8), nn.Parameter(torch.zeros(6, 8))
        self.encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.classifier = nn.Linear(8, 5)

    def forward(self, input_ids, attention_mask=None, labels=None):
        h = self.encoder(self.embed(input_ids) + self.position, src_key_padding_mask=attention_mask)
        logits = self.classifier(h.mean(1))
        return Output(None if labels is None else F.cross_entropy(logits, labels), logits)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.head = nn.Embedding(9, 8, max_norm=1.0), nn.Linear(8, 3)

    def forward(self, tokens):
        return {"logits": self.head(torch.tanh(self.embed(tokens)))}


class Pooled(nn.Module):
    """All convolutions: its classifier is 1 × 1, and its scores are averages over the image."""

    def __init__(self, pool_first):
        super().__init__()
        self.features, self.head, self.pool_first = nn.Conv2d(1, 6, 3), nn.Conv2d(6, 5, 1), pool_first

    def forward(self, x):
        x = F.relu(self.features(x))
        if self.pool_first:
            return self.head(F.adaptive_avg_pool2d(x, 1)).flatten(1)
        return self.head(x).mean((2, 3))


class Cosine(nn.Module):
    """ArcFace: scores are scaled cosines, and a margin is put on the class that is right."""

    def __init__(self, margin=0.3, scale=8.0):
        super().__init__()
        self.weight, self.margin, self.scale = nn.Parameter(torch.randn(5, 2)), margin, scale

    def forward(self, e, y=None):
        cosine = F.linear(F.normalize(e), F.normalize(self.weight))
        if y is None:
            return self.scale * cosine
        angle = torch.acos(cosine.clamp(-0.999, 0.999)) + self.margin * F.one_hot(y, 5)
        return self.scale * torch.cos(angle)


class ArcFace(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.arc = nn.Sequential(nn.Linear(2, 12), nn.PReLU(), nn.Linear(12, 2)), Cosine()

    def forward(self, x, y=None):
        return self.arc(self.body(x), y)


class Graph(nn.Module):
    """Kipf's two layers: points that cannot be looked at one by one."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(2, 8), nn.Linear(8, 5)

    def forward(self, x, adjacency):
        return F.log_softmax(self.two(adjacency @ F.relu(adjacency @ self.one(x))), dim=1)


class Stateful(nn.Module):
    """Keeps its hidden state from batch to batch."""

    def __init__(self):
        super().__init__()
        self.cell, self.fc, self.hidden = nn.GRUCell(4, 7), nn.Linear(7, 5), None

    def forward(self, x):
        h = self.hidden if self.hidden is not None and len(self.hidden) == len(x) else x.new_zeros(len(x), 7)
        for step in range(x.shape[1]):
            h = self.cell(x[:, step], h)
        self.hidden = h.detach()
        return self.fc(h)


def long_short_term_memory(recording, fit):
    model = Recurrent(nn.LSTM)
    with recording(model, SEQUENCES, FIVE) as recorder:
        return fit(model, SEQUENCES, FIVE, recorder)


def time_first(recording, fit):
    model, x = EveryStep(nn.GRU, first=False), SEQUENCES.transpose(0, 1)
    model.forward = lambda x: model.fc(model.rnn(x)[0])[-1]
    with recording(model, x, FIVE) as recorder:
        return fit(model, x, FIVE, recorder)


def every_step(recording, fit):
    model = EveryStep(nn.RNN)
    with recording(model, SEQUENCES, FIVE) as recorder:
        return fit(model, SEQUENCES, FIVE, recorder)


def stateful(recording, fit):
    model, optimiser = Stateful(), None
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05)
    with recording(model, SEQUENCES, FIVE) as recorder:
        for epoch in range(3):
            for rows in (slice(0, 20), slice(20, 40)):
                optimiser.zero_grad()
                F.cross_entropy(model(SEQUENCES[rows]), FIVE[rows]).backward()
                optimiser.step()
                recorder.snapshot(epoch + rows.stop / 40)
    return model


def transformer(recording, fit):
    model = Transformer()
    batch = {"input_ids": TOKENS, "attention_mask": TOKENS == 0, "labels": FIVE}
    batch["attention_mask"][:, 0] = False
    with recording(model, batch) as recorder:
        return fit(model, None, None, recorder, lambda out, _: out.loss, call=lambda m: m(**batch))


def tagging(recording, fit):
    model, y = Tagger(), torch.where(TOKENS > 6, -100, TOKENS % 3)
    with recording(model, TOKENS, y) as recorder:
        return fit(model, TOKENS, y, recorder, lambda out, y: F.cross_entropy(out["logits"].transpose(1, 2), y))


def pooled_first(recording, fit):
    model = Pooled(True)
    with recording(model, IMAGES, FIVE) as recorder:
        return fit(model, IMAGES, FIVE, recorder)


def pooled_last(recording, fit):
    model = Pooled(False)
    with recording(model, IMAGES, FIVE) as recorder:
        return fit(model, IMAGES, FIVE, recorder)


def segmentation(recording, fit):
    model, y = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 3, 1)), (IMAGES[:, 0] > 0).long()
    y[:, 0] = 2
    with recording(model, IMAGES, y, points=300) as recorder:
        return fit(model, IMAGES, y, recorder)


def margins(recording, fit):
    model = ArcFace()
    with recording(model, (X, Y), Y, classifier="arc") as recorder:
        return fit(model, X, Y, recorder, call=lambda m: m(X, Y))


def cosines(recording, fit):
    model = nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, 2), Cosine())
    with recording(model, X, Y, classifier="3") as recorder:
        return fit(model, X, Y, recorder)


def one_logit(recording, fit):
    model, y = mlp(2, 12, 2, out=1), (Y > 1).float()[:, None]
    with recording(model, X, y) as recorder:
        return fit(model, X, y, recorder, F.binary_cross_entropy_with_logits)


def one_probability(recording, fit):
    model, y = nn.Sequential(nn.BatchNorm1d(2), mlp(2, 12, 2, out=1), nn.Sigmoid()), (Y > 1).float()
    with recording(model, X, y) as recorder:
        return fit(model, X, y, recorder, lambda p, y: F.binary_cross_entropy(p[:, 0], y))


def hinge(recording, fit):
    model, y = nn.Linear(2, 1), torch.where(Y > 1, 1, -1)
    with recording(model, X, y) as recorder:
        return fit(model, X, y, recorder, lambda s, y: F.relu(1 - s[:, 0] * y).mean())


def several_labels(recording, fit):
    model, y = mlp(2, 12, 2, out=3), torch.stack([Y > 1, Y % 2 == 0, Y == 4], 1).float()
    with recording(model, X, y, label="even", names=["large", "even", "last"]) as recorder:
        return fit(model, X, y, recorder, F.binary_cross_entropy_with_logits)


def words(recording, fit):
    model, names = mlp(2, 12, 2), ["ant", "bee", "cat", "dog", "elk"]
    with recording(model, SPIRALS.x, [names[k] for k in Y]) as recorder:
        return fit(model, X, Y, recorder)


def one_hot(recording, fit):
    model, y = mlp(2, 12, 2), F.one_hot(Y, 5).float()
    with recording(model, X, y) as recorder:
        return fit(model, X, y, recorder)


def graph(recording, fit):
    model = Graph()
    near = (torch.cdist(X, X) < 0.3).float()
    adjacency = near / near.sum(1, keepdim=True)
    with recording(model, (X, adjacency), Y) as recorder:
        return fit(model, X, Y, recorder, F.nll_loss, call=lambda m: m(X, adjacency))


def same(run, e, scores):
    """The run's embedding and its scores are these."""
    last = run.epochs[-1]
    weight, bias = run.classifier(last)
    assert np.allclose(run.embedding(last), e, atol=1e-6)
    assert np.allclose(run.embedding(last) @ weight.T + bias, scores, atol=1e-5)
    assert np.isfinite(training(run)(last).points).all()


RECURRENT = {long_short_term_memory: slice(None), stateful: slice(None), every_step: -1, time_first: -1}


@pytest.mark.parametrize("script", RECURRENT, ids=lambda script: script.__name__)
def test_of_a_sequence_what_the_classifier_reads_last_is_recorded(recorded, read, script):
    run, model, (_, x, _), _ = recorded(script)
    e, scores = read(model, "fc", x)
    if script is every_step:
        e, scores = e[:, -1], scores[:, -1]
    if script is time_first:
        e, scores = e[-1], scores[-1]
    same(run, e, scores)
    assert np.array_equal(run.points.y, FIVE)


def test_tokens_and_a_mask_by_name_are_called_as_they_were_given(recorded, read):
    run, model, (_, batch), _ = recorded(transformer)
    same(run, *read(model, "classifier", **batch))
    assert np.array_equal(run.points.y, FIVE)


def test_a_label_for_each_token_makes_each_a_point_and_ignored_ones_none(recorded, read):
    run, model, (_, tokens, y), _ = recorded(tagging)
    e, scores = read(model, "head", tokens)
    there = y.flatten().numpy() != -100
    same(run, e.reshape(-1, 8)[there], scores.reshape(-1, 3)[there])
    assert np.array_equal(run.points.y, y.flatten()[there]) and 0 < there.sum() < y.numel()


@pytest.mark.parametrize("script", [pooled_first, pooled_last], ids=lambda script: script.__name__)
def test_a_convolution_of_single_places_is_a_classifier(recorded, read, script):
    run, model, (_, x, _), _ = recorded(script)
    e, scores = read(model, "head", x)
    same(run, e.mean((2, 3)), scores.mean((2, 3)))


def test_of_images_labelled_by_the_pixel_so_many_pixels_are_recorded_as_were_asked_for(recorded, read):
    run, model, (_, x, y), _ = recorded(segmentation)
    e, scores = (a.transpose(0, 2, 3, 1).reshape(-1, a.shape[1]) for a in read(model, "2", x))
    chosen = np.linspace(0, y.numel() - 1, 300).astype(int)
    same(run, e[chosen], scores[chosen])
    assert np.array_equal(run.points.y, y.flatten()[chosen])


def test_scaled_cosines_are_scores_of_points_on_the_circle_whatever_margin_training_puts_on_them(recorded, read):
    run, model, *_ = recorded(margins)
    e, _ = read(model, "arc", X, Y)
    same(run, e / np.linalg.norm(e, axis=1, keepdims=True), model(X).detach())
    run, model, *_ = recorded(cosines)
    e, scores = read(model, "3", X)
    same(run, e / np.linalg.norm(e, axis=1, keepdims=True), scores)
    assert not run.classifier(2).bias.any()


LOGITS = {one_logit: ("4", (0, 1)), one_probability: ("1.4", (0, 1)), hinge: ("", (-1, 1))}


@pytest.mark.parametrize("script", LOGITS, ids=lambda script: script.__name__)
def test_one_logit_stands_for_two_classes(recorded, read, script):
    run, model, (_, x, y), _ = recorded(script)
    name, values = LOGITS[script]
    e, scores = read(model, name, x)
    same(run, e, np.hstack([np.zeros_like(scores), scores]))
    assert np.array_equal(run.points.y, y.flatten() == values[1]) and len(training(run)(2).regions) == 2
    assert run.accuracy[-1] == np.mean((scores[:, 0] > 0) == run.points.y)
    assert (run.trajectories is None) == (script is not one_probability)


def test_of_several_labels_a_point_the_one_asked_for_is_shown_against_the_rest(recorded, read):
    run, model, (_, x, y), _ = recorded(several_labels)
    e, scores = read(model, "4", x)
    same(run, e, np.stack([np.zeros(len(e)), scores[:, 1]], 1))
    assert np.array_equal(run.points.y, y[:, 1]) and np.array_equal(run.constants["values"], y)


def test_labels_may_be_words_or_one_hot_rows(recorded):
    run, *_ = recorded(words)
    assert np.array_equal(run.points.y, Y) and run.names["y"] == ("ant", "bee", "cat", "dog", "elk")
    run, *_ = recorded(one_hot)
    assert np.array_equal(run.points.y, Y)


def test_a_graphs_points_are_called_all_at_once(recorded, read):
    run, model, (_, x, _), _ = recorded(graph)
    same(run, *read(model, "two", *x))
