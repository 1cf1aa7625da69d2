"""A tiny text, and the closing lines of a training run, for all frameworks."""

import re
from importlib.util import find_spec

import pytest

if find_spec("mxnet") is not None:
    # Models as small as these are faster on one thread, which MXNet learns at import.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        import d2l_local.mxnet  # noqa: F401


@pytest.fixture
def text(tmp_path):
    """A file with the same two words again and again, easy to learn."""
    path = tmp_path / "tiny.txt"
    path.write_text("time traveller " * 15, encoding="utf-8")
    return path


@pytest.fixture
def closing(capsys):
    """A function that checks the last three lines of `train_ch8`, the classic ones."""

    def check(device):
        speed, first, second = capsys.readouterr().out.splitlines()
        assert re.fullmatch(
            rf"perplexity \d+\.\d, \d+\.\d tokens/sec on {device}", speed
        )
        assert first.startswith("time traveller")
        assert len(first) == len("time traveller") + 50
        assert second.startswith("traveller")
        assert len(second) == len("traveller") + 50

    return check


class Untouched:
    """Batches that nobody may ask for."""

    def __iter__(self):
        raise AssertionError("trained before the prefix was checked")


@pytest.fixture
def untouched():
    """Batches that fail the test when they are read."""
    return Untouched()


class Interrupted:
    """Batches of one epoch, then Ctrl-C in the middle of the second."""

    def __init__(self, batches):
        self.batches, self.epochs = batches, 0

    def __iter__(self):
        self.epochs += 1
        yield self.batches[0]
        if self.epochs == 2:
            raise KeyboardInterrupt
        yield from self.batches[1:]


@pytest.fixture
def interrupted():
    """A function that makes batches of which the second epoch is interrupted."""
    return Interrupted
