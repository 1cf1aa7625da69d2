"""Switch the drop-in on and off."""

import sys

from d2l_local.dropin.finder import D2LFinder
from d2l_local.dropin.hooks import (
    KERAS,
    MXNET,
    TENSORFLOW,
    keep_keras_3,
    teach_keras_2,
)

FINDERS = (D2LFinder(), MXNET, TENSORFLOW, KERAS)


def install():
    """Let `import d2l` find `d2l_local`, from now on and in this process alone.

    Nothing is imported yet. A `d2l` that is merely installed is hidden while the
    drop-in is on; nothing about it is changed. A second call changes nothing.
    Raises ImportError if a module `d2l` from elsewhere has been imported already.
    """
    foreign = sys.modules.get("d2l")
    if foreign is not None and not D2LFinder.made(foreign):
        where = getattr(foreign, "__file__", None) or "an unknown place"
        raise ImportError(
            f"d2l has been imported already, from {where}: restart Python (in a "
            "notebook, the kernel) and switch d2l_local on before the first import "
            "of d2l"
        )
    for finder in FINDERS:
        if finder not in sys.meta_path:
            sys.meta_path.insert(0, finder)
    if "keras" in sys.modules:
        teach_keras_2()


def uninstall():
    """Undo `install`. Modules that were imported meanwhile stay usable by their names.

    `import d2l` then finds what it found before, and Keras is what it was; layers that
    were made with `time_major=True` keep their meaning. Does nothing when it is off.
    """
    for finder in FINDERS:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "d2l" and D2LFinder.made(module):
            del sys.modules[name]
    keep_keras_3()


def installed():
    """Tell if the drop-in is on."""
    return FINDERS[0] in sys.meta_path
