"""The 25 conditions of a marketer, the first twelve: what is written, and all that it becomes."""

from __future__ import annotations

from typing import Final

from tests.spec.condition_row import Row

from noren.kernel.say import Say

FIRST: Final = (
    Row(
        Say("はじめの例", "The first example"),
        'sex = female and visits(category = "COFFEE") >= 5 in last 365 days',
        (
            '{"condition":{"is":"and","parts":[{"is":"trait","trait":"sex","value":"female"},{"cmp":">=","filter"'
            ':{"attribute":"category","is":"attribute","value":"COFFEE"},"is":"count","measure":"visits","number"'
            ':"5","window":{"count":365,"is":"in-last","unit":"day"}}]},"version":1}'
        ),
        "直近365日間に、分類『COFFEE』の商品を5会計以上で購入した女性",
        "直近365日間に、コーヒーを5回以上(お会計単位)お買い上げの女性のお客さま",
        "Women who bought category COFFEE on 5 or more visits in the last 365 days",
    ),
    Row(
        Say("新しいコーヒーの割引", "A discount on a new coffee"),
        'sex = female and visits(category = "COFFEE") >= 5 and never(product = "4900000000017")',
        (
            '{"condition":{"is":"and","parts":[{"is":"trait","trait":"sex","value":"female"},{"cmp":">=","filter"'
            ':{"attribute":"category","is":"attribute","value":"COFFEE"},"is":"count","measure":"visits","number"'
            ':"5"},{"filter":{"attribute":"product","is":"attribute","value":"4900000000017"},"is":"never"}]},"ve'
            'rsion":1}'
        ),
        (
            "これまでに、分類『COFFEE』の商品を5会計以上で購入し、商品コード『4900000000017』の商品を一度も購入し"
            "ていない女性"
        ),
        (
            "これまでに、コーヒーを5回以上(お会計単位)お買い上げで、商品コード『4900000000017』の商品のお買い上げ"
            "が一度もない女性のお客さま"
        ),
        ("Women who bought category COFFEE on 5 or more visits so far and have never bought product 4900000000017"),
    ),
    Row(
        Say("最近買った", "Bought lately"),
        'days_since_last(category = "COFFEE") <= 14',
        (
            '{"condition":{"cmp":"<=","days":14,"filter":{"attribute":"category","is":"attribute","value":"COFFEE'
            '"},"is":"days-since-last"},"version":1}'
        ),
        "最後に分類『COFFEE』の商品を購入した日から14日以内の会員",
        "最後にコーヒーをお買い上げの日から14日以内のお客さま",
        "Members who last bought category COFFEE 14 days or less ago",
    ),
    Row(
        Say("離れかけたお得意さま", "A regular who stays away"),
        "days_since_last(any) >= 60 and visits(any) >= 10 in last 12 months",
        (
            '{"condition":{"is":"and","parts":[{"cmp":">=","days":60,"filter":{"is":"any-line"},"is":"days-since-'
            'last"},{"cmp":">=","filter":{"is":"any-line"},"is":"count","measure":"visits","number":"10","window"'
            ':{"count":12,"is":"in-last","unit":"month"}}]},"version":1}'
        ),
        "最後に購入した日から60日以上たっており、直近12か月間に、10会計以上で購入した会員",
        "最後にお買い上げの日から60日以上たっており、直近12か月間に、10回以上(お会計単位)お買い上げのお客さま",
        (
            "Members who last bought something 60 days or more ago and bought something on 10 or more visits in t"
            "he last 12 months"
        ),
    ),
    Row(
        Say("買い始め", "Just begun"),
        "days_since_first(any) <= 30 and member_for <= 62 days",
        (
            '{"condition":{"is":"and","parts":[{"cmp":"<=","days":30,"filter":{"is":"any-line"},"is":"days-since-'
            'first"},{"cmp":"<=","days":62,"is":"member-for"}]},"version":1}'
        ),
        "初めて購入した日から30日以内の、入会からの日数が62日以下の会員",
        "初めてお買い上げの日から30日以内の、入会からの日数が62日以下のお客さま",
        "Members who first bought something 30 days or less ago and have been members for 62 days or less",
    ),
    Row(
        Say("いつもより間が空いた", "Later than usual"),
        'overdue(category = "COFFEE") > 1.5',
        (
            '{"condition":{"cmp":">","filter":{"attribute":"category","is":"attribute","value":"COFFEE"},"is":"ov'
            'erdue","times":"1.5"},"version":1}'
        ),
        ("分類『COFFEE』の商品の購入日が3日以上あり、前回の購入からの日数がいつもの購入間隔(平均)の1.5倍を超える会員"),
        ("コーヒーのご購入日が3日以上あり、前回のご購入からの日数がいつもの購入間隔(平均)の1.5倍を超えるお客さま"),
        (
            "Members who have gone more than 1.5 times their usual interval without buying category COFFEE (havin"
            "g bought it on 3 or more days)"
        ),
    ),
    Row(
        Say("ブランドの割合", "Share of a brand"),
        'share(brand = "Private" of department = "GROCERY") > 40% in last 182 days',
        (
            '{"condition":{"cmp":">","is":"share","part":{"attribute":"brand","is":"attribute","value":"Private"}'
            ',"percent":"40","whole":{"attribute":"department","is":"attribute","value":"GROCERY"},"window":{"cou'
            'nt":182,"is":"in-last","unit":"day"}},"version":1}'
        ),
        ("直近182日間で、部門『GROCERY』の商品の購入金額に占めるブランド『Private』の商品の割合が40%を超える会員"),
        "直近182日間で、食料品のご購入金額に占めるブランド『Private』の商品の割合が40%を超えるお客さま",
        (
            "Members who gave more than 40% of their spending on department GROCERY to brand Private in the last "
            "182 days"
        ),
    ),
    Row(
        Say("買い物が減った", "Buys less"),
        "change(spend(any), 30 days) <= -20%",
        (
            '{"condition":{"cmp":"<=","days":30,"filter":{"is":"any-line"},"is":"change","measure":"spend","perce'
            'nt":"-20"},"version":1}'
        ),
        "直近30日間の購入金額が、その前の30日間と比べて20%以上減った会員",
        "直近30日間のご購入金額が、その前の30日間と比べて20%以上減ったお客さま",
        "Members who lowered their spending by 20% or more in the last 30 days over the 30 days before",
    ),
    Row(
        Say("毎月買う", "Buys every month"),
        'every month for 6 (visits(category = "BEERS/ALES") >= 1)',
        (
            '{"condition":{"count":{"cmp":">=","filter":{"attribute":"category","is":"attribute","value":"BEERS/A'
            'LES"},"is":"count","measure":"visits","number":"1"},"is":"every","periods":6,"rhythm":"month"},"vers'
            'ion":1}'
        ),
        "今月を除く直近6か月間、毎月、分類『BEERS/ALES』の商品を1会計以上で購入した会員",
        "今月を除く直近6か月間、毎月、ビールを1回以上(お会計単位)お買い上げのお客さま",
        "Members who bought category BEERS/ALES on 1 or more visits in each of the last 6 complete months",
    ),
    Row(
        Say("毎週買う", "Buys every week"),
        "every week for 4 (spend(any) >= 2000)",
        (
            '{"condition":{"count":{"cmp":">=","filter":{"is":"any-line"},"is":"count","measure":"spend","number"'
            ':"2000"},"is":"every","periods":4,"rhythm":"week"},"version":1}'
        ),
        "今週を除く直近4週間、毎週、購入金額が2,000円以上の会員",
        "今週を除く直近4週間、毎週、ご購入金額が2,000円以上のお客さま",
        "Members who spent ¥2,000 or more in each of the last 4 complete weeks",
    ),
    Row(
        Say("順番", "One after the other"),
        'bought (category = "BABY FOODS") followed by (category = "COFFEE") within 30 days in last 6 months',
        (
            '{"condition":{"days":30,"first":{"attribute":"category","is":"attribute","value":"BABY FOODS"},"foll'
            'owed":true,"is":"then","later":{"attribute":"category","is":"attribute","value":"COFFEE"},"window":{'
            '"count":6,"is":"in-last","unit":"month"}},"version":1}'
        ),
        (
            "直近6か月間に、分類『BABY FOODS』の商品を購入し、その後30日以内に分類『COFFEE』の商品を購入したこと"
            "がある会員"
        ),
        "直近6か月間に、ベビーフードをお買い上げの後、30日以内にコーヒーをご購入になったことがあるお客さま",
        (
            "Members who bought category BABY FOODS in the last 6 months and then bought category COFFEE within 3"
            "0 days, at least once"
        ),
    ),
    Row(
        Say("一度きり", "Once and not again"),
        'bought (product = "4900000000017") not followed by (product = "4900000000017") within 60 days',
        (
            '{"condition":{"days":60,"first":{"attribute":"product","is":"attribute","value":"4900000000017"},"fo'
            'llowed":false,"is":"then","later":{"attribute":"product","is":"attribute","value":"4900000000017"}},'
            '"version":1}'
        ),
        (
            "これまでに、商品コード『4900000000017』の商品を購入し、その後60日以内に商品コード『4900000000017』の"
            "商品を購入しなかったことがある会員"
        ),
        (
            "これまでに、商品コード『4900000000017』の商品をお買い上げの後、60日以内に商品コード『4900000000017』"
            "の商品をご購入にならなかったことがあるお客さま"
        ),
        (
            "Members who bought product 4900000000017 so far and then did not buy product 4900000000017 within 60"
            " days, at least once"
        ),
    ),
)
