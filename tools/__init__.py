"""Build tools of the book: from `source/` to executed notebooks and pages.

Each module is named for what it handles and knows nothing of the later ones:

    errors        the error of a book whose files are wrong
    files         reading what people write, writing whole or not at all
    settings      types and lines of source/book.toml
    book          settings, paths, list of chapters
    command       what all commands share: --root and exit codes
    exercise      solutions in code, nbgrader's marks
    fences        what isn't closed in a source
    near          how far an output may differ between machines
    source        one chapter's file, split into cells
    myst          the MyST blocks of one Markdown cell
    wording       the words around a notebook's text
    effort        stars and minutes of an exercise, and its points
    translations  package: catalogues, and the command that brings them up to date
    edition       kinds of notebook: where they stand, how they link
    labels        labels and their numbers
    references    text of references, and where they lead
    markdown      MyST -> the plain Markdown of a notebook
    head          opening cell and set-up cell
    rasters       a PNG beside each SVG, for notebooks that are not trusted
    pictures      captions and alt texts of what code cells draw
    notebook      assembly, identity and storage of a notebook
    localized     all chapters in one language
    addresses     the book's address, wherever it's written
    contents      the table of all notebooks in README.md
    build         command: write or check the notebooks
    links         command: ask for every external link
    address       command: set the address of the repository
    assignment    command: lay the exercises out for nbgrader
    imports       which files of the book's packages some code uses
    cache         finished executions
    progress      what an execution shows while it runs
    execute       command: run notebooks, store their outputs
    again         runs a notebook's cells a second time
    section       command: build, execute and check one chapter
    colab         command: run every notebook with the versions of Colab
    result        reads perplexity, speed and text from an executed notebook
    board         shows several notebooks that run at the same time
    formula       formulas as MathML
    page          HTML pages of executed notebooks
    run           command: train the flagship in every framework
    lab           command: open the map in JupyterLab
    figures       command: draw or check img/**/*.svg
"""
