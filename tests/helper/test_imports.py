"""Imports: one framework at a time, and the classic names in each."""

import ast
import inspect
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from d2l_local.quiet import is_known_notice

ROOT = Path(__file__).parents[2]
FRAMEWORKS = ["torch", "tensorflow", "mxnet"]
HEAVY = {"torch", "tensorflow", "keras", "mxnet", "matplotlib"}
OWN_IMPORTS = {
    "torch",
    "tensorflow",
    "mxnet",
    "dropin",
}
# These are about Matplotlib, and imported by the first figure.
DRAWS = ("d2l_local.display.figure", "d2l_local.display.words")
NEUTRAL = sorted(
    {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "d2l_local").rglob("[!_]*.py")
        if path.relative_to(ROOT).parts[1] not in OWN_IMPORTS
    }
    - set(DRAWS)
)

# The classic d2l 0.17 API: parameters as its notebooks call them. Those without a
# default may have got one since.
LOOK = (
    "xlabel=None, ylabel=None, legend=None, xlim=None, ylim=None, xscale='linear', "
    "yscale='linear', fmts=('-', 'm--', 'g-.', 'r:')"
)
CLASSIC = {
    "Accumulator": "n",
    "Animator": f"{LOOK}, nrows=1, ncols=1, figsize=(3.5, 2.5)",
    "Decoder": "",
    "Encoder": "",
    "EncoderDecoder": "encoder, decoder",
    "MaskedSoftmaxCELoss": "",
    "RNNModel": "rnn_layer, vocab_size",
    "RNNModelScratch": "vocab_size, num_hiddens, device, get_params, init_state, "
    "forward_fn",
    "Seq2SeqDecoder": "vocab_size, embed_size, num_hiddens, num_layers, dropout=0",
    "Seq2SeqEncoder": "vocab_size, embed_size, num_hiddens, num_layers, dropout=0",
    "SeqDataLoader": "batch_size, num_steps, use_random_iter, max_tokens",
    "Timer": "",
    "Vocab": "tokens=None, min_freq=0, reserved_tokens=None",
    "bleu": "pred_seq, label_seq, k",
    "build_array_nmt": "lines, vocab, num_steps",
    "count_corpus": "tokens",
    "download": "name, cache_dir",
    "download_extract": "name, folder=None",
    "evaluate_loss": "net, data_iter, loss",
    "grad_clipping": "net, theta",
    "load_array": "data_arrays, batch_size, is_train=True",
    "load_corpus_time_machine": "max_tokens=-1",
    "load_data_nmt": "batch_size, num_steps, num_examples=600",
    "load_data_time_machine": "batch_size, num_steps, use_random_iter=False, "
    "max_tokens=10000",
    "plot": f"X, Y=None, {LOOK}, figsize=(3.5, 2.5), axes=None",
    "predict_ch8": "prefix, num_preds, net, vocab, device",
    "predict_seq2seq": "net, src_sentence, src_vocab, tgt_vocab, num_steps, device, "
    "save_attention_weights=False",
    "preprocess_nmt": "text",
    "read_data_nmt": "",
    "read_time_machine": "",
    "seq_data_iter_random": "corpus, batch_size, num_steps",
    "seq_data_iter_sequential": "corpus, batch_size, num_steps",
    "sequence_mask": "X, valid_len, value=0",
    "set_axes": "axes, xlabel, ylabel, xlim, ylim, xscale, yscale, legend",
    "set_figsize": "figsize=(3.5, 2.5)",
    "sgd": "params, lr, batch_size",
    "tokenize": "lines, token='word'",
    "tokenize_nmt": "text, num_examples=None",
    "train_ch8": "net, train_iter, vocab, lr, num_epochs, device, "
    "use_random_iter=False",
    "train_epoch_ch8": "net, train_iter, loss, updater, device, use_random_iter",
    "train_seq2seq": "net, data_iter, lr, num_epochs, tgt_vocab, device",
    "truncate_pad": "line, num_steps, padding_token",
    "try_all_gpus": "",
    "try_gpu": "i=0",
    "use_svg_display": "",
}
CLASSIC_TENSORFLOW = {
    "MaskedSoftmaxCELoss": "valid_len",
    "RNNModelScratch": "vocab_size, num_hiddens, init_state, forward_fn, get_params",
    "grad_clipping": "grads, theta",
    "predict_ch8": "prefix, num_preds, net, vocab",
    "predict_seq2seq": "net, src_sentence, src_vocab, tgt_vocab, num_steps, "
    "save_attention_weights=False",
    "sgd": "params, grads, lr, batch_size",
    "train_ch8": "net, train_iter, vocab, lr, num_epochs, strategy, "
    "use_random_iter=False",
    "train_epoch_ch8": "net, train_iter, loss, updater, use_random_iter",
}
METHODS = {
    "Accumulator": ["add", "reset", "__getitem__"],
    "Animator": ["add"],
    "Decoder": ["init_state"],
    "RNNModel": ["begin_state"],
    "RNNModelScratch": ["__call__", "begin_state"],
    "SeqDataLoader": ["__iter__"],
    "Timer": ["start", "stop", "avg", "sum", "cumsum"],
    "Vocab": ["__len__", "__getitem__", "to_tokens", "unk", "token_freqs"],
}
# How notebooks call `begin_state`, for models of their own and of the package alike.
BEGIN_STATE = {
    "torch": ["batch_size", "device"],
    "tensorflow": ["batch_size", "dtype"],
    "mxnet": ["batch_size", "ctx"],
}
ADDED = ["TrainingDiverged", "export_weights", "import_weights", "load_corpus",
         "load_model", "set_seed"]  # fmt: skip
DATA = ["DATA_HUB", "DATA_URL"]

SEEN = """
import importlib, inspect, json, sys

module = importlib.import_module(sys.argv[1])

def parameters(made):
    made = made.__init__ if inspect.isclass(made) else made
    found = inspect.signature(made).parameters.values()
    return [
        [p.name, p.kind.name, None if p.default is p.empty else repr(p.default)]
        for p in found
        if p.name != "self"
    ]

public = {k: v for k, v in vars(module).items() if not k.startswith("_")}
ours = {k: v for k, v in public.items()
        if callable(v) and v.__module__.startswith("d2l_local")}
print(json.dumps({
    "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    "names": sorted(public),
    "methods": {k: dir(v) for k, v in ours.items() if inspect.isclass(v)},
    "parameters": {k: parameters(v) for k, v in ours.items()
                   if k != "TrainingDiverged"},
    "begin_state": {k: parameters(v.begin_state) for k, v in ours.items()
                    if hasattr(v, "begin_state")},
}))
"""


def see(module):
    """Return what a fresh process sees after importing `module`, and its stderr."""
    run = subprocess.run(
        [sys.executable, "-c", SEEN, module],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout) | {"stderr": run.stderr}


@pytest.fixture(scope="module", params=FRAMEWORKS)
def seen(request):
    """The view on one framework's module, with its `framework`."""
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return see(f"d2l_local.{request.param}") | {"framework": request.param}


# What gets imported


def test_a_framework_comes_alone(seen):
    also = {"keras"} if seen["framework"] == "tensorflow" else set()
    frameworks = HEAVY - {"matplotlib"}
    assert set(seen["modules"]) & frameworks == {seen["framework"]} | also


def test_the_import_says_nothing_that_is_known(seen):
    assert not any(map(is_known_notice, seen["stderr"].splitlines()))


def test_the_neutral_modules_need_no_framework_and_no_matplotlib():
    code = (
        "import importlib, sys\n"
        f"for name in {NEUTRAL}:\n"
        "    importlib.import_module(name)\n"
        f"print(sorted({HEAVY} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


# Names


def test_every_classic_name_is_there(seen):
    assert {*CLASSIC, *ADDED, *DATA} <= set(seen["names"])


@pytest.mark.parametrize("made", METHODS)
def test_classes_have_the_classic_methods(seen, made):
    assert set(METHODS[made]) <= set(seen["methods"][made])


@pytest.mark.parametrize("name", CLASSIC)
def test_parameters_are_the_classic_ones(seen, name):
    classic = CLASSIC[name]
    if seen["framework"] == "tensorflow":
        classic = CLASSIC_TENSORFLOW.get(name, classic)
    wanted = inspect.signature(eval(f"lambda {classic}: None")).parameters.values()
    found = seen["parameters"][name]
    assert [p for p, _, _ in found[: len(wanted)]] == [p.name for p in wanted]
    for parameter, (_, kind, default) in zip(wanted, found):
        assert kind == "POSITIONAL_OR_KEYWORD"
        if parameter.default is not parameter.empty:
            assert default == repr(parameter.default)
    for added, kind, default in found[len(wanted) :]:
        assert default is not None or kind.startswith("VAR_"), added


@pytest.mark.parametrize("model", ["RNNModel", "RNNModelScratch"])
def test_begin_state_can_be_called_as_in_classic_notebooks(seen, model):
    found = seen["begin_state"][model]
    names = {name for name, _, _ in found}
    if "VAR_KEYWORD" not in {kind for _, kind, _ in found}:
        assert set(BEGIN_STATE[seen["framework"]]) <= names


def rooms(framework):
    """The modules of a framework's package, in the order of the alphabet."""
    return sorted(
        path.stem for path in (ROOT / "d2l_local" / framework).glob("[!_]*.py")
    )


def definitions(framework, room=None):
    """The names of the functions and classes in a module's source, in order."""
    if room is None:
        return [
            name for room in rooms(framework) for name in definitions(framework, room)
        ]
    path = ROOT / "d2l_local" / framework / f"{room}.py"
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [node.name for node in body if hasattr(node, "name")]


def test_the_three_packages_have_the_same_modules():
    # PyTorch frees its memory too eagerly; Keras leaves undone what the layers of the
    # others do inside.
    assert rooms("torch") == sorted([*rooms("mxnet"), "memory"])
    assert rooms("tensorflow") == sorted([*rooms("mxnet"), "unrolling"])


@pytest.mark.parametrize("room", rooms("mxnet"))
def test_the_three_files_define_the_same_names_in_the_same_order(room):
    files = [definitions(framework, room) for framework in FRAMEWORKS]
    common = set(files[0]).intersection(*files[1:])
    assert common
    first, *others = [[name for name in file if name in common] for file in files]
    assert others == [first, first]


def test_what_one_file_defines_of_the_classic_names_all_three_define():
    defined = [set(definitions(framework)) & {*CLASSIC, *ADDED} for framework in
               FRAMEWORKS]  # fmt: skip
    assert defined[0] == defined[1] == defined[2]
    assert {"train_ch8", "RNNModel", "sgd", "set_seed"} <= defined[0]
