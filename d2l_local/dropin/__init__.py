"""`d2l_local` in the place of the classic book's package `d2l` 0.17.

While it is on, `from d2l import torch as d2l` (or `tensorflow`, or `mxnet`) gives the
modules of `d2l_local`, and the frameworks take what classic notebooks ask of them:

    installation  switching it on and off
    finder        what `import d2l` finds
    facade        a framework's names, and the answer to those that aren't there
    torch, tensorflow, mxnet
                  the names that only classic notebooks need, for each framework
    hooks         what happens when MXNet or Keras is imported
    keras2        what Keras 3 dropped and classic cells rely on
    patching      changing a class, and changing it back
"""

from d2l_local.dropin.installation import install, installed, uninstall

__all__ = ["install", "installed", "uninstall"]
