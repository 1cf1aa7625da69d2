"""The right answers in NumPy, in double precision, and the typical wrong ones.

    activation  the logistic function and its kin
    clip        gradients clipped by their global norm
    deep_rnn    a deep recurrent network
    dropout     dropout between layers, and on the recurrent path
    gradient    gradients through time, and their norms
    gru         a GRU cell and a layer of it
    params      the number of parameters of a deep network
    perplexity  held-out perplexity

Each module has a function that computes what an exercise asks for. Its keywords make it
commit the mistakes that learners make, so that a wrong result can be compared with
those and called by its name.

Shapes: n is the batch size, T the number of time steps, d the number of inputs, h the
number of hidden units, q the number of outputs.
"""
