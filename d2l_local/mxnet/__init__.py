"""Recurrent language models in MXNet Gluon: `from d2l_local import mxnet as d2l`.

The modules and names of this package, and their order, are those of
`d2l_local.torch` and `d2l_local.tensorflow`, to be read side by side:

    devices       random numbers, GPU or CPU
    data          batches of text
    model         language models
    prediction    text written by a model
    updaters      gradient descent, optimisers, one step
    training      the loop: one epoch, all epochs, clipping
    weights       saved to, and loaded from, a file that every framework reads
    snapshot      the contents of a checkpoint
    seq2seq       sequence to sequence: encoder, decoder, translation

Everything without tensors (text, vocabulary, plots) comes from `d2l_local.common`.

MXNet 1.9.1 doesn't import on a current NumPy by itself: import this package before
`mxnet`. Notebooks call `npx.set_np()`, so that arrays behave as NumPy's do.
"""

from d2l_local.numpy_shim import import_mxnet

import_mxnet()

from d2l_local.common import *
from d2l_local.mxnet.data import (
    SeqDataLoader,
    load_array,
    load_data_time_machine,
    seq_data_iter_random,
    seq_data_iter_sequential,
)
from d2l_local.mxnet.devices import layers_drop_out, set_seed, try_all_gpus, try_gpu
from d2l_local.mxnet.model import RNNModel, RNNModelScratch, check_rnn_layer
from d2l_local.mxnet.prediction import predict_ch8
from d2l_local.mxnet.seq2seq import (
    Decoder,
    Encoder,
    EncoderDecoder,
    MaskedSoftmaxCELoss,
    Seq2SeqDecoder,
    Seq2SeqEncoder,
    build_array_nmt,
    init_seq2seq,
    load_data_nmt,
    predict_seq2seq,
    sequence_mask,
    train_epoch_seq2seq,
    train_seq2seq,
)
from d2l_local.mxnet.training import (
    detach_state,
    evaluate_loss,
    evaluate_perplexity,
    global_norm,
    grad_clipping,
    gradients,
    train_ch8,
    train_epoch_ch8,
)
from d2l_local.mxnet.updaters import sgd
from d2l_local.mxnet.weights import export_weights, import_weights, load_model
