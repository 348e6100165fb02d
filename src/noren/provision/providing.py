"""Providing: cleared, the intent recorded, asked again, extracted, sealed to the recipient, leased, recorded as done.

Whatever breaks off leaves a record that was begun and not completed, and a copy that the next sweep destroys.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from noren.activity.lake.arrow import pq
from noren.activity.model import Traits
from noren.governance.clearing import Cleared
from noren.governance.flows import Joins
from noren.governance.leases.copies import Copies
from noren.governance.leases.copies import Refused as CopyRefused
from noren.governance.leases.model import CopyKind, CopyLease, Wanted
from noren.governance.leases.sealed_file import SealedWriter
from noren.governance.refusing import Refused
from noren.governance.running import Done, FlowRun, Runner
from noren.governance.taking_part import Member, members_allowed
from noren.kernel.say import Say
from noren.provision.columns import PSEUDONYM, nothing_known
from noren.provision.envelope import RecipientKey, enclose
from noren.provision.extracting import Tables, extract
from noren.provision.model import Counted, Goods, ProvisionRecord, Taking, Window
from noren.provision.store import ProvisionStore

MANIFEST: Final = "manifest.json"
FORM: Final = "noren-extract-1"


@dataclass(frozen=True, slots=True)
class Known:
    """A member as a provision looks at her: what decides whether she takes part, and her traits."""

    handle: bytes
    member: Member
    traits: Traits


@dataclass(frozen=True, slots=True)
class Provider:
    """What provides. ``members``: all, read at the last instant; ``pseudonym``: of a recipient, for a handle."""

    runner: Runner
    copies: Copies
    store: ProvisionStore
    lake: Path
    members: Callable[[Cleared[str, str]], Iterable[Known]]
    goods: Callable[[str], Goods]
    pseudonym: Callable[[str, bytes], str]
    today: Callable[[], date]


@dataclass(frozen=True, slots=True)
class Provided:
    """A provision that was made: its record, and the copy that waits to be taken."""

    record: ProvisionRecord
    copy: CopyLease


def provide(
    provider: Provider, cleared: Cleared[str, str], *, window: Window, owner: str, expires_at: datetime
) -> Provided | Refused | CopyRefused:
    """Make an extract for the recipient of a cleared flow, under a lease that ends at ``expires_at``."""
    hindrance = _hindrance(cleared)
    if hindrance is not None:
        return hindrance
    wanted = Wanted(
        CopyKind.EXTRACT,
        owner,
        cleared.flow.purpose,
        tuple(sorted(cleared.flow.items)),
        expires_at,
        cleared.recipient.id,
    )
    made: list[Provided | CopyRefused] = []

    def move(run: FlowRun[str, str]) -> Done:
        done = _move(provider, run, window, wanted)
        made.append(done)
        counted = done.record if isinstance(done, Provided) else None
        return Done(counted.rows or 0, counted.members or 0) if counted else Done(0, 0)

    run = provider.runner.run(cleared, move)
    return run if isinstance(run, Refused) else made[0]


def _move(provider: Provider, run: FlowRun[str, str], window: Window, wanted: Wanted) -> Provided | CopyRefused:
    taking, to = _taking(provider, run.cleared), recipient_key(run.cleared)
    assert to is not None, "it was looked at before"
    record = _record(run, window, wanted, provider.today())
    provider.store.begin(record, taking.pseudonyms)
    flow, recipient = run.cleared.flow, run.cleared.recipient
    tables = extract(provider.lake, flow, recipient.kind, taking, provider.goods(recipient.id), window)
    counted = _counted(tables)

    def write(out: SealedWriter) -> int:
        with enclose(out, to, bytes.fromhex(run.run)) as inner:
            inner.write(packed(tables, _manifest(record, counted)))
        return counted.rows

    copy = provider.copies.make(wanted, write)
    if not isinstance(copy, CopyLease):
        return copy
    provider.store.complete(run.run, on=provider.today(), rows=counted.rows, members=counted.members, copy=copy.copy)
    found = next(each for each in provider.store.records() if each.run == run.run)
    return Provided(found, copy)


def recipient_key(cleared: Cleared[str, str]) -> RecipientKey | None:
    """Return the key to which what the recipient gets is sealed; None: it has published none."""
    return RecipientKey.from_text(cleared.recipient.public_key or "")


def _hindrance(cleared: Cleared[str, str]) -> Refused | None:
    flow = cleared.flow
    unknown = nothing_known(flow.items)
    if unknown:
        return Refused(
            "extract-can-not-give",
            Say("提供用の抽出に入れられない項目があります。", "The flow has items that no extract can give."),
            Say("、".join(unknown), ", ".join(unknown)),
            Say("取扱いの項目から外してください。", "Take them out of the flow's items."),
        )
    if PSEUDONYM not in flow.items or flow.joins is not Joins.NONE:
        return Refused(
            "extract-is-of-one-side",
            Say(
                "提供用の抽出は、提供先ごとの識別子を項目に持ち、突合をしない取扱いだけです。",
                "An extract is a flow with the recipient's own pseudonym among its items, and it joins nothing.",
            ),
            Say("", ""),
            Say("取扱いの項目に pseudonym を入れ、joins を none に。", "Put pseudonym among the items; joins none."),
        )
    if recipient_key(cleared) is None:
        return Refused(
            "recipient-needs-key",
            Say(
                "提供先が公開鍵を登録していないので、封ができません。",
                "The recipient has published no key, so nothing can be sealed to it.",
            ),
            Say(flow.recipient, flow.recipient),
            Say(
                "提供先に noren provision keygen で鍵を作ってもらい、公開鍵を届け出の public_key に書いてください。",
                "Let the recipient make one with noren provision keygen; announce its public half as public_key.",
            ),
        )
    return None


def _taking(provider: Provider, cleared: Cleared[str, str]) -> Taking:
    known = list(provider.members(cleared))
    allowed = set(members_allowed(cleared, ((each.handle, each.member) for each in known)))
    traits = {each.handle: each.traits for each in known if each.handle in allowed}
    recipient = cleared.recipient.id
    return Taking(traits, {handle: provider.pseudonym(recipient, handle) for handle in traits})


def _record(run: FlowRun[str, str], window: Window, wanted: Wanted, today: date) -> ProvisionRecord:
    cleared, flow = run.cleared, run.cleared.flow
    return ProvisionRecord(
        run=run.run,
        flow=flow.id,
        purpose=flow.purpose,
        recipient=flow.recipient,
        recipient_name=cleared.recipient.name.ja,
        address=cleared.recipient.address,
        representative=cleared.recipient.representative,
        route=flow.route.value,
        notice=flow.notice or "",
        notice_version=cleared.versions.notice,
        terms_version=cleared.versions.terms,
        items=wanted.items,
        window=window,
        begun_on=today,
        expires_at=wanted.expires_at,
    )


def _counted(tables: Tables) -> Counted:
    whose: set[str] = set()
    for table in tables.values():
        whose |= set(table.column("pseudonym").to_pylist())
    return Counted(sum(table.num_rows for table in tables.values()), len(whose))


def _manifest(record: ProvisionRecord, counted: Counted) -> Mapping[str, object]:
    """Return what the recipient is told: what it may use the extract for, until when, and that it deletes it then."""
    return {
        "form": FORM,
        "run": record.run,
        "flow": record.flow,
        "purpose": record.purpose,
        "recipient": record.recipient,
        "route": record.route,
        "notice": record.notice,
        "notice_version": record.notice_version,
        "items": list(record.items),
        "first_day": record.window.first.isoformat(),
        "last_day": record.window.last.isoformat(),
        "made_on": record.begun_on.isoformat(),
        "delete_by": record.expires_at.isoformat(),
        "rows": counted.rows,
        "members": counted.members,
        "note_ja": "個人データです。目的の範囲でだけ使い、期限までに消し、廃棄を証明してください。",
        "note_en": "This is personal data. Use it for its purpose only, delete it by its end, and attest the deletion.",
    }


def packed(tables: Tables, manifest: Mapping[str, object]) -> bytes:
    """Return the contents of an envelope: a tar of the manifest and one Parquet file for each table."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        for name, table in tables.items():
            sink = io.BytesIO()
            pq.write_table(table, sink, compression="zstd", store_schema=False)
            _add(tar, f"{name}.parquet", sink.getvalue())
    return out.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))
