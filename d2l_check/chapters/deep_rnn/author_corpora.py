"""Exercise 4: several authors, one vocabulary, a held-out part of each."""

from itertools import islice
from numbers import Integral

import numpy as np

from d2l_check.criteria import Check, Criterion
from d2l_check.language import _
from d2l_check.mistake import Mistake, Mistaken
from d2l_check.returned import pair, parts
from d2l_check.words import kind
from d2l_local.text.vocabulary import UNKNOWN, Vocab

LONGEST = 1000  # characters of a part, far more than any text of the check has
UNREAD = "�"  # stands for an index that the vocabulary lacks, or for '<unk>'


class Case:
    """Texts and a share; `cuts` says where each held-out part begins."""

    def __init__(self, texts, held_out):
        self.texts, self.held_out = tuple(texts), held_out
        self.cuts = [len(text) - int(len(text) * held_out) for text in texts]
        self.training = [text[:cut] for text, cut in zip(self.texts, self.cuts)]
        self.ends = [text[cut:] for text, cut in zip(self.texts, self.cuts)]
        self.known = set("".join(self.training))


def voice(letters, length, ending, seed):
    """Draw a random text of some letters, with an ending of its own."""
    rng = np.random.default_rng(seed)
    letters = "".join(rng.choice(list(letters), length - len(ending)))
    return letters + ending


# Each author has letters that the others lack, and one that only the end holds. The
# lengths times the share are no whole numbers, so that rounding would show.
AUTHORS = Case(
    [
        voice("abcde ", 67, "abxca", 1),
        voice("fghij a", 58, "fgzi", 2),
        voice("klmno a", 49, "kly", 3),
    ],
    held_out=0.1,
)
# Its held-out part has int(0.8) = 0 characters, and text[:-0] is empty.
SHORT = Case(["abcabc ab", "cab bac abc abc acb cab"], held_out=0.1)


NOT_CHARACTERS = Mistake(
    "words",
    _("The vocabulary holds tokens of more than one character."),
    _("Cut the texts into single characters."),
    _("Print the text that goes into Vocab. How many characters are different in it?"),
)

FIRST_AUTHOR_ONLY = Mistake(
    "first-author-only",
    _("The vocabulary knows the characters of the first author only."),
    _("What becomes of a letter that only another author uses?"),
    _("Join the training parts of all authors, and build one Vocab of that."),
)

LAST_AUTHOR_ONLY = Mistake(
    "last-author-only",
    _("The vocabulary knows the characters of the last author only."),
    _("Does your loop build a new vocabulary for each author?"),
    _("Print the text that goes into Vocab. How many characters are different in it?"),
)

VOCAB_PER_AUTHOR = Mistake(
    "vocab-per-author",
    _("Each author has a vocabulary of its own."),
    _("Then one index means different letters. Build one for all."),
    _("Print the text that goes into Vocab. How many characters are different in it?"),
)

VOCAB_LEAK = Mistake(
    "vocab-leak",
    _("The vocabulary knows a character that only a held-out part holds."),
    _("Nothing may be learned from the held-out parts, not even that."),
    _("Cut first, then build the vocabulary of the training parts."),
)

VOCAB_INCOMPLETE = Mistake(
    "vocab-incomplete",
    _("The vocabulary lacks characters of the training parts."),
    _("Which texts went into it? Are rare characters left out?"),
    _("Print the text that goes into Vocab. How many characters are different in it?"),
)

PARTS_EXCHANGED = Mistake(
    "parts-exchanged",
    _("The held-out part comes first."),
    _("The training part comes first, then the held-out part."),
    _(
        'Cut "abcdefghij" at held_out = 0.3 by hand. Print both of your '
        "parts beside that."
    ),
)

FROM_BEGINNING = Mistake(
    "held-out-from-beginning",
    _("The held-out part is taken from the beginning of the text."),
    _("It should be the end. Look at your slices."),
    _(
        'Cut "abcdefghij" at held_out = 0.3 by hand. Print both of your '
        "parts beside that."
    ),
)

SHUFFLED = Mistake(
    "shuffled",
    _("The characters are no longer in the order of the text."),
    _("A model learns from what follows what. Cut each text in one place only."),
    _(
        'Cut "abcdefghij" at held_out = 0.3 by hand. Print both of your '
        "parts beside that."
    ),
)

OVERLAP = Mistake(
    "overlap",
    _("The training part holds characters of the held-out part too."),
    _("The model would be tested on what it has seen. Look at your slices."),
    _("Both slices must use the same place: text[:cut] and text[cut:]."),
)

NOTHING_HELD_OUT = Mistake(
    "nothing-held-out",
    _("A held-out part is empty."),
    _("Look at both ends of your slices."),
    _(
        'Cut "abcdefghij" at held_out = 0.3 by hand. Print both of your '
        "parts beside that."
    ),
)

WRONG_HELD_OUT = Mistake(
    "wrong-held-out",
    _("A held-out part isn't the end of its text."),
    _("Turn its indices back into characters, print them, and compare."),
    _(
        'Cut "abcdefghij" at held_out = 0.3 by hand. Print both of your '
        "parts beside that."
    ),
)

WRONG_TRAINING_PART = Mistake(
    "wrong-training-part",
    _("A training part isn't the beginning of its text."),
    _("Turn its indices back into characters, print them, and compare."),
    _(
        'Cut "abcdefghij" at held_out = 0.3 by hand. Print both of your '
        "parts beside that."
    ),
)

MINUS_ZERO = Mistake(
    "minus-zero",
    _("For a short text nothing is held out, and the training part is empty too."),
    _("text[:-0] is empty, because -0 is 0. Count the cut from the beginning."),
    _("cut = len(text) - int(len(text) * held_out)"),
)

WRONG_SHORT = Mistake(
    "wrong-short-text",
    _("For a short text int(len(text) * held_out) is 0."),
    _("Then the training part is the whole text, and the held-out part is empty."),
)


class AuthorCorpora(Check):
    """Check texts of several authors: one vocabulary, and the end of each held out."""

    signature = "author_corpora(texts, held_out)"

    def criteria(self):
        return [
            Criterion(
                _("author_corpora returns a Vocab and two lists of indices per author"),
                self.runs,
            ),
            Criterion(
                _("there is one vocabulary, of all authors' training parts"),
                self.vocabulary,
                (self.runs,),
            ),
            Criterion(
                _("the held-out part of each text is its end"),
                self.held_out,
                (self.runs, self.vocabulary),
            ),
            Criterion(
                _("the training part of each text is all that comes before"),
                self.training,
                (self.runs, self.vocabulary),
            ),
            Criterion(
                _("a text too short for a held-out part is all for training"),
                self.short,
                (self.runs, self.vocabulary, self.held_out, self.training),
            ),
            Criterion(
                _("the given texts stay as they were"),
                self.arguments_unchanged,
                (self.runs,),
            ),
        ]

    def run(self, case):
        """Return the vocabulary and, for each author, two lists of indices."""
        result = self.submission(list(case.texts), case.held_out)
        vocab, corpora = pair(result, "author_corpora(...)", "(vocab, parts)")
        if isinstance(vocab, list | tuple) and {Vocab} == set(map(type, vocab)):
            raise Mistaken(VOCAB_PER_AUTHOR)
        if not isinstance(vocab, Vocab):
            raise Mistaken(not_a_vocab(vocab))
        example = _("a list with one pair for each author")
        corpora = parts(corpora, len(case.texts), "parts", example)
        return vocab, [
            [indices(part) for part in pair(each, "parts[i]", "(training, held_out)")]
            for each in corpora
        ]

    def runs(self):
        self.vocab, self.corpora = self.run(AUTHORS)

    def vocabulary(self):
        self.tokens = tokens = set(self.vocab.idx_to_token) - {UNKNOWN}
        if any(len(token) > 1 for token in tokens):
            raise Mistaken(NOT_CHARACTERS)
        if own_numbering(self.corpora):
            raise Mistaken(VOCAB_PER_AUTHOR)
        if tokens in (set(AUTHORS.training[0]), set(AUTHORS.texts[0])):
            raise Mistaken(FIRST_AUTHOR_ONLY)
        if tokens in (set(AUTHORS.training[-1]), set(AUTHORS.texts[-1])):
            raise Mistaken(LAST_AUTHOR_ONLY)
        if tokens - AUTHORS.known:
            # It may be that the parts are wrong, and their vocabulary with them.
            raise Mistaken(self.wrong_end() or self.wrong_training() or VOCAB_LEAK)
        if tokens != AUTHORS.known:
            raise Mistaken(VOCAB_INCOMPLETE)

    def held_out(self):
        if mistake := self.wrong_end():
            raise Mistaken(mistake)

    def training(self):
        if mistake := self.wrong_training():
            raise Mistaken(mistake)

    def compared(self):
        """Yield for each author both parts and the whole as texts, and where to cut."""
        for each, text, cut in zip(self.corpora, AUTHORS.texts, AUTHORS.cuts):
            training, end = (read(self.vocab, part) for part in each)
            yield training, end, readable(text, self.tokens), cut

    def wrong_end(self):
        """Return the mistake of a held-out part that isn't the end of its text."""
        for training, end, text, cut in self.compared():
            if end != text[cut:]:
                return end_mistake(training, end, text, cut)
        return None

    def wrong_training(self):
        """Return the mistake of a training part that isn't the rest of its text."""
        for training, _end, text, cut in self.compared():
            if training != text[:cut]:
                return training_mistake(training, text, cut)
        return None

    def short(self):
        vocab, corpora = self.run(SHORT)
        training, end = (read(vocab, part) for part in corpora[0])
        if not training:
            raise Mistaken(MINUS_ZERO)
        if (training, end) != (SHORT.texts[0], ""):
            raise Mistaken(WRONG_SHORT)


def indices(part):
    """Return a part as a list of int; raise Mistaken for anything else."""
    if isinstance(part, str):
        raise Mistaken(not_indices(part))
    try:
        found = list(islice(part, LONGEST))
    except Exception:
        raise Mistaken(not_indices(part)) from None
    if not all(isinstance(i, Integral) and not isinstance(i, bool) for i in found):
        raise Mistaken(
            not_indices(next(i for i in found if not isinstance(i, Integral)))
        )
    return [int(i) for i in found]


def read(vocab, part):
    """Turn indices into a text, with `UNREAD` where one stands for no character."""
    tokens = vocab.idx_to_token
    return "".join(tokens[i] if 0 < i < len(tokens) else UNREAD for i in part)


def readable(text, tokens):
    """Return a text with `UNREAD` for the characters that a vocabulary lacks."""
    return "".join(c if c in tokens else UNREAD for c in text)


def own_numbering(corpora):
    """Return True if each author's indices are those of its own vocabulary."""
    later = list(zip(corpora, AUTHORS.training, AUTHORS.texts))[1:]
    return all(
        training in (Vocab(list(start))[list(start)], Vocab(list(text))[list(start)])
        for (training, _end), start, text in later
    )


def end_mistake(training, end, text, cut):
    """Return the mistake of a held-out part that isn't `text[cut:]`."""
    number = len(text) - cut
    if training == text[cut:]:
        return PARTS_EXCHANGED
    if end == text[:number]:
        return FROM_BEGINNING
    if sorted(training + end) == sorted(text) and training + end != text:
        return SHUFFLED
    if not end:
        return NOTHING_HELD_OUT
    if text.endswith(end):
        return wrong_length(len(end), number)
    return WRONG_HELD_OUT


def training_mistake(training, text, cut):
    """Return the mistake of a training part that isn't `text[:cut]`."""
    if text.startswith(training) and len(training) > cut:
        return OVERLAP
    if sorted(training) == sorted(text[:cut]):
        return SHUFFLED
    return WRONG_TRAINING_PART


def not_a_vocab(found):
    return Mistake(
        "not-a-vocab",
        _("The first result should be a Vocab, but it is of type: {found}").format(
            found=kind(found)
        ),
        _("Use d2l.Vocab, and look at the order of the results."),
    )


def not_indices(found):
    return Mistake(
        "not-indices",
        _("A part should be a list of whole numbers. Found in it: {found}").format(
            found=kind(found)
        ),
        _("vocab[list of characters] gives the list of their indices."),
    )


def wrong_length(found, right):
    return Mistake(
        "wrong-length",
        _("A held-out part has {found} characters; it should have {right}.").format(
            found=found, right=right
        ),
        _("The number is int(len(text) * held_out), for each text by itself."),
        _(
            'Cut "abcdefghij" at held_out = 0.3 by hand. Print both of your '
            "parts beside that."
        ),
    )
