"""Bad, empty and huge input to every public function that touches no tensor.

`CASES` has an entry for each: what must be refused, with the error and a part of its
message, and what must work at the edges. A public name without one fails.
"""

import importlib
import inspect
import itertools
import math
import random
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from d2l_local import common as d2l
from d2l_local import download
from d2l_local.arguments import (
    at_least,
    at_least_one,
    check_flag,
    check_seconds,
    level_of_caller,
    seed_of,
    whole_number,
)
from d2l_local.display.plotting import alt_text
from d2l_local.text import sources
from d2l_local.text.cleaning import check_marks, clean, clean_pieces, count_dropped
from d2l_local.text.corpus import check_max_tokens, corpus_of
from d2l_local.text.prompt import (
    decode_tokens,
    default_prefixes,
    encode_prompt,
    is_known,
)
from d2l_local.text.reading import (
    decode,
    is_file,
    read_lines,
    read_pieces,
    reason_of_no_file,
    shown,
)

MODULES = ["arguments", "display.plotting", "download", "run.timing", "text.batching",
           "text.cleaning", "text.corpus", "text.loading", "text.prompt",
           "text.reading", "text.sources", "text.vocabulary"]  # fmt: skip
# Data, and what has no behaviour to break.
PLAIN = {"DATA_HUB", "DATA_URL", "Epoch", "TrainingDiverged", "Source"}
HUGE = 10**30
LETTERS = d2l.Vocab(list("abc"))
NOWHERE = Path("/nowhere/at/all.txt")


def refused(kind, call, error, message):
    return SimpleNamespace(kind=kind, call=call, error=error, message=message)


def fine(kind, call, expected):
    return SimpleNamespace(kind=kind, call=call, error=None, expected=expected)


def wrong(call, *cases):
    """Cases of wrong types or values: (argument, error, message), given to `call`."""
    return [
        refused("wrong", lambda each=each: call(each), error, message)
        for each, error, message in cases
    ]


def taken(call, *cases):
    """Cases of surprising values: (argument, part of the warning, result of `call`)."""

    def warned(each, message):
        with pytest.warns(UserWarning, match=message):
            return call(each)

    return [
        fine("wrong", lambda e=each, m=message: warned(e, m), expected)
        for each, message, expected in cases
    ]


def size(name, call, least=1):
    """The cases of a whole number of at least `least`, and a huge one that is fine."""
    more = (least - 1, ValueError, rf"{name}={least - 1}: give at least {least}")
    return wrong(
        call,
        more,
        (-HUGE, ValueError, f"{name}=-1000"),
        ("2", TypeError, f"{name}='2' is not a whole number"),
        (2.0, TypeError, f"{name}=2.0 is not a whole number"),
        (math.nan, TypeError, f"{name}=nan is not"),
        (None, TypeError, f"{name}=None is not"),
        ([2], TypeError, rf"{name}=\[2\] is not"),
    )


def text_cases(call):
    """Those of whatever takes the name or the path of a text."""
    return wrong(
        call,
        (5, TypeError, "text=5 is neither a name nor a path"),
        (b"winding_hour", TypeError, "neither a name nor a path"),
        (["winding_hour"], TypeError, "neither a name nor a path"),
        (NOWHERE, FileNotFoundError, "there is no text file '/nowhere/at/all.txt'"),
        ("", FileNotFoundError, "it is a folder"),
        ("a\0b", FileNotFoundError, r"'a\\x00b'"),
        ("\ud800", FileNotFoundError, r"'\\ud800'"),
    )


# Options that are on or off, and what stands for that in NumPy and in JSON.
ON_OFF = [True, False, np.True_, np.bool_(False), 0, 1, None, np.array(True)]


def flag_cases(name, call):
    """Those of an option that is on or off; `call` takes it."""
    return wrong(
        call,
        ("False", TypeError, f"{name} must be True or False, got the string 'False'"),
        ("", TypeError, f"{name} must be True or False, got the string ''"),
        (b"no", TypeError, f"{name} must be True or False, got the string b'no'"),
        (math.nan, TypeError, f"{name} must be True or False, got nan"),
        (np.array([1, 2]), TypeError, f"{name} must be True or False, got array"),
    )


def seed_cases(call):
    return wrong(
        call,
        ([1], TypeError, r"seed=\[1\] can't be a seed: give an int, or None"),
        ({}, TypeError, r"seed=\{\} can't be a seed"),
        (math.nan, TypeError, "seed=nan can't be a seed"),
        (np.array([1, 2]), TypeError, "can't be a seed"),
        (1j, TypeError, "can't be a seed"),
    )


def max_tokens_cases(call):
    def same(bad):
        got, whole = (call(number) for number in (bad, -1))
        return got == whole if isinstance(got, int) else repr(got) == repr(whole)

    return taken(
        same,
        (0, "max_tokens=0 stands for the whole text", True),
        (-2, "max_tokens=-2 stands for the whole text", True),
    ) + wrong(
        call,
        (1.5, TypeError, "max_tokens=1.5 is not a whole number"),
        ("9", TypeError, "max_tokens='9' is not a whole number"),
    )


def vocab_cases(make):
    return [
        *wrong(
            lambda bad: make(["a"], 0, bad),
            ("<pad>", TypeError, "not the string '<pad>'"),
            (5, TypeError, "reserved_tokens=5 must be a list"),
            ([[]], TypeError, "must be a list of tokens"),
        ),
        *taken(
            lambda bad: make(["a"], 0, bad).idx_to_token,
            (["a", "a"], "gives 'a' two places", ["<unk>", "a", "a"]),
            (["<unk>"], "'<unk>', which is always there", ["<unk>", "<unk>", "a"]),
        ),
        *wrong(
            lambda bad: make(["a"], bad),
            ("2", TypeError, "min_freq='2' is not a number"),
            (None, TypeError, "min_freq=None is not a number"),
            (math.nan, ValueError, "min_freq=nan: give how often a token must occur"),
            (np.float32("nan"), ValueError, "min_freq=.*nan"),
        ),
        fine("huge", lambda: make(["a"], HUGE).idx_to_token, ["<unk>"]),
    ]


def tokens_cases(call):
    return wrong(
        call,
        (5, TypeError, "tokens is of type int"),
        ({"a": 1}, TypeError, "tokens is of type dict"),
        (iter("ab"), TypeError, "give a list of tokens"),
        (["a", ["b"]], TypeError, "can't be a token"),
        ([["a"], 5], TypeError, r"tokens\[1\] is 5"),
    ) + taken(
        lambda bad: len(call(bad)) - len(call([])),
        ([["a"], "bc"], r"tokens\[1\] is 'bc'", 3),
    )


def iterator_cases(cut):
    return [
        *size("batch_size", lambda bad: cut(range(99), bad, 5)),
        *size("num_steps", lambda bad: cut(range(99), 5, bad)),
        *wrong(
            lambda bad: cut(bad, 2, 2),
            (None, ValueError, r"corpus has shape \(\)"),
            (5, ValueError, r"corpus has shape \(\)"),
            ("abcdefgh", ValueError, r"corpus has shape \(\)"),
            (np.zeros((3, 4), int), ValueError, r"shape \(3, 4\)"),
            ([[1, 2], [3]], ValueError, "not one row of indices"),
            (list("abcdefgh"), TypeError, "not indices"),
            ([True] * 9, TypeError, "bool values, not indices"),
            ([HUGE] * 9, TypeError, "object values, not indices"),
        ),
        *wrong(
            lambda bad: cut(range(99), 2, 2, bad),
            (5, TypeError, "rng=5 isn't a random.Random"),
            (np.random.default_rng(0), TypeError, "isn't a random.Random"),
            (np.random.RandomState(0), TypeError, "isn't a random.Random"),
            (random.Random, TypeError, "isn't a random.Random"),
        ),
        refused("empty", lambda: cut([], 1, 1), ValueError, "corpus of 0 tokens"),
        refused("huge", lambda: cut(range(99), HUGE, 5), ValueError, "too short"),
        refused("huge", lambda: cut(range(99), 5, HUGE), ValueError, "too short"),
    ]


def served(cut):
    corpus = np.arange(10**6, dtype=np.uint32)
    return sum(X.size for X, _ in cut(corpus, 1000, 999)) >= 999_000 - 1000


def loader_cases(make):
    """Of the loader's arguments; `make` gives it, or a pair with it."""

    def loader(batch_size=2, num_steps=5, order=False, n=99, text="galley_log", **more):
        return make(batch_size, num_steps, order, n, text=text, **more)

    return [
        *size("batch_size", lambda bad: loader(bad)),
        *size("num_steps", lambda bad: loader(2, bad)),
        *max_tokens_cases(lambda bad: loader(n=bad)),
        *text_cases(lambda bad: loader(text=bad)),
        *wrong(
            lambda bad: loader(convert=bad),
            (5, TypeError, "convert=5 can't be called"),
            ("torch", TypeError, "convert='torch' can't be called"),
        ),
        *seed_cases(lambda bad: loader(seed=bad)),
        *flag_cases("use_random_iter", lambda bad: loader(order=bad)),
        *flag_cases("unicode", lambda bad: loader(unicode=bad)),
        refused("huge", lambda: loader(HUGE), ValueError, "too short"),
        refused("huge", lambda: loader(2, HUGE), ValueError, "too short"),
        fine("huge", lambda: loader(n=HUGE) is not None, True),
        refused("empty", lambda: loader(n=1), ValueError, "corpus of 1 tokens"),
    ]


def plot_of(*values, **options):
    axes = Figure().subplots()
    d2l.plot(*values, axes=axes, **options)
    return len(axes.lines)


def described(*values):
    axes = Figure().subplots()
    d2l.plot(*values, axes=axes)
    return alt_text(axes.figure)["alt"]


def set_axes(**changed):
    axes = Figure().subplots()
    arguments = dict.fromkeys(["xlabel", "ylabel", "xlim", "ylim", "legend"])
    arguments |= {"axes": axes, "xscale": "linear", "yscale": "log"} | changed
    d2l.set_axes(**arguments)
    return axes.get_xlabel()


def animator(*points, **options):
    curves = d2l.Animator(**options)
    for x, y in points:
        curves.add(x, y)
    return curves.Y


def figsize(value):
    with matplotlib.rc_context():
        d2l.set_figsize(value)


def hub(entry, call):
    """`call` with the name of an `entry` of DATA_HUB."""

    def called():
        with pytest.MonkeyPatch.context() as patched:
            patched.setitem(d2l.DATA_HUB, "bad", entry)
            call("bad")

    return called


def download_cases(call):
    return [
        *wrong(
            call,
            ("", ValueError, "unknown file ''"),
            (5, ValueError, "unknown file 5"),
            (["time_machine"], ValueError, r"unknown file \['time_machine'\]"),
            ("x" * 9, ValueError, "DATA_HUB knows .*time_machine"),
        ),
        *[
            refused("wrong", hub(entry, call), ValueError, r"DATA_HUB\['bad'\] is")
            for entry in ("http://a.b/c", ("http://a.b/c",), (None, "00"), {}, None)
        ],
        refused("empty", hub((), call), ValueError, "a pair of the URL and the SHA-1"),
        refused("huge", lambda: call("x" * 10**6), ValueError, "unknown file"),
    ]


def accumulated(n, *added):
    metric = d2l.Accumulator(n)
    for each in added:
        metric.add(*each)
    return metric.data


def timed(laps):
    timer = d2l.Timer()
    for _ in range(laps):
        timer.stop()
    return len(timer.cumsum()), timer.sum() >= 0


def pieces(*texts, **options):
    return "".join(clean_pieces(iter(texts), **options))


def no_file_of(path):
    with pytest.raises(FileNotFoundError) as error:
        read_lines(path)
    return reason_of_no_file(path) in str(error.value)


SENTENCE = "go .\tva !"
CASES = {
    "Accumulator": [
        *size("n", d2l.Accumulator),
        *wrong(
            lambda bad: accumulated(2, bad),
            ((1, "x"), TypeError, "'x'"),
            ((1, None), TypeError, "are not 2 numbers"),
            ((1, [2, 3]), TypeError, "are not 2 numbers"),
            ((1,), ValueError, "1 values for 2 sums"),
        ),
        *wrong(lambda bad: d2l.Accumulator(2)[bad], (2, IndexError, "no sum 2 of 2")),
        refused("empty", lambda: accumulated(1, ()), ValueError, "0 values for 1 sums"),
        fine("huge", lambda: accumulated(10**5, [1] * 10**5)[-1], 1.0),
        fine("huge", lambda: accumulated(1, [1e308], [1e308]), [math.inf]),
    ],
    "Animator": [
        *wrong(
            lambda bad: animator((1, 1), bad),
            ((2, "x"), TypeError, "are not all numbers"),
            (([[2]], 1), TypeError, "are not all numbers"),
            ((2, [3, 4]), ValueError, "2 y values for 1 curves"),
        ),
        *taken(
            lambda bad: animator((1, 1), bad),
            (([1, 2, 3], [4]), "3 x values and 1 y values", [[1, 4]]),
            ((2, []), "0 y values", [[1]]),
        ),
        *wrong(
            lambda bad: d2l.Animator(fmts=bad),
            ((), ValueError, r"fmts=\(\): give a list of at least one line style"),
        ),
        fine("empty", lambda: animator((1, [])), []),
        fine("empty", lambda: animator((1, [None, 2])), [[], [2.0]]),
        fine("huge", lambda: len(animator(*[(i, i) for i in range(10**4)])[0]), 10**4),
        fine("huge", lambda: animator((1, [math.inf, 1e308])), [[math.inf], [1e308]]),
    ],
    "Checkpoint": [
        *wrong(
            d2l.Checkpoint,
            (5, TypeError, "int"),
            (NOWHERE, FileNotFoundError, "there is no folder '/nowhere/at'"),
            ("/", IsADirectoryError, "is a folder"),
        ),
        *wrong(
            lambda bad: d2l.Checkpoint("a", bad),
            (-1, ValueError, "every must be at least 0 seconds, got -1"),
            (math.nan, ValueError, "every must be at least 0 seconds, got nan"),
            ("x", ValueError, "x"),
        ),
        refused("empty", lambda: d2l.Checkpoint(""), IsADirectoryError, "is a folder"),
        fine("huge", lambda: d2l.Checkpoint("a", 1e300).every, 1e300),
    ],
    "SeqDataLoader": loader_cases(d2l.SeqDataLoader),
    "Timer": [
        refused("empty", lambda: d2l.Timer().avg(), ValueError, r"call stop\(\)"),
        refused("wrong", lambda: d2l.Timer(5), TypeError, "argument"),
        fine("huge", lambda: timed(10**4), (10**4, True)),
    ],
    "Vocab": [
        *tokens_cases(d2l.Vocab),
        *vocab_cases(d2l.Vocab),
        *wrong(
            LETTERS.to_tokens,
            (4, IndexError, "index 4 is outside this vocabulary of 4 tokens"),
            (-5, IndexError, "index -5 is outside"),
            (HUGE, IndexError, "is outside"),
            (1.0, TypeError, "1.0 isn't an index"),
            ("a", TypeError, "'a' isn't an index"),
            ([[1], None], TypeError, "None isn't an index"),
        ),
        *taken(LETTERS.to_tokens, (-1, "index -1 counts from the end", "c")),
        *wrong(
            lambda bad: LETTERS[bad],
            (np.array(["a"]), TypeError, "can't be a token"),
            ({}, TypeError, r"\{\} can't be a token"),
        ),
        fine("empty", lambda: (LETTERS[[]], LETTERS.to_tokens([])), ([], [])),
        fine("empty", lambda: d2l.Vocab([[]]).idx_to_token, ["<unk>"]),
        fine("huge", lambda: len(d2l.Vocab([[i] for i in range(10**5)])), 10**5 + 1),
        fine("huge", lambda: LETTERS["a" * 10**6], 0),
    ],
    "alt_text": [
        *wrong(alt_text, (5, AttributeError, "axes"), (None, AttributeError, "axes")),
        fine("empty", lambda: alt_text(Figure()), {"alt": "An empty figure."}),
        fine("empty", lambda: described([]).partition(";")[0], "no data"),
        fine("huge", lambda: described(np.arange(10**6)).partition("The curve")[2],
             " starts at 0 (at 0) and ends at 1e+06 (at 1e+06)."),
        fine("huge", lambda: described([math.inf, math.nan]).partition(". ")[2],
             "The curve has no finite values."),
        fine("huge", lambda: described([[1, 2]] * 100).count("The curve"), 8),
    ],
    "at_least": size("k", lambda bad: at_least(3, "k", bad), 3)
    + [fine("huge", lambda: at_least(3, "k", HUGE), HUGE)]
    + [refused("empty", lambda: at_least(3, "k", []), TypeError, r"k=\[\] is not")],
    "whole_number": size("k", lambda bad: whole_number("k", bad, 3), 3)
    + [fine("huge", lambda: whole_number("k", HUGE, 3, HUGE), HUGE)]
    + wrong(
        lambda bad: whole_number("k", bad, 3, 5),
        (2, ValueError, "k=2: give an int from 3 to 5"),
        (6, ValueError, "k=6: give an int from 3 to 5"),
        (3.0, TypeError, "k=3.0 is not a whole number: give an int from 3 to 5"),
    )
    + [refused("empty", lambda: whole_number("k", "", 3), TypeError, "k='' is not")],
    "at_least_one": size("k", lambda bad: at_least_one("k", bad))
    + [fine("huge", lambda: at_least_one("k", HUGE), HUGE)]
    + [refused("empty", lambda: at_least_one("k", ""), TypeError, "k='' is not")],
    "bleu": [
        *size("k", lambda bad: d2l.bleu("a", "a", bad)),
        *wrong(
            lambda bad: d2l.bleu(bad, "a", 1),
            (["a"], TypeError, r"pred_seq=\['a'\] isn't a string"),
        ),
        *wrong(
            lambda bad: d2l.bleu("a", bad, 1),
            (None, TypeError, "label_seq=None isn't a string"),
            (" ", ValueError, "holds no token"),
        ),
        fine("empty", lambda: d2l.bleu("", "a", 2), 0.0),
        fine("huge", lambda: d2l.bleu("a b " * 10**4, "a b " * 10**4, 2), 1.0),
        fine("huge", lambda: d2l.bleu("a", "a", HUGE), 1.0),
    ],
    "check_flag": [
        *flag_cases("unicode", lambda bad: check_flag("unicode", bad)),
        fine("empty", lambda: [check_flag("a", each) for each in ON_OFF], [None] * 8),
        fine("huge", lambda: check_flag("a", HUGE), None),
    ],
    "check_marks": [
        *wrong(lambda bad: check_marks(bad, "x"), (5, AttributeError, "isascii")),
        fine("empty", lambda: check_marks("", "x"), None),
        refused("huge", lambda: check_marks("\u0301" * 10**6, "x"), ValueError,
                "x holds 1000000 combining marks in a row"),
        fine("huge", lambda: check_marks(("\u2014" * 500 + "a") * 2000, "x"), None),
    ],
    "check_max_tokens": [
        *max_tokens_cases(check_max_tokens),
        refused("empty", lambda: check_max_tokens(None), TypeError, "max_tokens=None"),
        fine("huge", lambda: check_max_tokens(HUGE), HUGE),
    ],
    "clean": [
        *flag_cases("unicode", lambda bad: clean("a", bad)),
        *wrong(
            clean,
            (5, TypeError, "line=5 isn't a string"),
            (b"a", TypeError, "line=b'a' isn't a string"),
            (["a"], TypeError, "isn't a string"),
        ),
        fine("empty", lambda: (clean(""), clean("", True)), ("", "")),
        fine("huge", lambda: clean("Ab, " * 10**6) == "ab " * (10**6 - 1) + "ab", True),
        fine("huge", lambda: len(clean("Ñ, " * 10**5, True)), 2 * 10**5 - 1),
    ],
    "count_dropped": [
        *wrong(count_dropped, (5, AttributeError, "isascii")),
        fine("empty", lambda: (count_dropped(""), count_dropped(" a-z ")), (0, 0)),
        fine("huge", lambda: count_dropped("é—" * 10**6), 10**6),
    ],
    "clean_pieces": [
        *wrong(pieces, (5, TypeError, "str"), (b"a", TypeError, "str")),
        fine("empty", lambda: (pieces(), pieces("", ""), pieces(" ", "-")), ("",) * 3),
        fine("huge", lambda: len(pieces("a" * 10**6, "b" * 10**6)), 2 * 10**6),
        refused("huge", lambda: pieces("a" + "\u0301" * 10**6 + "a", unicode=True),
                ValueError, "in a row"),
    ],
    "corpus_of": [
        *wrong(
            lambda bad: corpus_of(sources.EMBEDDED["galley_log"], **bad),
            ({"min_freq": "2"}, TypeError, "min_freq='2'"),
            ({"reserved_tokens": "<pad>"}, TypeError, "not the string"),
        ),
        fine("huge", lambda: len(corpus_of(sources.EMBEDDED["galley_log"], "word",
             HUGE)[0]) > 1000, True),
        fine("empty", lambda: corpus_of(sources.EMBEDDED["galley_log"],
             min_freq=HUGE, max_tokens=2)[0], [0, 0]),
    ],
    "check_seconds": [
        *wrong(
            lambda bad: check_seconds("max_seconds", bad),
            (0, ValueError, "max_seconds=0: give more than 0 seconds"),
            (-1.5, ValueError, "max_seconds=-1.5: give"),
            (math.nan, ValueError, "max_seconds=nan: give"),
            ("5", TypeError, "max_seconds='5' is not a number: give seconds"),
            (None, TypeError, "max_seconds=None is not a number"),
        ),
        refused("empty", lambda: check_seconds("s", []), TypeError, r"s=\[\] is not"),
        fine("huge", lambda: check_seconds("s", math.inf), math.inf),
        fine("huge", lambda: check_seconds("s", np.float32(0.5)), 0.5),
        fine("huge", lambda: check_seconds("s", np.int64(5)), 5.0),
    ],
    "count_corpus": [
        *tokens_cases(d2l.count_corpus),
        fine("empty", lambda: d2l.count_corpus([]), {}),
        fine("huge", lambda: d2l.count_corpus(["a"] * 10**6), {"a": 10**6}),
    ],
    "data_dir": [
        fine("empty", lambda: download.data_dir() == download.user_cache(), True),
    ],
    "decode": [
        *wrong(
            lambda bad: list(decode(bad, "x")),
            ([b"\xff"], ValueError, "'x' is not UTF-8: byte 0xff at offset 0"),
            ([b"a" * 10**6, b"\xc3"], ValueError, "0xc3 at offset 1000000"),
            (["a"], TypeError, "bytes"),
        ),
        fine("empty", lambda: list(decode([], "x")), []),
        fine("huge", lambda: "".join(decode([b"a"] * 10**5, "x")), "a" * 10**5),
    ],
    "decode_tokens": [
        *wrong(
            lambda bad: decode_tokens(bad, LETTERS, "a"),
            ([9], IndexError, "index 9 is outside"),
            (["a"], TypeError, "'a' isn't an index"),
        ),
        fine("empty", lambda: decode_tokens([], LETTERS, "a"), ""),
        fine("huge", lambda: decode_tokens([1] * 10**5, LETTERS, "a"), "a" * 10**5),
    ],
    "download": [
        *download_cases(d2l.download),
        *size("max_bytes", lambda bad: d2l.download("time_machine", max_bytes=bad)),
        *wrong(lambda bad: d2l.download("time_machine", max_seconds=bad),
               (0, ValueError, "max_seconds=0"), ("5", TypeError, "max_seconds='5'")),
        *wrong(lambda bad: d2l.download("time_machine", bad), (5, TypeError, "int")),
    ],
    "download_extract": [
        *download_cases(d2l.download_extract),
        *size("max_bytes",
              lambda bad: d2l.download_extract("time_machine", max_bytes=bad)),
    ],
    "encode_prompt": [
        *wrong(
            lambda bad: encode_prompt("a", bad, LETTERS),
            (-1, ValueError, "num_preds is -1: it must be 0 or more"),
            ("2", TypeError, "num_preds='2' is not a whole number"),
            (2.0, TypeError, "num_preds=2.0 is not a whole number"),
            (None, TypeError, "num_preds=None is not a whole number"),
        ),
        *wrong(
            lambda bad: encode_prompt(bad, 5, LETTERS),
            (5, TypeError, "prefix=5 is neither a string nor a list"),
            (None, TypeError, "prefix=None is neither"),
            (b"a", TypeError, "is neither"),
            ([1, "a", None], ValueError, r"holds \[1, None\]"),
            ("x\0", ValueError, r"holds \['\\x00', 'x'\]"),
        ),
        refused("empty", lambda: encode_prompt("", 5, LETTERS), ValueError, "is empty"),
        fine("huge", lambda: encode_prompt("a" * 10**5, HUGE, LETTERS)[-1], 1),
    ],
    "default_prefixes": [
        *wrong(default_prefixes, (None, TypeError, "NoneType"), (5, TypeError, "int")),
        fine("empty", lambda: default_prefixes(d2l.Vocab()), []),
        fine("huge", lambda: default_prefixes(LETTERS, [1] * 10**5), ["a" * 10]),
    ],
    "file_name": download_cases(download.file_name),
    "find_source": [
        *text_cases(sources.find_source),
        refused("empty", lambda: sources.find_source("."), FileNotFoundError, "folder"),
        refused("huge", lambda: sources.find_source("a" * 10**5), OSError, "too long"),
    ],
    "find_time_machine": [
        fine("empty", lambda: sources.find_time_machine().embedded, True),
    ],
    "is_file": [
        fine("wrong", lambda: is_file(Path("a\0b")), False),
        fine("empty", lambda: is_file(Path("")), False),
        fine("huge", lambda: is_file(Path("a" * 10**5)), False),
    ],
    "is_known": [
        fine("wrong", lambda: is_known(None, LETTERS), False),
        fine("empty", lambda: is_known("", LETTERS), False),
        fine("huge", lambda: is_known("a" * 10**6, LETTERS), False),
    ],
    "level_of_caller": [fine("empty", level_of_caller, 1)],
    "load_corpus": [
        *flag_cases("unicode", lambda bad: d2l.load_corpus("galley_log", unicode=bad)),
        *text_cases(d2l.load_corpus),
        *max_tokens_cases(lambda bad: d2l.load_corpus("galley_log", max_tokens=bad)),
        *wrong(
            lambda bad: d2l.load_corpus("galley_log", bad),
            ("letter", ValueError, "token must be 'word' or 'char', got 'letter'"),
            (None, ValueError, "token must be 'word' or 'char', got None"),
        ),
        refused("empty", lambda: d2l.load_corpus("/dev/null"), FileNotFoundError,
                "a pipe or a device"),
        fine("huge", lambda: d2l.load_corpus("galley_log", max_tokens=HUGE)[0],
             d2l.load_corpus("galley_log")[0]),
    ],
    "load_corpus_time_machine": [
        *max_tokens_cases(d2l.load_corpus_time_machine),
        refused("empty", lambda: d2l.load_corpus_time_machine(None), TypeError, "None"),
        fine("huge", lambda: len(d2l.load_corpus_time_machine(HUGE)[0]) > 10**4, True),
    ],
    "load_data_time_machine": loader_cases(d2l.load_data_time_machine),
    "main": [
        fine("wrong", lambda: download.main(["nothing"]), 1),
        fine("empty", lambda: download.main(["--list"]), 0),
    ],
    "plot": [
        *wrong(
            plot_of,
            (5, TypeError, "X=5 isn't a curve"),
            ("abc", TypeError, "X='abc' isn't a curve"),
            (None, TypeError, "X=None isn't a curve"),
        ),
        *wrong(
            lambda bad: plot_of([1, 2], bad),
            (5, TypeError, "Y=5 isn't a curve"),
            ([1, 2, 3], ValueError, "same first dimension"),
        ),
        *wrong(lambda bad: plot_of([1], [2], **bad),
               ({"fmts": ()}, ValueError, r"fmts=\(\)"),
               ({"fmts": ["nonsense"]}, ValueError, "nonsense"),
               ({"xscale": "cubic"}, ValueError, "cubic")),
        *taken(lambda bad: plot_of(bad, [[1], [2], [3]]),
               ([[1], [2]], "2 curves in X but 3 in Y", 3)),
        fine("empty", lambda: plot_of([]), 1),
        fine("empty", lambda: plot_of([[], []]), 2),
        fine("huge", lambda: plot_of(np.arange(10**6)), 1),
        fine("huge", lambda: plot_of([math.inf, math.nan, 1e308]), 1),
    ],
    "preprocess_nmt": [
        *wrong(d2l.preprocess_nmt, (5, TypeError, "text is of type int"),
               (b"a", TypeError, "text is of type bytes")),
        fine("empty", lambda: d2l.preprocess_nmt(""), ""),
        fine("huge", lambda: len(d2l.preprocess_nmt("a." * 10**5)), 3 * 10**5),
    ],
    "read_data_nmt": [
        *wrong(d2l.read_data_nmt, (NOWHERE, FileNotFoundError, "there is no text file"),
               (5, TypeError, "5 isn't a path")),
        refused("empty", lambda: d2l.read_data_nmt(""), FileNotFoundError, "a folder"),
        fine("huge", lambda: len(d2l.read_data_nmt()) > 100, True),
    ],
    "read_lines": [
        *wrong(read_lines, (5, TypeError, "5 isn't a path"),
               (None, TypeError, "None isn't a path"),
               (NOWHERE, FileNotFoundError, "there is no text file")),
        refused("empty", lambda: read_lines(""), FileNotFoundError, "a folder"),
        fine("huge", lambda: len(read_lines(__file__)) > 100, True),
    ],
    "read_pieces": [
        *wrong(lambda bad: list(read_pieces(bad)), (5, TypeError, "5 isn't a path")),
        *size("size", lambda bad: list(read_pieces(__file__, bad))),
        refused("empty", lambda: list(read_pieces("")), FileNotFoundError, "a folder"),
        fine("huge", lambda: "".join(read_pieces(__file__, 10**9)).splitlines(),
             read_lines(__file__)),
    ],
    "read_time_machine": [
        refused("wrong", lambda: d2l.read_time_machine(5), TypeError, "argument"),
        fine("huge", lambda: len(d2l.read_time_machine()) > 100, True),
    ],
    "reason_of_no_file": [
        fine("empty", lambda: no_file_of(Path("")), True),
        fine("wrong", lambda: no_file_of(Path("a\0b")), True),
    ],
    "seed_of": [
        *seed_cases(seed_of),
        fine("empty", lambda: [seed_of(each) for each in (None, "", b"")],
             [None, "", b""]),
        fine("huge", lambda: seed_of(HUGE), HUGE),
        fine("huge", lambda: [random.Random(seed_of(kind(3))).random() for kind in
             (int, np.int64, np.uint8, np.array)], [random.Random(3).random()] * 4),
        fine("huge", lambda: seed_of(2.5), 2.5),
    ],
    "seq_data_iter_random": iterator_cases(d2l.seq_data_iter_random)
    + [fine("huge", lambda: served(d2l.seq_data_iter_random), True)],
    "seq_data_iter_sequential": iterator_cases(d2l.seq_data_iter_sequential)
    + [fine("huge", lambda: served(d2l.seq_data_iter_sequential), True)],
    "set_axes": [
        *wrong(lambda bad: set_axes(**bad),
               ({"axes": None}, AttributeError, "set_xlabel"),
               ({"xscale": "cubic"}, ValueError, "cubic"),
               ({"xlim": "wide"}, ValueError, "unpack")),
        fine("empty", lambda: set_axes(xlabel=""), ""),
        fine("huge", lambda: len(set_axes(xlabel="x" * 10**5)), 10**5),
    ],
    "set_figsize": [
        *wrong(figsize, ("big", ValueError, "figsize"), (5, ValueError, "figsize"),
               ((1, 2, 3), ValueError, "figsize")),
        refused("empty", lambda: figsize(()), ValueError, "figsize"),
        fine("huge", lambda: figsize((1e6, 1e6)), None),
    ],
    "shown": [
        fine("wrong", lambda: shown("a\0b"), r"'a\x00b'"),
        fine("empty", lambda: shown(Path("")), "'.'"),
        fine("huge", lambda: shown("a" * 10**6), f"{'a' * 200!r}... (1000000 charac"
             "ters)"),
    ],
    "speak_everywhere": [
        *wrong(
            lambda bad: d2l.speak_everywhere(bad, "a"),
            (NOWHERE, FileNotFoundError, "/nowhere/at/all.txt"),
            (5, TypeError, "int"),
            (__file__, ValueError, r"test_hostile\.py"),
        ),
        refused("empty", lambda: d2l.speak_everywhere("", "a"), OSError, "such file"),
    ],
    "tokenize": [
        *wrong(
            d2l.tokenize,
            (b"a line", TypeError, "isn't a list"),
            (5, TypeError, "lines=5 isn't a list"),
            (["a", 5], TypeError, r"lines\[1\] is 5, not a string"),
            ([["a"]], TypeError, r"lines\[0\] is \['a'\], not a string"),
        ),
        *wrong(lambda bad: d2l.tokenize(["a"], bad),
               ("letter", ValueError, "token must be 'word' or 'char', got 'letter'"),
               (["char"], ValueError, r"or 'char', got \['char'\]")),
        *taken(d2l.tokenize, ("ab", "lines is one string, 'ab'", [["a"], ["b"]])),
        fine("empty", lambda: d2l.tokenize([]), []),
        fine("huge", lambda: len(d2l.tokenize(["a" * 10**6], "char")[0]), 10**6),
    ],
    "tokenize_nmt": [
        *size("num_examples", lambda bad: d2l.tokenize_nmt(SENTENCE, bad), 0)[:-2],
        *taken(d2l.tokenize_nmt, ("no tab", "tab", ([], []))),
        fine("empty", lambda: d2l.tokenize_nmt(""), ([], [])),
        fine("huge", lambda: d2l.tokenize_nmt(SENTENCE, HUGE),
             ([["go", "."]], [["va", "!"]])),
    ],
    "truncate_pad": [
        *size("num_steps", lambda bad: d2l.truncate_pad([1], bad, 0)),
        *wrong(lambda bad: d2l.truncate_pad(bad, 2, 0), ("ab", TypeError, "a string")),
        fine("empty", lambda: d2l.truncate_pad([], 2, 0), [0, 0]),
        fine("huge", lambda: len(d2l.truncate_pad([1], 10**5, 0)), 10**5),
    ],
    "use_svg_display": [
        refused("wrong", lambda: d2l.use_svg_display(5), TypeError, "argument"),
        fine("empty", d2l.use_svg_display, None),
    ],
    "user_cache": [fine("empty", lambda: download.user_cache().name, "d2l_local")],
    "verify": [
        *download_cases(lambda bad: download.verify(__file__, bad)),
        *wrong(lambda bad: download.verify(bad, "time_machine"),
               (__file__, ValueError, "is not the file known as 'time_machine'"),
               (NOWHERE, FileNotFoundError, "nowhere"),
               (5, TypeError, "int")),
    ],
}  # fmt: skip


def public(module):
    """The names of the functions and classes that a module defines and shows."""
    found = importlib.import_module(f"d2l_local.{module}")
    return {
        name
        for name, value in vars(found).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == found.__name__
    }


NAMES = sorted({*d2l.__all__}.union(*map(public, MODULES)) - PLAIN)
EACH = [
    pytest.param(case, id=f"{name}-{case.kind}-{i}")
    for name in CASES
    for i, case in enumerate(CASES[name])
]


@pytest.fixture(autouse=True)
def embedded(monkeypatch, tmp_path):
    monkeypatch.setenv("D2L_TEXT", "embedded")
    monkeypatch.setenv("D2L_DATA_DIR", "")
    monkeypatch.chdir(tmp_path)


def test_every_public_name_has_its_cases_and_no_other():
    assert sorted(CASES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_function_that_takes_something_meets_wrong_empty_and_huge_input(name):
    kinds = {case.kind for case in CASES.get(name, [])}
    assert kinds <= {"wrong", "empty", "huge"}
    needed = {"wrong", "empty", "huge"} - EXEMPT.get(name, set())
    assert needed <= kinds, f"{name} meets no {' and no '.join(needed - kinds)} input"


EXEMPT = {
    "data_dir": {"wrong", "huge"},  # takes nothing
    "find_time_machine": {"wrong", "huge"},  # takes nothing
    "level_of_caller": {"wrong", "huge"},  # takes nothing
    "main": {"huge"},  # of download
    "read_time_machine": {"empty"},  # takes nothing
    "reason_of_no_file": {"huge"},  # looks at a file
    "speak_everywhere": {"huge"},  # of weights
    "use_svg_display": {"huge"},  # takes nothing
    "user_cache": {"wrong", "huge"},  # takes nothing
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", EACH)
def test_it_is_refused_clearly_or_works(case):
    if case.error is None:
        assert case.call() == case.expected
        return
    with pytest.raises(case.error, match=case.message) as error:
        case.call()
    # A message is to be read: a few lines, and no internal name of another library.
    assert len(str(error.value)) < 2000 or case.kind == "huge"


@pytest.mark.situation("text: a flag, a seed and a number may be one of NumPy's")
@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8, np.array])
def test_numpys_numbers_stand_for_pythons(kind):
    def batches(number, on, seed):
        loader, vocab = d2l.load_data_time_machine(
            number(2), number(5), on, number(99), text="galley_log", seed=seed,
            unicode=on,
        )  # fmt: skip
        return [(X.tolist(), Y.tolist()) for X, Y in loader], len(vocab)

    for on in (True, False):
        assert batches(kind, np.bool_(on), kind(3)) == batches(int, on, 3)
    # Where the result may be all tokens: how often they must occur
    for least in (2, 0.5):
        wanted = d2l.Vocab(list("aab"), least).idx_to_token
        assert d2l.Vocab(list("aab"), np.float32(least)).idx_to_token == wanted


def test_a_failed_point_leaves_the_curves_as_they_were():
    curves = d2l.Animator()
    with pytest.raises(TypeError):
        curves.add(1, [1, 2, "x"])
    curves.add(1, [1, 2])
    with pytest.raises(TypeError):
        curves.add(2, [3, "x"])
    assert (curves.X, curves.Y) == ([[1.0], [1.0]], [[1.0], [2.0]])
    assert list(itertools.chain(*curves.Y)) == [1.0, 2.0]
