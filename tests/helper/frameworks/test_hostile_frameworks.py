"""Bad, empty and huge input to every public function of the three framework packages.

`cases` has an entry for each: what must be refused, with the error and a part of its
message, and what must work at the edges. A public name without one fails. What is
refused has drawn no random number, served no batch and changed no parameter.
"""

import inspect
import math
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from d2l_local import common

sys.path.append(str(Path(__file__).parents[1] / "training"))
from trainers import FRAMEWORKS, trainer  # noqa: E402

HUGE = 10**30
NOWHERE = Path("/nowhere/at/all")
TEXT = "time traveller said and went on " * 9
# Covered by tests/helper/seq2seq
SEQ2SEQ = {"Decoder", "Encoder", "EncoderDecoder", "MaskedSoftmaxCELoss",
           "Seq2SeqDecoder", "Seq2SeqEncoder", "build_array_nmt", "init_seq2seq",
           "load_data_nmt", "predict_seq2seq", "sequence_mask", "train_epoch_seq2seq",
           "train_seq2seq"}  # fmt: skip
# Steps of the functions below, exported to be read and taken apart: what reaches them
# has been checked.
STEPS = {"begin_layer_state", "draw_uniform", "evaluation_mode", "global_norm",
         "gradients", "hidden_units", "layers_drop_out", "predict_step",
         "train_step"}  # fmt: skip

# Of several functions, in one package alone
OPTIONS = {"device", "mixed_precision", "optimizer"}


class Guarded:
    """Batches that nobody may ask for."""

    def __iter__(self):
        raise AssertionError("a batch was served before the arguments were checked")


class Uncallable:
    def begin_state(self, *args, **kwargs):
        raise AssertionError("the state was begun")


def refused(kind, call, error, message):
    return SimpleNamespace(kind=kind, call=call, error=error, message=message)


def fine(kind, call, expected):
    return SimpleNamespace(kind=kind, call=call, error=None, expected=expected)


def wrong(call, *cases):
    """Cases of wrong types or values: (argument, error, message), given to `call`."""
    return [
        refused("wrong", lambda each=each: call(each), error, message)
        for each, error, message in cases
    ]


def size(name, call, least=1):
    return wrong(
        call,
        (least - 1, ValueError, f"{name}={least - 1}: give at least {least}"),
        (-HUGE, ValueError, f"{name}=-1000"),
        ("2", TypeError, f"{name}='2' is not a whole number"),
        (2.5, TypeError, f"{name}=2.5 is not a whole number"),
        (None, TypeError, f"{name}=None is not"),
    )


def flag(name, call):
    return wrong(
        call,
        ("False", TypeError, f"{name} must be True or False, got the string 'False'"),
    )


def batches_cases(name, call):
    return wrong(
        call,
        (None, TypeError, f"{name} must yield batches, got None: give a loader, or a"),
        (5, TypeError, f"{name} must yield batches, got 5: give"),
        ("text", TypeError, f"{name} must yield batches, got 'text': give"),
        ({"X": 1}, TypeError, f"{name} must yield batches, got {{'X': 1}}"),
        ([5], ValueError, rf"{name}\[0\] isn't a pair \(X, Y\)"),
        ([(1, 2, 3)], ValueError, rf"{name}\[0\] isn't a pair"),
    )


def model_cases(call):
    return wrong(
        call,
        (
            None,
            TypeError,
            r"is NoneType, which can't be called as net\(X, state\): giv",
        ),
        ("net", TypeError, "net is str, which can't be called"),
        (lambda X, state: X, TypeError, "net is function and has no begin_state"),
        (Uncallable(), TypeError, "net is Uncallable, which can't be called"),
        (Uncallable, TypeError, "net is the class Uncallable: build a model"),
    )


def vocab_cases(call):
    other = common.Vocab(list("time traveller xyz"))
    return wrong(
        call,
        (None, TypeError, "vocab=None isn't a vocabulary: give the Vocab"),
        ({"a": 1}, TypeError, r"vocab=\{'a': 1\} isn't a vocabulary"),
        ("abc", TypeError, "vocab='abc' isn't a vocabulary"),
        (common.Vocab, TypeError, "isn't a vocabulary"),
        (other, ValueError, f"vocab has {len(other)} tokens, but net is built for voc"),
    )


def theta_cases(call):
    return wrong(
        call,
        (-1, ValueError, "theta must be at least 0, such as 1, got -1; math.inf"),
        (math.nan, ValueError, "theta must be at least 0, such as 1, got nan"),
        (None, TypeError, "theta must be a number such as 1, got None"),
        ("1", TypeError, "theta must be a number such as 1, got '1'"),
    )


def rate_cases(call):
    return wrong(
        call,
        (None, TypeError, "lr must be a number such as 0.5, got None"),
        ("0.5", TypeError, "lr must be a number such as 0.5, got '0.5'"),
        ([0.5, 1], TypeError, r"lr must be a number such as 0.5, got \[0.5, 1\]"),
        (-0.5, ValueError, "lr must be a finite number of at least 0, .*, got -0.5"),
        (math.nan, ValueError, "lr must be a finite number of at least 0, .*, got nan"),
        (math.inf, ValueError, "lr must be a finite number of at least 0, .*, got inf"),
        (10**400, ValueError, "lr must be a finite number of at least 0, .*, got inf"),
    )


class LookAlike:
    """A vocabulary that isn't one of ours."""

    unk = 0

    def __init__(self, vocab):
        self.vocab = vocab

    def __len__(self):
        return len(self.vocab)

    def __getitem__(self, token):
        return self.vocab[token]

    def to_tokens(self, indices):
        return self.vocab.to_tokens(indices)


class Native:
    """The small training of one framework, and how its functions are called."""

    def __init__(self, framework, folder):
        self.framework = framework
        self.own = trainer(framework)
        self.d2l, self.device = self.own.d2l, self.own.device
        self.text = folder / "tiny.txt"
        self.text.write_text(TEXT, encoding="utf-8")
        loader, self.vocab = self.own.data(self.text)
        self.batches = list(loader)[:2]
        self.q = len(self.vocab)
        self.net = self.own.plain(self.q)
        if framework == "mxnet":
            self.net.initialize()
        self.weights = self.own.weights(self.net)
        self.devices = [] if framework == "tensorflow" else [self.device]
        self.folder = folder

    def array(self, *shape, dtype="float32"):
        zeros = np.zeros(shape, dtype)
        if self.framework == "torch":
            import torch

            return torch.from_numpy(zeros)
        if self.framework == "tensorflow":
            import tensorflow as tf

            return tf.constant(zeros)
        from mxnet import np as mx_np

        return mx_np.array(zeros, dtype=dtype)

    def loss(self):
        if self.framework == "torch":
            import torch

            return torch.nn.MSELoss()
        if self.framework == "tensorflow":
            import tensorflow as tf

            return tf.keras.losses.MeanSquaredError()
        from mxnet import gluon

        return gluon.loss.L2Loss()

    def token_loss(self):
        if self.framework == "torch":
            import torch

            return torch.nn.CrossEntropyLoss()
        if self.framework == "tensorflow":
            import tensorflow as tf

            return tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        from mxnet import gluon

        return gluon.loss.SoftmaxCrossEntropyLoss()

    def parameter(self, grad=True):
        """A parameter of two numbers with a gradient, or without."""
        if self.framework == "torch":
            param = self.array(2)
            param.grad = self.array(2) if grad else None
        elif self.framework == "tensorflow":
            import tensorflow as tf

            param = tf.Variable(self.array(2))
        else:
            param = self.array(2)
            if grad:
                param.attach_grad()
        return param

    def sgd(self, lr=1, batch_size=1, grads=(True, True)):
        params = [self.parameter(grad) for grad in grads]
        if self.framework == "tensorflow":
            values = [self.array(2) if grad else None for grad in grads]
            return self.d2l.sgd(params, values, lr, batch_size)
        return self.d2l.sgd(params, lr, batch_size)

    def clip(self, theta, net=None):
        if self.framework == "tensorflow":
            self.d2l.grad_clipping([self.array(2)], theta)
        else:
            held = SimpleNamespace(params=[self.parameter()])
            self.d2l.grad_clipping(net or held, theta)

    def layer(self, **options):
        if self.framework == "torch":
            import torch

            return torch.nn.GRU(self.q, 4, **options)
        if self.framework == "tensorflow":
            import tensorflow as tf

            whole = {"return_sequences": True, "return_state": True}
            return tf.keras.layers.GRU(4, **whole | options)
        from mxnet.gluon import rnn

        return rnn.GRU(4, **options)

    def model(self, vocab_size=None, layer=None):
        layer = self.layer() if layer is None else layer
        return self.d2l.RNNModel(layer, vocab_size)

    def scratch(self, vocab_size=5, num_hiddens=4, **functions):
        names = inspect.signature(self.d2l.RNNModelScratch).parameters
        given = {name: lambda *args: [] for name in names}
        given |= {"vocab_size": vocab_size, "num_hiddens": num_hiddens}
        if "device" in names:
            given["device"] = self.device
        return self.d2l.RNNModelScratch(**given | functions).num_hiddens

    def predict(self, prefix="time", num_preds=1, net=None, vocab=None, device=()):
        devices = self.devices if device == () else [device]
        return self.d2l.predict_ch8(prefix, num_preds, net, vocab, *devices)

    def written(self, prefix="time", num_preds=1, vocab=None):
        return len(self.predict(prefix, num_preds, self.net, vocab or self.vocab))

    def epoch(self, train_iter=None, *, net=(), loss=None, updater=None, random=False,
              device=(), **options):  # fmt: skip
        return self.d2l.train_epoch_ch8(
            self.net if net == () else net,
            Guarded() if train_iter is None else train_iter,
            loss or self.token_loss(),
            updater or (lambda *args, **kwargs: None),
            *(self.devices if device == () else [device]),
            random,
            **options,
        )

    def perplexity(self, data_iter, net=None, random=False):
        net = self.net if net is None else net
        return self.d2l.evaluate_perplexity(net, data_iter, *self.devices, random)

    def train(self, train_iter=(), *, net=(), vocab=(), lr=0.5, num_epochs=1, device=(),
              random=False, **options):  # fmt: skip
        self.d2l.train_ch8(
            self.net if net == () else net,
            Guarded() if train_iter == () else train_iter,
            self.vocab if vocab == () else vocab,
            lr,
            num_epochs,
            self.device if device == () else device,
            random,
            **{"prefixes": ["time"]} | options,
        )

    def trained(self, *args, **options):
        """Train a new model; how many epochs there were."""
        epochs = []
        net = self.own.plain(self.q)
        self.train(*args, net=net, callback=epochs.append, **options)
        return len(epochs)

    def foreign(self):
        """An optimiser of the parameters of another model."""
        return self.own.optimizer(self.own.plain(self.q), 0.1)


def cases(native):
    d2l, X = native.d2l, native.array
    first_X, first_Y = native.batches[0]
    flat = [(first_X[0], first_Y[0])]
    unlike = [(first_X, first_Y[:, :-1])]
    whole = native.folder / "whole.safetensors"
    native.d2l.export_weights(native.net, whole, native.vocab)

    def load(text=native.text, batch_size=2, num_steps=5, n=99):
        return d2l.load_data_time_machine(batch_size, num_steps, False, n, text=text)

    def loader(batch_size):
        return d2l.SeqDataLoader(batch_size, 5, False, 99, text=native.text)

    def cut(name):
        call = getattr(d2l, name)
        return [
            *size("batch_size", lambda bad: call(range(99), bad, 5)),
            *size("num_steps", lambda bad: call(range(99), 5, bad)),
            refused("empty", lambda: call([], 1, 1), ValueError, "corpus of 0 tokens"),
            refused("huge", lambda: call(range(9), HUGE, 5), ValueError, "too short"),
        ]

    table = {
        "RNNModel": [
            *size("vocab_size", native.model),
            *wrong(
                lambda bad: native.model(native.q, bad),
                ("gru", TypeError, "rnn_layer is str: pass an"),
                (5, TypeError, "rnn_layer is int: pass an"),
            ),
        ],
        "RNNModelScratch": [
            *size("vocab_size", native.scratch),
            *[case for case in size("num_hiddens", lambda bad: native.scratch(5, bad))
              if "'2'" not in case.message and "None" not in case.message],
            fine("wrong", lambda: native.scratch(5, None), None),
            fine("wrong", lambda: native.scratch(5, {"h": 4}), {"h": 4}),
            *wrong(
                lambda bad: native.scratch(get_params=bad),
                ([], TypeError, r"get_params must be a function .*, got \[\]"),
                ("cpu", TypeError, "get_params must be a function .*, got 'cpu'"),
            ),
            *wrong(
                lambda bad: native.scratch(init_state=bad),
                (None, TypeError, "init_state must be a function .*, got None"),
            ),
            *wrong(
                lambda bad: native.scratch(forward_fn=bad),
                (5, TypeError, "forward_fn must be a function .*, got 5"),
            ),
            fine("huge", lambda: native.scratch(HUGE, HUGE), HUGE),
            fine("empty", lambda: native.scratch(5, [4, 4]), [4, 4]),
        ],
        "SeqDataLoader": [
            *size("batch_size", loader),
            refused("huge", lambda: loader(HUGE), ValueError, "too short"),
        ],
        "evaluate_loss": [
            *wrong(
                lambda bad: d2l.evaluate_loss(bad, [(X(2), X(2))], native.loss()),
                (None, TypeError, "net must be a model, got None"),
            ),
            *wrong(
                lambda bad: d2l.evaluate_loss(lambda X: X, [(X(2), X(2))], bad),
                (None, TypeError, "loss must be a function of outputs.*, got None"),
                ("mse", TypeError, "loss must be a function .*, got 'mse'"),
            ),
            *batches_cases(
                "data_iter",
                lambda bad: d2l.evaluate_loss(lambda X: X, bad, native.loss()),
            ),
            refused(
                "empty",
                lambda: d2l.evaluate_loss(lambda X: X, [], native.loss()),
                ValueError,
                "data_iter yielded no batches",
            ),
            fine(
                "huge",
                lambda: d2l.evaluate_loss(
                    lambda X: X, [(X(10**6), X(10**6))], native.loss()
                ),
                0.0,
            ),
        ],
        "evaluate_perplexity": [
            *model_cases(lambda bad: d2l.evaluate_perplexity(
                bad, Guarded(), *native.devices)),
            *batches_cases("data_iter", native.perplexity),
            *flag("use_random_iter",
                  lambda bad: native.perplexity(Guarded(), random=bad)),
            *wrong(
                native.perplexity,
                (flat, ValueError, r"\(batch_size, num_steps\), got X of shape \(5,\)"),
                (unlike, ValueError, r"X of shape \(4, 5\) and Y of shape \(4, 4\)"),
            ),
            refused("empty", lambda: native.perplexity([]), ValueError, "no perplexi"),
            fine("huge", lambda: native.perplexity(native.batches * 20) > 1, True),
        ],
        "export_weights": [
            *wrong(
                lambda bad: d2l.export_weights(bad, native.folder / "no"),
                (None, TypeError, "net is NoneType: pass an RNNModel"),
                (native.own.scratch(native.q), TypeError, "net is RNNModelScratch"),
            ),
            *wrong(
                lambda bad: d2l.export_weights(native.net, bad),
                (5, TypeError, "int"),
                (NOWHERE, FileNotFoundError, "so create it first"),
            ),
            *wrong(
                lambda bad: d2l.export_weights(native.net, native.folder / "no", bad),
                (common.Vocab(["a"]), ValueError, "its vocabulary has 2 tokens"),
            ),
            refused("empty", lambda: d2l.export_weights(native.net, ""), OSError, ""),
        ],
        "grad_clipping": [
            *theta_cases(native.clip),
            fine("huge", lambda: native.clip(1e300), None),
            fine("huge", lambda: native.clip(math.inf), None),
            fine("empty", lambda: native.clip(0), None),
        ],
        "import_weights": [
            *wrong(
                lambda bad: d2l.import_weights(bad, whole),
                (None, TypeError, "net is NoneType: pass an RNNModel"),
                (native.model(native.q), ValueError, "weights of another model"),
            ),
            *wrong(
                lambda bad: d2l.import_weights(native.net, bad),
                (NOWHERE, FileNotFoundError, "/nowhere/at/all"),
                (native.text, ValueError, "can't read weights from .*tiny.txt"),
                (5, TypeError, "int"),
            ),
            refused("empty", lambda: d2l.import_weights(native.net, ""), OSError, ""),
        ],
        "load_array": [
            *size("batch_size", lambda bad: d2l.load_array((X(3, 2), X(3)), bad)),
            *wrong(
                lambda bad: d2l.load_array(bad, 2),
                (X(3, 2), TypeError, r"give a tuple of arrays, such as \(X, y\)"),
                (None, TypeError, "data_arrays is NoneType"),
                ("ab", TypeError, "data_arrays is str"),
                ((X(3), X(4)), ValueError, "data_arrays have 3, 4 rows"),
                ((X(3), 5), TypeError, r"data_arrays\[1\]=5 has no rows"),
                ((X(),), TypeError, r"data_arrays\[0\]=.*has no rows"),
                (("ab", "cd"), TypeError, r"data_arrays\[0\]='ab' has no rows"),
            ),
            refused("empty", lambda: d2l.load_array((), 2), ValueError, "is empty"),
            refused("empty", lambda: d2l.load_array((X(0, 2), X(0)), 2), ValueError,
                    "data_arrays have 0, 0 rows"),
            fine("huge", lambda: [len(y) for _, y in
                 d2l.load_array([X(3, 2), X(3)], HUGE)], [3]),
        ],
        "load_data_time_machine": [
            *size("batch_size", lambda bad: load(batch_size=bad)),
            *size("num_steps", lambda bad: load(num_steps=bad)),
            *wrong(load, (NOWHERE, FileNotFoundError, "there is no text file"),
                   (5, TypeError, "text=5 is neither a name nor a path")),
            refused("empty", lambda: load(n=0), UserWarning, "max_tokens=0 stands for"),
            refused("huge", lambda: load(batch_size=HUGE), ValueError, "too short"),
        ],
        "load_model": [
            *wrong(
                d2l.load_model,
                (NOWHERE, FileNotFoundError, "/nowhere/at/all"),
                (native.text, ValueError, "can't read weights from .*tiny.txt"),
                (None, TypeError, "None"),
            ),
            refused("empty", lambda: d2l.load_model(""), OSError, ""),
        ],
        "predict_ch8": [
            *model_cases(lambda bad: native.predict(net=bad, vocab=native.vocab)),
            *vocab_cases(lambda bad: native.predict(net=native.net, vocab=bad)),
            *wrong(
                native.written,
                (5, TypeError, "prefix=5 is neither a string nor a list"),
                ("Zeit", UserWarning, r"holds \['Z'\], which the vocabulary"),
            ),
            *wrong(
                lambda bad: native.written("time", bad),
                (-1, ValueError, "num_preds is -1"),
                (2.5, TypeError, "num_preds=2.5 is not a whole number"),
                ("2", TypeError, "num_preds='2' is not a whole number"),
            ),
            refused("empty", lambda: native.written(""), ValueError, "is empty"),
            fine("empty", lambda: native.written("time", 0), 4),
            fine("huge", lambda: native.written("time " * 20, 100) >= 200, True),
            fine("huge", lambda: native.written(vocab=LookAlike(native.vocab)) > 4,
                 True),
        ],
        "set_seed": [
            *wrong(
                d2l.set_seed,
                ("3", TypeError, "seed='3' is not a whole number: give an int"),
                (None, TypeError, "seed=None is not a whole number"),
                (1.5, TypeError, "seed=1.5 is not a whole number"),
                ([1], TypeError, r"seed=\[1\] is not a whole number"),
            ),
            refused("huge", lambda: d2l.set_seed(HUGE), ValueError, "give an int from"),
            refused("huge", lambda: d2l.set_seed(-HUGE), ValueError, "seed=-1000"),
            fine("huge", lambda: d2l.set_seed(np.int64(2**32 - 1)), None),
        ],
        "seq_data_iter_random": cut("seq_data_iter_random"),
        "seq_data_iter_sequential": cut("seq_data_iter_sequential"),
        "sgd": [
            *wrong(
                lambda bad: native.sgd(1, bad),
                (0, ValueError, "batch_size must be positive, such as 1, got 0"),
                (-2, ValueError, "batch_size must be positive, such as 1, got -2"),
                (math.nan, ValueError, "batch_size must be positive, .*, got nan"),
                (None, TypeError, "batch_size must be a number such as 1, got None"),
                ("2", TypeError, "batch_size must be a number such as 1, got '2'"),
            ),
            *wrong(
                lambda bad: native.sgd(bad),
                (None, TypeError, "lr must be a number such as 1, got None"),
                ("1", TypeError, "lr must be a number such as 1, got '1'"),
            ),
            *wrong(
                lambda bad: native.sgd(grads=bad),
                ((True, False), ValueError, "parameter 1 has no gradient: first"),
            ),
            fine("empty", lambda: native.sgd(grads=()), None),
            fine("huge", lambda: native.sgd(1, HUGE // 10**20), None),
        ],
        "train_ch8": train_cases(native, flat),
        "train_epoch_ch8": [
            *model_cases(lambda bad: native.epoch(net=bad)),
            *batches_cases(
                "train_iter", lambda bad: native.epoch(5 if bad is None else bad)
            )[1:],
            *wrong(
                lambda bad: native.epoch(loss=bad),
                (5, TypeError, "loss must be a function of outputs and labels, got 5"),
            ),
            *wrong(
                lambda bad: native.epoch(updater=bad),
                ("sgd", TypeError, "updater must be .* function.*, got 'sgd'"),
                (5, TypeError, "updater must be .* function.*, got 5"),
                (SimpleNamespace, TypeError, "updater must be .*, got <class .*Names"),
            ),
            *theta_cases(lambda bad: native.epoch(theta=bad)),
            *flag("use_random_iter", lambda bad: native.epoch(random=bad)),
            *wrong(
                native.epoch,
                (flat, ValueError, r"\(batch_size, num_steps\), got X of shape \(5,\)"),
                (unlike, ValueError, r"X of shape \(4, 5\) and Y of shape \(4, 4\)"),
            ),
            refused("empty", lambda: native.epoch([]), ValueError, "nothing to train"),
            fine("huge", lambda: native.epoch(native.batches, theta=1e30)[0] > 1, True),
        ],
        "try_all_gpus": [
            refused("wrong", lambda: d2l.try_all_gpus(1), TypeError, "argument"),
            fine("empty", lambda: len(d2l.try_all_gpus()) >= 1, True),
        ],
        "try_gpu": [
            *size("i", d2l.try_gpu, 0),
            fine("huge", lambda: named(d2l.try_gpu(HUGE)), "cpu"),
        ],
    }  # fmt: skip
    return table | more_cases(native)


def draw(native):
    """A random number of the framework."""
    if native.framework == "torch":
        import torch

        return float(torch.rand(()))
    if native.framework == "tensorflow":
        import tensorflow as tf

        return float(tf.random.normal(()))
    from mxnet import np as mx_np

    return float(mx_np.random.uniform())


def named(device):
    """A device in short: 'cpu'."""
    name = getattr(device, "_device_name", device)
    return "cpu" if "cpu" in str(name).lower() else str(name)


def train_cases(native, flat):
    """Of `train_ch8`, with all of its options."""
    train = native.train
    once = zip([native.batches[0][0]], [native.batches[0][1]], strict=True)

    def option(name, *bad):
        return wrong(lambda each: train(**{name: each}), *bad)

    several = "which is empty after the first of 2 epochs: give a loader, or a list"
    return [
        *model_cases(lambda bad: train(net=bad)),
        *vocab_cases(lambda bad: train(vocab=bad)),
        *rate_cases(lambda bad: train(lr=bad)),
        *size("num_epochs", lambda bad: train(num_epochs=bad)),
        *batches_cases("train_iter", train),
        *batches_cases("held_out", lambda bad: train(held_out=bad))[1:],
        *wrong(
            lambda bad: train(bad, num_epochs=2),
            (once, ValueError, f"train_iter is a zip, {several}"),
            (iter(native.batches), ValueError, f"train_iter is a list_it.*, {several}"),
        ),
        *wrong(
            lambda bad: train(held_out=bad, num_epochs=2),
            ((b for b in native.batches), ValueError, f"held_out is a g.*, {several}"),
        ),
        *flag("use_random_iter", lambda bad: train(random=bad)),
        *flag("mixed_precision", lambda bad: train(mixed_precision=bad)),
        *option(
            "prefixes",
            ("time traveller", TypeError, r"is one string: give a list, \['time trav"),
            (None, TypeError, "prefixes=None isn't a list"),
            (5, TypeError, "prefixes=5 isn't a list"),
            ([5], TypeError, "prefix=5 is neither a string nor a list"),
            ([""], ValueError, "the prefix is empty"),
            (["Zeit"], ValueError, r"holds \['Z'\]"),
        ),
        *option(
            "optimizer",
            ("adagrad", ValueError, "'adagrad': use 'sgd', 'momentum' or 'adam'"),
            (5, ValueError, "optimizer is 5: use 'sgd'"),
            (None, ValueError, "optimizer is None: use 'sgd'"),
            (SimpleNamespace, TypeError, "is the class SimpleNamespace: build it"),
        ),
        *option(
            "target_perplexity",
            (0.5, ValueError, "perplexity must be at least 1, .*, got 0.5"),
            (math.nan, ValueError, "perplexity must be at least 1, .*, got nan"),
            ("2", TypeError, "'2'|str"),
        ),
        *option(
            "seed",
            ("3", TypeError, "seed='3' is not a whole number"),
            (1.5, TypeError, "seed=1.5 is not a whole number"),
            (HUGE, ValueError, "give an int from"),
        ),
        *option(
            "callback",
            ("print", TypeError, "callback must be a function of .*, got 'print'"),
            ([], TypeError, r"callback must be a function of an Epoch, got \[\]"),
        ),
        *option(
            "checkpoint",
            (5, TypeError, "int"),
            (NOWHERE / "a", FileNotFoundError, "there is no folder"),
            ("", IsADirectoryError, "is a folder"),
        ),
        *wrong(
            lambda bad: train(device=bad),
            ("nonsense", (TypeError, RuntimeError), "nonsense"),
            (5.5, TypeError, "5.5|float"),
            (None, TypeError, "None"),
        ),
        *wrong(
            train,
            (flat, ValueError, r"\(batch_size, num_steps\), got X of shape \(5,\)"),
        ),
        refused("empty", lambda: train([]), ValueError, "nothing to train on"),
        refused("empty", lambda: train(held_out=[]), ValueError, "has no batches"),
        fine("empty", lambda: native.trained(native.batches, prefixes=[], vocab=None,
             num_epochs=2, lr=1), 2),
        fine("empty", lambda: native.trained(
            (b for b in native.batches), prefixes=iter(["time"]), lr=0.0,
            vocab=LookAlike(native.vocab)), 1),
        fine("huge", lambda: native.trained(
            native.batches, num_epochs=HUGE, target_perplexity=1e300), 1),
    ]  # fmt: skip


def more_cases(native):
    """Of what one package has and the others lack, or call otherwise."""
    d2l = native.d2l
    checks = wrong(
        {
            "torch": lambda bad: d2l.check_rnn_layer(bad, native.q),
        }.get(native.framework, d2l.check_rnn_layer),
        (None, TypeError, "rnn_layer is NoneType: pass an"),
        ([], TypeError, "rnn_layer is list: pass an"),
    )
    table = {"check_rnn_layer": checks}
    if native.framework == "tensorflow":
        table["device_name"] = wrong(
            d2l.device_name,
            ("/CPU:0", TypeError, "strategy='/CPU:0' isn't a TensorFlow strategy"),
            (None, TypeError, "strategy=None isn't a TensorFlow strategy"),
        )
        return table
    foreign = native.foreign()
    if native.framework == "torch":
        table["mixed_precision"] = flag(
            "mixed_precision", lambda bad: native.epoch(mixed_precision=bad)
        )
    else:
        known = {"net": native.net, "vocab": native.vocab}
        no_device = [("cpu", TypeError, "device='cpu' isn't an MXNet device: give")]
        table["device"] = [
            *wrong(lambda bad: native.epoch(device=bad), *no_device),
            *wrong(lambda bad: native.predict(device=bad, **known), *no_device),
            *wrong(
                lambda bad: d2l.evaluate_perplexity(native.net, Guarded(), bad),
                *no_device,
            ),
            *wrong(lambda bad: native.train(device=bad), *no_device),
            fine("empty", lambda: len(native.predict(device=None, **known)) > 4, True),
        ]
    return table | {
        "detach_state": wrong(
            d2l.detach_state,
            (5, (TypeError, AttributeError), "int"),
            (None, (TypeError, AttributeError), "NoneType"),
        ),
        "optimizer": wrong(
            lambda bad: native.train(optimizer=bad),
            (foreign, ValueError, "has no parameter of net and would train nothing"),
        ),
    }


@pytest.fixture(scope="module", params=FRAMEWORKS)
def native(request, tmp_path_factory):
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return Native(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def table(native):
    return cases(native)


def public(package):
    """The functions and classes that a framework package exports itself."""
    return {
        name
        for name, value in vars(package).items()
        if not name.startswith("_")
        and (inspect.isroutine(value) or inspect.isclass(value) or callable(value))
        and not inspect.ismodule(value)
        and getattr(common, name, None) is not value
        and (inspect.getmodule(value) or common).__name__
        not in ("d2l_local.frameworks", "d2l_local.numpy_shim", "d2l_local.quiet")
    }


def test_every_public_name_has_its_cases(native, table):
    names = public(native.d2l)
    assert {"train_ch8", "RNNModel", "predict_ch8"} <= names
    assert names - SEQ2SEQ - STEPS == {*table} - OPTIONS
    assert all(table.values())


@pytest.mark.parametrize("kind", ["wrong", "empty", "huge"])
def test_every_loop_meets_wrong_empty_and_huge_input(table, kind):
    for name in ("evaluate_loss", "evaluate_perplexity", "grad_clipping", "load_array",
                 "predict_ch8", "sgd", "train_ch8", "train_epoch_ch8"):  # fmt: skip
        assert kind in {case.kind for case in table[name]}, name


@pytest.mark.filterwarnings("error")
def test_bad_input_is_refused_clearly_and_changes_nothing(native, table, capsys):
    wrongly = []
    for name, entries in table.items():
        for i, case in enumerate(entries):
            if case.error is None:
                continue
            where = f"{name}, case {i}: "
            try:
                case.call()
            except case.error as error:
                if not re.search(case.message, str(error)):
                    wrongly.append(f"{where}{case.message!r} isn't in {error!r:.300}")
                elif len(str(error)) >= 2000:
                    wrongly.append(f"{where}a message of {len(str(error))} characters")
            except Exception as error:
                wrongly.append(f"{where}{case.message!r} became {error!r:.300}")
            else:
                wrongly.append(f"{where}{case.message!r} was not said")
    assert not wrongly, "\n".join(wrongly)
    for before, after in zip(native.weights, native.own.weights(native.net)):
        np.testing.assert_array_equal(before, after)


@pytest.mark.filterwarnings("error")
def test_the_edges_work(table):
    for name, entries in table.items():
        for i, case in enumerate(entries):
            if case.error is None:
                assert case.call() == case.expected, f"{name}, case {i}"


@pytest.mark.parametrize(
    "bad",
    [{"lr": -1}, {"net": None}, {"num_epochs": 2.5}, {"callback": 5}, {"held_out": []},
     {"vocab": None}, {"checkpoint": NOWHERE / "a"}, {"device": 5.5}],
)  # fmt: skip
def test_a_refused_training_leaves_the_random_numbers_alone(native, bad):
    if native.framework == "torch" and "device" in bad:
        pytest.skip("PyTorch itself refuses it, a little later")
    native.d2l.set_seed(1)
    expected = draw(native), draw(native)
    native.d2l.set_seed(1)
    first = draw(native)
    with pytest.raises((TypeError, ValueError, OSError)):
        native.train(seed=9, **bad)
    assert (first, draw(native)) == expected


def test_a_training_with_an_optimiser_of_its_own_needs_no_rate(native):
    net = native.own.plain(native.q)
    epochs = []
    native.train(
        native.batches, net=net, optimizer=native.own.optimizer(net, 0.1), lr=None,
        callback=epochs.append,
    )  # fmt: skip
    assert len(epochs) == 1
