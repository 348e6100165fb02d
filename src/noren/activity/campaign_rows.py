"""Named SQL of campaigns and draws, one text for both engines: each statement binds its parameters in their order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from noren.activity.campaigns import FORGOTTEN, CampaignRow, CampaignState, DrawCount, DrawRow, MemberDraws, ShareStep
from noren.activity.model import Changes
from noren.activity.rows import Row

_COLUMNS: Final = (
    "number, campaign, state, file, salt, terms, public_key, key_version, seed, shares, last_day, drafted, started,"
    " stopped, revealed"
)
EDITION: Final = "SELECT value FROM meta WHERE name = 'campaigns'"
TURN: Final = "UPDATE meta SET value = value + 1 WHERE name = 'campaigns'"
NEXT_NUMBER: Final = "SELECT coalesce(max(number), 0) + 1 FROM campaign"
GET: Final = f"SELECT {_COLUMNS} FROM campaign ORDER BY number"
GET_NAMED: Final = f"SELECT {_COLUMNS} FROM campaign WHERE campaign = $1"
PUT: Final = (
    f"INSERT INTO campaign ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
)
SET: Final = (
    "UPDATE campaign SET state = $1, terms = $2, public_key = $3, key_version = $4, seed = $5, shares = $6,"
    " started = $7, stopped = $8, revealed = $9 WHERE number = $10"
)
GET_STEPS: Final = (
    "SELECT number, step, who, share_hash, sealed, at, proof FROM campaign_step WHERE number = $1 ORDER BY step"
)
PUT_STEP: Final = (
    "INSERT INTO campaign_step (number, step, who, share_hash, sealed, at, proof) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (number, step) DO UPDATE SET proof = excluded.proof"
)
DRAW_NUMBER: Final = "SELECT draw_number FROM profile WHERE handle = $1"
DRAW_NUMBERS: Final = "SELECT handle, draw_number FROM profile WHERE handle = ANY($1)"
GET_COUNT: Final = "SELECT issued, spent, leaves FROM campaign_count WHERE number = $1"
SET_COUNT: Final = (
    "INSERT INTO campaign_count (number, issued, spent, leaves) VALUES ($1, $2, $3, $4) ON CONFLICT (number)"
    " DO UPDATE SET issued = excluded.issued, spent = excluded.spent, leaves = excluded.leaves"
)
_AT_ONCE: Final = 32
GET_COUNTS: Final = (
    "SELECT c.number, c.issued, c.spent, c.leaves, coalesce(d.issued, 0) FROM campaign_count AS c"
    " LEFT JOIN campaign_day AS d ON d.number = c.number AND d.day = $1"
    f" WHERE c.number IN ({', '.join(f'${place + 2}' for place in range(_AT_ONCE))})"
)
GET_DAYS: Final = "SELECT day, issued FROM campaign_day WHERE number = $1 ORDER BY day"
SET_DAY: Final = (
    "INSERT INTO campaign_day (number, day, issued) VALUES ($1, $2, $3) ON CONFLICT (number, day)"
    " DO UPDATE SET issued = excluded.issued"
)
_OF_MEMBER: Final = "handle, number, settled, day, drawn, last, issued"
GET_OF_MEMBER: Final = f"SELECT {_OF_MEMBER} FROM campaign_member WHERE handle = $1 ORDER BY number"
GET_OF_MEMBERS: Final = f"SELECT {_OF_MEMBER} FROM campaign_member WHERE handle = ANY($1)"
SET_OF_MEMBER: Final = (
    f"INSERT INTO campaign_member ({_OF_MEMBER}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (handle, number)"
    " DO UPDATE SET settled = excluded.settled, day = excluded.day, drawn = excluded.drawn, last = excluded.last,"
    " issued = excluded.issued"
)
DROP_OF_MEMBER: Final = "DELETE FROM campaign_member WHERE handle = $1"
_DRAW: Final = "number, seq, entry, ticket, outcome, salt, previous, leaf"
GET_DRAWS_AFTER: Final = f"SELECT {_DRAW} FROM draw WHERE number = $1 AND seq > $2 ORDER BY seq LIMIT $3"
GET_PREVIOUS: Final = "SELECT previous FROM draw WHERE number = $1 AND seq = $2"
SET_PREVIOUS: Final = "UPDATE draw SET previous = $1 WHERE number = $2 AND seq = $3"
GET_INSTANTS: Final = (
    "WITH RECURSIVE hers (entry, previous) AS (SELECT entry, previous FROM draw WHERE number = $1 AND seq = $2"
    " UNION ALL SELECT d.entry, d.previous FROM hers JOIN draw AS d ON d.number = $1 AND d.seq = hers.previous)"
    " SELECT p.at, p.received FROM hers JOIN purchase AS p ON p.entry = hers.entry"
)
PUT_DRAW: Final = f"INSERT INTO draw ({_DRAW}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
FORGET_DRAW: Final = (
    f"UPDATE draw SET entry = 0, ticket = $1, outcome = '{FORGOTTEN}', salt = $2, previous = -1"
    " WHERE number = $3 AND seq = $4"
)
PUT_UNDRAWN: Final = (
    "INSERT INTO undrawn (handle, entry, why) VALUES ($1, $2, $3) ON CONFLICT (handle, entry) DO NOTHING"
)
GET_UNDRAWN: Final = "SELECT handle, entry, why FROM undrawn WHERE handle = $1 ORDER BY entry"
GET_UNDRAWN_AFTER: Final = "SELECT entry, why FROM undrawn WHERE entry > $1"
"""No index by entry: only audits ask."""

DROP_UNDRAWN: Final = "DELETE FROM undrawn WHERE handle = $1"
ISSUED_BY: Final = "SELECT coupon FROM coupon WHERE handle = $1 AND issued_by = $2 AND used = 0 ORDER BY coupon"
REDEEMED_BY: Final = (
    "SELECT coupon FROM redemption WHERE entry = $1 AND problem = '' AND coupon IS NOT NULL ORDER BY number"
)
FATES: Final = (
    "SELECT CASE WHEN used > 0 THEN 1 ELSE used END AS fate, count(*) FROM coupon"
    " WHERE campaign = $1 AND issued_by <> 0 GROUP BY fate"
)
VOID: Final = "UPDATE coupon SET used = -1 WHERE coupon = $1 AND used = 0"
GIVE_BACK: Final = "UPDATE coupon SET used = 0 WHERE coupon = $1 AND used > 0"
NOTE_GIVEN_BACK: Final = "UPDATE redemption SET problem = 'given-back' WHERE coupon = $1 AND problem = ''"

_FINAL: Final = (1, 2, 3)


class CampaignReads:
    """Fills ``CampaignFeed`` for a reader that has ``_all``."""

    def _all(self, sql: str, *parameters: Any) -> list[Row]:
        raise NotImplementedError

    def campaigns_edition(self) -> int:
        """See ``CampaignFeed``."""
        return int(self._all(EDITION)[0][0])

    def campaigns(self) -> list[CampaignRow]:
        """See ``CampaignFeed``."""
        return [_campaign(row) for row in self._all(GET)]

    def share_steps(self, number: int) -> list[ShareStep]:
        """See ``CampaignFeed``."""
        return [ShareStep(*row) for row in self._all(GET_STEPS, number)]

    def draw_count(self, number: int) -> DrawCount:
        """See ``CampaignFeed``."""
        return next((DrawCount(*row) for row in self._all(GET_COUNT, number)), DrawCount())

    def days_issued(self, number: int) -> Mapping[int, int]:
        """See ``CampaignFeed``."""
        return {row[0]: row[1] for row in self._all(GET_DAYS, number)}

    def coupon_fates(self, campaign: str) -> tuple[int, int, int]:
        """See ``CampaignFeed``."""
        found = {int(row[0]): int(row[1]) for row in self._all(FATES, campaign)}
        return found.get(0, 0), found.get(1, 0), found.get(-1, 0)

    def draws_after(self, number: int, seq: int, limit: int) -> Sequence[DrawRow]:
        """See ``CampaignFeed``."""
        return [DrawRow(*row) for row in self._all(GET_DRAWS_AFTER, number, seq, limit)]

    def draws_of(self, handle: bytes) -> list[MemberDraws]:
        """See ``CampaignFeed``."""
        return [of_member(row) for row in self._all(GET_OF_MEMBER, handle)]

    def draw_numbers(self, handles: Iterable[bytes]) -> dict[bytes, bytes]:
        """See ``CampaignFeed``."""
        return {handle: row[0] for handle in handles for row in self._all(DRAW_NUMBER, handle)}

    def undrawn_after(self, entry: int) -> Mapping[int, str]:
        """See ``CampaignFeed``."""
        return {row[0]: row[1] for row in self._all(GET_UNDRAWN_AFTER, entry)}


class CampaignRows:
    """Fills ``CampaignBatch`` for a batch that can ``send`` a statement and ask for ``all`` rows of one."""

    def send(self, statement: str, *parameters: Any) -> Any:
        """The batch's own."""
        raise NotImplementedError

    def send_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        for row in rows:
            self.send(statement, *row)

    def all(self, statement: str, *parameters: Any) -> list[Row]:
        """The batch's own."""
        raise NotImplementedError

    def all_among(self, statement: str, handles: Collection[bytes]) -> list[Row]:
        """Run a statement about ``= ANY($1)`` of some handles, and return its rows."""
        raise NotImplementedError

    def campaigns_edition(self) -> int:
        """See ``CampaignBatch``."""
        return int(self.all(EDITION)[0][0])

    def campaigns(self) -> list[CampaignRow]:
        """See ``CampaignBatch``."""
        return [_campaign(row) for row in self.all(GET)]

    def campaign_named(self, name: str) -> CampaignRow | None:
        """See ``CampaignBatch``."""
        return next((_campaign(row) for row in self.all(GET_NAMED, name)), None)

    def put_campaign(self, row: CampaignRow) -> CampaignRow:
        """See ``CampaignBatch``."""
        given = CampaignRow(int(self.all(NEXT_NUMBER)[0][0]), *_fields(row)[1:])
        self.send(PUT, *_fields(given))
        self.send(TURN)
        return given

    def set_campaign(self, row: CampaignRow) -> None:
        """See ``CampaignBatch``."""
        self.send(
            SET, int(row.state), row.terms, row.public_key, row.key_version, row.seed, row.shares,
            row.started, row.stopped, row.revealed, row.number,
        )  # fmt: skip
        self.send(TURN)

    def share_steps(self, number: int) -> list[ShareStep]:
        """See ``CampaignBatch``."""
        return [ShareStep(*row) for row in self.all(GET_STEPS, number)]

    def put_share_step(self, step: ShareStep) -> None:
        """See ``CampaignBatch``."""
        self.send(PUT_STEP, step.number, step.step, step.who, step.share_hash, step.sealed, step.at, step.proof)

    def draw_numbers(self, handles: Iterable[bytes]) -> dict[bytes, bytes]:
        """See ``CampaignBatch``."""
        return {row[0]: row[1] for row in self.all_among(DRAW_NUMBERS, tuple(handles))}

    def draw_counts(self, numbers: Iterable[int], day: int) -> dict[int, tuple[DrawCount, int]]:
        """See ``CampaignBatch``."""
        asked = list(numbers)
        return {
            number: (DrawCount(issued, spent, leaves), on_day)
            for start in range(0, len(asked), _AT_ONCE)
            for some in [asked[start : start + _AT_ONCE]]
            for number, issued, spent, leaves, on_day in self.all(
                GET_COUNTS, day, *some, *some[:1] * (_AT_ONCE - len(some))
            )
        }

    def draws_of(self, handle: bytes) -> list[MemberDraws]:
        """See ``CampaignBatch``."""
        return [of_member(row) for row in self.all(GET_OF_MEMBER, handle)]

    def draws_of_some(self, handles: Collection[bytes]) -> dict[bytes, list[MemberDraws]]:
        """See ``CampaignBatch``."""
        found: dict[bytes, list[MemberDraws]] = {handle: [] for handle in handles}
        for row in self.all_among(GET_OF_MEMBERS, handles):
            found[row[0]].append(of_member(row))
        return found

    def instants_drawn(self, number: int, seq: int) -> list[tuple[int, int]]:
        """See ``CampaignBatch``."""
        return [(row[0], row[1]) for row in self.all(GET_INSTANTS, number, seq)]

    def coupons_issued_by(self, handle: bytes, entry: int) -> list[bytes]:
        """See ``CampaignBatch``."""
        return [row[0] for row in self.all(ISSUED_BY, handle, entry)]

    def coupons_redeemed_by(self, entry: int) -> list[bytes]:
        """See ``CampaignBatch``."""
        return [row[0] for row in self.all(REDEEMED_BY, entry)]

    def forget_draws_of(self, handle: bytes) -> None:
        """Forget what campaigns drew for a member who is erased; their leaves stay."""
        for each in self.draws_of(handle):
            seq = each.last
            while seq >= 0:
                before = self.all(GET_PREVIOUS, each.number, seq)
                self.send(FORGET_DRAW, b"", b"", each.number, seq)
                seq = int(before[0][0]) if before else -1
        self.send(DROP_OF_MEMBER, handle)

    def move_draws(self, source: bytes, target: bytes) -> None:
        """Give a member's draws to the one that she is merged into: a draw that either had, both have had."""
        hers = {each.number: each for each in self.draws_of(target)}
        for each in self.draws_of(source):
            mine = hers.get(each.number, MemberDraws(target, each.number))
            self._put_behind(each.number, each.last, mine.last)
            settled = next((s for s in (mine.settled, each.settled) if s in _FINAL), max(mine.settled, each.settled))
            day = max(mine.day, each.day)
            drawn = sum(one.drawn for one in (mine, each) if one.day == day)
            last, issued = (each.last if each.last >= 0 else mine.last), tuple(sorted((*mine.issued, *each.issued)))
            self._set_of_member(MemberDraws(target, each.number, settled, day, drawn, last, issued))
        self.send(DROP_OF_MEMBER, source)
        for _, entry, why in self.all(GET_UNDRAWN, source):
            self.send(PUT_UNDRAWN, target, entry, why)
        self.send(DROP_UNDRAWN, source)

    def _put_behind(self, number: int, newest: int, behind: int) -> None:
        """Let a chain of draws go on with another one behind its oldest."""
        seq = newest
        while seq >= 0:
            before = int(self.all(GET_PREVIOUS, number, seq)[0][0])
            if before < 0:
                self.send(SET_PREVIOUS, behind, number, seq)
            seq = before

    def write_draws(self, changes: Changes) -> None:
        """Write a batch's draws, counts, and what became of coupons by returns: most batches have none."""
        if changes.draws:
            self.send_many(PUT_DRAW, map(_draw_row, changes.draws))
            self.send_many(SET_OF_MEMBER, map(_member_row, changes.draw_members.values()))
            counts = changes.draw_counts.items()
            self.send_many(SET_COUNT, ((number, each.issued, each.spent, each.leaves) for number, each in counts))
            self.send_many(SET_DAY, ((*key, issued) for key, issued in changes.draw_days.items()))
        if changes.undrawn:
            self.send_many(PUT_UNDRAWN, ((each.handle, each.entry, each.why) for each in changes.undrawn))
        for coupon in changes.voided:
            self.send(VOID, coupon)
        for coupon in changes.given_back:
            self.send(GIVE_BACK, coupon)
            self.send(NOTE_GIVEN_BACK, coupon)

    def _set_of_member(self, hers: MemberDraws) -> None:
        self.send(SET_OF_MEMBER, *_member_row(hers))


def _draw_row(each: DrawRow) -> tuple[Any, ...]:
    return each.number, each.seq, each.entry, each.ticket, each.outcome, each.salt, each.previous, each.leaf


def _member_row(hers: MemberDraws) -> tuple[Any, ...]:
    issued = " ".join(map(str, hers.issued)) if hers.issued else ""
    return hers.handle, hers.number, hers.settled, hers.day, hers.drawn, hers.last, issued


def _campaign(row: Row) -> CampaignRow:
    number, campaign, state, *rest = row
    return CampaignRow(number, campaign, CampaignState(state), *rest)


def _fields(row: CampaignRow) -> tuple[Any, ...]:
    return (
        row.number, row.campaign, row.state, row.file, row.salt, row.terms, row.public_key, row.key_version, row.seed,
        row.shares, row.last_day, row.drafted, row.started, row.stopped, row.revealed,
    )  # fmt: skip


def of_member(row: Row) -> MemberDraws:
    """Return what a campaign did for a member, of its row."""
    handle, number, settled, day, drawn, last, issued = row
    return MemberDraws(handle, number, settled, day, drawn, last, tuple(map(int, issued.split())) if issued else ())
