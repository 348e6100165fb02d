"""The kinds of entries of the audit log: a closed list, each with its words in Japanese and English.

A kind says what was done, never to whom: a member is a tag, a company or a member of staff is a code in the facts.
A word that stands in a log is never renamed and never means anything else; new ones are added.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from noren.kernel.say import Say


class EntryKind(StrEnum):
    """What an entry of the audit log tells."""

    # The log itself
    LOG_BEGUN = "log-begun"
    RECORDS_FORGOTTEN = "records-forgotten"
    # Dated documents
    DOCUMENT_ANNOUNCED = "document-announced"
    DOCUMENT_REMOVED = "document-removed"
    NOTICE_ANNOUNCED = "notice-announced"
    TERMS_ANNOUNCED = "terms-announced"
    REGIME_CHANGED = "regime-changed"
    PARTY_VETTED = "party-vetted"
    AGREEMENT_MADE = "agreement-made"
    IDENTITY_SHOP_REGISTERED = "identity-shop-registered"
    # Flows
    FLOW_CLEARED = "flow-cleared"
    FLOW_REFUSED = "flow-refused"
    FLOW_RUN_BEGUN = "flow-run-begun"
    FLOW_RUN_COMPLETED = "flow-run-completed"
    FLOW_RUN_STOPPED = "flow-run-stopped"
    PROVISION_RECORDED = "provision-recorded"
    # Looks
    LOOK = "look"
    CONTACT_SHOWN = "contact-shown"
    # A member's choices
    STOP = "stop"
    RESUME = "resume"
    CHOICE_CHANGED = "choice-changed"
    CONSENT_GIVEN = "consent-given"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    TERMS_ACCEPTED = "terms-accepted"
    # A member's rights
    MEMBER_SIGNED_IN = "member-signed-in"
    DISCLOSURE = "disclosure"
    CORRECTION = "correction"
    CARD_CHANGED = "card-changed"
    WITHDRAWAL = "withdrawal"
    ERASURE_ASKED = "erasure-asked"
    ERASURE_COMPLETED = "erasure-completed"
    RETENTION_RUN = "retention-run"
    # Copies
    COPY_MADE = "copy-made"
    COPY_DESTROYED = "copy-destroyed"
    COPY_OVERDUE = "copy-overdue"
    BACKUP_MADE = "backup-made"
    BACKUP_RESTORED = "backup-restored"
    # Audiences, campaigns, statistics, rooms
    AUDIENCE_SAVED = "audience-saved"
    AUDIENCE_APPROVED = "audience-approved"
    AUDIENCE_COUNTED = "audience-counted"
    AUDIENCE_COMMITTED = "audience-committed"
    CAMPAIGN_DRAFTED = "campaign-drafted"
    CAMPAIGN_APPROVED = "campaign-approved"
    CAMPAIGN_STARTED = "campaign-started"
    CAMPAIGN_STOPPED = "campaign-stopped"
    CAMPAIGN_REVEALED = "campaign-revealed"
    TIERS_DRAFTED = "tiers-drafted"
    TIERS_PUBLISHED = "tiers-published"
    DRAWS_ROOT = "draws-root"
    SLIP_CLAIMED = "slip-claimed"
    APPROVAL = "approval"
    APPROVAL_REFUSED = "approval-refused"
    # Tills, keys
    TERMINAL_ADDED = "terminal-added"
    TERMINAL_REVOKED = "terminal-revoked"
    KEY_ROTATED = "key-rotated"
    # Staff
    STAFF_CHANGED = "staff-changed"
    STAFF_SIGNED_IN = "staff-signed-in"
    STAFF_SIGN_IN_REFUSED = "staff-sign-in-refused"
    BREAK_GLASS = "break-glass"
    # Incidents and inquiries
    INCIDENT_OPENED = "incident-opened"
    INCIDENT_STEP = "incident-step"
    INCIDENT_CLOSED = "incident-closed"
    LEGAL_REQUEST_RECEIVED = "legal-request-received"
    LEGAL_REQUEST_ANSWERED = "legal-request-answered"


_K = EntryKind
SAYS: Final[dict[EntryKind, Say]] = {
    _K.LOG_BEGUN: Say("監査ログの開始", "the audit log was begun"),
    _K.RECORDS_FORGOTTEN: Say("監査ログの記録の消去(検証値は残る)", "records were forgotten; their commitments stay"),
    _K.DOCUMENT_ANNOUNCED: Say("登録文書の版の公表", "a version of a registered document was announced"),
    _K.DOCUMENT_REMOVED: Say("登録文書の終了", "a registered document was ended"),
    _K.NOTICE_ANNOUNCED: Say("公表文の版の公表", "a version of a notice was announced"),
    _K.TERMS_ANNOUNCED: Say("会員規約の版の公表", "a version of the member terms was announced"),
    _K.REGIME_CHANGED: Say("法令の設定の変更", "the legal regime was changed"),
    _K.PARTY_VETTED: Say("会社の審査", "a company was vetted"),
    _K.AGREEMENT_MADE: Say("会社との契約の登録", "an agreement with a company was registered"),
    _K.IDENTITY_SHOP_REGISTERED: Say("会員情報取扱店の登録", "a shop handling member information was registered"),
    _K.FLOW_CLEARED: Say("取扱可否の判定(可)", "a flow was cleared"),
    _K.FLOW_REFUSED: Say("取扱可否の判定(否)", "a flow was refused"),
    _K.FLOW_RUN_BEGUN: Say("取扱いの開始", "a run of a flow was begun"),
    _K.FLOW_RUN_COMPLETED: Say("取扱いの完了", "a run of a flow was completed"),
    _K.FLOW_RUN_STOPPED: Say("取扱いの中止", "a run of a flow was stopped"),
    _K.PROVISION_RECORDED: Say("提供記録の作成", "a provision was recorded"),
    _K.LOOK: Say("会員情報の閲覧", "a member's data was looked at"),
    _K.CONTACT_SHOWN: Say("連絡先の表示", "a member's contact was shown"),
    _K.STOP: Say("停止の受付", "a stop was taken"),
    _K.RESUME: Say("停止の解除", "a stop was lifted"),
    _K.CHOICE_CHANGED: Say("会員の選択の変更", "a member's choice was changed"),
    _K.CONSENT_GIVEN: Say("同意の受付", "consent was given"),
    _K.CONSENT_WITHDRAWN: Say("同意の撤回", "consent was withdrawn"),
    _K.TERMS_ACCEPTED: Say("会員規約への同意", "the member terms were accepted"),
    _K.MEMBER_SIGNED_IN: Say("会員のサインイン", "a member signed in"),
    _K.DISCLOSURE: Say("開示", "a disclosure was made"),
    _K.CORRECTION: Say("訂正", "a correction was made"),
    _K.CARD_CHANGED: Say("カードの状態の変更", "what a card may do was changed"),
    _K.WITHDRAWAL: Say("退会", "a member withdrew"),
    _K.ERASURE_ASKED: Say("消去の受付", "an erasure was asked for"),
    _K.ERASURE_COMPLETED: Say("消去の完了", "an erasure was completed"),
    _K.RETENTION_RUN: Say("保存期間による削除の実行", "a deletion by age was run"),
    _K.COPY_MADE: Say("期限つき複製の作成", "a leased copy was made"),
    _K.COPY_DESTROYED: Say("期限つき複製の廃棄", "a leased copy was destroyed"),
    _K.COPY_OVERDUE: Say("期限つき複製の期限切れ", "a leased copy is overdue"),
    _K.BACKUP_MADE: Say("バックアップの作成", "a backup was made"),
    _K.BACKUP_RESTORED: Say("バックアップからの復元", "a backup was restored"),
    _K.AUDIENCE_SAVED: Say("対象者の保存", "an audience was saved"),
    _K.AUDIENCE_APPROVED: Say("対象者の承認", "an audience was approved"),
    _K.AUDIENCE_COUNTED: Say("対象者の概数の回答", "an audience's private figure was told"),
    _K.AUDIENCE_COMMITTED: Say("対象者の確定", "an audience was committed"),
    _K.CAMPAIGN_DRAFTED: Say("企画の下書きと、作成者の持ち分", "a campaign was drafted, with its author's share"),
    _K.CAMPAIGN_APPROVED: Say("企画の承認と、承認者の持ち分", "a campaign was approved, with the approver's share"),
    _K.CAMPAIGN_STARTED: Say("企画の開始", "a campaign was started"),
    _K.CAMPAIGN_STOPPED: Say("企画の停止", "a campaign was stopped"),
    _K.CAMPAIGN_REVEALED: Say("企画の抽選の種の公開", "the seed of a campaign's draw was published"),
    _K.TIERS_DRAFTED: Say("会員ランクの決まりの下書き", "rules of member tiers were drafted"),
    _K.TIERS_PUBLISHED: Say("会員ランクの決まりの公開", "rules of member tiers were published"),
    _K.DRAWS_ROOT: Say("抽選の記録の木の根", "the root over a campaign's draws"),
    _K.SLIP_CLAIMED: Say("クーポンが出なかったという申し出の確認", "a claim that no coupon came out was settled"),
    _K.APPROVAL: Say("承認", "an approval"),
    _K.APPROVAL_REFUSED: Say("承認の拒否", "an approval was refused"),
    _K.TERMINAL_ADDED: Say("レジ端末の追加", "a terminal was added"),
    _K.TERMINAL_REVOKED: Say("レジ端末の失効", "a terminal was revoked"),
    _K.KEY_ROTATED: Say("鍵の入れ替え", "a key was rotated"),
    _K.STAFF_CHANGED: Say("担当者の登録・変更", "a member of staff was registered or changed"),
    _K.STAFF_SIGNED_IN: Say("担当者のサインイン", "a member of staff signed in"),
    _K.STAFF_SIGN_IN_REFUSED: Say("担当者のサインインの拒否", "a sign-in of staff was refused"),
    _K.BREAK_GLASS: Say("緊急時の権限の使用", "break-glass: rights for an emergency were used"),
    _K.INCIDENT_OPENED: Say("漏えい等の事案の開始", "an incident was opened"),
    _K.INCIDENT_STEP: Say("漏えい等の事案の経過", "a step of an incident"),
    _K.INCIDENT_CLOSED: Say("漏えい等の事案の終結", "an incident was closed"),
    _K.LEGAL_REQUEST_RECEIVED: Say("法令に基づく照会の受付", "a legal request was received"),
    _K.LEGAL_REQUEST_ANSWERED: Say("法令に基づく照会への回答", "a legal request was answered"),
}
"""What each kind of entry is called on screens."""
