"""What of a mail's HTML is read: what it shows, in order, and in time that grows as it does."""

import pytest

from email_intake import calendars, line, quote
from email_intake.markup import to_text


@pytest.fixture
def put_together(monkeypatch):
    """How many characters were joined to make a line of pieces."""
    sizes = []
    join = line.Line.__str__

    def counted(one):
        text = join(one)
        sizes.append(len(text))
        return text

    monkeypatch.setattr(line.Line, "__str__", counted)
    return sizes


@pytest.mark.parametrize(
    "piece", ["word <b>x</b> ", '<a href="https://x.example/1">w</a> ', "a<br>", "<i></i>&nbsp;x"]
)
def test_a_long_paragraph_is_put_together_once(piece, put_together):
    html = f"<p>{piece * 4000}</p>"
    text = to_text(html)
    assert len(text) > 4000
    assert sum(put_together) < 2 * len(html)


def test_no_piece_of_a_line_is_ever_read_again():
    one = line.Line("> ")
    for _ in range(1000):
        one.add("word ")
        one.go_on_with(" | ")
    assert str(one) == "> " + "word | " * 1000
    assert (one.length, one.ends_with_gap, one.is_blank) == (len(str(one)), True, False)


HIDDEN = [
    "display:none",
    "display : none !important",
    "font-size:0",
    "font-size:1px;color:#ffffff;line-height:1px",
    "font:0/0 a",
    "max-height:0px;overflow:hidden",
    "height:0;overflow:hidden",
    "visibility:hidden",
    "opacity:0",
    "opacity: 0.0; color: transparent",
    "mso-hide:all",
]
SHOWN = [
    "display:inline-block",
    "font-size:10px",
    "font-size:1em",
    "font-size:1.5rem",
    "line-height:0",
    "max-height:100px",
    "opacity:0.8",
    "min-height:0",
    "border-opacity:0",
    "visibility:visible",
    "font:1.2em Arial",
]


@pytest.mark.parametrize("style", HIDDEN)
def test_what_nobody_sees_is_not_read(style):
    assert to_text(f'<div style="{style}">Look <b>inside</b><br>\u200c</div><p>Hello.</p>') == "Hello."


@pytest.mark.parametrize("style", SHOWN)
def test_what_is_shown_is_read(style):
    assert to_text(f'<div style="{style}">Dear all</div><p>Hello.</p>') == "Dear all\n\nHello."


@pytest.mark.parametrize("style", HIDDEN)
def test_a_mail_that_hides_all_of_itself_is_read_whole(style):
    assert to_text(f'<div style="{style}"><p>My screen is <b>dark</b>.</p></div> ') == "My screen is dark."


def test_a_frame_without_size_shows_what_has_one_inside():
    html = '<div style="font-size:0">gap<div style="font-size:14px">Hello.</div><table><tr><td>there</td></tr></table></div>'
    assert to_text(html) == "Hello.\n\nthere"


def test_what_only_outlook_must_not_show_is_read():
    html = '<p>Your turn.</p><div style="mso-hide:all"><a style="mso-hide:all" href="https://x.example">Go</a></div>'
    assert to_text(html) == "Your turn.\n\nGo <https://x.example>"


def test_the_proof_that_our_own_letters_hide_is_read():
    html = '<p>Yes.</p><div style="display:none">We have it [ref:1] <ul><li>x</ul></div><p>Write above.</p>'
    assert to_text(html) == "Yes.\n\nWe have it [ref:1]\n\nWrite above."


SHEET = "<style>.a{display:none}%s</style><p>The printer jams.</p>"


@pytest.mark.parametrize(
    "html",
    [
        SHEET % ("@" * 200_000),
        SHEET % ("@a{x{}" * 20_000),
        SHEET % ("/*" * 90_000),
        SHEET % ("b " * 90_000),
        "<p>The printer jams.</p>" + "<!--" * 40_000 + "display:none",
        '<p>The printer jams.</p><div id="Signature">' + "e" * 200_000 + "</div>",
        '<p>The printer jams.</p><div class="' + "a-" * 100_000 + '">Erin</div>',
    ],
    ids=["at", "blocks", "remarks", "no-brace", "comments", "one-long-word", "one-long-class"],
)
@pytest.mark.timeout(60)
def test_endless_styles_and_signatures_come_to_an_end(html):
    """Each takes a fraction of a second, and hours where a pattern looks at every pair of characters."""
    assert quote.split(to_text(html)).new.startswith("The printer jams.")


@pytest.mark.parametrize("line", ["-" * 499 + "a", "." * 200_000 + "a", "a event " * 60, '"' * 200_000])
@pytest.mark.timeout(60)
def test_endless_lines_of_an_invitation_come_to_an_end(line):
    assert not calendars.is_all_said("\n".join([line, "Please come."]))
