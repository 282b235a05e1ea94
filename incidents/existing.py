"""A row that somebody means to change: held until the end of the transaction, or a sentence that it is gone."""

from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents.errors import NotFound


def existing[Model](session: Session, model: type[Model], row_id: int) -> Model:
    """The row, locked against others; raises `NotFound`."""
    row = session.get(model, row_id, with_for_update=True)
    if row is None:
        raise NotFound(_("There is no such thing any more. Go back and look again."))
    return row
