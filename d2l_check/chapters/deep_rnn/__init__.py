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
