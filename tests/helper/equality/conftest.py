"""All frameworks in one process, each on one thread."""

from importlib.util import find_spec

import pytest

# MXNet has no build for Apple silicon and for Windows.
if find_spec("mxnet") is None:
    collect_ignore_glob = ["test_[!r]*.py"]  # all but that of the reference
else:
    # Models as small as these are faster on one thread, which MXNet learns at import.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        import d2l_local.mxnet  # noqa: F401
    import mxnet

    mxnet.npx.set_np()


@pytest.fixture
def eagerly():
    """TensorFlow runs its steps one by one: to compile each case would take minutes."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
