"""The 25 conditions of a marketer, the other thirteen: what is written, and all that it becomes."""

from __future__ import annotations

from typing import Final

from tests.spec.condition_row import Row

from noren.kernel.say import Say

SECOND: Final = (
    Row(
        Say("一緒に買う", "Together"),
        'visits(together(category = "COFFEE", category = "FLUID MILK PRODUCTS")) >= 3 in last 90 days',
        (
            '{"condition":{"cmp":">=","filter":{"is":"together","parts":[{"attribute":"category","is":"attribute"'
            ',"value":"COFFEE"},{"attribute":"category","is":"attribute","value":"FLUID MILK PRODUCTS"}]},"is":"c'
            'ount","measure":"visits","number":"3","window":{"count":90,"is":"in-last","unit":"day"}},"version":1'
            "}"
        ),
        (
            "直近90日間に、分類『COFFEE』の商品と分類『FLUID MILK PRODUCTS』の商品を同じ会計で一緒に3会計以上で購"
            "入した会員"
        ),
        "直近90日間に、コーヒーと牛乳を同じ会計で一緒に3回以上(お会計単位)お買い上げのお客さま",
        (
            "Members who bought category COFFEE and category FLUID MILK PRODUCTS together on 3 or more visits in "
            "the last 90 days"
        ),
    ),
    Row(
        Say("上位1割", "The top tenth"),
        'top 10% by spend(category = "BEERS/ALES") in last 90 days',
        (
            '{"condition":{"filter":{"attribute":"category","is":"attribute","value":"BEERS/ALES"},"is":"top","me'
            'asure":"spend","percent":"10","window":{"count":90,"is":"in-last","unit":"day"}},"version":1}'
        ),
        ("直近90日間で、分類『BEERS/ALES』の商品の購入金額が、前日までの集計で、購入のある全会員の上位10%に入る会員"),
        "直近90日間で、ビールのご購入金額が、前日までの集計で、購入のある全会員の上位10%に入るお客さま",
        (
            "Members who are in the top 10% of all buyers by spending on category BEERS/ALES in the last 90 days,"
            " as of the day before"
        ),
    ),
    Row(
        Say("3つのうち2つ", "Two of three"),
        (
            'at least 2 of (visits(category = "BEERS/ALES") >= 4, visits(category = "COFFEE") >= 4, visits(catego'
            'ry = "CHEESE") >= 4)'
        ),
        (
            '{"condition":{"count":2,"is":"at-least","parts":[{"cmp":">=","filter":{"attribute":"category","is":"'
            'attribute","value":"BEERS/ALES"},"is":"count","measure":"visits","number":"4"},{"cmp":">=","filter":'
            '{"attribute":"category","is":"attribute","value":"COFFEE"},"is":"count","measure":"visits","number":'
            '"4"},{"cmp":">=","filter":{"attribute":"category","is":"attribute","value":"CHEESE"},"is":"count","m'
            'easure":"visits","number":"4"}]},"version":1}'
        ),
        (
            "「これまでに、分類『BEERS/ALES』の商品を4会計以上で購入した」「これまでに、分類『COFFEE』の商品を4会"
            "計以上で購入した」「これまでに、分類『CHEESE』の商品を4会計以上で購入した」のうち2つ以上に当てはまる"
            "会員"
        ),
        (
            "「これまでに、ビールを4回以上(お会計単位)お買い上げになった」「これまでに、コーヒーを4回以上(お会計"
            "単位)お買い上げになった」「これまでに、チーズを4回以上(お会計単位)お買い上げになった」のうち2つ以上"
            "に当てはまるお客さま"
        ),
        (
            "Members who meet at least 2 of these 3 [(1) they bought category BEERS/ALES on 4 or more visits so f"
            "ar; (2) they bought category COFFEE on 4 or more visits so far; (3) they bought category CHEESE on 4"
            " or more visits so far]"
        ),
    ),
    Row(
        Say("使われなかったクーポン", "A coupon not used"),
        'received("春の珈琲") in last 60 days and not redeemed("春の珈琲") in last 60 days',
        (
            '{"condition":{"is":"and","parts":[{"campaign":"春の珈琲","is":"received","window":{"count":60,"is":"'
            'in-last","unit":"day"}},{"is":"not","part":{"campaign":"春の珈琲","is":"redeemed","window":{"count":'
            '60,"is":"in-last","unit":"day"}}}]},"version":1}'
        ),
        (
            "直近60日間に、キャンペーン『春の珈琲』のクーポン発行か配信の対象に選ばれ、同じ期間に、キャンペーン『"
            "春の珈琲』のクーポンを利用していない会員"
        ),
        (
            "直近60日間に、キャンペーン『春の珈琲』のクーポン発行か配信の対象に選ばれ、同じ期間に、キャンペーン『"
            "春の珈琲』のクーポンをご利用ではないお客さま"
        ),
        (
            "Members who were chosen for a coupon or message of campaign 春の珈琲 in the last 60 days and did not"
            " use a coupon of campaign 春の珈琲 in the last 60 days"
        ),
    ),
    Row(
        Say("しばらくお便りしていない", "Not written to of late"),
        "not contacted in last 30 days and reachable by email",
        (
            '{"condition":{"is":"and","parts":[{"is":"not","part":{"is":"contacted","window":{"count":30,"is":"in'
            '-last","unit":"day"}}},{"channel":"email","is":"reachable"}]},"version":1}'
        ),
        "直近30日間に、いずれかのキャンペーンの配信の対象に選ばれていない、メールを受け取れる会員",
        "直近30日間に、いずれかのキャンペーンの配信の対象に選ばれていない、メールを受け取れるお客さま",
        ("Members who were not chosen for a message of any campaign in the last 30 days and can be reached by e-mail"),
    ),
    Row(
        Say("失効しそうなポイント", "Points about to expire"),
        "points_balance >= 500 and points_expiring(30 days) > 0",
        (
            '{"condition":{"is":"and","parts":[{"cmp":">=","is":"points-balance","points":500},{"cmp":">","days":'
            '30,"is":"points-expiring","points":0}]},"version":1}'
        ),
        "ポイント残高が500ポイント以上で、30日以内に失効するポイントがある会員",
        "ポイント残高が500ポイント以上で、30日以内に失効するポイントがあるお客さま",
        "Members who have a balance of 500 or more points and have points that expire within 30 days",
    ),
    Row(
        Say("いまの買い物かご", "The basket in hand"),
        (
            'basket total >= 2000 and basket has (category = "COFFEE") and basket lacks (category = "FLUID MILK P'
            'RODUCTS")'
        ),
        (
            '{"condition":{"is":"and","parts":[{"amount":2000,"cmp":">=","is":"basket-total"},{"filter":{"attribu'
            'te":"category","is":"attribute","value":"COFFEE"},"is":"basket-has"},{"filter":{"attribute":"categor'
            'y","is":"attribute","value":"FLUID MILK PRODUCTS"},"is":"basket-lacks"}]},"version":1}'
        ),
        (
            "今回の会計の合計が2,000円以上で、今回の会計に分類『COFFEE』の商品があり、今回の会計に分類『FLUID MIL"
            "K PRODUCTS』の商品がない会員"
        ),
        ("今回のお買い物の合計が2,000円以上で、今回のお買い物にコーヒーがあり、今回のお買い物に牛乳がないお客さま"),
        (
            "Members who have a basket of ¥2,000 or more in hand, have category COFFEE in the basket in hand, and"
            " do not have category FLUID MILK PRODUCTS in the basket in hand"
        ),
    ),
    Row(
        Say("平日の昼", "Weekday lunch"),
        "days(weekday in (mon, tue, wed, thu, fri) and hour 11..13) >= 8 in last 30 days",
        (
            '{"condition":{"cmp":">=","filter":{"is":"filter-and","parts":[{"days":["mon","tue","wed","thu","fri"'
            '],"is":"weekday-in"},{"first":11,"is":"hour-between","last":13}]},"is":"count","measure":"days","num'
            'ber":"8","window":{"count":30,"is":"in-last","unit":"day"}},"version":1}'
        ),
        "直近30日間で、月・火・水・木・金曜日の11時〜13時台の購入日数が8日以上の会員",
        "直近30日間で、月・火・水・木・金曜日の11時〜13時台のご購入日数が8日以上のお客さま",
        (
            "Members who bought something on Mondays, Tuesdays, Wednesdays, Thursdays or Fridays from 11:00 to 13"
            ":59 on 8 or more days in the last 30 days"
        ),
    ),
    Row(
        Say("まとめ買い", "Buys in bulk"),
        'units(category = "COFFEE") > 12 in 2017-03-01..2017-05-31',
        (
            '{"condition":{"cmp":">","filter":{"attribute":"category","is":"attribute","value":"COFFEE"},"is":"co'
            'unt","measure":"units","number":"12","window":{"first":"2017-03-01","is":"in-dates","last":"2017-05-'
            '31"}},"version":1}'
        ),
        "2017年3月1日から2017年5月31日までの間で、分類『COFFEE』の商品の購入点数が12点を超える会員",
        "2017年3月1日から2017年5月31日までの間で、コーヒーのご購入点数が12点を超えるお客さま",
        "Members who bought more than 12 units of category COFFEE from 1 March 2017 to 31 May 2017",
    ),
    Row(
        Say("若い人の先月の買い物", "The young, last month"),
        (
            'age 20..29 and prefecture in ("東京都", "神奈川県") and spend(department = "COSMETICS") >= 3000 in p'
            "revious month"
        ),
        (
            '{"condition":{"is":"and","parts":[{"first":20,"is":"age-between","last":29},{"is":"trait-in","trait"'
            ':"prefecture","values":["東京都","神奈川県"]},{"cmp":">=","filter":{"attribute":"department","is":"a'
            'ttribute","value":"COSMETICS"},"is":"count","measure":"spend","number":"3000","window":{"is":"in-per'
            'iod","period":"month","which":"previous"}}]},"version":1}'
        ),
        "先月、部門『COSMETICS』の商品の購入金額が3,000円以上の、20〜29歳で、東京都か神奈川県にお住まいの会員",
        "先月、化粧品のご購入金額が3,000円以上の、20〜29歳で、東京都か神奈川県にお住まいのお客さま",
        (
            "Members aged 20–29 living in 東京都 or 神奈川県 who spent ¥3,000 or more on department COSMETICS in "
            "the previous month"
        ),
    ),
    Row(
        Say("いろいろ試す", "Tries many"),
        'brands(department = "PRODUCE") >= 3 in previous quarter and shops(any) >= 2 in this fiscal year',
        (
            '{"condition":{"is":"and","parts":[{"cmp":">=","filter":{"attribute":"department","is":"attribute","v'
            'alue":"PRODUCE"},"is":"count","measure":"brands","number":"3","window":{"is":"in-period","period":"q'
            'uarter","which":"previous"}},{"cmp":">=","filter":{"is":"any-line"},"is":"count","measure":"shops","'
            'number":"2","window":{"is":"in-period","period":"fiscal year","which":"this"}}]},"version":1}'
        ),
        "前の四半期、部門『PRODUCE』の商品のブランド数が3ブランド以上で、今年度、利用店舗数が2店舗以上の会員",
        "前の四半期、青果のブランド数が3ブランド以上で、今年度、ご利用店舗数が2店舗以上のお客さま",
        (
            "Members who bought 3 or more different brands of department PRODUCE in the previous quarter and boug"
            "ht something at 2 or more shops this fiscal year"
        ),
    ),
    Row(
        Say("誕生月のお得意さま", "A regular's birthday month"),
        ('birth_month = this and tier in (gold, platinum) and visits(product in list "新商品") < 1 in last 2 weeks'),
        (
            '{"condition":{"is":"and","parts":[{"is":"birth-month","month":"this"},{"is":"trait-in","trait":"tier'
            '","values":["gold","platinum"]},{"cmp":"<","filter":{"attribute":"product","is":"attribute-in-list",'
            '"name":"新商品"},"is":"count","measure":"visits","number":"1","window":{"count":2,"is":"in-last","un'
            'it":"week"}}]},"version":1}'
        ),
        (
            "直近2週間で、商品コード一覧『新商品』の商品の購入回数(会計単位)が1会計未満(0を含む)の、今月生まれで"
            "、会員ランクが『gold』か『platinum』の会員"
        ),
        (
            "直近2週間で、商品コード一覧『新商品』の商品のお買い上げ回数(お会計単位)が1回未満(0を含む)の、今月生"
            "まれで、会員ランクが『gold』か『platinum』のお客さま"
        ),
        (
            "Members of tier gold or platinum who have their birthday this month and bought product of the list "
            "新商品 on fewer than 1 visits in the last 2 weeks (those who bought nothing included)"
        ),
    ),
    Row(
        Say("どちらか", "Either"),
        (
            '(units(category in ("CHEESE", "YOGURT")) >= 4 in last 4 weeks or points(any) >= 100 in this month) a'
            "nd sex != male"
        ),
        (
            '{"condition":{"is":"and","parts":[{"is":"or","parts":[{"cmp":">=","filter":{"attribute":"category","'
            'is":"attribute-in","values":["CHEESE","YOGURT"]},"is":"count","measure":"units","number":"4","window'
            '":{"count":4,"is":"in-last","unit":"week"}},{"cmp":">=","filter":{"is":"any-line"},"is":"count","mea'
            'sure":"points","number":"100","window":{"is":"in-period","period":"month","which":"this"}}]},{"is":"'
            'trait-not","trait":"sex","value":"male"}]},"version":1}'
        ),
        (
            "「直近4週間で、分類『CHEESE』『YOGURT』のいずれかの商品の購入点数が4点以上である」「今月、獲得ポイン"
            "トが100ポイント以上である」のどちらかに当てはまる、男性ではない会員"
        ),
        (
            "「直近4週間で、チーズかヨーグルトのご購入点数が4点以上である」「今月、獲得ポイントが100ポイント以上"
            "である」のどちらかに当てはまる、男性ではないお客さま"
        ),
        (
            "Members who meet at least one of [(1) they bought 4 or more units of category CHEESE or YOGURT in th"
            "e last 4 weeks; (2) they earned 100 or more points this month] and are not men"
        ),
    ),
)
