"""Parameters, states and tokens at random."""


def draw_params(model, rng, scale=0.8):
    """Parameters with one bias for each gate, uniform in +-scale."""
    return {k: rng.uniform(-scale, scale, s) for k, s in model.shapes().items()}


def draw_state(model, rng, n):
    """A state of normal numbers for all layers and directions."""
    parts, shape = 2 if model.cell == "lstm" else 1, (n, model.num_hiddens)
    return {
        block: tuple(rng.normal(size=shape) for _ in range(parts))
        for block in model.blocks
    }


def draw_tokens(model, rng, n, T):
    """Inputs and labels, indices (n, T) each, one step apart."""
    tokens = rng.integers(0, model.vocab_size, (n, T + 1))
    return tokens[:, :-1], tokens[:, 1:]
