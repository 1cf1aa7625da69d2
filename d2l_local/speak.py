"""Let a saved model write a text, in the framework that you name.

    python -m d2l_local.speak lstm.safetensors "time traveller" --framework mxnet

prints the text that the model writes after the prefix, and nothing else. The file is
one of `export_weights(net, path, vocab)`, whichever framework wrote it.
"""

import argparse
import importlib
import os
import subprocess
import sys

from d2l_local.exchange.file import read_weights
from d2l_local.frameworks import NAMES, is_installed, missing
from d2l_local.quiet import fail, without_known_notices, write_out
from d2l_local.text.prompt import encode_prompt
from d2l_local.text.vocabulary import UNKNOWN

ALIASES = {"pytorch": "torch"}  # as its notebooks are called


def speak(path, prefix, num_preds=50, framework="torch"):
    """Return the text that the model in the file `path` writes after `prefix`.

    `prefix` is a string; for a vocabulary of words it is split at white space. Raises
    ValueError for a bad file, one without a vocabulary, and a prefix that it doesn't
    know, before a framework is imported; ImportError where the framework isn't
    installed.
    """
    framework = ALIASES.get(framework, framework)
    prefix = check(path, prefix, num_preds)
    if not is_installed(framework):
        raise ImportError(f"{missing(framework)} (or name another --framework)")
    d2l = importlib.import_module(f"d2l_local.{framework}")
    if framework == "mxnet":
        importlib.import_module("mxnet").npx.set_np()
    net, vocab = d2l.load_model(path)
    # Without a device they compute on the CPU; TensorFlow isn't asked for one.
    device = {} if framework == "tensorflow" else {"device": None}
    return d2l.predict_ch8(prefix, num_preds, net, vocab, **device)


def speak_everywhere(path, prefix, num_preds=50):
    """Return what the model writes in each installed framework: a dict of texts.

    The keys are 'PyTorch', 'TensorFlow' and 'MXNet'. Each runs in a process of its
    own, so that none is imported here. Raises what `speak` raises, and RuntimeError,
    with the error of the process, where one fails.
    """
    check(path, prefix, num_preds)
    return {
        name: generate_apart(path, prefix, num_preds, framework)
        for framework, name in NAMES.items()
        if is_installed(framework)
    }


def generate_apart(path, prefix, num_preds, framework):
    """Call `speak` in a process of its own."""
    module = [sys.executable, "-m", "d2l_local.speak"]
    options = ["--framework", framework, "--num-preds", str(num_preds)]
    command = [*module, *options, "--", str(path), prefix]
    # Whatever the console's encoding is: a text may be in any script.
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        command, capture_output=True, env=environment, encoding="utf-8"
    )
    if run.returncode != 0:
        raise RuntimeError(f"{NAMES[framework]} failed: {run.stderr.strip()}")
    return run.stdout.removesuffix("\n")


def check(path, prefix, num_preds):
    """Return the prefix as the model reads it; raises ValueError where it can't."""
    vocab = read_weights(path).vocab
    if vocab is None:
        raise ValueError(
            f"{str(path)!r} holds no vocabulary, so the model can't read a text: "
            "export it again with export_weights(net, path, vocab)"
        )
    prefix = split_prefix(prefix, vocab)
    encode_prompt(prefix, num_preds, vocab)
    return prefix


def split_prefix(prefix, vocab):
    """Split the prefix into words if the vocabulary holds words; else leave it."""
    tokens = [token for token in vocab.idx_to_token if token != UNKNOWN]
    return prefix.split() if any(len(token) > 1 for token in tokens) else prefix


def main(argv=None):
    """Run the command. Returns the exit code, 1 after an error."""
    parser = argparse.ArgumentParser(
        prog="python -m d2l_local.speak",
        description="Print the text that a model writes after a prefix.",
    )
    parser.add_argument("weights", metavar="WEIGHTS", help="a file of export_weights")
    parser.add_argument("prefix", metavar="PREFIX", help="the start of the text")
    parser.add_argument(
        "--framework",
        choices=NAMES,
        type=lambda name: ALIASES.get(name, name),
        default="torch",
        help="what computes; torch may be called pytorch (default: torch)",
    )
    parser.add_argument(
        "--num-preds",
        type=int,
        default=50,
        metavar="N",
        help="number of tokens to write (default: 50)",
    )
    options = parser.parse_args(argv)
    # TensorFlow reports on its own compiler even where all is well.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with without_known_notices():
            text = speak(
                options.weights, options.prefix, options.num_preds, options.framework
            )
    except (ImportError, OSError, ValueError) as error:
        return fail(parser.prog, error)
    return write_out(parser.prog, text)


if __name__ == "__main__":
    sys.exit(main())
