"""What a good learner writes, in words that every framework has.

The tests plant mistakes in these functions. `ops` stands for a framework; it is put
there when a function is taken out of this file (see `planting.py`).
"""

import math

from d2l_local.text.vocabulary import Vocab

ops = None

# Exercise 1


def get_deep_params(vocab_size, num_hiddens, *device):
    q, h = vocab_size, num_hiddens
    shapes = [(q, h), (h, h), (h,), (h, h), (h, h), (h,), (h, q), (q,)]
    params = [ops.normal(shape, *device) for shape in shapes]
    return [ops.parameter(param) for param in params]


def init_deep_state(batch_size, num_hiddens, *device):
    shape = (batch_size, num_hiddens)
    return (ops.zeros(shape, *device), ops.zeros(shape, *device))


def deep_rnn(inputs, state, params):
    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2, W_hq, b_q = params
    H_1, H_2 = state
    outputs = []
    for X in ops.steps(inputs):
        H_1 = ops.tanh(X @ W_xh1 + H_1 @ W_hh1 + b_h1)
        H_2 = ops.tanh(H_1 @ W_xh2 + H_2 @ W_hh2 + b_h2)
        outputs.append(H_2 @ W_hq + b_q)
    return ops.cat(outputs), (H_1, H_2)


# Exercise 2


def gru_cell(X, H, params):
    W_xr, W_hr, b_r, W_xz, W_hz, b_z, W_xh, W_hh, b_h = params
    R = ops.sigmoid(X @ W_xr + H @ W_hr + b_r)
    Z = ops.sigmoid(X @ W_xz + H @ W_hz + b_z)
    H_tilde = ops.tanh(X @ W_xh + (R * H) @ W_hh + b_h)
    return Z * H + (1 - Z) * H_tilde


def gru_layer(vocab_size, num_hiddens, num_layers):
    return ops.gru(vocab_size, num_hiddens, num_layers)


# Exercise 3


def held_out_perplexity(net, batches):
    state, total, count = None, 0.0, 0
    for X, Y in batches:
        n, T = Y.shape
        if state is None:
            state = ops.begin_state(net, n)
        with ops.no_gradient():
            outputs, state = net(X, state)
        labels = ops.flat(ops.transposed(Y))
        losses = ops.losses(outputs, labels)
        total += ops.number(ops.total(losses))
        count += n * T
    return math.exp(total / count)


# Exercise 4


def author_corpora(texts, held_out):
    cuts = [len(text) - int(len(text) * held_out) for text in texts]
    starts = [text[:cut] for text, cut in zip(texts, cuts)]
    ends = [text[cut:] for text, cut in zip(texts, cuts)]
    vocab = Vocab(list("".join(starts)))
    parts = [(vocab[list(s)], vocab[list(e)]) for s, e in zip(starts, ends)]
    return vocab, parts


# Exercise 5


def gradient_norms(inputs, params):
    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2 = params
    T, n, _ = inputs.shape
    h = b_h1.shape[0]

    def loss(probes):
        H_1 = H_2 = ops.zeros((n, h))
        for t in range(T):
            H_1 = ops.tanh(inputs[t] @ W_xh1 + H_1 @ W_hh1 + b_h1) + probes[t]
            H_2 = ops.tanh(H_1 @ W_xh2 + H_2 @ W_hh2 + b_h2) + probes[T + t]
        return ops.total(H_2**2) / 2

    grads = ops.gradients(loss, [ops.zeros((n, h)) for _ in range(2 * T)])
    norms = ops.np.array([ops.np.sqrt((grad**2).sum()) for grad in grads])
    return norms.reshape(2, T)


# Exercise 6


def detach(state):
    if isinstance(state, list | tuple):
        return type(state)(detach(part) for part in state)
    return ops.detached(state)


# Exercise 7


def clip(grads, theta):
    norm = ops.number(sum(ops.total(g**2) for g in grads)) ** 0.5
    factor = theta / norm if norm > theta else 1.0
    return [g * factor for g in grads]


# Exercise 8


def dropout_step(X, H_1, H_2, params, dropout):
    W_xh1, W_hh1, b_h1, W_xh2, W_hh2, b_h2, W_hq, b_q = params
    H_1 = ops.tanh(X @ W_xh1 + H_1 @ W_hh1 + b_h1)
    H_2 = ops.tanh(dropout(H_1) @ W_xh2 + H_2 @ W_hh2 + b_h2)
    return dropout(H_2) @ W_hq + b_q, H_1, H_2
