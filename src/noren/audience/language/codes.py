"""The code words of all problems, and when each is said. A problem with another word can not be made."""

from __future__ import annotations

from typing import Final

from noren.kernel.say import Say

ERRORS: Final[dict[str, Say]] = {
    "empty": Say("条件が書かれていない", "There is no condition"),
    "too-long": Say("2,000文字を超えている", "More than 2,000 characters"),
    "not-utf8": Say("UTF-8として読めない", "The file is not UTF-8"),
    "full-width": Say("引用符の外に全角の文字がある", "Full-width characters outside quotes"),
    "odd-character": Say("この言語にない文字がある", "A character that the language does not have"),
    "bad-sign": Say("ほかの言語の記号がある(== や && など)", "A sign of another language (==, && …)"),
    "unterminated-string": Say("二重引用符が同じ行で閉じていない", "A double quote is not closed on its line"),
    "bad-escape": Say('引用符の中の \\ が \\" でも \\\\ でもない', 'A \\ in quotes that is neither \\" nor \\\\'),
    "bad-quotes": Say("二重引用符でない引用符がある", "Other quotes than the double quote"),
    "quotes-missing": Say("値が引用符で囲まれていない", "A value without its quotes"),
    "upper-case": Say("言語の語が大文字で書かれている", "A word of the language in capitals"),
    "number-too-long": Say("数が12桁、または小数が4桁を超える", "More than 12 digits, or more than 4 decimals"),
    "thousands": Say("数に桁区切りの , がある", "A number with separators of thousands"),
    "bad-date": Say("日付の書き方が違う、または暦にない日", "A date in another form, or a day that does not exist"),
    "unknown-word": Say("知らない語がある", "A word that the language does not have"),
    "reserved-word": Say("言語の語が引用符なしで値になっている", "A word of the language as a value without quotes"),
    "refused-by-design": Say("個人を特定する項目を使おうとした", "Something that identifies a person"),
    "unexpected": Say("語や記号がここには書けない", "A word or sign that can not stand here"),
    "unfinished": Say("条件が途中で終わっている", "The condition ends too early"),
    "whole-number": Say("整数だけの所に小数がある", "Decimals where only a whole number stands"),
    "negative": Say("負の数が change 以外にある", "A negative number outside change"),
    "out-of-range": Say("数が範囲の外にある", "A number outside its range"),
    "empty-range": Say("範囲の初めが終わりより後", "A range that begins after its end"),
    "band-cut": Say("年齢の範囲が5歳の区切りに合わない", "An age range that cuts a band of 5 years"),
    "bad-value": Say("値が空、または制御文字を含む", "A value that is empty or holds a control sign"),
    "measure-not-here": Say("change で使えない数え方", "A measure that change does not take"),
    "together-not-here": Say("together が使えない所にある", "together where it can not stand"),
    "window-not-here": Say("期間を取らない条件やかっこに期間がある", "A window after what takes none"),
    "window-misplaced": Say("期間が比較の前やかっこの中にある", "A window before the comparison or within the filter"),
    "window-too-short": Say("期間が短くて決して成り立たない", "A window too short to ever hold"),
    "too-deep": Say("入れ子が12段を超える", "Nested more than 12 deep"),
    "too-many-predicates": Say("条件が64個を超える", "More than 64 predicates"),
    "unknown-name": Say("分類・商品・一覧などの名前がない", "A category, product, list … that does not exist"),
    "before-horizon": Say("期間が、明細のある最初の日より前から始まる", "A window that begins before there are lines"),
    "sensitive-small-area": Say(
        "慎重に扱う商品とせまい地域を組み合わせている", "Sensitive goods together with a small area"
    ),
    "bad-json": Say("条件のJSONでない", "JSON that is no condition"),
    "not-canonical": Say("正準形でないJSON", "JSON that is not canonical"),
}

WARNINGS: Final[dict[str, Say]] = {
    "contradiction": Say("だれにも当てはまらない", "It can hold for nobody"),
    "always-true": Say("いつでも当てはまる、または何も絞り込まない", "It always holds, or keeps everything"),
    "repeated": Say("同じ条件が2度ある", "The same part twice"),
    "near-twin": Say("よく似た名前がほかにもある", "Another name much like it exists"),
    "odd-value": Say("値に見えない文字や前後の空白がある", "A value with invisible characters, or blanks at an end"),
    "odd-postal3": Say("郵便番号の上3桁でない値", "A value that is not the first 3 digits of a postal code"),
    "unknown-sex": Say("登録にない性別", "A sex that nobody is registered with"),
    "sensitive": Say("慎重に扱う商品の区分", "A sensitive class of goods"),
    "small-area": Say("せまい地域", "A small area"),
    "other-company": Say("発券する会社以外での購入も数える", "Purchases at other companies than the issuer count"),
    "till-only": Say("レジの施策だけで使える", "For campaigns at the till only"),
}
