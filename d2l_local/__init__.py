"""Helpers for a textbook on recurrent networks, by the names of the classic `d2l`.

Import the module of your framework, and none of the others gets imported:

    from d2l_local import torch as d2l       # or tensorflow, or mxnet
"""

__version__ = "0.1.0"
