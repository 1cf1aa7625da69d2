"""From the English text to a notebook in another language: `make translations`.

    units       the passages of one Markdown text that are translated
    template    the messages of one catalogue, in English
    catalogue   gettext catalogues: form, merging, counting
    fidelity    what a translation must keep of its original
    glossary    the terms of one language, and the check of a translation
    translated  a chapter in another language
    required    which messages must be translated, and which of them can wait
    upkeep      all catalogues beside the source: merging, writing, comparing
    report      what is wrong, what is owed, what is left

The command brings the catalogues up to date, or checks them.
"""
