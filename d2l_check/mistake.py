"""A mistake that a check has recognised, with its hints."""


class Mistake(Exception):
    """Raised by a criterion that isn't met; becomes a failed finding.

    `key` names the kind of mistake and is the same in every language. `what` says what
    is wrong and `where` what to look at. `more` is the concrete hint: it is shown when
    the same mistake comes back again and again.
    """

    def __init__(self, key, what, where="", more=""):
        super().__init__(f"{key}: {what}")
        self.key = key
        self.general, self.concrete = [what, where], [more]

    def hints(self, insist):
        """The hints to show, the concrete ones only when `insist`."""
        chosen = [*self.general, *(self.concrete if insist else ())]
        return tuple(hint for hint in chosen if hint)


def together(mistakes):
    """One mistake out of several that only together explain a result."""
    first, *others = mistakes
    for other in others:
        first.key += f" and {other.key}"
        first.general += other.general
        first.concrete += other.concrete
    return first
