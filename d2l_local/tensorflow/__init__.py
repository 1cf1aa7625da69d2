"""Recurrent language models in TensorFlow: `from d2l_local import tensorflow as d2l`.

The modules and names of this package, and their order, are those of
`d2l_local.torch` and `d2l_local.mxnet`, to be read side by side:

    devices       random numbers, GPU or CPU
    data          batches of text
    model         language models
    prediction    text written by a model
    updaters      gradient descent, optimisers, one step
    training      the loop: one epoch, all epochs, clipping
    weights       saved to, and loaded from, a file that every framework reads
    snapshot      the contents of a checkpoint
    seq2seq       sequence to sequence: encoder, decoder, translation

and one that the others don't need, since their layers do it themselves:

    unrolling     the layers of Keras, step by step, for speed

Everything without tensors (text, vocabulary, plots) comes from `d2l_local.common`.
"""

from d2l_local.frameworks import load_triton, require
from d2l_local.quiet import ignore_known_warnings, without_known_notices

require("tensorflow")
load_triton()
ignore_known_warnings()

with without_known_notices():
    import tensorflow

from d2l_local.common import *
from d2l_local.tensorflow.data import (
    SeqDataLoader,
    load_array,
    load_data_time_machine,
    seq_data_iter_random,
    seq_data_iter_sequential,
)
from d2l_local.tensorflow.devices import device_name, set_seed, try_all_gpus, try_gpu
from d2l_local.tensorflow.model import (
    RNNModel,
    RNNModelScratch,
    begin_layer_state,
    check_rnn_layer,
    draw_uniform,
    hidden_units,
)
from d2l_local.tensorflow.prediction import predict_ch8, predict_step
from d2l_local.tensorflow.seq2seq import (
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
from d2l_local.tensorflow.training import (
    evaluate_loss,
    evaluate_perplexity,
    grad_clipping,
    train_ch8,
    train_epoch_ch8,
    train_step,
)
from d2l_local.tensorflow.updaters import sgd
from d2l_local.tensorflow.weights import export_weights, import_weights, load_model
