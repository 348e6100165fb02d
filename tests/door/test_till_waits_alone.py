"""Who looks for a receipt may have to wait for the directory of shops; no other till waits with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from noren.house.databases import database_name
from noren.testing.postgres import shared_server
from noren.testing.till import TillHouse, shared_house
from noren.testing.till_bodies import purchase

Session = psycopg.Connection[tuple[Any, ...]]


def somebody_waits(directory: Session) -> bool:
    """Return whether a session waits for a lock on the table of shops."""
    question = "SELECT count(*) FROM pg_locks WHERE relation = 'shop'::regclass AND NOT granted"
    return directory.execute(question).fetchone() != (0,)


def test_a_directory_that_makes_one_wait_makes_nobody_else_wait() -> None:
    """The table of shops is locked: who asks for one waits. Control: that request is still waiting at the end."""
    house: TillHouse = shared_house("postgresql")
    card = house.shopper().card
    seller, asker = house.terminal(), house.terminal()
    with house.client(seller) as selling, house.client(asker) as asking, ThreadPoolExecutor(1) as pool:
        sold = purchase(card)
        assert selling.purchase(sold).status == 201  # both keys are known from here on, for 20 s
        assert asking.balance(card).status == 200
        with shared_server().connect(database_name(house.home, "register")) as directory, directory.transaction():
            directory.execute("LOCK TABLE shop IN ACCESS EXCLUSIVE MODE")
            found = pool.submit(asking.find, "S1", seller.terminal, sold["business_date"], sold["receipt"])
            while not somebody_waits(directory):
                assert not found.done(), "it did not wait for the directory: this test proves nothing"
            assert selling.purchase(purchase(card)).status == 201
            assert selling.get("/healthz").status == 200
            assert not found.done()
        assert found.result(60).status == 200
