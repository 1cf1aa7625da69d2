"""Helpers for a textbook on recurrent networks, by the names of the classic `d2l`.

Import the module of your framework, and none of the others gets imported:

    from d2l_local import torch as d2l       # or tensorflow, or mxnet

The rooms:

    torch        recurrent language models in PyTorch
    tensorflow   the same in TensorFlow, module by module
    mxnet        the same in MXNet Gluon, module by module
    text         from a file to batches of token indices
    run          a training run: checked, timed, shown, saved, resumed
    exchange     weights that every framework reads
    display      plots, in a notebook or in a file
    dropin       this package in the place of the classic `d2l`

and on the ground floor:

    common       the names that every framework's module shares
    frameworks   which of the three are installed
    arguments    checks of arguments that several modules need
    files        writing a file whole or not at all
    download     texts from the network: `python -m d2l_local.download`
    speak        let a saved model write: `python -m d2l_local.speak`
    numpy_shim   lets MXNet run on a current NumPy
    quiet        hides notices that tell a learner nothing
"""

__version__ = "0.1.0"


def install_as_d2l():
    """Let notebooks of the classic `d2l` 0.17 run: `import d2l` finds this package.

    `from d2l import torch as d2l`, or `tensorflow`, or `mxnet`, then gives the modules
    of `d2l_local`; a framework is imported when it is asked for. A classic notebook's
    own `import mxnet` works on a current NumPy, and Keras 3 takes what Keras 2 took
    (`time_major=True`, `get_initial_state(..., dtype=...)`, whole-number learning
    rates). In IPython `%load_ext d2l_local` does the same. If the real `d2l` is merely
    installed, this package comes before it while switched on.

    A second call changes nothing; `uninstall_as_d2l` undoes it. Raises ImportError if
    the real `d2l` has been imported already.
    """
    from d2l_local.dropin import install

    install()


def uninstall_as_d2l():
    """Undo `install_as_d2l`; does nothing when it is off."""
    from d2l_local.dropin import uninstall

    uninstall()


def load_ipython_extension(ipython):
    """What `%load_ext d2l_local` does: `install_as_d2l`."""
    install_as_d2l()


def unload_ipython_extension(ipython):
    """What `%unload_ext d2l_local` does: `uninstall_as_d2l`."""
    uninstall_as_d2l()
