"""Where a quote begins and what is a footer, by tables: what mail programs write, and what people write that looks like it."""

from pathlib import Path

from email_intake import quote

HERE = Path(__file__).parent
NEW = "It prints again.\nThank you!"
QUOTE = "On 3 May 2026, Bob <bob@desk.example> wrote:\n> Which printer?"


def pieces(name):
    return (HERE / name).read_text().rstrip("\n").split("\n~~~\n")


def lines(name):
    return (HERE / name).read_text().splitlines()


def test_case_122_what_stands_above_a_quote_is_known_in_every_form_mail_programs_give_it():
    assert [one for one in pieces("quotes_begin.txt") if quote.split(f"{NEW}\n\n{one}").new != NEW] == []


def test_case_126_names_dates_rules_and_headers_that_people_write_themselves_begin_no_quote():
    assert [one for one in pieces("quotes_do_not_begin.txt") if quote.split(one).new != one] == []


def test_case_128_what_a_program_writes_below_a_text_is_folded_also_above_a_quote():
    shown = {one: quote.split(f"{NEW}\n\n{one}") for one in lines("footers.txt")}
    assert [one for one, said in shown.items() if (said.new, said.signature) != (NEW, one)] == []
    above = {one: quote.split(f"{NEW}\n{one}\n\n{QUOTE}") for one in lines("footers.txt")}
    assert [one for one, said in above.items() if (said.new, said.quoted) != (NEW, QUOTE)] == []


def test_case_128_what_people_write_about_telephones_and_mail_programs_stays():
    written = [f"{NEW}\n{one}" for one in lines("not_footers.txt")]
    assert [one for one in written if quote.split(one).new != one] == []
