"""All frameworks in one process, and which of them are installed."""

import subprocess
import sys

import pytest

from d2l_local import frameworks
from tools.book import ROOT

OPTIMISER = """
from d2l_local import tensorflow
from d2l_local import torch
import torch
torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)
print("fine")
"""


@pytest.mark.skipif(
    not all(map(frameworks.is_installed, ("torch", "tensorflow"))),
    reason="needs PyTorch and TensorFlow",
)
def test_pytorch_trains_after_tensorflow_in_one_process():
    """With PyTorch's build for CUDA, this used to end in a segmentation fault."""
    done = subprocess.run(
        [sys.executable, "-c", OPTIMISER], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "fine\n"), done.stderr


def test_triton_is_loaded_where_it_is_installed(tmp_path):
    (tmp_path / "triton.py").write_text("print('loaded')")
    code = "import sys; sys.path.insert(0, sys.argv[1])\n"
    code += "from d2l_local.frameworks import load_triton; load_triton()"
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("loaded\n", "")


@pytest.mark.situation("frameworks: TensorFlow is imported first, PyTorch's CUDA build")
@pytest.mark.parametrize("framework", ["tensorflow", "torch"])
def test_after_tensorflow_triton_stays_out(framework, tmp_path):
    """It would end the process: see `load_triton`."""
    if not frameworks.is_installed(framework):
        pytest.skip(f"{framework} is not installed")
    (tmp_path / "triton.py").write_text("import os; os.abort()")
    code = f"""
import sys, types
sys.path.insert(0, sys.argv[1])
if {framework!r} == "tensorflow":
    import tensorflow
else:
    sys.modules["tensorflow"] = types.ModuleType("tensorflow")
import d2l_local.{framework}
try:
    import triton
except ImportError:
    print("kept out")
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "kept out\n"), done.stderr


def test_a_triton_that_cannot_be_imported_is_left_alone(tmp_path):
    (tmp_path / "triton.py").write_text("import no_such_module_of_mine")
    code = "import sys; sys.path.insert(0, sys.argv[1])\n"
    code += "from d2l_local.frameworks import load_triton; load_triton()"
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_module_that_is_imported_is_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "mxnet", sys)
    assert frameworks.is_installed("mxnet")
    monkeypatch.setitem(sys.modules, "mxnet", None)
    assert not frameworks.is_installed("mxnet")


def test_a_mere_folder_is_not_a_framework(monkeypatch, tmp_path):
    (tmp_path / "triton_of_mine").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert not frameworks.is_installed("triton_of_mine")
