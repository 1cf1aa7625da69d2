"""Find out if this process runs in a notebook."""

import sys


def notebook_shell():
    """Return the IPython shell of a running Jupyter kernel, or None elsewhere.

    A script and IPython at a terminal both give None: neither can show an image.
    """
    # Code in a notebook always finds IPython imported, so nothing need be imported.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None
