import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools.result import HEADINGS, Result, ResultError, read_result, row, table

LINES = "perplexity 1.0, 6503.5 tokens/sec on cpu\ntime traveller a\ntraveller b\n"


def notebook(*texts, name="stdout"):
    cells = [
        new_code_cell(outputs=[new_output("stream", name=name, text=text)])
        for text in texts
    ]
    about = {"framework": "pytorch", "source": "source/12-x.md"}
    return new_notebook(cells=cells, metadata={"d2l_local": about})


def test_the_three_closing_lines_are_read():
    assert read_result(notebook("hello\n", "before\n" + LINES)) == Result(
        "pytorch", "cpu", 1.0, 6503.5, ("time traveller a", "traveller b")
    )


def test_the_first_run_counts():
    later = LINES.replace("1.0", "9.9")
    assert read_result(notebook(LINES, later)).perplexity == 1.0


@pytest.mark.parametrize("device", ["cuda:0", "gpu(0)", "/GPU:0", "mps"])
def test_other_devices_and_thousands(device):
    lines = LINES.replace("cpu", device).replace("6503.5", "61,503.5")
    result = read_result(notebook(lines))
    assert (result.device, result.speed) == (device, 61503.5)


@pytest.mark.parametrize("text", ["", "perplexity 1.0, 3.0 tokens/sec on cpu\none\n"])
def test_a_notebook_without_result_is_an_error_that_names_it(text):
    with pytest.raises(ResultError, match="source/12-x.md, pytorch"):
        read_result(notebook(text))


def test_stderr_is_no_result():
    with pytest.raises(ResultError):
        read_result(notebook(LINES, name="stderr"))


def test_table_is_aligned():
    first = Result("pytorch", "cpu", 1.0, 61503.5, ("short", ""))
    second = Result("mxnet", "gpu(0)", 12.25, 5.0, ("x" * 99, ""))
    lines = table(
        HEADINGS, [row("PyTorch", first, "a"), row("MXNet", second, "b")]
    ).split("\n")
    assert len(lines) == 4
    assert lines[2].split() == ["PyTorch", "cpu", "1.0", "61,503.5", "short", "a"]
    assert lines[3].split()[2:4] == ["12.2", "5.0"]
    assert lines[3].endswith("...  b")
    assert lines[2].rindex("a") == lines[3].rindex("b")
