"""Generating text with a trained model."""

import tensorflow as tf

from d2l_local.run.checks import check_model, check_vocab
from d2l_local.text.prompt import decode_tokens, encode_prompt


@tf.function
def predict_step(net, X, state):
    """Return the likeliest next token for each row of X (n, 1), and the new state."""
    Y, state = net(X, state)
    return tf.argmax(Y, axis=1), state


def predict_ch8(prefix, num_preds, net, vocab):
    """Continue `prefix` with the likeliest token at each step; return the whole text.

    The model first reads the prefix, which warms up its state. Then it generates
    `num_preds` tokens, each one fed back as the next input.

    Tokens of the prefix that `vocab` doesn't hold become `<unk>`, with a warning that
    names them. Raises TypeError or ValueError for a wrong argument.
    """
    check_model(net)
    check_vocab(vocab, net)
    outputs = encode_prompt(prefix, num_preds, vocab, unknown=True)
    warm_up = outputs[:]
    state = net.begin_state(batch_size=1)
    for step in range(len(warm_up) + num_preds - 1):
        token, state = predict_step(net, tf.constant([[outputs[step]]]), state)
        if step >= len(warm_up) - 1:
            outputs.append(int(token[0]))
    return decode_tokens(outputs, vocab, prefix)
