"""What MXNet holds during a training, as NumPy arrays and back."""

import random

import mxnet
import numpy
from mxnet import gluon, np
from mxnet.gluon import nn, rnn


class Snapshot:
    """The arrays of a training run: model, optimiser, hidden state, random numbers.

    `net` is a Gluon block, or a hand-written model with a list `params`; `updater` is a
    `Trainer`, or a function, which has nothing to save; `device` is where the hidden
    state lives. Dicts of NumPy arrays go out and come in. Gluon's own way to save a
    trainer pickles it, and reading such a file can run anything.

    MXNet tells nobody where its random numbers are. For a model that drops out, they
    therefore start anew with each batch, from a number made of `seed`, the epoch and
    the batch.
    """

    framework = "mxnet"

    def __init__(self, net, updater, device, seed=None):
        self.net, self.device = net, device
        self.trainer = updater if isinstance(updater, gluon.Trainer) else None
        self.seed = random.getrandbits(30) if seed is None else seed
        self._draws = isinstance(net, gluon.Block) and drops_out(net)

    def optimizer_name(self):
        """What updates the parameters, for the reader of an error message."""
        if self.trainer is None:
            return "function"
        return type(self.trainer._optimizer).__name__

    def model(self):
        """The parameters by name."""
        self._allocate()
        return {name: array.asnumpy() for name, array in self._arrays().items()}

    def updater(self):
        """What the optimiser remembers: `counts` of steps, and arrays as `i/part`."""
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
        """Put back what `model` and `updater` gave."""
        for name, array in self._arrays().items():
            array[:] = model[name]
        if self.trainer is not None:
            self._load_trainer(updater)

    def _load_trainer(self, arrays):
        optimizer, updater = self.trainer._optimizer, self.trainer._updaters[0]
        for i, count in arrays["counts"].reshape(-1, 2).tolist():
            optimizer._index_update_count[i] = count
            optimizer.num_update = max(optimizer.num_update, count)
            weight = self.trainer._params[i].data().as_nd_ndarray()
            memory = optimizer.create_state_multi_precision(i, weight)
            for number, part in enumerate(as_parts(memory)):
                part[:] = arrays[f"{i}/{number}"]
            updater.states[i], updater.states_synced[i] = memory, True

    def state_arrays(self, state):
        """The parts of a hidden state, numbered."""
        return {str(i): part.asnumpy() for i, part in enumerate(state)}

    def state_of(self, arrays):
        """The hidden state whose parts are `arrays`."""
        return [np.array(arrays[str(i)], ctx=self.device) for i in range(len(arrays))]

    def random_state(self):
        """The number from which the random numbers of all batches are made."""
        return {"seed": numpy.array(self.seed, dtype="int64")}

    def set_random_state(self, arrays):
        """Go on from what `random_state` gave."""
        self.seed = int(arrays["seed"])

    def reseed(self, epoch, batch):
        """Start the random numbers for a batch, if the model draws any."""
        if self._draws:
            mixed = random.Random(f"{self.seed} {epoch} {batch}")
            mxnet.random.seed(mixed.getrandbits(30))

    def _arrays(self):
        if isinstance(self.net, gluon.Block):
            # Names by place in the model, as the others differ between processes.
            params = self.net._collect_params_with_prefix()
            return {name: param.data() for name, param in params.items()}
        return {str(i): param for i, param in enumerate(self.net.params)}

    def _allocate(self):
        """Let Gluon find out the shapes that it doesn't know before the first batch."""
        if isinstance(self.net, gluon.Block):
            params = self.net.collect_params().values()
            if any(param._deferred_init for param in params):
                state = self.net.begin_state(batch_size=1, ctx=self.device)
                self.net(np.zeros((1, 1), dtype="int32", ctx=self.device), state)


def drops_out(block):
    """Whether a block, or one inside it, has dropout."""
    recurrent = isinstance(block, rnn.RNN | rnn.GRU | rnn.LSTM) and block._dropout
    inside = any(drops_out(child) for child in block._children.values())
    return isinstance(block, nn.Dropout) or bool(recurrent) or inside


def as_parts(memory):
    """What an optimiser remembers of a parameter, as a sequence of arrays."""
    if memory is None:
        return ()
    return memory if isinstance(memory, tuple | list) else (memory,)
