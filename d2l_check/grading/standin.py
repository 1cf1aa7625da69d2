"""What a student's process finds in the place of `d2l_check` while it is graded.

Its checks do nothing: the judge calls the functions that they are given. So cells that
call a check run as they should, and the references are nowhere in the process.
"""

import sys
import types

__path__ = []  # a package without modules


class Nothing(types.ModuleType):
    """A module of checks, each of which takes anything and says nothing."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._nothing

    @staticmethod
    def _nothing(*functions, **named):
        """Do nothing: this check is run by the judge."""


class Refusing:
    """A finder of modules that finds none of this package, wherever it's installed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("d2l_check."):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if __name__ == "d2l_check":  # in a student's process, where this is the package
    sys.meta_path.insert(0, Refusing)
    for _name in ("torch", "tensorflow", "mxnet"):
        _module = f"d2l_check.{_name}"
        globals()[_name] = sys.modules[_module] = Nothing(_module)
