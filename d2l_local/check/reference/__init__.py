"""The right answers in NumPy, in double precision, and the typical wrong ones.

Each module has a function that computes what an exercise asks for. Its keywords make it
commit the mistakes that learners make, so that a wrong result can be compared with
those and called by its name.

Shapes: n is the batch size, T the number of time steps, d the number of inputs, h the
number of hidden units, q the number of outputs.
"""
