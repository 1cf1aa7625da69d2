"""Helpers for a textbook on recurrent networks, by the names of the classic `d2l`.

Import the module of your framework, and none of the others gets imported:

    from d2l_local import torch as d2l       # or tensorflow, or mxnet

Packages:

    torch        recurrent language models in PyTorch
    tensorflow   the same in TensorFlow, module by module
    mxnet        the same in MXNet Gluon, module by module
    text         from a file to batches of token indices
    run          a training run: checked, timed, shown, saved, resumed
    exchange     weights that every framework reads
    display      plots, in a notebook or in a file
    dropin       puts this package in the place of the classic `d2l`

and the modules beside them:

    common       the names that every framework's module shares
    frameworks   which of the three are installed
    arguments    checks of arguments that several modules need
    files        files read, and written whole or not at all; their checksum
    download     texts from the network: `python -m d2l_local.download`
    speak        lets a saved model write: `python -m d2l_local.speak`
    numpy_shim   lets MXNet run on a current NumPy
    quiet        hides notices that tell a learner nothing, does without closed streams
"""

__version__ = "0.1.0"


def figure(name):
    """Display the book's drawn figure of this name: see `d2l_local.display.drawn`."""
    from d2l_local.display.drawn import figure

    figure(name)


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
    """Install as `d2l`, on `%load_ext d2l_local`: see `install_as_d2l`."""
    install_as_d2l()


def unload_ipython_extension(ipython):
    """Undo it, on `%unload_ext d2l_local`: see `uninstall_as_d2l`."""
    uninstall_as_d2l()
