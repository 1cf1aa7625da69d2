"""An adapter of NumPy alone, whose process is there at once.

Most attacks have nothing to do with a framework, and neither have many checks.
"""

import contextlib


class Plain:
    name = "NumPy"
    takes_device = False
    device = other_device = compiled = None
    batch_first = ""

    def check_context(self):
        return contextlib.nullcontext()

    def settings(self):
        return None

    def change(self, wanted):
        """There are no settings."""

    def is_tensor(self, value):
        return False

    def wait(self, result):
        """Nothing is to be waited for."""


_framework = Plain()
