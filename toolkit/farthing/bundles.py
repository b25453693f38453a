"""Which of the files that people name hold a table; a folder stands for all that are in it.

Tables come in bundles, with words for the reader beside them. Those are told by their names, are
left aside and are named: nobody should have to pick them out. A file that is neither a table nor
such a note is not left out without a word.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path, PurePath

from farthing.errors import FileUnusable, UsageError

#: What a folder or an archive may hold: more is a mistake or an attack.
MOST_FILES = 1_000
TEXTS = (".csv", ".json", ".jsonl", ".ndjson", ".tsv", ".txt", ".fec")
TABLES = (*TEXTS, ".hexjson", ".parquet", ".xls", ".xlsm", ".xlsx")
#: Names of texts that are words for the reader.
WORDS = re.compile(r"(readme|licen[cs]e|notice|copying|changelog).*|.*(dictionary|codebook).*")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg")
NO_TABLES = (*PICTURES, ".md", ".pdf", ".html", ".htm", ".doc", ".docx", ".rtf", ".ini")


def is_note(path: PurePath) -> bool:
    """Tell what is beside a table by its name: words for the reader, what systems leave behind.

    Examples
    --------
    >>> [is_note(PurePath(name)) for name in ("README.txt", "readme.csv", "Ads_Dictionary.txt")]
    [True, False, True]
    """
    name, kind = path.name.lower(), path.suffix.lower()
    if name.startswith(".") or name == "thumbs.db" or "__MACOSX" in path.parts:
        return True
    return kind in NO_TABLES or (kind in ("", ".txt") and bool(WORDS.fullmatch(name)))


def gathered(files: Collection[str | os.PathLike[str]]) -> tuple[list[Path], list[str]]:
    """Return the files that are to be read, and the names of the notes beside them.

    What is named alone is meant, whatever its name.

    Raises
    ------
    FileUnusable
        A folder is empty, holds too many files, or one that is neither a table nor a note.
    UsageError
        A name is empty, as that of a variable of a shell that was never set.
    """
    if "" in files:  # as a path it would be the folder that one is in
        raise UsageError("a file without a name is given", hint="name a file or a folder")
    found = [one for file in files for one in _files(Path(file))]
    tables = [file for file in found if not is_note(file)]
    if not tables:
        return found, []
    return tables, [file.name for file in found if is_note(file)]


def _files(path: Path) -> list[Path]:
    """Return a file, or the files of a folder; what is hidden is no part of it."""
    if not os.path.isdir(path):  # which a name beyond all length is not, either
        return [path]
    inner = {file: file.relative_to(path) for file in sorted(path.rglob("*")) if file.is_file()}
    found = [file for file, name in inner.items() if not str(name).startswith(".")]
    found = [file for file in found if "/." not in inner[file].as_posix()]
    if not found:
        raise FileUnusable(
            "is a folder without a file", where=path.name or str(path), hint="name another"
        )
    if len(found) > MOST_FILES:
        raise FileUnusable(f"is a folder of more than {MOST_FILES:,} files", where=path.name)
    for file in found:
        if file.suffix.lower() not in (*TABLES, ".zip") and not is_note(file):
            raise FileUnusable(
                f"holds {inner[file]}, which is no table",
                where=path.name or str(path),
                hint="name the files that you mean",
            )
    return found
