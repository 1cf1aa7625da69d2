"""A mistake that a check can recognise, with its hints."""


class Mistake:
    """What is wrong, where to look, and how the reference is made to do the same.

    `key` names the kind of mistake and is the same in every language. `what` says what
    is wrong and `where` what to look at. `more` is the concrete hint: it is shown when
    the same mistake comes back again and again. `planted` lists the changes that make
    the reference commit the mistake, one dict of keywords for each of its faces.
    """

    def __init__(self, key, what, where="", more="", planted=()):
        self.key, self.general, self.concrete = key, (what, where), (more,)
        self.planted = planted

    def hints(self, insist):
        """Return the hints as strings, the concrete ones only when `insist`."""
        chosen = [*self.general, *(self.concrete if insist else ())]
        return tuple(str(hint) for hint in chosen if hint)

    def adding(self, hints):
        """Return the same mistake with further general hints."""
        longer = Mistake(self.key, "", planted=self.planted)
        longer.general, longer.concrete = (*self.general, *hints), self.concrete
        return longer


class Mistaken(Exception):
    """Raised with a Mistake by a criterion that isn't met; becomes a failed finding.

    `evidence` are hints that show it by an example. They follow the concrete hint of
    the mistake, or take its place where there is none.
    """

    def __init__(self, mistake, evidence=()):
        super().__init__(mistake.key)
        self.mistake, self.evidence = mistake, evidence


def together(mistakes):
    """Return one mistake for several that only together explain a result."""
    if len(mistakes) == 1:
        return mistakes[0]
    both = Mistake(" and ".join(mistake.key for mistake in mistakes), "")
    both.general = tuple(hint for mistake in mistakes for hint in mistake.general)
    both.concrete = tuple(hint for mistake in mistakes for hint in mistake.concrete)
    return both
