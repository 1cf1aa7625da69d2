"""Weights of a model in a form that every framework reads.

    architecture  which parameters a model has, and their shapes
    gates         the gates of GRU and LSTM, packed and unpacked
    file          the safetensors file, written and read

Each framework's `weights` module turns a model into this form and back.
"""
