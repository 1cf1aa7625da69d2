"""Checks of the exercises on deep recurrent networks, a module for each function.

    network              exercise 1: two layers by hand
    params               exercise 1: their number of parameters
    gru_layer            exercise 2: a GRU in the framework
    gru_cell             exercise 2: a GRU by hand
    author_corpora       exercise 3: three authors, cut and numbered
    held_out_perplexity  exercise 3: a model on unseen text
    gradient_norms       exercise 5: the gradient by layer and step
    detach               exercise 6: cutting a state off from its history
    clip                 exercise 7: gradients scaled together
    dropout_step         exercise 8: dropout between the layers

References of the larger ones stand in `d2l_check.reference`.
"""

from d2l_check.chapters.deep_rnn.author_corpora import AuthorCorpora
from d2l_check.chapters.deep_rnn.clip import Clip
from d2l_check.chapters.deep_rnn.detach import Detach
from d2l_check.chapters.deep_rnn.dropout_step import DropoutStep
from d2l_check.chapters.deep_rnn.gradient_norms import GradientNorms
from d2l_check.chapters.deep_rnn.gru_cell import GRUCell
from d2l_check.chapters.deep_rnn.gru_layer import GRULayer
from d2l_check.chapters.deep_rnn.held_out_perplexity import HeldOutPerplexity
from d2l_check.chapters.deep_rnn.network import DeepRNN

CHECKS = (
    DeepRNN,
    GRULayer,
    GRUCell,
    HeldOutPerplexity,
    AuthorCorpora,
    GradientNorms,
    Detach,
    Clip,
    DropoutStep,
)
