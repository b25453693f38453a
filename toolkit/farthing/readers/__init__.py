"""The readers, one per kind of file: each gives its records as text and leaves nothing out."""
