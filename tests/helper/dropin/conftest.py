"""A Jupyter kernel in which `%load_ext d2l_local` has been run, and a file server."""

import functools
import hashlib
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from contextlib import ExitStack
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import d2l_local
from tools.execute import CurrentKernel, kernel_environment

ROOT = Path(__file__).parents[3]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def story(tmp_path_factory):
    """Environment variables that name a server of two files, and their SHA-1."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "pack").mkdir()
    (folder / "pack" / "inside.txt").write_text("packed\n", encoding="utf-8")
    shutil.make_archive(str(folder / "pack"), "zip", folder, "pack")
    shutil.copy(ROOT / "d2l_local" / "data" / "galley_log.txt", folder / "story.txt")
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=folder)
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {
        "STORY_URL": f"http://127.0.0.1:{server.server_port}/",
        "STORY_SHA1": sha1(folder / "story.txt"),
        "PACK_SHA1": sha1(folder / "pack.zip"),
        "NO_PROXY": "127.0.0.1",
    }
    server.shutdown()
    server.server_close()


def sha1(path):
    return hashlib.sha1(path.read_bytes()).hexdigest()


class Kernel:
    """A running kernel; `run` executes one cell and returns what it printed."""

    def __init__(self, framework, client):
        self.framework, self.client = framework, client
        self.stderr = ""

    def run(self, source):
        cell = nbformat.v4.new_code_cell(source)
        self.client.nb.cells.append(cell)
        self.client.execute_cell(cell, len(self.client.nb.cells) - 1)
        printed = {"stdout": "", "stderr": ""}
        for output in cell.outputs:
            if output.output_type == "stream":
                printed[output.name] += output.text
        self.stderr += printed["stderr"]
        return printed["stdout"]


@pytest.fixture(scope="module", params=["torch", "tensorflow", "mxnet"])
def kernel(request, story, tmp_path_factory):
    """A kernel of its own for each framework, with the drop-in switched on."""
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    environment = kernel_environment(ROOT, "embedded") | story
    environment |= {"D2L_DATA_DIR": str(folder / "data"), "OMP_NUM_THREADS": "1"}
    client = NotebookClient(
        nbformat.v4.new_notebook(),
        kernel_manager_class=CurrentKernel,
        timeout=300,
        resources={"metadata": {"path": str(folder)}},
    )
    with ExitStack() as stack:
        stack.enter_context(client.setup_kernel(env=environment))
        kernel = Kernel(request.param, client)
        kernel.run("%load_ext d2l_local\n%matplotlib inline")
        yield kernel


@pytest.fixture
def dropin():
    """The drop-in in this process, switched off again at the end."""
    d2l_local.install_as_d2l()
    yield
    d2l_local.uninstall_as_d2l()


def run_process(code, path=(), fails=False):
    """Return what a fresh process prints; `fails`: the last line of its traceback."""
    env = dict(os.environ)
    env["PYTHONPATH"] = os.pathsep.join(map(str, [*path, ROOT]))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert bool(done.returncode) == fails, done.stderr
    return done.stderr.splitlines()[-1] if fails else done.stdout


@pytest.fixture
def run():
    """A function that runs code in a fresh process and returns what it prints."""
    return run_process
