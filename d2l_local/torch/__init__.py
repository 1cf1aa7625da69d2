"""Recurrent language models in PyTorch: `from d2l_local import torch as d2l`.

The modules and names of this package, and their order, are those of
`d2l_local.tensorflow` and `d2l_local.mxnet`, to be read side by side:

    devices       random numbers, GPU or CPU
    data          batches of text
    model         language models
    prediction    text written by a model
    updaters      gradient descent, optimisers, one step
    training      the loop: one epoch, all epochs, clipping
    weights       saved to, and loaded from, a file that every framework reads
    snapshot      the contents of a checkpoint
    seq2seq       sequence to sequence: encoder, decoder, translation

and one that the others don't need:

    memory        lets glibc keep freed memory, for speed

Everything without tensors (text, vocabulary, plots) comes from `d2l_local.common`.
"""

import sys

from d2l_local.frameworks import load_triton, require

require("torch")
if "tensorflow" in sys.modules:
    load_triton()

from d2l_local.common import *
from d2l_local.torch.data import (
    SeqDataLoader,
    load_array,
    load_data_time_machine,
    seq_data_iter_random,
    seq_data_iter_sequential,
)
from d2l_local.torch.devices import set_seed, try_all_gpus, try_gpu
from d2l_local.torch.model import RNNModel, RNNModelScratch, check_rnn_layer
from d2l_local.torch.prediction import evaluation_mode, predict_ch8
from d2l_local.torch.seq2seq import (
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
from d2l_local.torch.training import (
    detach_state,
    evaluate_loss,
    evaluate_perplexity,
    grad_clipping,
    train_ch8,
    train_epoch_ch8,
)
from d2l_local.torch.updaters import sgd
from d2l_local.torch.weights import export_weights, import_weights, load_model
