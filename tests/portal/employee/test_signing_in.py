import pytest
from flask_security import hash_password

from firstline.db import db, write
from incidents import notices
from incidents.people import Person, Role
from tests.portal.employee.browser import Browser

PASSWORD = "four words to remember"

WRONG = "That e-mail address and password do not belong together. Check both and try again."


@pytest.fixture
def erin(erin):
    with write() as session:
        session.get_one(Person, erin.id).password = hash_password(PASSWORD)
    return erin


def test_a_stranger_is_asked_to_sign_in_and_led_back(stranger, erin):
    page = stranger.open("/incidents?show=all")
    assert page.path == "/login"
    page = stranger.press("Sign in", email=erin.email, password=PASSWORD)
    assert page.path == "/incidents"


@pytest.mark.parametrize(
    ("email", "password"), [("erin@example.com", "not this one"), ("nobody@example.com", PASSWORD)]
)
def test_wrong_credentials_say_the_same_whether_or_not_the_person_exists(stranger, erin, email, password):
    stranger.open("/login")
    page = stranger.press("Sign in", email=email, password=password)
    assert page.path == "/login" and WRONG in page.text
    assert f'value="{email}"' in page.html


def test_a_contact_cannot_sign_in(stranger, erin):
    with write() as session:
        session.get_one(Person, erin.id).role = Role.CONTACT
    stranger.open("/login")
    assert WRONG in stranger.press("Sign in", email=erin.email, password=PASSWORD).text


def test_signing_out_needs_a_click_and_ends_the_session(browser):
    assert browser.open("/logout").status == 405
    browser.open("/")
    browser.press("Sign out")
    assert browser.open("/incidents").path == "/login"


def test_a_password_can_be_changed_and_the_old_one_is_refused(app, browser, erin):
    browser.open("/profile/password")
    new = "another four words here"
    page = browser.press("Change it", password=PASSWORD, new_password=new, new_password_confirm=new)
    assert page.path == "/profile"
    other = Browser(app)
    other.open("/login")
    assert WRONG in other.press("Sign in", email=erin.email, password=PASSWORD).text
    other.open("/login")
    assert other.press("Sign in", email=erin.email, password=new).path == "/"


def test_too_many_guesses_have_to_wait(stranger, erin):
    stranger.open("/login")
    login = stranger.page
    # Twice as many as a minute allows: on a slow machine they may fall into two minutes.
    pages = [stranger.press("Sign in", on=login, email=erin.email, password="") for _guess in range(41)]
    refused = [page for page in pages if page.status == 429]
    assert refused and "Wait a minute" in refused[0].text
    assert all(page.status == 200 for page in pages[:20])


def test_htmx_is_sent_to_the_sign_in_page_instead_of_swapping_it_in(stranger, erin):
    page = stranger.open("/suggestions?words=vpn", headers={"HX-Request": "true"})
    assert page.status == 401 and page.headers["HX-Redirect"] == "/login"


def test_settings_are_kept(browser):
    browser.open("/profile")
    page = browser.press("Save", theme="dark", timezone="Asia/Kolkata")
    assert "Saved." in page.text and 'data-bs-theme="dark"' in page.html
    assert browser.page.form("/profile").fields["timezone"] == "Asia/Kolkata"


def test_which_notices_one_wants_by_which_way_and_when_is_kept(browser, erin):
    browser.open("/profile/notices")
    wanted = {"mail-acknowledged": "never", "web": "", "quiet_from": "20:00"}
    page = browser.press("Save", **wanted, quiet_until="")
    assert "leave both empty" in page.text
    browser.press("Save", **wanted, quiet_until="07:00")
    db.session.rollback()
    kept = notices.wishes_of(erin)
    assert kept[notices.Topic.ACKNOWLEDGED, notices.Way.MAIL] == notices.Wish.NEVER
    assert kept[notices.Topic.ANSWERED, notices.Way.WEB] == notices.Wish.NEVER
    assert notices.times_of(db.session(), erin).quiet_until == "07:00"


def test_whoever_speaks_german_reads_german_about_their_password(browser, stranger, erin):
    with write() as session:
        session.get_one(Person, erin.id).language = "de"
    for new, again, said in (
        ("zu kurz", "zu kurz", "Das Passwort muss mindestens 10 Zeichen lang sein"),
        ("vier lange Silben hier", "vier andere Silben", "Die Passwörter stimmen nicht überein"),
        (PASSWORD, PASSWORD, "Das neue Passwort muss sich vom vorherigen unterscheiden."),
    ):
        browser.open("/profile/password")
        given = {"password": PASSWORD, "new_password": new, "new_password_confirm": again}
        assert said in browser.press("Ändern", **given).text
    stranger.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    stranger.open("/login")
    page = stranger.press("Anmelden", email=erin.email, password="falsch")
    assert "gehören nicht zusammen" in page.text
