"""Which reports are proposed as one."""

from math import exp
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import duplicates as bench
from firstline.settings import Settings
from incidents import concepts, duplicates, second_look, wording
from knowledge_base.embedding import (
    MODEL_FILE,
    QUICK_FILE,
    TOKENIZER_FILE,
    Encoder,
    OnnxEncoder,
    try_report_encoder,
)


def is_proposed(one: str, other: str) -> bool:
    (found,) = duplicates.likenesses([(one, other)], None)
    return duplicates.proposes_join(found, by_words_only=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paper jam in the printer on floor 3", "Paper jam in the printer on floor 5"),
        ("Paper jam in the printer on floor 3", "Paper jam in the fifth-floor printer"),
        ("VPN is down in Berlin", "VPN is down in Lisbon"),
        ("Error 0x80070005 when installing the update", "Error 0x80070643 when installing the update"),
        ("I cannot open the S: drive", "I cannot open the P: drive"),
        ("Mail to sales@example.com bounces", "Mail to support@example.com bounces"),
        ("The label printer in the warehouse is dead", "The label printer at the reception is dead"),
        ("Kein Netz in Halle 4", "Halle 7: kein Netz"),
        ("Papierstau am Drucker im Erdgeschoss", "Papierstau am Drucker im 2. OG"),
        ("Laufwerk P ist weg", "Mein S-Laufwerk ist weg"),
        ("VPN geht in München nicht", "Das VPN ist in Köln ausgefallen"),
        ("Wifi in meeting room Alster is dead", "Wifi is dead in the Spree meeting room"),
        ("Pump at bay 3 sends no values", "the values of the pump at bay 4 are missing"),
        ("Auftrag 71 lässt sich nicht freigeben", "Auftrag 17 kann ich nicht freigeben"),
    ],
)
def test_another_place_or_number_is_another_trouble_however_alike_the_words(one: str, other: str) -> None:
    (found,) = duplicates.likenesses([(one, other)], None)
    assert found == 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The kiln in Bergamo drops its program", "The kiln in Cremona drops its program"),
        ("My zither app crashes when I tune it", "My zither app crashes when I rent it"),
        ("Der Wickeltisch zeigt keine Maße", "Der Wickeltisch zeigt keine Fotos"),
        (
            "Loom tablet in the dye house stays dark",
            "Loom tablet in the dye house has lost all of its patterns",
        ),
    ],
)
def test_one_word_exchanged_in_one_sentence_tells_two_troubles_though_no_list_knows_it(
    one: str, other: str
) -> None:
    (found,) = duplicates.likenesses([(one, other)], None)
    assert found == 0.0


def test_another_word_for_the_same_thing_is_no_exchange() -> None:
    both = (
        wording.read("The projector in the hall shows no picture"),
        wording.read("The beamer in the hall shows no picture"),
    )
    assert not wording.compare(*both).tell_of_two


@pytest.mark.parametrize(
    ("fault", "other"),
    [
        ("I cannot share my kiln plan", "How can I share my kiln plan?"),
        ("The kiln plan does not open", "Please give me the kiln plan"),
        ("My kiln plan is blocked", "Ottokar's kiln plan is blocked"),
        ("Brennplan lässt sich nicht teilen", "Wie kann ich den Brennplan teilen?"),
    ],
)
def test_a_question_a_wish_or_another_person_makes_it_less_likely(fault: str, other: str) -> None:
    (with_itself, with_the_other) = duplicates.likenesses([(fault, fault), (fault, other)], None)
    assert with_the_other < with_itself - 0.3
    assert not duplicates.proposes_join(with_the_other, by_words_only=True)


@pytest.mark.parametrize(
    ("fault", "other"),
    [
        ("The kiln plan does not open", "The kiln plan works again, thanks"),
        ("Der Brennplan geht nicht auf", "Der Brennplan geht wieder"),
        ("Kiln three is cold", "the glaze of kiln 5 is cold"),
        ("Am vierten Ofen fehlt die Anzeige", "die Anzeige fehlt am Ofen 6"),
        ("disk almost full on kiln-prod-07", "WARNING disk usage 92 % on kiln-prod-08 /data"),
    ],
)
def test_what_is_over_or_numbered_otherwise_is_another_trouble(fault: str, other: str) -> None:
    (found,) = duplicates.likenesses([(fault, other)], None)
    assert found == 0.0


def test_what_works_again_but_is_not_well_goes_on() -> None:
    assert not wording.read("The kiln plan works again but yesterday's firings are missing").is_over


@pytest.mark.parametrize(
    "farewell",
    [
        "Kind regards, Nora Blum, Kiln Team",
        "thanks, Mo",
        "Mit freundlichen Grüßen\nJens Petersen\nVertrieb",
        "LG Tina",
        "says Bob",
        "meldet Jens.",
    ],
)
def test_who_signs_a_report_is_no_part_of_the_trouble(farewell: str) -> None:
    words = "The kiln plan does not open"
    assert wording.read(f"{words}. {farewell}").telling == wording.read(words).telling


@pytest.mark.parametrize(
    ("out", "back"),
    [
        ("nobody can hear me on the hotline", "I can't hear anybody on the hotline"),
        ("callers hear nothing from me on the hotline", "the hotline is without any voice: no sound"),
        ("I can receive but not send emails", "no new messages in my inbox, though I can still send"),
        ("Meine Mails bleiben im Postausgang", "ich bekomme keine Mails, senden geht"),
        ("in Besprechungen bin ich stumm", "kein Ton in Besprechungen, die anderen hören mich aber"),
    ],
)
def test_what_does_not_go_out_is_not_what_does_not_come_in(out: str, back: str) -> None:
    assert duplicates.likenesses([(out, back)], None) == [0.0]


def test_what_rings_all_night_is_not_what_does_not_ring() -> None:
    def is_told_apart(one: str, other: str) -> float:
        beside = wording.compare(wording.read(one), wording.read(other))
        return dict(zip(wording.FEATURES, beside.features, strict=True))["endless_or_not_at_all"]

    assert is_told_apart("The bell in the mill rings all night", "the bell of the mill does not ring") == 1.0
    assert is_told_apart("The bell of the mill is silent", "the bell of the mill does not ring") == 0.0
    assert is_told_apart("The bell rings all night", "it rings constantly, we cannot sleep") == 0.0


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found, reason = try_report_encoder(Settings.from_environ().model_dir)
    return found or pytest.skip(reason)


FAULT = "Badge reader at the east gate stays red, nobody gets in"


@pytest.mark.parametrize(
    "other",
    [
        "On Saturday from 6 to 8 the badge reader at the east gate is taken off for maintenance",
        "Could the badge reader at the east gate let the cleaners in too, please?",
        "The camera over the badge reader at the east gate shows nothing but fog",
    ],
)
def test_read_together_a_fault_is_told_from_what_shares_its_words(encoder: Encoder, other: str) -> None:
    again = "east gate: we are all standing in the rain, the thing for our cards blinks red at everyone"
    same, another = (second_look.score(FAULT, each, encoder) for each in (again, other))
    assert same is not None and another is not None
    assert same > 0
    assert same - another > 2


def test_whichever_is_read_first_the_second_look_says_the_same(encoder: Encoder) -> None:
    pair = ("vpn drops every hour", "the tunnel is cut off each hour")
    assert second_look.score(*pair, encoder) == second_look.score(*reversed(pair), encoder)


def test_a_second_look_is_taken_only_where_the_evidence_leaves_a_doubt(encoder: Encoder) -> None:
    second_look.score.cache_clear()
    duplicates.likenesses([("The printer in Ulm is jammed", "please give me a new mouse")], encoder)
    assert second_look.score.cache_info().misses == 0
    duplicates.likenesses([("vpn drops every hour", "the vpn tunnel is cut off each hour")], encoder)
    assert second_look.score.cache_info().misses == 1


def test_what_a_rule_decides_is_not_looked_at_again(encoder: Encoder) -> None:
    second_look.score.cache_clear()
    pair = ("The lift in Ulm is stuck", "The lift in Bonn is stuck")
    assert duplicates.likenesses([pair], encoder) == [0.0]
    assert second_look.score.cache_info().misses == 0


def test_without_the_copy_that_reads_two_texts_the_evidence_has_to_do(
    tmp_path: Path, encoder: Encoder
) -> None:
    folder = Settings.from_environ().model_dir
    for name in (MODEL_FILE, QUICK_FILE, TOKENIZER_FILE):
        (tmp_path / name).symlink_to((folder / name).resolve())
    alone = OnnxEncoder(tmp_path)
    pair = ("vpn drops every hour", "the vpn tunnel is cut off each hour")
    assert second_look.score(*pair, alone) is None
    (found,) = duplicates.likenesses([pair], alone)
    readings = duplicates.read_all(set(pair), alone)
    evidence = duplicates.evidence(readings[pair[0]], readings[pair[1]])
    assert found == pytest.approx(1 / (1 + exp(-evidence)))


def test_compound_inflected_and_mistyped_words_are_known_again() -> None:
    beside = wording.compare(
        wording.read("Lagerdrucker druckt Rechnungen"), wording.read("der Drucker im Lager, Rechnugen")
    )
    assert dict(zip(wording.FEATURES, beside.features, strict=True))["both_bare"] == 0.0


def test_counts_are_no_names() -> None:
    assert wording.read("the crane stops after 40 minutes for 3 people").numbers == {}
    assert wording.read("crane 3 stops").numbers == {"cran": {"3"}}


def test_a_number_in_a_name_is_the_same_however_it_is_joined() -> None:
    joined = [wording.read(f"{name} stops").numbers for name in ("crane 3", "crane-3", "crane03", "crane_3")]
    assert joined == [{"cran": {"3"}}] * 4


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared_and_the_order_does_not_matter(one: str, other: str) -> None:
    first, second = wording.read(one), wording.read(other)
    beside, turned = wording.compare(first, second), wording.compare(second, first)
    assert (beside.features, beside.tell_of_two) == (turned.features, turned.tell_of_two)
    assert all(0.0 <= feature <= 1.0 for feature in beside.features)


def test_the_same_floor_is_the_same_however_it_is_written() -> None:
    assert concepts.read("printer on floor 3").numbered == concepts.read("third-floor printer").numbered
    assert is_proposed("Paper jam in the printer on floor 3", "third-floor printer: paper jam")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Drucker im dritten Stock: Papierstau", "Papierstau im Drucker, 3. OG"),
        ("Beamer im Raum Elbe", "the Elbe meeting room has no projector picture"),
        ("Drive S", "das Laufwerk S"),
    ],
)
def test_the_same_place_is_the_same_in_either_language(one: str, other: str) -> None:
    first, second = concepts.read(one), concepts.read(other)
    assert (first.numbered, first.rooms, first.drives) == (second.numbered, second.rooms, second.drives)


def test_german_words_name_the_same_as_english_ones_however_umlauts_are_typed() -> None:
    english = concepts.read("The printer is jammed and the door doesn't open")
    for german in ("Drucker mit Papierstau, Tür öffnet nicht", "Drucker mit Papierstau, Tuer oeffnet nicht"):
        assert concepts.read(german).troubles == english.troubles
        assert concepts.read(german).things == english.things


def test_what_stands_after_a_room_and_is_a_thing_is_not_its_name() -> None:
    assert not concepts.read("Meeting room Display frozen, Room Projector dark").rooms


def test_counts_and_hours_tell_no_troubles_apart() -> None:
    assert concepts.read("drops every 5 minutes since 10:30, error 500").codes == {"500"}


def test_likeness_does_not_depend_on_who_comes_first() -> None:
    one, other = "vpn drops every hour", "the tunnel is cut off each hour"
    assert duplicates.likenesses([(one, other)], None) == duplicates.likenesses([(other, one)], None)


def test_what_both_name_is_told_to_whoever_decides() -> None:
    pair = (duplicates.read("VPN drops in Berlin"), duplicates.read("berlin: vpn disconnects all the time"))
    assert duplicates.in_common(*pair) == ("vpn", "drops", "berlin")


@pytest.mark.parametrize(
    "words", ["Printer jams", "vpn drops every few minutes", "Beamer in Raum Elbe bleibt dunkel"]
)
def test_the_same_words_are_the_same_trouble(words: str) -> None:
    assert is_proposed(words, words.casefold())
    assert is_proposed(words, f"Hello, {words} again. Kind regards, Nora Blum")


@pytest.mark.parametrize(
    ("words", "is_each_ones_own"),
    [
        ("I forgot my Windows password", True),
        ("Mein Konto ist gesperrt", True),
        ("All of us in Berlin are locked out of Windows", False),
        ("The VPN drops every hour", False),
    ],
)
def test_the_forgotten_password_of_another_person_is_another_trouble(
    words: str, is_each_ones_own: bool
) -> None:
    mine, mine_again, theirs = (duplicates.read(words, writer=writer) for writer in (1, 1, 2))
    assert duplicates.chance(mine, mine_again) >= duplicates.BAR_BY_WORDS
    assert (duplicates.chance(mine, theirs) == 0.0) is is_each_ones_own


def test_empty_words_are_like_nothing() -> None:
    assert not is_proposed("", "")


def test_the_measured_troubles_share_no_family_and_no_sentence_with_the_fitted_ones() -> None:
    fitted, measured = bench.read("fit"), bench.read("test")
    assert not set(fitted) & set(measured)
    told = [
        {way for family in part.values() for ways in family.values() for way in ways}
        for part in (fitted, measured)
    ]
    assert not told[0] & told[1]


def test_at_the_shipped_bar_the_joins_are_right_on_synthetic_pairs() -> None:
    encoder, reason = try_report_encoder(Settings.from_environ().model_dir)
    if encoder is None:
        pytest.skip(reason)
    pairs = bench.measured_pairs()
    assert len(pairs) == 500
    precision, recall = bench.measure(pairs, encoder)
    assert precision >= 0.95
    assert recall >= 0.5


@pytest.mark.parametrize("name", bench.UNSEEN)
def test_on_pairs_that_nothing_was_fitted_on_most_joins_are_right(name: str) -> None:
    encoder, reason = try_report_encoder(Settings.from_environ().model_dir)
    if encoder is None or name not in bench.unseen():
        pytest.skip(reason or "not there yet")
    precision, recall = bench.measure(bench.read_apart(name), encoder)
    assert precision >= 0.88
    assert recall >= 0.5


def test_what_was_fitted_on_is_not_called_unseen() -> None:
    served = {*bench.SERVED, *bench.LATER}
    assert not served & {*bench.UNSEEN}
    assert all(bench.read_apart(name) for name in served)


@pytest.mark.parametrize(
    "told",
    [
        "The VPN drops every few minutes, my colleague Ann has it too",
        "Das VPN bricht ab, auch bei Frau Meier",
    ],
)
def test_who_has_it_too_is_no_other_person(told: str) -> None:
    assert not wording.read(told).people
    assert wording.read("The laptop of my colleague Ann is slow").people == {"Ann"}


@pytest.mark.parametrize(
    ("words", "is_over"),
    [
        ("wireless in the mill is back, thanks", True),
        ("the kiln fault is back, please look again", False),
        ("please reset her password, she is back from leave", False),
    ],
)
def test_what_is_back_is_over_unless_it_is_the_fault_or_a_person_back_from_somewhere(
    words: str, is_over: bool
) -> None:
    assert wording.read(words).is_over is is_over


def test_who_is_to_be_let_in_is_not_who_is_to_be_kept_out() -> None:
    given, taken = (
        "rights on the glaze folder for Ann please",
        "please take her rights on the glaze folder away",
    )
    assert wording.read(taken).is_removal
    assert not wording.read(given).is_removal
    assert not is_proposed(given, taken)


def test_vectors_of_another_model_are_compared_as_they_are() -> None:
    vector = np.array([0.6, 0.8], dtype=np.float32)
    assert duplicates.read("kiln cold", vector).vector is vector


def test_a_german_report_is_as_near_to_an_english_one_as_its_words_are(encoder: Encoder) -> None:
    def alike(*texts: str) -> float:
        one, other = duplicates.meanings(texts, encoder)
        return float(one @ other)

    fault = "the printer at the reception prints nothing"
    assert alike("Drucker am Empfang druckt nichts", fault) > alike(
        "Drucker am Empfang ist verschwunden", fault
    )
    one, other = encoder.encode(["Drucker am Empfang druckt nichts", fault])
    assert alike("Drucker am Empfang druckt nichts", fault) > float(one @ other) + 0.2


@pytest.mark.parametrize(
    ("words", "is_over"),
    [
        ("the kiln is quick again, thanks", True),
        ("glazing calls are stable again since I restarted", True),
        ("kiln fault has been resolved", True),
        ("you can close this ticket", True),
        ("Brennofen läuft jetzt wieder stabil", True),
        ("Der Ofen startet wieder, danke", True),
        ("Störung am Ofen ist behoben", True),
        ("the kiln is slow again", False),
        ("the kiln is not stable again", False),
        ("please get the kiln running again", False),
        ("how long until the kiln works again?", False),
        ("kiln fault is not resolved", False),
        ("I keep getting false alarms from the kiln", False),
        ("the tablet wants a recovery key", False),
        ("Der Ofen brennt wieder Streifen", False),
        ("Störung am Ofen ist nicht behoben", False),
    ],
)
def test_all_is_well_again_in_many_words_and_not_where_it_only_should_be(words: str, is_over: bool) -> None:
    assert wording.read(words).is_over is is_over


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kilns at our Wexcombe store are cold", "The Tarnfield store's kilns are cold"),
        ("Filiale Wexheim: Waage zeigt nichts an", "Die Waage in der Filiale Tarnbach zeigt nichts an"),
        ("unlock my account please, user kglaze", "my account is locked, username: wheeler"),
        ("I forgot my password", "my assistant Paula forgot her password"),
        ("Maria Jonas forgot her password", "password reset please, Paul Adler forgot his"),
        ("early shift list is empty", "late shift list is empty"),
        ("QX kiln shows no picture", "ZB kiln shows no picture"),
        ("uploads of glaze plans are blocked in Chrome", "uploads of glaze plans are blocked in Edge"),
    ],
)
def test_another_site_person_shift_or_product_is_another_trouble(one: str, other: str) -> None:
    (found,) = duplicates.likenesses([(one, other)], None)
    assert found == 0.0


@pytest.mark.parametrize(
    ("told", "sites"),
    [
        ("ATM at branch Mill Road is dead", {"mill", "road"}),
        ("our store has no network", set()),
        ("Printer store is full", set()),
        ("The branch office is offline", set()),
    ],
)
def test_a_site_is_known_by_the_capital_letter_of_its_name(told: str, sites: set[str]) -> None:
    assert wording.read(told).sites == sites


def test_a_missing_accessory_and_harm_count_against_a_plain_fault() -> None:
    plain = wording.read("The kiln display stays dark")
    beside = wording.compare(plain, wording.read("The remote control of the kiln display is missing"))
    alarm = wording.compare(plain, wording.read("The kiln display was hacked"))
    at = wording.FEATURES.index
    assert beside.features[at("accessory_or_not")] == 1.0
    assert alarm.features[at("alarm_or_not")] == 1.0
    assert wording.compare(plain, plain).features[at("accessory_or_not")] == 0.0


@pytest.mark.parametrize(
    ("told", "thing"),
    [
        ("VPN-Verbindung bricht ab", "vpn"),
        ("Staff homepage shows bad gateway", "intranet"),
        ("The sign-in page does not load", "sso"),
        ("Stempelterminal nimmt keinen Chip", "timesheet"),
    ],
)
def test_things_are_known_by_more_of_their_names(told: str, thing: str) -> None:
    assert thing in concepts.read(told).things
