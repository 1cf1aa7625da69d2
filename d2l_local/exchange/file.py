"""The weights of a language model in a file that every framework reads.

One file in the format safetensors (https://github.com/huggingface/safetensors): numbers
and a table of contents, so that reading it runs no code, wherever it is from. It holds

- the parameters by the names of `exchange.architecture`, such as `layer1.forward.W_xi`,
  and `W_hq`, `b_q` of the output layer, all float32 or all float64;
- as metadata `format`, `version`, the fields of `Architecture` (`bidirectional` as
  'true' or 'false', `reset` as 'none' for cells without one), and where the vocabulary
  was given, `tokens`: a JSON list, in the order of the indices;
- as metadata `sha256`, the checksum of all of this (see `d2l_local.files.checksum`).
"""

import json
import re
from typing import NamedTuple

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from d2l_local.exchange.architecture import Architecture
from d2l_local.files import checksum, open_regular, write_whole
from d2l_local.text.vocabulary import UNKNOWN, Vocab

FORMAT, VERSION = "d2l_local.weights", "1"
FLOATS = {"F32": "float32", "F64": "float64"}  # by their names in safetensors
COUNT = re.compile(r"[1-9][0-9]{0,8}")


class Weights(NamedTuple):
    """The contents of a file: `tensors` by name, `vocab` a `Vocab` or None."""

    architecture: Architecture
    tensors: dict
    vocab: Vocab | None


def write_weights(path, architecture, tensors, vocab=None):
    """Write the weights of a model to the file `path`, whole or not at all.

    `tensors` are NumPy arrays by the names and with the shapes of
    `architecture.shapes()`, `vocab` is the vocabulary whose indices the model reads.
    Raises ValueError for tensors or a vocabulary that don't fit, and for numbers that
    aren't finite.
    """
    tensors = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    metadata = describe(architecture)
    try:
        if vocab is not None:
            check_tokens(vocab.idx_to_token, architecture)
            metadata["tokens"] = json.dumps(list(vocab.idx_to_token))
        check_shapes({k: a.shape for k, a in tensors.items()}, architecture)
        check_types({str(array.dtype) for array in tensors.values()})
        check_numbers(tensors)
    except ValueError as error:
        raise ValueError(f"can't write the weights to {str(path)!r}: {error}") from None
    metadata["sha256"] = checksum(metadata, tensors)
    write_whole(path, save(tensors, metadata), what="the weights")


def read_weights(path):
    """Read a file of `write_weights`; returns `Weights`.

    Raises ValueError, which names the file, what is wrong and the remedy, unless
    everything is as it was written; OSError where there is no such file, or one that
    can't be read.
    """
    open_regular(path).close()  # safetensors calls what it can't open missing
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = dict(file.metadata() or {})
            architecture = read_description(metadata)
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            # From the table of contents alone, before any number is read
            check_shapes({k: p.get_shape() for k, p in parts.items()}, architecture)
            check_types(
                {FLOATS.get(p.get_dtype(), p.get_dtype()) for p in parts.values()}
            )
            tensors = {name: file.get_tensor(name) for name in architecture.shapes()}
        given = metadata.pop("sha256")
        if checksum(metadata, tensors) != given:
            raise ValueError("its checksum is wrong, so it was damaged or edited")
        check_numbers(tensors)
        tokens = read_tokens(metadata, architecture)
    except OSError as error:
        raise OSError(f"can't read weights from {str(path)!r}: {error}") from error
    except (SafetensorError, TypeError, ValueError) as error:
        raise ValueError(
            f"can't read weights from {str(path)!r}: {error}. Use a file of "
            "export_weights; if it is damaged, copy it or export it again"
        ) from None
    vocab = None if tokens is None else Vocab(reserved_tokens=tokens[1:])
    return Weights(architecture, tensors, vocab)


def check_fit(path, held, wanted):
    """Raise ValueError unless the architecture that a file holds is that of a model."""
    if held != wanted:
        raise ValueError(
            f"{str(path)!r} holds the weights of another model: {held}. This model is "
            f"{wanted}. Build the same model, or call load_model"
        )


def check_range(path, tensors, largest):
    """Raise ValueError for a number beyond the largest one of a model's type.

    It would become infinite there: float64 reaches further than float32.
    """
    for name, array in tensors.items():
        if array.size and np.abs(array).max() > largest:
            raise ValueError(
                f"{str(path)!r} holds {np.abs(array).max():g} in {name!r}, but the "
                f"numbers of this model end at {largest:g}: build it in the type of "
                f"the file, {array.dtype}, or export weights of an ordinary size"
            )


# The metadata of a file


def describe(architecture):
    """Return the metadata of a file, without vocabulary and checksum: strings."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "cell": architecture.cell,
        "activation": architecture.activation,
        "reset": architecture.reset or "none",
        "bidirectional": "true" if architecture.bidirectional else "false",
        "num_layers": str(architecture.num_layers),
        "num_hiddens": str(architecture.num_hiddens),
        "vocab_size": str(architecture.vocab_size),
    }


def read_description(metadata):
    """Return the `Architecture` that the metadata of a file describes."""
    if metadata.get("format") != FORMAT:
        raise ValueError(
            f"it claims to be in the format {metadata.get('format')!r}, not {FORMAT!r}"
        )
    if metadata.get("version") != VERSION:
        raise ValueError(
            f"it has version {metadata.get('version')!r} of the format, and this "
            f"package reads version {VERSION!r}: install the release that wrote it"
        )
    expected = {*describe(Architecture("rnn", 1, 1)), "sha256"}
    check_names("entries of metadata", set(metadata) - {"tokens"}, expected)
    sizes = ("num_layers", "num_hiddens", "vocab_size")
    for size in sizes:
        if not COUNT.fullmatch(metadata[size]):
            raise ValueError(f"its {size} is {metadata[size]!r}, not a whole number")
    if metadata["bidirectional"] not in ("true", "false"):
        raise ValueError(
            f"its bidirectional is {metadata['bidirectional']!r}, not 'true' or 'false'"
        )
    return Architecture(
        cell=metadata["cell"],
        activation=metadata["activation"],
        reset=None if metadata["reset"] == "none" else metadata["reset"],
        bidirectional=metadata["bidirectional"] == "true",
        **{size: int(metadata[size]) for size in sizes},
    )


def read_tokens(metadata, architecture):
    """Return the tokens of the vocabulary in the metadata, or None."""
    if "tokens" not in metadata:
        return None
    try:
        tokens = json.loads(metadata["tokens"])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"its vocabulary isn't JSON: {error}") from None
    check_tokens(tokens, architecture)
    return tokens


# Checks, before writing and after reading


def check_names(kind, found, expected):
    """Raise ValueError unless two sets of names are the same."""
    differences = [
        f"{word} {', '.join(map(repr, sorted(names)[:5]))}"
        + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        for word, names in (("lacks", expected - found), ("also has", found - expected))
        if names
    ]
    if differences:
        raise ValueError(f"of the {kind} it {' and '.join(differences)}")


def check_shapes(shapes, architecture):
    """Raise ValueError unless the tensors are those of the architecture."""
    # Counted first: a file may claim more layers than could ever be listed.
    if len(shapes) < architecture.num_layers:
        raise ValueError(
            f"it holds {len(shapes)} tensors, but {architecture} has "
            f"{architecture.num_tensors}"
        )
    expected = architecture.shapes()
    check_names(f"tensors of {architecture}", set(shapes), set(expected))
    for name, shape in expected.items():
        if tuple(shapes[name]) != shape:
            raise ValueError(
                f"{name!r} has the shape {tuple(shapes[name])}, but {architecture} "
                f"needs {shape}"
            )


def check_types(types):
    """Raise ValueError unless all tensors are float32, or all are float64."""
    if len(types) != 1 or not types <= set(FLOATS.values()):
        raise ValueError(
            f"its tensors are of type {', '.join(sorted(types))}, but all must be "
            "float32, or all float64"
        )


def check_numbers(tensors):
    """Raise ValueError if a number is infinite or isn't a number."""
    for name, array in tensors.items():
        if not np.isfinite(array).all():
            raise ValueError(
                f"{name!r} holds numbers that aren't finite, so the training diverged: "
                "train again, with a lower learning rate"
            )


def check_tokens(tokens, architecture):
    """Raise ValueError unless these are the tokens of a `Vocab` of the right size."""
    if not isinstance(tokens, list) or not all(isinstance(t, str) for t in tokens):
        raise ValueError("its vocabulary isn't a list of strings")
    if len(tokens) != architecture.vocab_size:
        raise ValueError(
            f"its vocabulary has {len(tokens)} tokens, but the model reads "
            f"{architecture.vocab_size}"
        )
    if tokens[0] != UNKNOWN or len(set(tokens)) != len(tokens):
        raise ValueError(
            f"its vocabulary must name each token once and begin with {UNKNOWN!r}"
        )
