"""`make lab` opens the map, and JupyterLab's file browser shows the whole book."""

import re
import subprocess

import pytest

from tools import lab
from tools.book import ROOT, BookError, load


def test_the_map_is_that_of_the_first_framework_that_is_installed(book, monkeypatch):
    assert lab.map_path(book) == book.root / "notebooks/pytorch/01-sample.ipynb"
    installed = "d2l_local.frameworks.is_installed"
    monkeypatch.setattr(installed, lambda name: name == "mxnet")
    assert lab.map_path(book) == book.root / "notebooks/mxnet/01-sample.ipynb"
    monkeypatch.setattr(installed, lambda name: False)
    with pytest.raises(BookError, match="none of PyTorch, MXNet is installed"):
        lab.map_path(book)


@pytest.mark.situation("first steps: make lab opens the map")
def test_the_address_of_jupyterlab_leads_to_the_map():
    """JupyterLab itself, started elsewhere."""
    options = ["--allow-root", "--no-browser", "--port=0"]
    with subprocess.Popen(
        lab.command(load(ROOT), options),
        cwd=ROOT.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = next(line for line in process.stderr if "http://" in line)
        finally:
            process.terminate()
    assert re.search(r"/lab/tree/notebooks/\w+/00-index\.ipynb\?token=", line)
