"""Refusals about staff: the rule's name, what and why, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from noren.kernel.say import Say


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something is not done. ``wait_seconds``: when it may be tried again."""

    rule: str
    says: Say
    fix: Say
    wait_seconds: int = 0


WRONG: Final = Refused(
    "sign-in-wrong",
    Say("アカウント、パスワード、確認コードのどれかが違います。", "The account, the password or the code is wrong."),
    Say(
        "入力を確かめてください。確認コードは一度しか使えません。次のコードを待ってください。",
        "Check them. A code works once: wait for the next one.",
    ),
)
"""One answer for all: an unknown account, a closed one, a wrong password, a code that was used before."""

CODE_WRONG: Final = Refused(
    "invite-wrong",
    Say("招待コードが違うか、使われたか、期限が切れています。", "The invitation code is wrong, used, or too old."),
    Say(
        "運用の担当かプライバシー責任者に、noren staff invite で新しい招待を頼んでください。",
        "Ask a host or a privacy officer for a new one (noren staff invite).",
    ),
)
NOT_SIGNED_IN: Final = Refused(
    "not-signed-in",
    Say("サインインしていません(または、サインインの期限が切れています)。", "Nobody is signed in, or it has ended."),
    Say("noren staff sign-in ID でサインインしてください。", "Sign in with: noren staff sign-in ID"),
)
ALREADY: Final = Refused(
    "already-decided",
    Say("その件は、もう決まっています。", "That is decided already."),
    Say("noren staff approvals で待っているものを確かめてください。", "See what waits with: noren staff approvals"),
)

NOT_TO_HASTEN: Final = Refused(
    "waits-its-day",
    Say(
        "これは承認するものではなく、24時間がたてば有効になります。",
        "That is not approved: it is good after its 24 hours.",
    ),
    Say(
        "覚えがなければ noren staff refuse で終わらせてください。",
        "If you know nothing of it, end it: noren staff refuse",
    ),
)


def crowded(seconds: int) -> Refused:
    """Return the refusal of a sign-in after too many failures."""
    return Refused(
        "too-many-failures",
        Say(
            "サインインの失敗が続いたので、しばらく受け付けません。", "Too many sign-ins failed; none is taken for now."
        ),
        Say(f"{seconds}秒たってから試してください。", f"Try again in {seconds} seconds."),
        seconds,
    )


def bad_id(name: str) -> Refused:
    """Return the refusal of an id that is none."""
    return Refused(
        "id-malformed",
        Say(f"「{name[:40]}」はアカウントのIDにできません。", f"“{name[:40]}” can not be an account's id."),
        Say(
            "2〜40文字の a-z、0-9、点、ハイフンで、文字か数字で始めて終えてください。",
            "Use 2 to 40 of a-z, 0-9, dots and hyphens, a letter or digit first and last.",
        ),
    )


def bad_name() -> Refused:
    """Return the refusal of a name that is none."""
    return Refused(
        "name-malformed",
        Say(
            "名前は1〜60文字で、制御文字を含められません。", "A name has 1 to 60 characters and no control characters."
        ),
        Say("--name を直してください。", "Change --name."),
    )


def no_roles() -> Refused:
    """Return the refusal of an account without a role."""
    return Refused(
        "role-missing",
        Say("役割がありません。", "It has no role."),
        Say("--role で一つ以上の役割を付けてください。", "Give one or more with --role."),
    )


def taken(name: str, by: str) -> Refused:
    """Return the refusal of an id that is another's, or looks like another's."""
    return Refused(
        "id-taken",
        Say(f"{name} は、すでにある {by} と同じか、見分けがつきません。", f"{name} is, or looks like, {by}."),
        Say("別のIDにしてください。", "Choose another id."),
    )


def unknown(name: str) -> Refused:
    """Return the refusal of an account that is not there."""
    return Refused(
        "no-such-account",
        Say(f"{name[:40]} というアカウントはありません。", f"There is no account {name[:40]}."),
        Say("noren staff list で確かめてください。", "See them with: noren staff list"),
    )


def closed(name: str) -> Refused:
    """Return the refusal of an account that is closed."""
    return Refused(
        "account-closed",
        Say(f"{name} は閉じられています。開き直すことはできません。", f"{name} is closed, and is not opened again."),
        Say("新しいIDで登録してください。", "Add an account with another id."),
    )


def subject_taken() -> Refused:
    """Return the refusal of a sign-in means that belongs to another account."""
    return Refused(
        "credential-taken",
        Say("その認証手段は、別のアカウントのものです。", "That means of signing in is another account's."),
        Say(
            "一人に一つのアカウントです。今あるものを使ってください。",
            "One person, one account: use the one that is there.",
        ),
    )


def weak(least: int, most: int) -> Refused:
    """Return the refusal of a password."""
    return Refused(
        "password-weak",
        Say(
            f"パスワードは{least}〜{most}文字で、IDや名前を含めず、同じ文字や並びだけにもできません。",
            f"A password has {least} to {most} characters, without the id or the name, and is no mere run of signs.",
        ),
        Say("覚えやすい、長い文にしてください。", "Take a long sentence that you remember."),
    )


def not_you(given: str, signed_in: str) -> Refused:
    """Return the refusal of a claimed name."""
    return Refused(
        "not-you",
        Say(
            f"サインインしているのは {signed_in} で、「{given[:40]}」の名では行えません。",
            f"{signed_in} is signed in; nothing is done in the name of “{given[:40]}”.",
        ),
        Say("名前の指定を外すか、その人がサインインしてください。", "Leave the name out, or let that person sign in."),
    )


def nameless() -> Refused:
    """Return the refusal of an act that nobody does."""
    return Refused(
        "who-missing",
        Say("だれが行うのかが分かりません。", "Nobody is named who does it."),
        Say(
            "担当者のアカウントがないホームでは、--who などで名前を書いてください。",
            "In a home without staff accounts, name who does it (--who and the like).",
        ),
    )


def no_such_waiting(number: int) -> Refused:
    """Return the refusal of an approval that nothing waits for."""
    return Refused(
        "nothing-waits",
        Say(f"{number}番の承認待ちはありません。", f"Nothing waits under number {number}."),
        Say("noren staff approvals で番号を確かめてください。", "See the numbers with: noren staff approvals"),
    )


def same_person_twice() -> Refused:
    """Return the refusal of an approval by the author, or by somebody who approved already."""
    return Refused(
        "another-approves",
        Say(
            "承認するのは、起こした人と別の、まだ承認していない人です。同じ人の別のアカウントも数えません。",
            "Somebody else than its author approves, each once; another account of the same person does not count.",
        ),
        Say("別の人が承認してください。", "Let somebody else approve."),
    )


def the_last(role_ja: str, role_en: str) -> Refused:
    """Return the refusal to let the last one go who can let others in."""
    return Refused(
        "last-one",
        Say(
            f"{role_ja}がいなくなり、だれもアカウントを扱えなくなります。",
            f"No {role_en} would be left to tend accounts.",
        ),
        Say("先に別の人を登録してください。", "Add somebody else first."),
    )
