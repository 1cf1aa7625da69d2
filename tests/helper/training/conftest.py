"""One text and one thread for all, and the frameworks that are installed."""

from importlib.util import find_spec

import pytest
from trainers import FRAMEWORKS, TEXT, trainer

if find_spec("mxnet") is not None:
    # Models as small as these are faster on one thread, which MXNet learns at import.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        import d2l_local.mxnet  # noqa: F401


@pytest.fixture
def text(tmp_path):
    """A file with the same few words again and again."""
    path = tmp_path / "tiny.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(params=FRAMEWORKS)
def training(request):
    """The small training of each framework."""
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return trainer(request.param)
