"""A vocabulary of a reader's own, with what a training needs and nothing more."""


class OwnVocab:
    """A table of tokens, without the methods of `d2l.Vocab`."""

    def __init__(self, tokens):
        self.idx_to_token = ["<unk>", *sorted(set(tokens))]

    def __len__(self):
        return len(self.idx_to_token)

    def __getitem__(self, token):
        known = self.idx_to_token
        return known.index(token) if token in known else 0
