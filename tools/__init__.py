"""Build tools of the book: from `source/` to executed notebooks and pages.

Each module is named for what it handles and knows nothing of the later ones:

    book      settings, paths, list of chapters
    source    one chapter's file, split into cells
    myst      the MyST blocks of one Markdown cell
    labels    numbers of labels, text of references
    markdown  MyST -> the plain Markdown of a notebook
    head      opening cell and set-up cell
    notebook  assembly, identity and storage of a notebook
    build     command: write or check notebooks/
    cache     finished executions
    progress  what an execution shows while it runs
    execute   command: run notebooks, store their outputs
    result    reads perplexity, speed and text from an executed notebook
    page      HTML page of an executed notebook
    run       command: train the flagship in every framework
    figures   command: draw or check img/*.svg
"""
