"""From the English text to a notebook in another language: `make translations`.

    units       the passages of one Markdown text that are translated
    template    the messages of one catalogue, in English
    catalogue   gettext catalogues: form, merging, counting
    fidelity    what a translation must keep of its original
    glossary    the terms of one language, and the check of a translation
    owed        which messages a language owes
    translated  a chapter in another language

The command brings the catalogues up to date, or checks them.
"""
