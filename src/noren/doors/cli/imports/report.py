"""What an import tells at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from noren.doors.cli.imports.findings import Findings
from noren.doors.cli.imports.journal import State
from noren.kernel.say import Say

SHOWN_REASONS: Final = 5


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of rows; ``added``, ``changed`` and ``same`` count receipts where the file holds purchases."""

    file: Path
    kind: str
    encoding: str
    dry_run: bool
    resumed: bool
    findings: Findings
    added: int
    changed: int
    same: int
    rejects: Path | None

    @property
    def rejected(self) -> int:
        """How many rows were set aside."""
        return len(self.findings.reasons)

    def as_json(self) -> dict[str, object]:
        """Return the report as one object."""
        return {
            "file": str(self.file),
            "kind": self.kind,
            "encoding": self.encoding,
            "dry_run": self.dry_run,
            "resumed": self.resumed,
            "rows": self.findings.rows,
            "accepted": self.findings.rows - self.rejected,
            "rejected": self.rejected,
            "added": self.added,
            "changed": self.changed,
            "same": self.same,
            "warnings": self.findings.doubted,
            "rejects": str(self.rejects) if self.rejects else None,
            "reasons": _listed(dict(sorted(self.findings.reasons.items())[:SHOWN_REASONS])),
            "doubts": _listed(dict(self.findings.doubts[:SHOWN_REASONS])),
        }

    def lines(self) -> Iterator[Say]:
        """Yield the report as lines for a person."""
        yield self._head()
        yield from self._outcome()
        yield from _some(self.findings.reasons, self.rejected)
        if self.findings.doubted:
            count = self.findings.doubted
            yield Say(f"確認をおすすめする行: {count:,}行(取り込みました)", f"Taken with a warning: {count:,} rows")
            yield from _some(dict(self.findings.doubts), count)
        if self.rejects is not None:
            yield Say(
                f"除いた行は {self.rejects} にあります。直して、そのまま取り込めます。",
                f"The rows set aside are in {self.rejects}: correct them there and import that file.",
            )

    def _head(self) -> Say:
        rows, good = self.findings.rows, self.findings.rows - self.rejected
        return Say(
            f"{self.file.name}({self.encoding}): {rows:,}行のうち、正しい行 {good:,}、除いた行 {self.rejected:,}",
            f"{self.file.name} ({self.encoding}): {rows:,} rows, {good:,} good, {self.rejected:,} set aside",
        )

    def _outcome(self) -> Iterator[Say]:
        if self.dry_run:
            yield Say("試しに読んだだけで、何も取り込んでいません。", "This was a dry run: nothing was imported.")
            return
        what = Say("レシート", "receipts") if self.kind == "purchases" else Say("件", "rows")
        yield Say(
            f"追加 {self.added:,}・変更 {self.changed:,}・変更なし {self.same:,}({what.ja})",
            f"{self.added:,} added, {self.changed:,} changed, {self.same:,} unchanged ({what.en})",
        )


def make_report(file: Path, kind: str, encoding: str, findings: Findings, state: State | None, resumed: bool) -> Report:
    """Return the report of an import that has ended; ``state`` None: a dry run."""
    added, changed, same = (state.added, state.changed, state.same) if state else (0, 0, 0)
    return Report(file, kind, encoding, state is None, resumed, findings, added, changed, same, None)


def _listed(reasons: Mapping[int, Say]) -> list[dict[str, object]]:
    return [{"line": line, "ja": say.ja, "en": say.en} for line, say in reasons.items()]


def _some(reasons: Mapping[int, Say], count: int) -> Iterator[Say]:
    for line, say in sorted(reasons.items())[:SHOWN_REASONS]:
        yield Say(f"  {line}行目 {say.ja}", f"  line {line}: {say.en}")
    if count > SHOWN_REASONS:
        yield Say(f"  ほか {count - SHOWN_REASONS:,}行", f"  and {count - SHOWN_REASONS:,} more")
