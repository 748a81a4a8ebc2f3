"""More that people write: loops and models that a recorder meets, each recorded by three lines."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import Dataset

from engine import NotRecorded, Run, UnspiralError, spirals
from engine.recorder import Recorder

SPIRALS = spirals(0, points=30, inner=0.2)
X, Y = torch.tensor(SPIRALS.x, dtype=torch.float32), torch.tensor(SPIRALS.y)
IMAGES, FIVE = torch.rand(40, 1, 8, 8, generator=torch.Generator().manual_seed(1)), torch.arange(40) % 5
TOKENS = torch.randint(0, 9, (40, 6), generator=torch.Generator().manual_seed(3))


def of(forward, **parts):
    """A module with this forward."""
    model = nn.ModuleDict(parts)
    model.forward = lambda *given: forward(model, *given)
    return model


class Own(nn.Module):
    """A linear layer of somebody's own."""

    def __init__(self, a, b):
        super().__init__()
        self.w, self.b = nn.Parameter(torch.randn(a, b) / 4), nn.Parameter(torch.zeros(b))

    def forward(self, x):
        return x @ self.w + self.b


class Prototypes(nn.Module):
    """Scores are squared distances from a centre: regions are the centres' neighbourhoods."""

    def __init__(self):
        super().__init__()
        self.centres = nn.Parameter(torch.randn(5, 2))

    def forward(self, e):
        return -(torch.cdist(e, self.centres) ** 2)


class Items(Dataset):
    """A data set of dictionaries that draws from a generator of its own."""

    def __init__(self):
        self.generator = np.random.default_rng(0)

    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        return {"x": X[i] + 1e-3 * float(self.generator.normal()), "label": int(Y[i])}


def own_layers(recording, fit):
    model = nn.Sequential(Own(2, 16), nn.ReLU(), Own(16, 5))
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder)


def prototypes(recording, fit):
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2), Prototypes())
    with recording(model, X, Y, classifier="3") as recorder:
        return fit(model, X, Y, recorder)


def patches(recording, fit):
    """A vision transformer: a token of its own is read by a normalised head."""

    def forward(m, x):
        t = m["patch"](x).flatten(2).transpose(1, 2)
        return m["head"](m["encoder"](torch.cat([t.mean(1, keepdim=True), t], 1))[:, 0])

    encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    model = of(
        forward, patch=nn.Conv2d(1, 8, 4, 4), encoder=encoder, head=nn.Sequential(nn.LayerNorm(8), nn.Linear(8, 5))
    )
    with recording(model, IMAGES, FIVE) as recorder:
        return fit(model, IMAGES, FIVE, recorder)


def auxiliary(recording, fit):
    """A second head that only training has."""

    def forward(m, x):
        h = F.relu(m["one"](x))
        out = m["out"](F.relu(m["two"](h)))
        return (out, m["aux"](h)) if m.training else out

    model = of(forward, one=nn.Linear(2, 8), aux=nn.Linear(8, 5), two=nn.Linear(8, 8), out=nn.Linear(8, 5))
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder, lambda out, y: F.cross_entropy(out[0], y) + F.cross_entropy(out[1], y))


def two_tasks(recording, fit):
    def forward(m, x):
        h = m["body"](x)
        return {"scores": m["classes"](h), "size": m["size"](h)}

    model = of(forward, body=nn.Sequential(nn.Linear(2, 8), nn.Tanh()), classes=nn.Linear(8, 5), size=nn.Linear(8, 1))
    with recording(model, X, Y) as recorder:
        return fit(model, X, Y, recorder, lambda o, y: F.cross_entropy(o["scores"], y) + o["size"].pow(2).mean())


def packed(recording, fit):
    def forward(m, x, lengths):
        sequences = nn.utils.rnn.pack_padded_sequence(m["embed"](x), lengths, batch_first=True, enforce_sorted=False)
        return m["out"](torch.cat([*m["rnn"](sequences)[1][0]], 1)).squeeze(1)

    rnn = nn.LSTM(8, 4, batch_first=True, bidirectional=True)
    model, y = of(forward, embed=nn.Embedding(9, 8), rnn=rnn, out=nn.Linear(8, 1)), (FIVE > 2).float()
    x = (TOKENS, TOKENS[:, 0].clamp(1, 6))
    with recording(model, x, y) as recorder:
        return fit(model, x, y, recorder, F.binary_cross_entropy_with_logits, lambda m: m(*x))


def bags(recording, fit):
    model, offsets = of(lambda m, t, o: m["out"](m["bag"](t, o)), bag=nn.EmbeddingBag(9, 8), out=nn.Linear(8, 5)), None
    offsets = torch.arange(0, 240, 6)
    with recording(model, (TOKENS.flatten(), offsets), FIVE) as recorder:
        return fit(model, None, FIVE, recorder, call=lambda m: m(TOKENS.flatten(), offsets))


def next_token(recording, fit):
    def forward(m, x):
        return m["out"](m["rnn"](m["embed"](x))[0])

    model = of(forward, embed=nn.Embedding(9, 8), rnn=nn.GRU(8, 8, batch_first=True), out=nn.Linear(8, 9))
    x, y = TOKENS[:, :-1], TOKENS[:, 1:]
    with recording(model, x, y) as recorder:
        return fit(model, x, y, recorder, lambda out, y: F.cross_entropy(out.flatten(0, 1), y.flatten()))


def dictionaries(recording, fit):
    model, items = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 5)), Items()
    with recording(model, items) as recorder:
        fit(model, X, Y, recorder)
    model.register_buffer("drawn", torch.tensor(items.generator.normal()))  # compared: it was not drawn from
    return model


def in_their_own_wrapper(recording, fit):
    model = of(lambda m, x: m["module"](x), module=nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 5)))
    with recording(model, X, Y, "module.1", "module.2") as recorder:
        return fit(model, X, Y, recorder)


SCRIPTS = {
    own_layers: ("2", (X,)),
    prototypes: ("3", (X,)),
    patches: ("head.1", (IMAGES,)),
    auxiliary: ("out", (X,)),
    two_tasks: ("classes", (X,)),
    packed: ("out", (TOKENS, TOKENS[:, 0].clamp(1, 6))),
    bags: ("out", (TOKENS.flatten(), torch.arange(0, 240, 6))),
    next_token: ("out", (TOKENS[:, :-1],)),
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_what_the_classifier_reads_is_recorded_and_its_answers_are_the_models(recorded, read, script):
    run, model, *_ = recorded(script)
    name, x = SCRIPTS[script]
    e, scores = (a.reshape(-1, a.shape[-1]) for a in read(model, name, *x))
    last = run.classifier(2)
    assert np.allclose(run.embedding(2), e, atol=1e-6)
    mine, theirs = run.embedding(2) @ last.weight.T + last.bias, scores
    if scores.shape[1] == 1:
        theirs = np.hstack([np.zeros_like(scores), scores])
    shift = (mine - theirs).mean(1, keepdims=True) if script is prototypes else 0  # the same for all classes
    assert np.allclose(mine, theirs + shift, atol=1e-5)


def test_a_data_set_is_read_without_drawing_from_its_own_generator(recorded):
    run, *_ = recorded(dictionaries)
    assert np.array_equal(run.points.y, Y) and np.allclose(run.points.x, X, atol=0.01)


def test_names_may_hold_what_wraps_the_model(recorded):
    run, model, *_ = recorded(in_their_own_wrapper)
    assert np.array_equal(run.at(2)[-1].weight, model["module"][2].weight.detach())


@pytest.mark.parametrize(
    ("model", "given", "said"),
    [
        (patches, {"classifier": "head"}, r"its last Linear layer is taken: 'head.1'"),
        (None, {"x": X, "y": Y + 1}, "labels run from 1 to 5; they are recorded as 0 to 4"),
        (None, {"x": X, "y": Y, "embedding": "0"}, "does not read the embedding '0' itself; name embedding='1'"),
    ],
)
def test_what_is_read_otherwise_than_it_was_given_is_said_in_one_line(tmp_path, model, given, said):
    made = []
    if model is None:
        made = [nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 5))]
    else:

        def keep(model, *_):
            made.append(model)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            model(keep, None)
        given = {"x": IMAGES, "y": FIVE, **given}
    path = tmp_path / "run.safetensors"
    with pytest.warns(NotRecorded, match=said), Recorder(path, made[0], **given) as recorder:
        recorder.snapshot(0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"model": nn.Bilinear(2, 2, 5), "y": Y}, "missing 1 required .*; give x as a tuple of all that it takes"),
        ({"model": nn.Linear(2, 3), "y": Y}, "no linear layer that the model uses has 5 outputs"),
        ({"model": nn.Linear(2, 5), "y": ["?"] * 149}, "x has 150 rows and y has shape"),
        ({"model": nn.Linear(2, 5), "y": Y, "names": ["a"] * 3}, "3 names were given for 5 classes"),
        ({"model": nn.Linear(2, 1), "y": np.full(150, -100)}, "every label is -100"),
    ],
)
def test_a_refusal_says_what_would_work(tmp_path, given, said):
    with pytest.raises(UnspiralError, match=said) as caught:
        Recorder(tmp_path / "run.safetensors", x=X, **given)
    assert len(str(caught.value)) < 300 and not list(tmp_path.iterdir())


def test_a_density_of_numbers_to_fit_is_recorded_by_what_its_last_layer_reads(tmp_path):
    class Mixture(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden, self.shares, self.means = nn.Linear(1, 6), nn.Linear(6, 4), nn.Linear(6, 4)

        def forward(self, x):
            h = torch.tanh(self.hidden(x))
            return F.softmax(self.shares(h), 1), self.means(h)

    x, model = torch.linspace(-1, 1, 20)[:, None], Mixture()
    with pytest.warns(NotRecorded, match="numbers to fit: what 'means' reads is recorded, without a classifier"):
        recorder = Recorder(tmp_path / "run.safetensors", model, x, torch.sin(3 * x))
    with recorder:
        recorder.snapshot(0)
    run = Run.load(tmp_path / "run.safetensors")
    assert np.allclose(run.embedding(0), torch.tanh(model.hidden(x)).detach(), atol=1e-6) and not run.layers
    assert np.allclose(run.constants["values"], torch.sin(3 * x)[:, 0])


def test_the_state_of_an_lstm_is_given_as_its_tutorials_give_it(tmp_path):
    class Words(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder, self.rnn, self.decoder = nn.Embedding(7, 5), nn.LSTM(5, 5), nn.Linear(5, 7)

        def forward(self, tokens, state):
            h, state = self.rnn(self.encoder(tokens), state)
            return F.log_softmax(self.decoder(h).view(-1, 7), 1), state

    model, text = Words(), torch.randint(0, 7, (6, 4), generator=torch.Generator().manual_seed(0))
    state = torch.zeros(1, 4, 5), torch.zeros(1, 4, 5)
    with Recorder(tmp_path / "run.safetensors", model, (text[:-1], state), text[1:]) as recorder:
        recorder.snapshot(0)
    run = Run.load(tmp_path / "run.safetensors")
    assert np.array_equal(run.scores(0).argmax(1), model(text[:-1], state)[0].detach().argmax(1))
    assert np.array_equal(run.points.y, text[1:].flatten())


@pytest.mark.filterwarnings("ignore")  # torch moves it to another package
def test_a_network_that_is_trained_to_be_rounded_is_recorded_and_its_ranges_are_left_alone(recorded, read):
    import torch.ao.quantization as rounding

    def rounded(recording, fit):
        parts = rounding.QuantStub(), nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 5), rounding.DeQuantStub()
        model = nn.Sequential(*parts).train()
        model.qconfig = rounding.get_default_qat_qconfig("fbgemm")
        rounding.prepare_qat(model, inplace=True)
        with recording(model, X, Y) as recorder:
            return fit(model, X, Y, recorder)

    run, model, *_ = recorded(rounded)
    e, scores = read(model, "3", X)
    assert np.allclose(run.embedding(2), e, atol=0.02 * np.abs(e).max())
    assert np.allclose(run.scores(2), scores, atol=0.03 * np.abs(scores).max())


@pytest.mark.filterwarnings("ignore:`torch.jit", "ignore:nothing was recorded")
@pytest.mark.parametrize("bend", [nn.ReLU(), nn.LeakyReLU(0.2), nn.GELU(), nn.GELU("tanh"), nn.Tanh()], ids=str)
@pytest.mark.parametrize(
    "made", [torch.jit.script, lambda model: torch.jit.trace(model, X[:3])], ids=["script", "trace"]
)
def test_a_chain_in_torchscript_is_recorded_by_its_weights(tmp_path, made, bend):
    eager = nn.Sequential(nn.Linear(2, 8), bend, nn.Dropout(0.2), nn.Linear(8, 2), nn.Linear(2, 5), nn.LogSoftmax(1))
    model, before = made(eager.eval()).train(), eager[0].weight.detach().clone()
    Recorder(tmp_path / "tried.safetensors", model, X, Y).close()
    assert torch.equal(eager[0].weight, before)
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    with Recorder(tmp_path / "run.safetensors", model, X, Y) as recorder:
        for epoch in range(2):
            optimiser.zero_grad()
            F.nll_loss(model(X), Y).backward()
            optimiser.step()
            recorder.snapshot(epoch)
    run = Run.load(tmp_path / "run.safetensors")
    assert run.trajectories is None
    assert [type(layer).__name__ for layer in run.layers].count("Linear") == 3 == len(run.layers) - 1
    assert np.array_equal(run.at(1)[0].weight, eager[0].weight.detach())
    assert np.allclose(run.scores(1), eager.eval()[:-1](X).detach(), atol=1e-5)


@pytest.mark.filterwarnings("ignore:`torch.jit")
def test_what_is_no_chain_in_torchscript_is_told_to_give_its_module(tmp_path):
    model = torch.jit.script(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 5)))
    with pytest.raises(UnspiralError, match=r"TorchScript.* give the module it was made from: its"):
        Recorder(tmp_path / "run.safetensors", model, IMAGES, FIVE)
