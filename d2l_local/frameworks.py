"""Which frameworks are installed, and how to get one that isn't.

    python -m d2l_local.frameworks

prints a line for each that is missing, and nothing where all three are there.
"""

import contextlib
import importlib
import platform
import sys
from importlib.util import find_spec

NAMES = {"torch": "PyTorch", "tensorflow": "TensorFlow", "mxnet": "MXNet"}
LINUX = {("linux", "x86_64"), ("linux", "aarch64")}
# Where the versions of requirements.txt have builds.
BUILDS = {
    "torch": LINUX | {("darwin", "arm64"), ("win32", "AMD64")},
    "tensorflow": LINUX | {("darwin", "arm64"), ("win32", "AMD64")},
    "mxnet": LINUX | {("darwin", "x86_64")},
}
LAST_PYTHON = {"tensorflow": (3, 13)}
INSTALL = {
    "torch": "pip install torch",
    "tensorflow": "pip install tensorflow",
    # Without its demand for NumPy 1; setuptools for distutils, which left Python 3.12.
    "mxnet": "pip install --no-deps mxnet==1.9.1 setuptools",
}


def is_installed(framework):
    """Return True if the module `framework`, such as 'torch', could be imported."""
    if framework in sys.modules:
        return sys.modules[framework] is not None
    try:
        spec = find_spec(framework)
    except ModuleNotFoundError:
        return False
    # A mere folder of that name, as notebooks/ has them, is found without an origin.
    return spec is not None and spec.origin is not None


def missing(framework):
    """Say in one line that `framework` isn't installed, and what to do about it."""
    what = f"{NAMES[framework]} is not installed"
    reason = no_build(framework)
    if reason:
        return f"{what}: it has no build for {reason}, so use another framework"
    return f"{what}: {INSTALL[framework]}"


def no_build(framework):
    """Return what `framework` has no build for, this system or Python; '' if it has."""
    last = LAST_PYTHON.get(framework)
    if last and sys.version_info[:2] > last:
        return f"Python {sys.version_info.major}.{sys.version_info.minor}"
    machine = platform.machine()
    if (sys.platform, machine) not in BUILDS[framework]:
        system = {"darwin": "macOS", "win32": "Windows"}.get(sys.platform, sys.platform)
        return f"{system} on {machine}"
    return ""


def require(framework):
    """Raise ImportError, with the remedy, if `framework` isn't installed."""
    if not is_installed(framework):
        raise ImportError(missing(framework), name=framework)


def load_triton():
    """Load Triton, if it is installed, before TensorFlow; afterwards, keep it out.

    PyTorch's build for CUDA brings Triton and loads it with the first optimiser. Where
    TensorFlow 2.20 or 2.21 has been imported by then, this ends the process without a
    word, as Triton's calls of LLVM land in TensorFlow's own copy of it. So where
    TensorFlow came first, PyTorch is told that there is no Triton: only `torch.compile`
    on a GPU needs it.
    """
    if "triton" in sys.modules or not is_installed("triton"):
        return
    if sys.modules.get("tensorflow") is not None:
        sys.modules["triton"] = None
        return
    with contextlib.suppress(ImportError):
        importlib.import_module("triton")


if __name__ == "__main__":
    for name in NAMES:
        if not is_installed(name):
            print(missing(name))
