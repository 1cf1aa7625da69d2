"""Classic notebooks on sequences run as they are, in a Jupyter kernel."""

import re
from pathlib import Path

import pytest
from classic_scripts import CLASSIC, cells_in
from classic_seeds import cells_of, statements

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
CLOSING = r"perplexity \d+\.\d, \d+\.\d tokens/sec on {}\n(time traveller.{{50}})\n"
DEVICES = {"torch": "cpu", "tensorflow": "/CPU:0", "mxnet": r"cpu\(0\)"}

# The names of the classic API, all of which the scripts call.
NAMES = """
    Accumulator Animator DATA_HUB DATA_URL RNNModel RNNModelScratch SeqDataLoader Timer
    Vocab count_corpus download download_extract evaluate_loss grad_clipping load_array
    load_corpus_time_machine load_data_time_machine plot predict_ch8 read_time_machine
    seq_data_iter_random seq_data_iter_sequential set_axes set_figsize sgd tokenize
    train_ch8 train_epoch_ch8 try_all_gpus try_gpu use_svg_display
"""


@pytest.mark.parametrize("framework", ["torch", "tensorflow", "mxnet"])
def test_the_scripts_call_every_classic_name(framework):
    text = "".join(cells_in("shared") + cells_in(framework))
    names = {f"d2l.{name}" for name in NAMES.split()}
    assert names <= set(re.findall(r"d2l\.\w+", text))


def test_text_and_curves(kernel):
    kernel.run(f"from d2l import {kernel.framework} as d2l")
    for cell in cells_in("shared"):
        kernel.run(cell)


def test_the_chapters_on_sequences(kernel):
    kernel.stderr = printed = ""
    for cell in cells_in(kernel.framework):
        printed += kernel.run(cell)
    assert len(re.findall(CLOSING.format(DEVICES[kernel.framework]), printed)) >= 8
    if kernel.framework != "tensorflow":  # which talks when it is imported
        assert kernel.stderr == ""


@pytest.mark.parametrize("number", ["001", "002", "003"])
def test_a_published_notebook(kernel, number):
    found = sorted(SEEDS.glob(f"{number}_*.txt"))
    if not found:
        pytest.skip(f"the published notebooks aren't beside the repository: {SEEDS}")
    cells = cells_of(found[0].read_text(encoding="utf-8"), kernel.framework)
    if not cells:
        assert number == "001" and kernel.framework != "torch"
        pytest.skip("this notebook is for PyTorch alone")
    *others, last = cells
    short, count = re.subn("num_epochs, lr = 500, 2", "num_epochs, lr = 2, 2", last)
    assert count == 1 and len(others) == 2
    kernel.run("%reset -f")
    printed = "".join([kernel.run(cell) for cell in [*others, short]])
    assert re.search(CLOSING.format(DEVICES[kernel.framework]), printed)


def test_unloading_ends_it(kernel):
    kernel.run("%unload_ext d2l_local")
    printed = kernel.run(
        "try:\n    from d2l import torch\nexcept ModuleNotFoundError as error:\n"
        "    print(error)"
    )
    assert printed == "No module named 'd2l'\n"
    kernel.run("%load_ext d2l_local")
    kernel.run(f"from d2l import {kernel.framework} as d2l; d2l.train_ch8")


# What reads the published notebooks


def test_statements_that_were_run_together_come_apart():
    code = (
        "import torch from torch import nn a, b = 32, 35 c = [x for x in (a, b)] "
        "with d: e = f(g, h=1, i=2) print(c) if a: b"
    )
    assert statements(code) == [
        "import torch",
        "from torch import nn",
        "a, b = 32, 35",
        "c = [x for x in (a, b)]",
        "with d: e = f(g, h=1, i=2)",
        "print(c)",
        "if a: b",
    ]
    with pytest.raises(ValueError, match="begins here: '= 3'"):
        statements("x ) = 3".replace("x ) ", ""))


def test_a_cell_goes_to_the_frameworks_of_its_tab():
    document = (
        "```{.python .input}\nfrom d2l import mxnet\n```\n"
        "```{.python .input}\n#@tab pytorch\nfrom d2l import torch\n```\n"
        "```{.python .input}\n#@tab mxnet, pytorch\nd2l\n```\n"
        "```{.python .input}\n#@tab all\n1\n```\n"
    )
    assert cells_of(document, "torch") == ["from d2l import torch\n", "d2l\n", "1\n"]
    assert cells_of(document, "mxnet") == ["from d2l import mxnet\n", "d2l\n", "1\n"]
    assert cells_of(document, "tensorflow") == ["1\n"]


def test_the_scripts_are_all_here():
    assert {path.stem for path in CLASSIC.glob("*.py")} == {
        "shared",
        "torch",
        "tensorflow",
        "mxnet",
    }
