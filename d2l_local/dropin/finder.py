"""Find `d2l_local` on `import d2l`, while the drop-in is on."""

import importlib
from importlib.machinery import ModuleSpec

from d2l_local.dropin.facade import FRAMEWORKS, Facade, not_covered


class D2LFinder:
    """Finder and loader of `d2l` and of its module for each framework.

    It stands first in `sys.meta_path`, so that a `d2l` on the disk is not looked at.
    """

    def find_spec(self, fullname, path=None, target=None):
        package, _, module = fullname.partition(".")
        if package != "d2l":
            return None
        framework, _, name = module.partition(".")
        if name and framework in FRAMEWORKS:
            # `from d2l.torch import name` comes here after the attribute was missed,
            # and would otherwise end in an ImportError that says nothing.
            if not name.startswith("_"):
                raise not_covered(framework, name)
            return None
        if module and module not in FRAMEWORKS:
            # A ModuleNotFoundError would be taken for a name that isn't there.
            raise ImportError(
                f"d2l has no module {module!r} here: d2l_local stands in for it, with "
                f"{', '.join(FRAMEWORKS)}",
                name=fullname,
            )
        return ModuleSpec(fullname, self, origin="d2l_local", is_package=True)

    def create_module(self, spec):
        framework = spec.name.partition(".")[2]
        return Facade(spec.name, framework) if framework else None

    def exec_module(self, module):
        if isinstance(module, Facade):
            module._load()
        else:
            local = importlib.import_module("d2l_local")
            module.__doc__ = "The classic package d2l, played by d2l_local."
            # The level of the API, and whose it is (PEP 440's local version).
            module.__version__ = f"0.17+d2l.local.{local.__version__}"

    @staticmethod
    def made(module):
        """Tell if a module of `sys.modules` comes from here."""
        spec = getattr(module, "__spec__", None)
        return isinstance(getattr(spec, "loader", None), D2LFinder)
