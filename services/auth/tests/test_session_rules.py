"""Rotation of refresh tokens: the rules alone."""

from datetime import UTC, datetime, timedelta

from services.auth.domain.secrets import digest, new_nonce
from services.auth.domain.sessions import IDLE_LIFETIME, REUSE_GRACE, SESSION_LIFETIME, Session, Use, expiry, split_refresh_token, use

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + REUSE_GRACE + timedelta(milliseconds=1)


def fresh(first: str = "first") -> Session:
    return Session("s", "a", "w", NOW, NOW, expiry(NOW, NOW), "", digest(first))


def test_a_refresh_token_gives_a_child_that_works() -> None:
    how, session, child = use(fresh(), "first", new_nonce(), NOW)
    assert how is Use.ROTATED
    assert use(session, child, new_nonce(), LATER)[0] is Use.ROTATED


def test_the_same_parent_within_the_grace_gives_the_same_child() -> None:
    _, session, child = use(fresh(), "first", new_nonce(), NOW)
    how, after, again = use(session, "first", new_nonce(), NOW + REUSE_GRACE)
    assert (how, after, again) == (Use.REPEATED, session, child)


def test_a_grandparent_within_the_grace_gives_the_newest_token() -> None:
    _, session, child = use(fresh(), "first", new_nonce(), NOW)
    _, session, grandchild = use(session, child, new_nonce(), NOW + timedelta(seconds=5))
    assert use(session, "first", new_nonce(), NOW + timedelta(seconds=6))[2] == grandchild


def test_a_parent_after_the_grace_is_reuse() -> None:
    _, session, _ = use(fresh(), "first", new_nonce(), NOW)
    assert use(session, "first", new_nonce(), LATER)[0] is Use.REUSED


def test_a_parent_after_the_grace_is_reuse_though_its_child_was_used_within() -> None:
    _, session, child = use(fresh(), "first", new_nonce(), NOW)
    _, session, _ = use(session, child, new_nonce(), LATER)
    assert use(session, "first", new_nonce(), LATER + timedelta(seconds=1))[0] is Use.REUSED


def test_a_secret_that_was_never_given_out_is_reuse() -> None:
    assert use(fresh(), "guess", new_nonce(), NOW)[0] is Use.REUSED


def test_the_child_is_derived_from_more_than_the_database_holds() -> None:
    nonce = new_nonce()
    _, one, child = use(fresh("first"), "first", nonce, NOW)
    _, _, other = use(fresh("second"), "second", nonce, NOW)
    assert child != other
    assert child.encode() not in (one.current, *(rotation.parent for rotation in one.recent))


def test_a_session_in_use_lives_on_but_not_for_ever() -> None:
    assert expiry(NOW, NOW) == NOW + IDLE_LIFETIME
    assert expiry(NOW, NOW + SESSION_LIFETIME - timedelta(hours=1)) == NOW + SESSION_LIFETIME
    assert not fresh().is_live(NOW + IDLE_LIFETIME)


def test_what_is_no_refresh_token_names_no_session() -> None:
    assert split_refresh_token("nothing") == ("", "")
    assert split_refresh_token("s.first") == ("s", "first")
