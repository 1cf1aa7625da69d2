"""Generating text with a trained model."""

from contextlib import contextmanager

import torch
from torch import nn

from d2l_local.run.checks import check_model, check_vocab
from d2l_local.text.prompt import decode_tokens, encode_prompt


@contextmanager
def evaluation_mode(net):
    """Turn dropout off inside, as `net.eval()` does; then restore every part.

    A hand-written model, which isn't an `nn.Module`, has no modes and is left alone.
    """
    parts = list(net.modules()) if isinstance(net, nn.Module) else []
    modes = [part.training for part in parts]  # a part may differ from the whole
    try:
        if parts:
            net.eval()
        yield
    finally:
        for part, mode in zip(parts, modes, strict=True):
            part.training = mode


def predict_ch8(prefix, num_preds, net, vocab, device):
    """Continue `prefix` with the likeliest token at each step; return the whole text.

    The model first reads the prefix, which warms up its state. Then it generates
    `num_preds` tokens, each one fed back as the next input. Dropout is off meanwhile,
    and the model's mode is restored.

    Tokens of the prefix that `vocab` doesn't hold become `<unk>`, with a warning that
    names them. Raises TypeError or ValueError for a wrong argument.
    """
    check_model(net)
    check_vocab(vocab, net)
    outputs = encode_prompt(prefix, num_preds, vocab, unknown=True)
    warm_up = outputs[:]
    state = net.begin_state(batch_size=1, device=device)
    with torch.no_grad(), evaluation_mode(net):
        for step in range(len(warm_up) + num_preds - 1):
            X = torch.tensor([[outputs[step]]], device=device)
            Y, state = net(X, state)
            if step >= len(warm_up) - 1:
                outputs.append(int(Y.argmax(dim=1)))
    return decode_tokens(outputs, vocab, prefix)
