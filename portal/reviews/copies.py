"""A review as a file: Markdown, and PDF in a typeface that knows more than Latin letters."""

from pathlib import Path

from flask import Response
from fpdf import FPDF
from fpdf.fonts import TextStyle

from firstline.i18n import gettext as _
from incidents.reviews import document, work
from incidents.reviews.models import Review
from knowledge_base import text
from portal.access import person

FONTS = Path(__file__).resolve().parents[2] / "static/vendor/fonts"
FACES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf", "I": "DejaVuSans-Oblique.ttf"}
FACE, SIZE = "DejaVu", 10
HEADINGS = {"h1": 16, "h2": 13, "h3": 11}


def markdown(number: str) -> Response:
    review = work.find(person(), number)
    return _file(f"{_titled(review)}\n", review, "md", "text/markdown")


def pdf(number: str) -> Response:
    review = work.find(person(), number)
    return _file(_paper(_titled(review)), review, "pdf", "application/pdf")


def _titled(review: Review) -> str:
    title = " ".join(review.incident.title.split())
    return f"# {review.incident.number} {title}\n\n{document.markdown(review)}"


def _paper(words: str) -> bytes:
    paper = FPDF(format="A4")
    for style, name in FACES.items():
        paper.add_font(FACE, style, str(FONTS / name))
    paper.set_title(_("Incident review"))
    paper.set_font(FACE, size=SIZE)
    paper.add_page()
    styles = {
        tag: TextStyle(font_family=FACE, font_style="B", font_size_pt=size) for tag, size in HEADINGS.items()
    }
    paper.write_html(text.render(words), tag_styles=styles)
    return bytes(paper.output())


def _file(content: str | bytes, review: Review, ending: str, kind: str) -> Response:
    name = f"review-{review.incident.number}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=kind, headers=headers)
