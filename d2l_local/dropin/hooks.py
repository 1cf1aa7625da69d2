"""Prepare MXNet, TensorFlow and Keras when a notebook imports them by itself."""

import contextlib
import sys

from d2l_local.numpy_shim import numpy_as_mxnet_knew_it
from d2l_local.quiet import without_known_notices


class ImportHook:
    """A finder that lets one module be imported inside a context.

    `name` is the module's, `around` makes the context manager. The module itself is
    found and loaded as it would be without this hook.
    """

    def __init__(self, name, around):
        self.name, self.around = name, around

    def find_spec(self, fullname, path=None, target=None):
        if fullname != self.name:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find and find(fullname, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _LoadInside(spec.loader, self.around)
                return spec
        return None


class _LoadInside:
    """A loader that does what the `real` one does, in a context."""

    def __init__(self, real, around):
        self.real, self.around = real, around

    def __getattr__(self, name):
        return getattr(self.real, name)

    def create_module(self, spec):
        return self.real.create_module(spec)

    def exec_module(self, module):
        # The module and its spec name their real loader, as without the hook.
        module.__spec__.loader = module.__loader__ = self.real
        with self.around():
            self.real.exec_module(module)


@contextlib.contextmanager
def _then_teach_keras_2():
    yield
    teach_keras_2()


def teach_keras_2():
    """Give the imported Keras, if it is Keras 3, what classic cells ask of it."""
    if int(sys.modules["keras"].__version__.partition(".")[0]) >= 3:
        from d2l_local.dropin import keras2

        keras2.teach()


def keep_keras_3():
    """Leave Keras as it was before `teach_keras_2`."""
    keras2 = sys.modules.get("d2l_local.dropin.keras2")
    if keras2 is not None:
        keras2.forget()


MXNET = ImportHook("mxnet", numpy_as_mxnet_knew_it)
TENSORFLOW = ImportHook("tensorflow", without_known_notices)
KERAS = ImportHook("keras", _then_teach_keras_2)
