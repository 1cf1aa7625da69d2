"""The arrays of a training run in MXNet, to NumPy arrays and back."""

import random

import mxnet
import numpy
from mxnet import gluon, np
from mxnet.gluon import nn, rnn

from d2l_local.run.describing import KINDS, describe_optimizer, nonlinearities


class Snapshot:
    """The arrays of a training run: model, optimiser, hidden state, random numbers.

    `net` is a Gluon block, or a hand-written model with a list `params`; `updater` is a
    `Trainer`, or a function, which has nothing to save; `device` is where the hidden
    state lives. Dicts of NumPy arrays go out and come in. Gluon itself would pickle a
    trainer, and reading a pickle can run any code.

    The state of MXNet's random numbers can't be read. For a model with dropout, they
    are therefore seeded for each batch, by a number made of `seed`, the epoch and the
    batch.
    """

    framework = "mxnet"

    def __init__(self, net, updater, device, seed=None):
        self.net, self.device = net, device
        self.trainer = updater if isinstance(updater, gluon.Trainer) else None
        self.seed = random.getrandbits(30) if seed is None else seed
        self._draws = isinstance(net, gluon.Block) and drops_out(net)

    def optimizer_name(self):
        """Return the name and the kind of what updates the parameters."""
        if self.trainer is None:
            return "function"
        optimizer = self.trainer._optimizer
        settings = {name: getattr(optimizer, name, None) for name in KINDS}
        return describe_optimizer(type(optimizer).__name__, settings)

    def layers(self):
        """Return a line for each layer with a nonlinearity, which shapes don't tell."""
        if not isinstance(self.net, gluon.Block):
            return nonlinearities(getattr(self.net, "forward_fn", self.net.__call__))
        lines = ((name, nonlinearity(block)) for name, block in blocks(self.net))
        return [f"{name or 'net'}: {kind}" for name, kind in lines if kind]

    def model(self):
        """Return the parameters by name."""
        self._allocate()
        return {name: array.asnumpy() for name, array in self._arrays().items()}

    def updater(self):
        """Return the memory of the optimiser: `counts` of steps, arrays as `i/part`."""
        if self.trainer is None:
            return {}
        optimizer, memory = self.trainer._optimizer, self.trainer._updaters[0].states
        counts = optimizer._index_update_count
        arrays = {"counts": numpy.array(sorted(counts.items()), dtype="int64")}
        for i, parts in memory.items():
            for number, part in enumerate(as_parts(parts)):
                arrays[f"{i}/{number}"] = part.asnumpy()
        return arrays

    def load(self, model, updater):
        """Put back what `model` and `updater` returned."""
        for name, array in self._arrays().items():
            array[:] = model[name]
        if self.trainer is not None:
            self._load_trainer(updater)

    def _load_trainer(self, arrays):
        optimizer, updater = self.trainer._optimizer, self.trainer._updaters[0]
        for i, count in arrays["counts"].reshape(-1, 2).tolist():
            optimizer._index_update_count[i] = count
            optimizer.num_update = max(optimizer.num_update, count)
            memory = self._new_memory(i)
            for number, part in enumerate(as_parts(memory)):
                part[:] = arrays[f"{i}/{number}"]
            updater.states[i], updater.states_synced[i] = memory, True

    def expected_updater(self):
        """Return what `updater` returns after a step."""
        if self.trainer is None:
            return {}
        size = len(self.trainer._params)
        arrays = {"counts": numpy.zeros((size, 2), dtype="int64")}
        for i in range(size):
            for number, part in enumerate(as_parts(self._new_memory(i))):
                arrays[f"{i}/{number}"] = part.asnumpy()
        return arrays

    def _new_memory(self, i):
        """Return what the optimiser remembers of parameter i before the first step."""
        weight = self.trainer._params[i].data().as_nd_ndarray()
        return self.trainer._optimizer.create_state_multi_precision(i, weight)

    def begin_state(self, batch_size):
        """Return the first state for a batch of this size."""
        return self.net.begin_state(batch_size=batch_size, ctx=self.device)

    def array(self, tensor):
        """Return an array of a hidden state as one of NumPy."""
        return tensor.asnumpy()

    def tensor(self, array, like=None):
        """Return one of NumPy as an array of a hidden state, of its own precision."""
        return np.array(array, dtype=array.dtype, ctx=self.device)

    def random_state(self):
        """Return the number from which the seeds of all batches are made."""
        return {"seed": numpy.array(self.seed, dtype="int64")}

    def set_random_state(self, arrays):
        """Continue from what `random_state` returned."""
        self.seed = int(arrays["seed"])

    def reseed(self, epoch, batch):
        """Seed the random numbers for a batch, if the model draws any."""
        if self._draws:
            mixed = random.Random(f"{self.seed} {epoch} {batch}")
            mxnet.random.seed(mixed.getrandbits(30))

    def _arrays(self):
        if isinstance(self.net, gluon.Block):
            # Named by their place in the model: other names differ between processes.
            params = self.net._collect_params_with_prefix()
            return {name: param.data() for name, param in params.items()}
        return {str(i): param for i, param in enumerate(self.net.params)}

    def _allocate(self):
        """Let Gluon infer the shapes that it doesn't know before the first batch."""
        if isinstance(self.net, gluon.Block):
            params = self.net.collect_params().values()
            if any(param._deferred_init for param in params):
                state = self.net.begin_state(batch_size=1, ctx=self.device)
                self.net(np.zeros((1, 1), dtype="int32", ctx=self.device), state)


def drops_out(block):
    """Return True for a block with dropout, its own or in a block inside it."""
    recurrent = isinstance(block, rnn.RNN | rnn.GRU | rnn.LSTM) and block._dropout
    inside = any(drops_out(child) for child in block._children.values())
    return isinstance(block, nn.Dropout) or bool(recurrent) or inside


def blocks(block, name=""):
    """Yield a block and all blocks inside it, with their places in it as names."""
    yield name, block
    for key, child in block._children.items():
        yield from blocks(child, f"{name}.{key}".removeprefix("."))


def nonlinearity(block):
    """Name what a block applies to its inputs, or the names in a reader's `forward`.

    Returns '' for none.
    """
    if type(block).__module__.partition(".")[0] != "mxnet":
        forward = type(block).forward, getattr(block, "hybrid_forward", None)
        held = vars(block).values()  # such as self.activation = npx.relu
        return ", ".join(nonlinearities(*forward, *held))
    if isinstance(block, rnn.RNN):
        return block._mode.removeprefix("rnn_")
    if isinstance(block, nn.Activation):
        return block._act_type
    inside = type(block).__module__ == "mxnet.gluon.nn.activations"
    return str(block) if inside else getattr(block, "_activation", None) or ""


def as_parts(memory):
    """Return what an optimiser remembers of a parameter, as a sequence of arrays."""
    if memory is None:
        return ()
    return memory if isinstance(memory, tuple | list) else (memory,)
