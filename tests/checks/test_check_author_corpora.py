"""Exercise 4: what the check says to good and to mistaken splits of texts."""

import pytest

from tests.checks.planting import report

CUTS = "cuts = [len(text) - int(len(text) * held_out) for text in texts]"
STARTS = "starts = [text[:cut] for text, cut in zip(texts, cuts)]"
ENDS = "ends = [text[cut:] for text, cut in zip(texts, cuts)]"
VOCAB = 'vocab = Vocab(list("".join(starts)))'
PARTS = "parts = [(vocab[list(s)], vocab[list(e)]) for s, e in zip(starts, ends)]"
RETURN = "return vocab, parts"

GOOD = {
    "a vocabulary of lists": [
        (VOCAB, "vocab = Vocab([list(start) for start in starts])")
    ],
    "arrays": [
        (
            PARTS,
            f"{PARTS}\n    parts = [[ops.np.array(p) for p in each] for each in parts]",
        )
    ],
    "a generator of characters": [
        (VOCAB, "vocab = Vocab([c for text in starts for c in text])")
    ],
}
MISTAKES = [
    ("first-author-only", [(VOCAB, "vocab = Vocab(list(starts[0]))")]),
    ("first-author-only", [(VOCAB, "vocab = Vocab(list(texts[0]))")]),
    (
        "last-author-only",
        [(VOCAB, "for start in starts:\n        vocab = Vocab(list(start))")],
    ),
    (
        "vocab-per-author",
        [
            (
                PARTS,
                "parts = []\n    for s, e in zip(starts, ends):\n"
                "        vocab = Vocab(list(s))\n"
                "        parts.append((vocab[list(s)], vocab[list(e)]))",
            )
        ],
    ),
    (
        "vocab-per-author",
        [
            (VOCAB, f"{VOCAB}\n    vocabs = [Vocab(list(s)) for s in starts]"),
            (RETURN, "return vocabs, parts"),
        ],
    ),
    ("vocab-leak", [(VOCAB, 'vocab = Vocab(list("".join(texts)))')]),
    ("vocab-incomplete", [(VOCAB, 'vocab = Vocab(list("".join(starts)), min_freq=8)')]),
    ("words", [(VOCAB, 'vocab = Vocab(" ".join(starts).split())')]),
    ("overlap", [(STARTS, "starts = texts")]),
    (
        "held-out-from-beginning",
        [
            (
                STARTS,
                "starts = [text[len(text) - cut:] for text, cut in zip(texts, cuts)]",
            ),
            (ENDS, "ends = [text[:len(text) - cut] for text, cut in zip(texts, cuts)]"),
        ],
    ),
    (
        "shuffled",
        [
            (
                CUTS,
                "import random\n"
                "    texts = [''.join(random.sample(t, len(t))) for t in texts]\n"
                f"    {CUTS}",
            )
        ],
    ),
    ("wrong-length", [(CUTS, CUTS.replace("int(", "round("))]),
    ("wrong-length", [(CUTS, CUTS.replace("int(len(text) * held_out)", "5"))]),
    (
        "parts-exchanged",
        [
            (
                PARTS,
                PARTS.replace(
                    "(vocab[list(s)], vocab[list(e)])",
                    "(vocab[list(e)], vocab[list(s)])",
                ),
            )
        ],
    ),
    ("nothing-held-out", [(ENDS, "ends = ['' for text in texts]")]),
    (
        "wrong-held-out",
        [(ENDS, "ends = [text[:cut:10] for text, cut in zip(texts, cuts)]")],
    ),
    (
        "wrong-training-part",
        [(STARTS, "starts = [text[1:cut] for text, cut in zip(texts, cuts)]")],
    ),
    (
        "minus-zero",
        [
            (
                STARTS,
                "sizes = [int(len(text) * held_out) for text in texts]\n"
                "    starts = [text[:-k] for text, k in zip(texts, sizes)]",
            ),
            (ENDS, "ends = [text[-k:] for text, k in zip(texts, sizes)]"),
        ],
    ),
    (
        "wrong-short-text",
        [
            (
                CUTS,
                CUTS.replace(
                    "int(len(text) * held_out)", "max(1, int(len(text) * held_out))"
                ),
            )
        ],
    ),
    ("not-indices", [(PARTS, "parts = list(zip(starts, ends))")]),
    (
        "not-indices",
        [
            (
                PARTS,
                "parts = [(list(s), list(e)) for s, e in zip(starts, ends)]",
            )
        ],
    ),
    ("not-a-vocab", [(RETURN, "return vocab.token_to_idx, parts")]),
    ("not-a-vocab", [(RETURN, "return parts, vocab")]),
    ("wrong-structure", [(RETURN, "return parts")]),
    ("wrong-structure", [(RETURN, "return vocab, parts[:2]")]),
    (
        "wrong-structure",
        [(RETURN, "return vocab, [p for each in parts for p in each]")],
    ),
    ("changed-in-place", [(RETURN, "texts.clear()\n    return vocab, parts")]),
]


@pytest.mark.parametrize("changes", [[], *GOOD.values()], ids=["as it is", *GOOD])
def test_good_splits_pass(ops, changes):
    found = report(ops, "author_corpora", *changes)
    assert found.passed, found


@pytest.mark.parametrize("mistake, changes", MISTAKES)
def test_mistakes_are_called_by_their_name(ops, mistake, changes):
    found = report(ops, "author_corpora", *changes)
    assert found.mistakes[:1] == [mistake], found
