"""Calls to addresses that people typed: signed, never inwards, never redirected.

Whoever may enter an address must not reach by it what only this machine reaches (SSRF). The name is
looked up once and the very address that was checked is called, so that a second look-up cannot lead
elsewhere.
"""

import hmac
import socket
from collections.abc import Collection
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx
from flask import current_app

from firstline.app import settings_of

TIMEOUT_S = 10
Ip = IPv4Address | IPv6Address


class NotTaken(Exception):
    """It was not accepted; the text says why, `status` what the receiver answered, 0 without an answer."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 over time and body, so that an old one cannot be sent again."""
    mac = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    return f"t={timestamp},v1={mac}"


def post(url: str, body: bytes, headers: dict[str, str]) -> None:
    """Deliver JSON; raises `NotTaken` unless the receiver answers with a status of 2xx."""
    try:
        wanted = httpx.URL(url)
        address = _resolve(wanted, settings_of(current_app).webhook_hosts)
        status = _send(wanted, address, body, headers)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise NotTaken(repr(error)) from error
    if not httpx.codes.is_success(status):
        raise NotTaken(f"the receiver answered {status}", status)


def _send(url: httpx.URL, address: Ip, body: bytes, headers: dict[str, str]) -> int:
    """The status; what else the receiver says is not read."""
    named = {**headers, "Content-Type": "application/json", "Host": url.netloc.decode()}
    with httpx.Client(trust_env=False, timeout=TIMEOUT_S, follow_redirects=False) as client:
        there = url.copy_with(host=str(address), username=None, password=None)
        asked = client.stream(
            "POST", there, content=body, headers=named, extensions={"sni_hostname": url.host}
        )
        with asked as answer:
            return answer.status_code


def _resolve(url: httpx.URL, allowed: Collection[str]) -> Ip:
    if url.scheme not in {"http", "https"} or not url.host:
        raise NotTaken("only addresses that begin with http:// or https:// are called")
    try:
        found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotTaken(f"the name {url.host} is not known") from error
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if refused := [one for one in addresses if not _may_call(url.host, one, allowed)]:
        raise NotTaken(f"{url.host} is {refused[0]}, an address inside; FIRSTLINE_WEBHOOK_HOSTS may allow it")
    return addresses[0]


def _may_call(host: str, address: Ip, allowed: Collection[str]) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    if plain.is_global and not plain.is_multicast:
        return True
    return host.lower() in allowed or any(_is_within(plain, entry) for entry in allowed)


def _is_within(address: Ip, entry: str) -> bool:
    try:
        return address in ip_network(entry)
    except ValueError:
        return False
