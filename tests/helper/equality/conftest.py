"""All frameworks in one process, each on one thread."""

from importlib.util import find_spec

import pytest

if find_spec("mxnet") is not None:
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
