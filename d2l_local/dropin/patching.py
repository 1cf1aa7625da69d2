"""Change the methods of a class, and change them back."""

import functools

MISSING = object()


class Patches:
    """Methods that are replaced for a while."""

    def __init__(self):
        self._undo = []

    def __bool__(self):
        return bool(self._undo)

    def wrap(self, cls, name, make):
        """Replace the method `name` of `cls` by `make(method)`, which looks like it."""
        before = vars(cls).get(name, MISSING)
        method = getattr(cls, name)
        wrapper = functools.update_wrapper(make(method), method, updated=())
        # Keras reads signatures. Through this link it would find those of bound methods
        # with a `self` too many.
        del wrapper.__wrapped__
        setattr(cls, name, wrapper)
        self._undo.append((cls, name, before))

    def put(self, cls, name, value):
        """Give `cls` the attribute `name`, in place of its own if it has one."""
        self._undo.append((cls, name, vars(cls).get(name, MISSING)))
        setattr(cls, name, value)

    def undo(self):
        """Give every class its own methods back."""
        while self._undo:
            cls, name, before = self._undo.pop()
            if before is MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, before)
