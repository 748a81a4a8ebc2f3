import math
import re

import numpy as np
import pytest
import torch

from engine import record
from engine.errors import UnspiralError
from engine.films.scores import at_temperature, scoring
from engine.recipes.named import FIVE_BLOBS
from engine.recipes.recipe import Recipe


@pytest.fixture(scope="module")
def run():
    return record(FIVE_BLOBS)


@pytest.fixture(scope="module")
def film(run):
    return scoring(run, 55)


def _number(text):
    return float(text.replace("−", "-"))


def test_scores_and_probabilities_are_torchs_at_ten_playheads_of_each_film(run, film):
    weight = torch.tensor(run.at(run.epochs[-1])[-1].weight.astype(float))
    films = [
        film.vary("rows", 0, 5, form=0),
        film.vary("temperature", 0.01, 8, soft=1),
        film.vary("turn", 0, 2 * math.pi, soft=1),
    ]
    for made in films:
        for playhead in np.linspace(made.first, made.last, 10):
            frame = made(playhead)
            scores = weight @ torch.tensor(frame.feature)
            for text, score in zip(frame.texts, scores.tolist(), strict=True):
                assert _number(text[2]) == pytest.approx(score, abs=0.005 + 1e-9)
            probabilities = torch.softmax(scores / frame.temperature, 0)
            printed = [f"{100 * p:.1f}" for p in frame.probabilities]
            assert printed == [f"{100 * p:.1f}" for p in probabilities.tolist()]
            assert frame.answer == int(scores.argmax())


def test_a_score_is_the_same_number_as_linear_sum_and_as_similarity(film):
    for turn in np.linspace(0, 6, 10):
        frame = film.vary("turn", 0, 6)(turn)
        for row, (linear_sum, similarity, score) in zip(frame.class_vectors, frame.texts):
            assert linear_sum.split("= ")[1] == similarity.split("= ")[1] == score
            first, second = (term.split(" · ") for term in re.split(r" [+−] ", linear_sum.split(" =")[0]))
            assert abs(_number(first[0])) == pytest.approx(abs(row[0]), abs=0.005)
            assert abs(_number(second[0])) == pytest.approx(abs(row[1]), abs=0.005)
            cosine = row @ frame.feature / math.hypot(*row) / math.hypot(*frame.feature)
            angle = float(similarity.split("cos ")[1].split("°")[0])
            assert math.degrees(math.acos(cosine)) == pytest.approx(angle, abs=0.5)


def test_what_is_written_left_of_the_equals_sign_comes_to_what_is_written_right_of_it(film):
    for turn in np.linspace(0, 6.2, 40):
        for linear_sum, similarity, score in film.vary("turn", 0, 7)(turn).texts:
            sum_, lengths = linear_sum.split(" =")[0], similarity.split(" · cos ")[0]
            terms = eval(sum_.replace("−", "-").replace("·", "*"))  # digits, signs and brackets alone
            assert terms == pytest.approx(_number(score), abs=0.00501)
            cosine = math.cos(math.radians(_number(similarity.split("cos ")[1].split("°")[0])))
            assert math.prod(map(_number, lengths.split(" · "))) * cosine == pytest.approx(_number(score), abs=0.00501)


def test_temperature_goes_from_argmax_to_all_alike():
    scores = np.array([1.0, -2.0, 0.9, 3.0])
    np.testing.assert_array_equal(at_temperature(scores, 0), [0, 0, 0, 1])
    np.testing.assert_allclose(at_temperature(scores, 1e-3), [0, 0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(at_temperature(scores, 1e6), 0.25, atol=1e-5)


def test_settings_that_do_not_exist_and_biased_classifiers_are_refused(film, small):
    with pytest.raises(UnspiralError, match="temperature"):
        film.vary("temprature", 0, 1)
    biased = record(Recipe("blobs", {"points": 3}, hidden=(), embedding=None, epochs=1))
    for run in (small, biased):
        with pytest.raises(UnspiralError, match="bias=False"):
            scoring(run, 0)
