"""Let MXNet 1.9.1 run on a current NumPy, without changing NumPy for anyone else.

MXNet was retired in 2023 and uses names that NumPy has since dropped. Importing it
through `import_mxnet`, or inside `numpy_as_mxnet_knew_it`, gives those names back: to
the real `numpy` only while MXNet is being imported, and afterwards to MXNet's own
modules alone, which then hold a stand-in that forwards everything else to NumPy.
"""

import contextlib
import importlib
import importlib.util
import os
import sys
import threading
import types
import warnings

import numpy as np

from d2l_local.frameworks import require

_import_lock = threading.RLock()
# How many imports of MXNet are under way, one inside the other, and the names that
# NumPy holds meanwhile. The lock is never held during an import.
_state_lock = threading.Lock()
_depth = 0
_lent = {}


def _never_called(name):
    def stub(*args, **kwargs):
        raise NotImplementedError(
            f"numpy.{name} left NumPy in version 1.20, and MXNet only lists its name: "
            "use the package numpy-financial"
        )

    return stub


def dropped_names():
    """Return the names that MXNet 1.9.1 needs and the installed NumPy no longer has.

    A dict by name, from NumPy's notes on expired deprecations, 1.20 to 2.4.
    """
    names = {
        "bool": np.bool_,
        "PZERO": 0.0,
        "NZERO": -0.0,
        "NINF": -np.inf,
        "PINF": np.inf,
        "Inf": np.inf,
        "Infinity": np.inf,
        "infty": np.inf,
        "NaN": np.nan,
        "NAN": np.nan,
        "product": np.prod,
        "cumproduct": np.cumprod,
        "alltrue": np.all,
        "sometrue": np.any,
        "in1d": np.isin,
        "row_stack": np.vstack,
        "trapz": getattr(np, "trapezoid", None),
        "msort": lambda a: np.sort(a, axis=0),
        "round_": np.round,
    }
    for name in ("mirr", "npv", "pmt", "ppmt", "pv", "rate"):
        names[name] = _never_called(name)
    return {name: value for name, value in names.items() if name not in vars(np)}


class _NumpyWithDroppedNames(types.ModuleType):
    """NumPy as MXNet sees it: the dropped names first, then NumPy itself."""

    def __init__(self, dropped):
        super().__init__("numpy", np.__doc__)
        self.__dict__.update(dropped)

    def __getattr__(self, name):
        return getattr(np, name)


def usable_cores():
    """Return the number of processor cores that this process may run on.

    With more threads than that, they would wait for one another at every step.
    """
    if hasattr(os, "sched_getaffinity"):  # Linux; knows about pinned processes
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def import_mxnet():
    """Import MXNet and return it; a second call returns the same module.

    Raises ImportError, with the remedy, where MXNet isn't installed or `distutils` is
    missing (Python 3.12 has none; setuptools brings one).
    """
    with _import_lock:
        if "mxnet" in sys.modules:
            return importlib.import_module("mxnet")  # waits for another thread
        require("mxnet")
        with numpy_as_mxnet_knew_it():
            return importlib.import_module("mxnet")


@contextlib.contextmanager
def numpy_as_mxnet_knew_it():
    """Import MXNet in this context, in which NumPy has the dropped names.

    Afterwards NumPy loses them again, and the modules of MXNet hold their own
    stand-in. Contexts may be nested, as when `import_mxnet` meets an import hook that
    does the same.
    """
    # MXNet reads this once, when it loads; unset, it runs on one thread.
    os.environ.setdefault("OMP_NUM_THREADS", str(usable_cores()))
    _provide_distutils()
    _lend_names()
    try:
        with warnings.catch_warnings():
            # Retired code: nobody will fix what these warn about.
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", SyntaxWarning)
            yield
    finally:
        _take_names_back()


def _lend_names():
    global _depth
    with _state_lock:
        if _depth == 0:
            _lent.update(dropped_names())
            vars(np).update(_lent)
        _depth += 1


def _take_names_back():
    global _depth
    with _state_lock:
        _depth -= 1
        if _depth:
            return
        for name in _lent:
            vars(np).pop(name, None)
        _give_mxnet_its_own_numpy(dict(_lent))
        _lent.clear()


def _provide_distutils():
    """Provide `distutils`, which two modules of MXNet need and Python 3.12 dropped."""
    if importlib.util.find_spec("distutils") is not None:
        return
    try:
        importlib.import_module("setuptools")  # installs its own copy as `distutils`
    except ModuleNotFoundError as error:
        raise ImportError(
            "MXNet 1.9.1 needs distutils, which Python 3.12 dropped: "
            "pip install setuptools"
        ) from error


def _give_mxnet_its_own_numpy(dropped):
    stand_in = _NumpyWithDroppedNames(dropped)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "mxnet" or module is None:
            continue
        for attribute, value in list(vars(module).items()):
            if value is np:
                setattr(module, attribute, stand_in)
