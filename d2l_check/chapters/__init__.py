"""The checks of the chapters' exercises, a module for each chapter.

Each module has `CHECKS`, the checks in the order of the exercises. What they have in
common stands in `d2l_check.reference_check`.

    why_sequences, notation_and_text, recurrent_network, bptt, shapes
    language_models, sampling, gradients, gru, lstm, bidirectional
    deep_rnn  a room of its own: its exercises ask for larger pieces
"""

from d2l_check.chapters import (
    bidirectional,
    bptt,
    deep_rnn,
    gradients,
    gru,
    language_models,
    lstm,
    notation_and_text,
    recurrent_network,
    sampling,
    shapes,
    why_sequences,
)

CHECKS = (
    *why_sequences.CHECKS,
    *notation_and_text.CHECKS,
    *recurrent_network.CHECKS,
    *bptt.CHECKS,
    *shapes.CHECKS,
    *language_models.CHECKS,
    *sampling.CHECKS,
    *gradients.CHECKS,
    *gru.CHECKS,
    *lstm.CHECKS,
    *bidirectional.CHECKS,
    *deep_rnn.CHECKS,
)
