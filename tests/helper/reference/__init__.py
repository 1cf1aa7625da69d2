"""Recurrent language models in NumPy, in double precision: what is true.

Forward pass, backpropagation through time written by hand, clipping, one step of
gradient descent. The frameworks are held to it, and it is itself held to differences
of its own loss (`equality/test_reference.py`). It knows no framework, and of
`d2l_local` no more than the logistic function and the description of a model.

The room: `rnn`, `gru` and `lstm` hold one step of a cell and the way back through it;
`layer` runs a cell along a sequence; `network` stacks layers, in one direction or in
both, below a linear layer; `loss` is the cross-entropy; `biases` turns one bias into
two; `training` clips and steps; `params` draws parameters and tokens.

Shapes: n is the batch size, T the number of time steps, q the size of the vocabulary,
d the number of inputs of a layer, h its number of hidden units.

A derivative of the loss is written D_X, for the X by which it is taken. Formulas:
`d2l_local.exchange.architecture`.
"""
