"""Standard streams that are closed, replaced or left by their reader: no crash."""

import io
import os
import subprocess
import sys

import pytest

from d2l_local import download, quiet, speak
from d2l_local.frameworks import NAMES, is_installed
from d2l_local.run.progress import Progress
from tools.book import ROOT

# One process for all situations of a framework, as its import takes seconds. The module
# is imported with closed streams; what was found wrong goes to a file.
TRAIN = """
import importlib, os, sys, traceback
framework, found = sys.argv[1:]
out, err = sys.stdout, sys.stderr

class Writer:
    def write(self, text):
        pass

def closed():
    stream = open(os.devnull, "w")
    stream.close()
    return stream

def model(d2l, vocab):
    if framework == "torch":
        from torch import nn
        return d2l.RNNModel(nn.RNN(len(vocab), 4), len(vocab))
    if framework == "tensorflow":
        import tensorflow as tf
        cells = tf.keras.layers.StackedRNNCells([tf.keras.layers.SimpleRNNCell(4)])
        layer = tf.keras.layers.RNN(cells, return_sequences=True, return_state=True)
        return d2l.RNNModel(layer, len(vocab))
    from mxnet import init, npx
    from mxnet.gluon import rnn
    npx.set_np()
    net = d2l.RNNModel(rnn.RNN(4), len(vocab))
    net.initialize(init.Xavier())
    return net

def train():
    d2l = importlib.import_module(f"d2l_local.{framework}")
    train_iter, vocab = d2l.load_data_time_machine(2, 5, max_tokens=50)
    net, device = model(d2l, vocab), d2l.try_gpu()
    where = device
    if framework == "tensorflow":
        import tensorflow as tf
        where = tf.distribute.OneDeviceStrategy(device._device_name)
    d2l.train_ch8(net, train_iter, vocab, 0.1, 1, where)

done = []
try:
    for stream in (closed(), None, Writer()):
        sys.stdout = sys.stderr = stream
        train()
        done.append(type(stream).__name__)
    sys.stdout, sys.stderr = out, err
    os.close(2)
    train()
    done.append("2>&-")
except BaseException:
    done.append(traceback.format_exc())
sys.stderr = None
with open(found, "w") as file:
    file.write("\\n".join(done))
"""


@pytest.mark.situation("processes: training and import with stdout and stderr closed")
@pytest.mark.parametrize("framework", NAMES)
def test_a_model_is_trained_whatever_the_streams_are(framework, tmp_path):
    if not is_installed(framework):
        pytest.skip(f"{framework} is not installed")
    found = tmp_path / "found"
    command = [sys.executable, "-c", TRAIN, framework, str(found)]
    run = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "D2L_TEXT": "embedded"},
        capture_output=True,
        text=True,
    )
    said = found.read_text() if found.exists() else run.stderr
    assert said.split("\n") == ["TextIOWrapper", "NoneType", "Writer", "2>&-"], said
    assert "perplexity" in run.stdout  # where there is a stream, it is used


class Writer:
    """What some shells and services put in the place of a stream."""

    def write(self, text):
        pass


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


STREAMS = {"none": lambda: None, "closed": closed, "a writer": Writer}


@pytest.mark.situation("processes: a stream without isatty")
@pytest.mark.parametrize("kind", STREAMS)
def test_what_is_no_open_stream_is_no_terminal(kind, monkeypatch):
    stream = STREAMS[kind]()
    assert not quiet.is_terminal(stream)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(sys, "stdout", stream)
    quiet.say("nobody hears this")
    with Progress(1, 0.1) as progress:
        progress.update(2.0, 10.0)
    with download._progress_bar("http://a/b", "7") as bar:
        bar.update(7)


def test_an_open_stream_is_asked_and_used(capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    assert quiet.is_terminal(Terminal()) and not quiet.is_terminal(io.StringIO())
    quiet.say("heard")
    assert capsys.readouterr() == ("heard\n", "")


@pytest.mark.situation("processes: TensorFlow's notices are held without a stderr")
@pytest.mark.parametrize("kind", STREAMS)
def test_notices_are_held_back_without_a_stream_to_pass_them_to(kind, monkeypatch):
    monkeypatch.setattr(sys, "stderr", STREAMS[kind]())
    with quiet.without_known_notices():
        os.write(2, b"from native code\n")


# The commands say why they fail, on the stream that is left, and end with 1

COMMANDS = {
    "speak": (speak, lambda: speak.main(["file", "time"])),
    "download": (download, lambda: download.main(["time_machine"])),
}


@pytest.fixture(params=COMMANDS)
def command(request, monkeypatch):
    """A function that runs a command whose result is the text 'the result'."""
    module, run = COMMANDS[request.param]
    monkeypatch.setattr(module, request.param, lambda *_: "the result")
    return run


@pytest.mark.situation("processes: a command's stdout is closed")
@pytest.mark.parametrize("kind", ["none", "closed"])
def test_a_result_that_cannot_be_written_is_a_failure(
    command, kind, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "stdout", STREAMS[kind]())
    assert command() == 1
    assert "can't write to stdout: " in sys.stderr.getvalue()
    assert sys.stderr.getvalue().count("\n") == 1


@pytest.mark.situation("processes: a command's stderr is closed")
@pytest.mark.parametrize("kind", STREAMS)
def test_a_result_is_written_without_a_stderr(command, kind, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", STREAMS[kind]())
    assert command() == 0
    assert capsys.readouterr().out == "the result\n"


@pytest.mark.parametrize("kind", STREAMS)
def test_a_failure_without_a_stderr_is_told_by_the_code(kind, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", STREAMS[kind]())
    assert download.main(["nothing"]) == 1
    assert speak.main(["no such file", "time"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.situation("processes: the reader of a command's pipe went away")
def test_a_reader_who_went_away_is_no_complaint():
    code = "from d2l_local.quiet import write_out; exit(write_out('x', 'text'))"
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (run.returncode, run.stderr) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_said():
    code = "from d2l_local.quiet import write_out; exit(write_out('x', 'text'))"
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert run.returncode != 0
    first = run.stderr.splitlines()[0]
    assert first == "x: can't write to stdout: [Errno 28] No space left on device"
