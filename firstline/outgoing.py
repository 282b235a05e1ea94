"""Calls to addresses that people typed: signed, never inwards, never redirected.

Whoever may enter an address must not reach by it what only this machine reaches (SSRF). The name is
looked up once and the very address that was checked is called, so that a second look-up cannot lead
elsewhere.
"""

import hmac
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx
from flask import current_app

from firstline.app import settings_of

TIMEOUT_S = 10
MOST_ANSWER = 64 * 1024
Ip = IPv4Address | IPv6Address
CARRIES_IPV4 = tuple(IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""NAT64, 6to4 and Teredo: what looks like an address outside may lead inwards."""


class NotTaken(Exception):
    """It was not accepted; the text says why, `status` what the receiver answered, 0 without an answer.

    `was_sent` says that the receiver may have got it all the same.
    """

    def __init__(self, why: str, status: int = 0, *, was_sent: bool = False) -> None:
        super().__init__(why)
        self.status, self.was_sent = status, was_sent


@dataclass(frozen=True)
class Answer:
    """What a receiver said, whatever its status; the names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 over time and body, so that an old one cannot be sent again."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    return f"t={timestamp},v1={mac}"


def post(url: str, body: bytes, headers: dict[str, str]) -> None:
    """Deliver JSON; raises `NotTaken` unless the receiver answers with a status of 2xx."""
    status = ask(url, body, headers).status
    if not httpx.codes.is_success(status):
        raise NotTaken(f"the receiver answered {status}", status, was_sent=True)


def ask(url: str, body: bytes, headers: dict[str, str], *, timeout_s: float = TIMEOUT_S) -> Answer:
    """Send JSON and read the answer, of 64 KB at most; raises `NotTaken` when there is none.

    Each step of it waits `timeout_s`; a receiver that sends byte by byte may take longer in all.
    """
    try:
        wanted = httpx.URL(url)
        address = _resolve(wanted, settings_of(current_app).webhook_hosts)
        return _send(wanted, address, body, headers, timeout_s)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        before = (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, UnicodeError)
        raise NotTaken(repr(error), was_sent=not isinstance(error, before)) from error


def _send(url: httpx.URL, address: Ip, body: bytes, headers: dict[str, str], timeout_s: float) -> Answer:
    named = {**headers, "Content-Type": "application/json", "Host": url.netloc.decode()}
    with httpx.Client(trust_env=False, timeout=timeout_s, follow_redirects=False) as client:
        there = url.copy_with(host=str(address), username=None, password=None)
        asked = client.stream(
            "POST", there, content=body, headers=named, extensions={"sni_hostname": url.host}
        )
        with asked as answer:
            return Answer(answer.status_code, dict(answer.headers), _read(answer))


def _read(answer: httpx.Response) -> bytes:
    body = b""
    for piece in answer.iter_raw():
        body += piece
        if len(body) > MOST_ANSWER:
            raise NotTaken(f"the answer is longer than {MOST_ANSWER} bytes", was_sent=True)
    return body


def check(url: str) -> None:
    """Refuse what is no address, carries a password, or tells plain text outside; nothing is looked up."""
    try:
        wanted = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise NotTaken("this is no address") from error
    if wanted.scheme not in {"http", "https"} or not wanted.host or wanted.userinfo:
        raise NotTaken("an address looks like https://tools.example.com/hook")
    listed = settings_of(current_app).webhook_hosts
    inside = _names_of(wanted) & set(listed) or any(_is_inside(wanted.host, entry) for entry in listed)
    if wanted.scheme == "http" and not inside:
        raise NotTaken("an address outside begins with https://")


def _is_inside(host: str, entry: str) -> bool:
    try:
        return _is_within(ip_address(host), entry)
    except ValueError:
        return False


def _names_of(url: httpx.URL) -> set[str]:
    return {url.host.lower(), url.netloc.decode().lower()}


def _resolve(url: httpx.URL, allowed: Collection[str]) -> Ip:
    if url.scheme not in {"http", "https"} or not url.host:
        raise NotTaken("only addresses that begin with http:// or https:// are called")
    try:
        found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotTaken(f"the name {url.host} is not known") from error
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if refused := [one for one in addresses if not _may_call(url, one, allowed)]:
        raise NotTaken(f"{url.host} is {refused[0]}, an address inside; FIRSTLINE_WEBHOOK_HOSTS may allow it")
    return addresses[0]


def _may_call(url: httpx.URL, address: Ip, allowed: Collection[str]) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    leads_on = any(plain in net for net in CARRIES_IPV4)
    if plain.is_global and not plain.is_multicast and not leads_on:
        return True
    return not _names_of(url).isdisjoint(allowed) or any(_is_within(plain, entry) for entry in allowed)


def _is_within(address: Ip, entry: str) -> bool:
    try:
        return address in ip_network(entry)
    except ValueError:
        return False
