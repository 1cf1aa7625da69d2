"""Generating text with a trained model."""

from mxnet import np

from d2l_local.mxnet.devices import check_device
from d2l_local.run.checks import check_model, check_vocab
from d2l_local.text.prompt import decode_tokens, encode_prompt


def predict_ch8(prefix, num_preds, net, vocab, device):
    """Continue `prefix` with the likeliest token at each step; return the whole text.

    The model first reads the prefix, which warms up its state. Then it generates
    `num_preds` tokens, each one fed back as the next input.

    Tokens of the prefix that `vocab` doesn't hold become `<unk>`, with a warning that
    names them. Raises TypeError or ValueError for a wrong argument.
    """
    check_model(net)
    check_vocab(vocab, net)
    if device is not None:  # None is MXNet's current one
        check_device(device)
    outputs = encode_prompt(prefix, num_preds, vocab, unknown=True)
    warm_up = outputs[:]
    state = net.begin_state(batch_size=1, ctx=device)
    for step in range(len(warm_up) + num_preds - 1):
        X = np.array([[outputs[step]]], dtype="int32", ctx=device)
        Y, state = net(X, state)
        if step >= len(warm_up) - 1:
            outputs.append(int(Y.argmax(axis=1)))
    return decode_tokens(outputs, vocab, prefix)
