"""Calls to typed addresses: where they may go, and what a receiver gets. A real server, on loopback."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from firstline import outgoing
from firstline.app import create_core
from firstline.settings import Settings


@pytest.fixture
def receiver():
    """A server that keeps what it was sent and answers with `.status`."""

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append((self.path, dict(self.headers), body))
            self.send_response(self.server.status)
            self.send_header("Location", "http://127.0.0.1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Keep)
    server.got, server.status = [], 204
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def url_of(server, name="127.0.0.1"):
    return f"http://{name}:{server.server_address[1]}/hook?x=1"


@pytest.fixture
def with_hosts(tmp_path):
    def make(hosts):
        environ = {"FIRSTLINE_DATA_DIR": str(tmp_path), "FIRSTLINE_WEBHOOK_HOSTS": hosts}
        return create_core(Settings.from_environ(environ), models=[], JOBS_INLINE=True).app_context()

    return make


def test_an_allowed_receiver_gets_the_body_under_its_own_name(with_hosts, receiver):
    with with_hosts("localhost, 10.0.0.0/8"):
        outgoing.post(url_of(receiver, "localhost"), b"{}", {"Firstline-Event": "ping"})
    ((path, headers, body),) = receiver.got
    assert (path, body) == ("/hook?x=1", b"{}")
    assert headers["Host"] == f"localhost:{receiver.server_address[1]}"
    assert headers["Firstline-Event"] == "ping"


@pytest.mark.parametrize("status", [301, 404, 410, 500])
def test_anything_but_success_is_not_taken_and_no_redirect_followed(with_hosts, receiver, status):
    receiver.status = status
    with with_hosts("127.0.0.0/8"), pytest.raises(outgoing.NotTaken) as refused:
        outgoing.post(url_of(receiver), b"{}", {})
    assert refused.value.status == status
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "http://localhost/x",
        "http://[::1]/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://169.254.169.254/latest/meta-data",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://224.0.0.1/",
        "http://[fd00::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://no-such-name.invalid/",
        "not an address",
    ],
)
def test_what_lies_inside_or_nowhere_is_never_called(with_hosts, url):
    with with_hosts(""), pytest.raises(outgoing.NotTaken):
        outgoing.post(url, b"{}", {})


def test_the_name_is_looked_up_once_and_that_address_is_called(with_hosts, receiver, monkeypatch):
    """A name that answers with a public address first and a private one then (DNS rebinding)."""
    looked_up = []

    def look_up(host, port, *_more, **_types):
        looked_up.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", look_up)
    with with_hosts("127.0.0.0/8"):
        outgoing.post(url_of(receiver, "hooks.example.com"), b"{}", {})
    assert looked_up[0] == "hooks.example.com"
    assert set(looked_up[1:]) <= {"127.0.0.1"}
    assert receiver.got[0][1]["Host"].startswith("hooks.example.com")


def test_a_host_may_be_allowed_on_one_port_only(with_hosts, receiver):
    with with_hosts("127.0.0.1:1"), pytest.raises(outgoing.NotTaken, match="inside") as refused:
        outgoing.ask(url_of(receiver), b"{}", {})
    assert not refused.value.was_sent
    with with_hosts(f"127.0.0.1:{receiver.server_address[1]}"):
        assert outgoing.ask(url_of(receiver), b"{}", {}).status == 204


@pytest.mark.parametrize(
    "url", ["https://", "http://example.com/", "https://a:b@example.com/", "https://[::1"]
)
def test_what_is_no_address_or_plain_text_outside_is_refused_when_it_is_entered(with_hosts, url):
    with with_hosts("127.0.0.0/8"), pytest.raises(outgoing.NotTaken):
        outgoing.check(url)


def test_a_signature_covers_time_and_body():
    one = outgoing.signature("secret", 1, b"a")
    assert one.startswith("t=1,v1=")
    assert len({one, outgoing.signature("secret", 2, b"a"), outgoing.signature("secret", 1, b"b")}) == 3
