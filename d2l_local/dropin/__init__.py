"""`d2l_local` in the place of the classic book's package `d2l` 0.17.

While the drop-in is on, `from d2l import torch as d2l` (or `tensorflow`, or `mxnet`)
gives the modules of `d2l_local`, and the frameworks accept what classic notebooks ask
of them:

    installation  switches it on and off
    finder        what `import d2l` finds
    facade        the names of one framework, and an error for all others
    chapters      names of the other chapters, for that error
    torch, tensorflow, mxnet
                  the names that only classic notebooks need, for each framework
    hooks         prepare MXNet or Keras when it is imported
    keras2        gives Keras 3 what it dropped and classic cells rely on
    keras2_calls  lets it compute what Keras 2 did, where it changed
    patching      changes a class, and changes it back
"""

from d2l_local.dropin.installation import install, installed, uninstall

__all__ = ["install", "installed", "uninstall"]
