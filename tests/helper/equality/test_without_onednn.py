"""MXNet's own recurrent layers, which drop out on a CPU, compute as the reference."""

import os
import subprocess
import sys
from pathlib import Path

from tests.helper.equality.without_onednn import CASES

ROOT = Path(__file__).parents[3]


def run(*arguments):
    """The differences {(cell, layers): [both directions]}, and what was refused."""
    command = [sys.executable, "-m", "tests.helper.equality.without_onednn", *arguments]
    environment = os.environ | {"MXNET_USE_MKLDNN_RNN": "0", "OMP_NUM_THREADS": "1"}
    process = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    *lines, refused = process.stdout.splitlines()
    found = {}
    for line in lines:
        cell, num_layers, difference = line.split()
        found.setdefault((cell, int(num_layers)), []).append(float(difference))
    return found, refused


def test_equal_to_the_reference():
    found, refused = run()
    assert sum(map(len, found.values())) == len(CASES)
    assert max(map(max, found.values())) < 1e-5
    assert "wrong gradients for an rnn.RNN of more than two layers" in refused


def test_without_a_gradient_by_the_inputs_the_lower_layers_get_wrong_ones():
    found, _ = run("unmended")
    wrong = {False: [], True: []}
    for (_, num_layers), differences in found.items():
        wrong[num_layers > 1] += [not difference < 1e-3 for difference in differences]
    # What MXNet leaves out is whatever the memory held, now and then the right numbers.
    assert any(wrong[True])
    assert not any(wrong[False])
