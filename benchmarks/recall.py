"""Train plain recurrent networks to remember one word, from ten starts each.

    python -m benchmarks.recall     writes d2l_local/data/recall.tsv

It is the experiment of the section on gradients, over more distances than a notebook
has time for: 200 updates as there, and up to 120 words 600. PyTorch, a few minutes.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from tools.files import write_text

TARGET = Path(__file__).parents[1] / "d2l_local" / "data" / "recall.tsv"
# Words in between, and after how many updates to test.
PLAN = {20: (200, 600), 40: (200, 600), 80: (200, 600), 120: (200, 600)}
PLAN |= {160: (200,), 200: (200,)}
NUM_STARTS, NUM_HIDDENS, NUM_WORDS, BATCH = 10, 32, 8, 32


def recurrent_weights(kind, rng):
    """Return W_hh (h, h) of one of three kinds."""
    h = NUM_HIDDENS
    if kind == "uniform":
        return rng.uniform(-(h**-0.5), h**-0.5, (h, h))
    normal = rng.normal(0, h**-0.5, (h, h))
    if kind == "orthogonal":
        return np.linalg.qr(normal)[0]
    return normal / abs(np.linalg.eigvals(normal)).max()  # spectral radius 1


KINDS = ("uniform", "random", "orthogonal")


def initial(kind, seed):
    """Return all parameters of one network; kinds share everything but W_hh."""
    rng, h = np.random.default_rng(seed), NUM_HIDDENS
    shapes = (NUM_WORDS, h), (1, h), (h, 2)
    W_xh, b_h, W_hq = (rng.uniform(-(h**-0.5), h**-0.5, shape) for shape in shapes)
    return W_xh, recurrent_weights(kind, rng), b_h, W_hq, np.zeros((1, 2))


def draw_sentences(rng, n, delay):
    """Return words (delay + 1, n), time first, and verbs (n,)."""
    verbs = rng.integers(0, 2, n)
    return np.vstack([verbs[None], rng.integers(2, NUM_WORDS, (delay, n))]), verbs


def forward(X, params):
    """Return the outputs (S, n, 2) of S networks for the words X (T, n)."""
    W_xh, W_hh, b_h, W_hq, b_q = params
    A = F.one_hot(X, NUM_WORDS).float()[:, None] @ W_xh + b_h  # (T, S, n, h)
    H = torch.zeros(A.shape[1:])
    for a in A.unbind():
        H = torch.tanh(a + H @ W_hh)
    return H @ W_hq + b_q


def accuracies(params, delay):
    """Return the accuracy of each network on 512 further sentences."""
    X, y = map(torch.tensor, draw_sentences(np.random.default_rng(2), 512, delay))
    with torch.no_grad():
        right = forward(X, params).argmax(-1) == y
    return [round(share, 3) for share in right.double().mean(1).tolist()]


def run(delay):
    """Train all networks at once; return their accuracies by number of updates."""
    nets = [initial(kind, seed) for kind in KINDS for seed in range(NUM_STARTS)]
    params = [
        torch.tensor(np.stack(part), dtype=torch.float32, requires_grad=True)
        for part in zip(*nets, strict=True)
    ]
    rng, adam, found = np.random.default_rng(1), torch.optim.Adam(params, 0.003), {}
    for update in range(1, max(PLAN[delay]) + 1):
        X, y = map(torch.tensor, draw_sentences(rng, BATCH, delay))
        outputs = forward(X, params)
        losses = F.cross_entropy(outputs.flatten(0, 1), y.repeat(len(outputs)))
        loss = len(outputs) * losses  # the sum over the networks
        adam.zero_grad()
        loss.backward()
        norms = sum((param.grad**2).sum((1, 2)) for param in params).sqrt()
        for param in params:
            param.grad *= torch.clamp(1 / norms, max=1)[:, None, None]
        adam.step()
        if update in PLAN[delay]:
            found[update] = accuracies(params, delay)
    return found


def main():
    """Write one line for each distance, number of updates and kind of weights."""
    torch.set_num_threads(1)
    lines = ["# updates, initial weights, words in between, accuracies of ten starts"]
    for delay in PLAN:
        for number, values in run(delay).items():
            for kind in KINDS:
                part, values = values[:NUM_STARTS], values[NUM_STARTS:]
                lines.append("\t".join(map(str, (number, kind, delay, *part))))
                print(lines[-1], flush=True)
    write_text(TARGET, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
