"""Requests to addresses that somebody typed."""

import time

import pytest
import requests

from cms.outgoing import open_session
from tests.receiver import Receiver


@pytest.fixture
def receiver():
    with Receiver() as one:
        yield one


def test_an_answer_that_comes_in_drops_is_cut_off(receiver: Receiver):
    receiver.drips = True
    started = time.monotonic()

    with (
        open_session(private_addresses=True, longest_seconds=0.4) as session,
        pytest.raises(requests.RequestException),
    ):
        session.post(receiver.url, data=b"{}")

    assert 0.4 <= time.monotonic() - started < 5


def test_an_answer_in_time_is_read_whole(receiver: Receiver):
    with open_session(private_addresses=True, longest_seconds=5) as session:
        assert session.post(receiver.url, data=b"{}").status_code == 204
