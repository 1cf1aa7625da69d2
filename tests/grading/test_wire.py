"""Messages between the judge and a student's process, honest and forged ones."""

import json
import math
import os
import time

import numpy as np
import pytest

from d2l_check.grading import wire
from d2l_check.grading.wire import (
    HEAD,
    Channel,
    Encoder,
    TimeIsUp,
    TooLarge,
    WireError,
    decode,
)


@pytest.fixture
def ends():
    """Two channels, each of which reads what the other writes."""
    (a, b), (c, d) = os.pipe(), os.pipe()
    channels = Channel(a, d), Channel(c, b)
    yield channels
    for channel in channels:
        channel.close()


def nothing(value):
    return None


def refused(value):
    raise WireError("names nothing")


def back(value):
    """A value after it was written and read."""
    encoder = Encoder(nothing)
    text = json.loads(json.dumps(encoder.encode(value)))
    return decode(text, encoder.numbers, refused)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -(2**70), 0.5, math.inf, "", "a \ud800 \0 é", [], (), {},
        [1, (2, [3.5, None])], {"a": {1: [True]}, (1, 2): "b"},
        np.arange(6).reshape(2, 3), np.zeros((0, 3)), np.array(["ab", "c"]),
        np.array(2.5), np.float32(1.5), np.int8(-1), np.bool_(True), [np.eye(2)] * 2,
        np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(6)[::2],
    ],
    ids=repr,
)  # fmt: skip
def test_a_value_comes_back_as_it_was(value):
    found = back(value)
    assert type(found) is type(value)
    np.testing.assert_equal(found, value)
    if isinstance(value, np.ndarray | np.generic):
        assert found.dtype == value.dtype


def test_a_message_passes_through_a_pipe_in_pieces(ends):
    here, there = ends
    numbers = np.random.default_rng(1).bytes(40_000)
    here.send({"ask": "x"}, numbers, time.monotonic() + 5)
    assert there.receive(time.monotonic() + 5) == ({"ask": "x"}, numbers)


FORGED = [
    [], {}, {"ref": 1}, {"list": 3}, {"tuple": "ab"}, {"dict": [[1]]},
    {"dict": [[{"list": []}, 1]]}, {"array": ["<f8", [2], 0, 8]},
    {"array": ["|O", [1], 0, 8]}, {"array": ["<f8", [-1], 0, 8]},
    {"array": ["<f8", [1], 0, 80]}, {"array": ["<f8", [1.0], 0, 8]},
    {"array": ["<f8", [True], 0, 8]}, {"array": ["<f8"] * 4},
    {"array": ["<f8", [1 << 62, 4], 0, 8]}, {"array": ["<f8", [1] * 40, 0, 8]},
    {"array": ["f8,f8", [1], 0, 8]}, {"array": ["<M8[s]", [1], 0, 8]},
    {"scalar": ["<f8", [1], 0]}, {"array": ["<U99999999", [1], 0, 8]},
]  # fmt: skip


@pytest.mark.parametrize("value", FORGED, ids=repr)
def test_a_forged_value_is_refused(value):
    with pytest.raises(WireError):
        decode(value, bytes(8), refused)


@pytest.mark.parametrize(
    "text",
    [b"", b"x", b"[]", b"3", b"\xff", b"[" * 100_000, b'{"a":' * 50_000,
     b'{"a":' + b"9" * 10_000 + b"}"],
    ids=lambda text: str(text[:8]),
)  # fmt: skip
def test_a_forged_message_is_refused(text):
    with pytest.raises(WireError):
        wire.parsed(text)


@pytest.mark.parametrize("sizes", [(1 << 40, 0), (0, 1 << 40), (2**64 - 1, 2**64 - 1)])
def test_a_message_that_says_it_is_huge_is_not_waited_for(ends, sizes):
    here, there = ends
    os.write(here.writes, HEAD.pack(*sizes))
    with pytest.raises(TooLarge):
        there.receive(time.monotonic() + 5)


def test_a_message_that_drips_is_waited_for_until_the_deadline(ends):
    here, there = ends
    os.write(here.writes, HEAD.pack(100, 0) + b"{")
    with pytest.raises(TimeIsUp):
        there.receive(time.monotonic() + 0.05)


def test_a_reader_that_reads_nothing_is_waited_for_until_the_deadline(ends):
    here, _there = ends
    with pytest.raises(TimeIsUp):
        here.send({}, bytes(1 << 20), time.monotonic() + 0.05)


def test_what_is_too_large_is_not_sent(ends):
    for value in (np.zeros(wire.MOST_NUMBERS, "i1"), "a" * (wire.MOST_TEXT + 1)):
        encoder = Encoder(nothing)
        with pytest.raises(TooLarge):
            text = encoder.encode([value, np.zeros(1)])
            ends[0].send({"found": text}, encoder.numbers)
    with pytest.raises(TooLarge):
        Encoder(nothing).encode(10**5000)


def test_objects_are_not_sent():
    for value in ({1}, object(), 1j, print, np.array([{}])):
        with pytest.raises(WireError):
            back(value)
