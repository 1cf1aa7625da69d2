"""The architecture of a recurrent language model, independent of any framework.

A model reads one-hot tokens, runs them through recurrent layers, in one direction or in
both, and ends in a linear layer. Its parameters go by the names of the formulas. Rows
are examples, so a product is `X @ W`, and a matrix has the shape (inputs, outputs):

    rnn   H = phi(X W_xh + H W_hh + b_h), with phi tanh or relu
    gru   R = sigma(X W_xr + H W_hr + b_r)
          Z = sigma(X W_xz + H W_hz + b_z)
          H_tilde = tanh(X W_xh + (R * H) W_hh + b_h), with the reset gate before, or
          H_tilde = tanh(X W_xh + b_xh + R * (H W_hh + b_hh)), with it after the product
          H = Z * H + (1 - Z) * H_tilde
    lstm  I, F, O = sigma(X W_xi + H W_hi + b_i), and so with f and o
          C_tilde = tanh(X W_xc + H W_hc + b_c)
          C = F * C + I * C_tilde,  H = O * tanh(C)

The reset gate stands before the product in Cho et al. 2014
(https://arxiv.org/abs/1406.1078); after it in cuDNN, and so in PyTorch, in MXNet and in
Keras, which can do both. In two directions a layer hands both states on side by side,
the forward one first.

Shapes: q is the size of the vocabulary, h the number of hidden units, d the number of
inputs of a layer: q for the lowest, h or in two directions 2h for the others.
"""

from dataclasses import dataclass

# For each cell its gates, in the order in which its formulas are written.
GATES = {"rnn": "h", "gru": "rzh", "lstm": "ifoc"}
ACTIVATIONS = ("tanh", "relu")
RESETS = ("before", "after")


@dataclass(frozen=True)
class Architecture:
    """The cell of a language model and its sizes.

    `cell` is 'rnn', 'gru' or 'lstm'. `activation` is that of the states: 'tanh', for an
    'rnn' also 'relu'. `reset` says where the reset gate of a 'gru' acts, 'before' or
    'after' the product with the recurrent weights; it is None for other cells.
    Raises ValueError for anything else, and for sizes below 1.
    """

    cell: str
    vocab_size: int
    num_hiddens: int
    num_layers: int = 1
    bidirectional: bool = False
    activation: str = "tanh"
    reset: str | None = None

    def __post_init__(self):
        if self.cell not in GATES:
            raise ValueError(f"cell is {self.cell!r}: use one of {sorted(GATES)}")
        for size in ("vocab_size", "num_hiddens", "num_layers"):
            if getattr(self, size) < 1:
                raise ValueError(
                    f"{size} is {getattr(self, size)}: it must be 1 or more"
                )
        allowed = ACTIVATIONS if self.cell == "rnn" else ACTIVATIONS[:1]
        if self.activation not in allowed:
            raise ValueError(
                f"activation is {self.activation!r} in a cell {self.cell!r}: use one "
                f"of {list(allowed)}"
            )
        allowed = RESETS if self.cell == "gru" else (None,)
        if self.reset not in allowed:
            raise ValueError(
                f"reset is {self.reset!r} in a cell {self.cell!r}: use one of "
                f"{list(allowed)}"
            )

    def __str__(self):
        words = {
            "rnn": f"{self.activation} RNN",
            "gru": f"GRU with its reset gate {self.reset} the product",
            "lstm": "LSTM",
        }
        return (
            f"{words[self.cell]}, layers {self.num_layers}, "
            f"directions {2 if self.bidirectional else 1}, "
            f"hidden units {self.num_hiddens}, tokens {self.vocab_size}"
        )

    @property
    def directions(self):
        """Names of the directions of a layer."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    @property
    def blocks(self):
        """Prefixes of all recurrent parameters, such as `layer1.forward.`"""
        return [
            f"layer{layer}.{direction}."
            for layer in range(1, self.num_layers + 1)
            for direction in self.directions
        ]

    @property
    def num_tensors(self):
        """Number of parameter tensors, as `shapes` lists them."""
        one = 3 * len(GATES[self.cell]) + (self.reset == "after")
        return one * self.num_layers * len(self.directions) + 2

    def shapes(self):
        """Return the shapes of all parameters by full name, from the bottom up."""
        h, width = self.num_hiddens, self.num_hiddens * len(self.directions)
        found = {}
        for block in self.blocks:
            d = self.vocab_size if block.startswith("layer1.") else width
            for gate in GATES[self.cell]:
                found[f"{block}W_x{gate}"] = (d, h)
                found[f"{block}W_h{gate}"] = (h, h)
                for bias in bias_names(gate, self.reset):
                    found[block + bias] = (h,)
        return found | {"W_hq": (width, self.vocab_size), "b_q": (self.vocab_size,)}


def bias_names(gate, reset):
    """Name the biases of a gate: two if the reset gate comes between them, else one."""
    if gate == "h" and reset == "after":
        return ["b_xh", "b_hh"]
    return [f"b_{gate}"]
