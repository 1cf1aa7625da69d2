"""The names of one framework's `d2l`, and a helpful error for all others."""

import difflib
import importlib
import types

from d2l_local.dropin.chapters import OTHER_CHAPTERS

FRAMEWORKS = ("torch", "tensorflow", "mxnet")

COVERED = (
    "d2l_local covers the classic d2l 0.17 as far as its chapters on sequences go: "
    "text and its vocabulary, language models, RNNs, GRUs, LSTMs, deep and "
    "bidirectional RNNs, sequence to sequence without attention. dir(d2l) lists the "
    "names"
)


class Facade(types.ModuleType):
    """A module `d2l.torch` (or another framework's) that forwards to `d2l_local`.

    Names are looked up in what only classic notebooks need (`d2l_local.dropin.torch`),
    then in the framework's package (`d2l_local.torch`). Any other name is an
    AttributeError that says what is covered.
    """

    def __init__(self, name, framework):
        super().__init__(name, f"The classic {name}, played by d2l_local.{framework}.")
        self._framework = framework

    def _load(self):
        """Import the framework, and no other."""
        package = importlib.import_module(f"d2l_local.{self._framework}")
        classic = importlib.import_module(f"d2l_local.dropin.{self._framework}")
        self._package, self._classic = package, classic.CLASSIC

    def __getattr__(self, name):
        # Only called for what isn't an attribute yet.
        if name == "__all__":
            return [each for each in dir(self) if not each.startswith("_")]
        if name.startswith("_"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if name in self._classic:
            return self._classic[name]
        if name == "plt":  # not imported before it is asked for
            return importlib.import_module("matplotlib.pyplot")
        try:
            return getattr(self._package, name)
        except AttributeError:
            raise not_covered(self._framework, name, dir(self)) from None

    def __dir__(self):
        return sorted({*super().__dir__(), *dir(self._package), *self._classic, "plt"})


def not_covered(framework, name, names=()):
    """Return the AttributeError for a name that `d2l_local` doesn't have.

    A name that is, or is most like, one of another chapter gets no guess: the function
    that comes next has another job.
    """
    close = difflib.get_close_matches(name, {*names, *OTHER_CHAPTERS}, 1, cutoff=0.8)
    hint = f" Did you mean {close[0]!r}?" if {*close} - OTHER_CHAPTERS else ""
    return AttributeError(
        f"d2l.{framework} has no {name!r} here: {COVERED}.{hint} For other chapters "
        "use the real d2l, in an environment of its own",
        name=name,
    )
