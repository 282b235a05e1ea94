"""Which reports are proposed as one."""

import pytest

from benchmarks import duplicates as bench
from firstline.settings import Settings
from incidents import concepts, duplicates
from knowledge_base.embedding import try_encoder


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
    ],
)
def test_another_place_or_number_is_another_trouble_however_alike_the_words(one: str, other: str) -> None:
    (found,) = duplicates.likenesses([(one, other)], None)
    assert found == 0.0


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
    encoder, reason = try_encoder(Settings.from_environ().model_dir)
    if encoder is None:
        pytest.skip(reason)
    pairs = bench.measured_pairs()
    assert len(pairs) == 500
    precision, recall = bench.measure(pairs, encoder)
    assert precision >= 0.95
    assert recall >= 0.5
