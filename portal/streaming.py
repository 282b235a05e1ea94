"""Long answers, sent while they are being made."""

from collections.abc import Iterator

from flask import current_app


def piece_by_piece(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Each piece in a context of its own: whoever stops reading leaves nothing open."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def taken() -> Iterator[bytes]:
        while True:
            with app.app_context():
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    return taken()
