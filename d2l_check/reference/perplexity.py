"""The perplexity of a small language model over batches of text."""

import numpy as np


def language_model(X, H, params):
    """Run a tanh layer over tokens; return outputs (T * n, q) and final state (n, h).

    `X` (n, T) holds indices, `params` are W_xh, W_hh, b_h, W_hq, b_q.
    """
    W_xh, W_hh, b_h, W_hq, b_q = params
    outputs = []
    for column in X.T:
        H = np.tanh(W_xh[column] + H @ W_hh + b_h)
        outputs.append(H @ W_hq + b_q)
    return np.concatenate(outputs), H


def cross_entropies(outputs, labels):
    """Return the loss of each row in nats; outputs (rows, q), labels (rows,)."""
    peak = outputs.max(axis=1, keepdims=True)
    total = np.log(np.exp(outputs - peak).sum(axis=1)) + peak[:, 0]
    return total - outputs[np.arange(len(labels)), labels]


def losses(batches, params, *, carried=True, labels="by step"):
    """Return the losses of all tokens, one array of n * T for each batch."""
    zeros = np.zeros((len(batches[0][0]), len(params[1])))
    H, found = zeros, []
    for X, Y in batches:
        outputs, H = language_model(X, H if carried else zeros, params)
        chosen = {"by step": Y.T, "by sequence": Y, "inputs": X.T}[labels]
        found.append(cross_entropies(outputs, chosen.reshape(-1)))
    return found


def perplexity(
    batches, params, *, mean="tokens", final="exp", only=slice(None), **options
):
    """Return the perplexity over `batches` of (X, Y), each (n, T).

    `options` are those of `losses`.
    """
    found = losses(batches, params, **options)[only]
    shapes = [X.shape for X, _ in batches][only]
    finish = {
        "exp": np.exp,
        "none": lambda loss: loss,
        "power of two": np.exp2,
        "bits": lambda loss: np.exp(loss / np.log(2)),
        "inverse": lambda loss: np.exp(-loss),
    }[final]
    if mean == "perplexities":
        return np.mean([finish(loss.mean()) for loss in found])
    return finish(averaged(found, shapes, mean))


def averaged(found, shapes, mean):
    """Return one loss for all tokens, or what a mistake makes of it."""
    total, means = sum(loss.sum() for loss in found), [loss.mean() for loss in found]
    return {
        "tokens": total / sum(n * T for n, T in shapes),
        "steps": total / sum(T for _, T in shapes),
        "sequences": total / sum(n for n, _ in shapes),
        "batches": total / len(shapes),
        "nothing": total,
        "batch means": np.mean(means),
        "sum of batch means": sum(means),
    }[mean]
