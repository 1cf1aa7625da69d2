"""A framework's recurrent layer in words that all frameworks share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stack:
    """A framework's recurrent layer, described in words that all frameworks share.

    `kind` is 'gru', 'lstm', 'rnn', 'cell', 'model' or, for anything else, None.
    `hiddens` holds the number of hidden units of each layer, `inputs` the number of
    inputs, or None while it is open. `faults` are keys of mistakes in how the layer was
    made.
    """

    kind: str | None
    hiddens: tuple[int, ...] = ()
    inputs: int | None = None
    faults: tuple[str, ...] = ()
