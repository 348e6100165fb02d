"""Words by which a slip would tell a condition: Japanese and English, as patterns over a text in its normal form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from noren.audience.language.words import Trait

SEX: Final = (
    r"女性|男性|女子|男子|女の|男の|レディ|ウィメン|メンズ|婦人|紳士|お母|お父|ママ|パパ|主婦|主夫|奥さ|"
    r"\b(?:wom[ae]n'?s?|females?|lad(?:y|ies)|girls?|m[ae]n'?s?|males?|gentlem[ae]n|boys?|m[ou]ms?|mothers?|dads?|fathers?"
    r"|wives|wife|husbands?)\b"
)
AGE: Final = (
    r"[0-9]+ ?(?:歳|才|代)|年齢|世代|シニア|高齢|敬老|若い|若者|ヤング|大人の|学生|"
    r"\b(?:aged?|years? old|seniors?|elderly|young|youth|teens?|twenties|thirties|forties|fifties|sixties|students?)\b"
)
PREFECTURES: Final = (
    "北海道 青森 岩手 宮城 秋田 山形 福島 茨城 栃木 群馬 埼玉 千葉 東京 神奈川 新潟 富山"
    " 石川 福井 山梨 長野 岐阜 静岡 愛知 三重 滋賀 京都 大阪 兵庫 奈良 和歌山 鳥取 島根"
    " 岡山 広島 山口 徳島 香川 愛媛 高知 福岡 佐賀 長崎 熊本 大分 宮崎 鹿児島 沖縄"
    " hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa niigata"
    " toyama ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori"
    " shimane okayama hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita miyazaki"
    " kagoshima okinawa"
)
WHERE: Final = (
    r"お住まい|在住|地域|エリア|地元|ご近所|[都道府県市区町村]民|"
    r"\b(?:residents?|local(?:s|ly)?|neighbou?rs?|live in|living in)\b|"
    + "|".join(rf"\b{name}\b" if name.isascii() else name for name in PREFECTURES.split())
)
TRAITS: Final[Mapping[Trait, str]] = {
    Trait.SEX: SEX,
    Trait.PREFECTURE: WHERE,
    Trait.POSTAL3: WHERE,
    Trait.TIER: r"ランク|ステージ|ゴールド|プラチナ|シルバー|\b(?:tier|rank|gold|platinum|silver)\b",
}
BIRTH: Final = r"誕生|生まれ|バースデ|\b(?:birth ?days?|birth ?months?|born)\b"
MEMBER_FOR: Final = (
    r"入会|新会員|新規会員|会員歴|長年|周年|\b(?:joined|joining|new members?|members? (?:for|since)|anniversary)\b"
)
HABIT: Final = (
    r"(?:買|購入|お求め|利用|来店|お越し)[^。、 ]{0,6}(?:いただ|くださ|された|なった|した|ている|多い|方|お客)|"
    r"いつも|よくお|たびたび|何度も|しばしば|常連|リピート|ご愛用|ご愛顧|お得意|お久|久しぶり|ご無沙汰|しばらく|最近|"
    r"前回|先月|先週|昨年|去年|以前|過去|これまで|初めて|はじめて|おかえり|ぶりの|"
    r"\b(?:you(?:'ve| have)? (?:bought|purchased|visited|spent|shopped)|because you|since you|(?:have|has)n't|"
    r"who (?:bought|buy|purchased|visit(?:ed)?|shop(?:ped)?|sp[ea]nd|have)|"
    r"your (?:usual|favou?rites?|regular|last|recent|past)|regulars?|loyal(?:ty)?|frequent(?:ly)?|often|recently|"
    r"missed? you|long time|welcome back|first[- ]time)\b"
)
CHOSEN: Final = (
    r"条件(?:に合|を満|に該|達成)|対象の?(?:お客|方|会員|皆)|対象者|該当|選ばれ|あなただけ|お客さ?様?限定|お客さまだけ|"
    r"方限定|会員さ?様?限定|特別なお客|"
    r"\b(?:been (?:selected|chosen)|(?:selected|chosen|eligible) (?:customers?|members?|shoppers?)|"
    r"(?:selected|chosen) for you|qualif\w+|criteria|you met|only for you|just for you|(?:customers?|members?) only)\b"
)
TIME: Final = (
    r"[月火水木金土日]曜|平日|週末|祝日|早朝|朝の|お昼|夕方|夜の|深夜|[0-9]+ ?時|"
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|week ?days?|week ?ends?|mornings?|evenings?|nights?|noon|"
    r"[0-9]+ ?(?:am|pm))\b"
)
POINTS: Final = r"残高|失効|ポイントが(?:多|少|余)|\b(?:balance|expir\w+)\b"
