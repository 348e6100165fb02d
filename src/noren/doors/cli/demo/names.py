"""Common Japanese names with their readings, from which the demo's persons are invented.

Names that are also prefectures or towns of the demo are left out, so that a search for a
name in the files of a home finds a person or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Name:
    """A family or given name: as written, in katakana, in Latin letters (for mail addresses)."""

    written: str
    kana: str
    latin: str


def _read(table: str) -> tuple[Name, ...]:
    return tuple(Name(*entry.split()) for entry in table.strip().splitlines())


FAMILY: Final = _read("""
佐藤 サトウ sato
鈴木 スズキ suzuki
高橋 タカハシ takahashi
田中 タナカ tanaka
伊藤 イトウ ito
渡辺 ワタナベ watanabe
山本 ヤマモト yamamoto
中村 ナカムラ nakamura
小林 コバヤシ kobayashi
加藤 カトウ kato
吉田 ヨシダ yoshida
山田 ヤマダ yamada
佐々木 ササキ sasaki
松本 マツモト matsumoto
井上 イノウエ inoue
木村 キムラ kimura
清水 シミズ shimizu
林田 ハヤシダ hayashida
斎藤 サイトウ saito
山崎 ヤマザキ yamazaki
池田 イケダ ikeda
橋本 ハシモト hashimoto
阿部 アベ abe
石井 イシイ ishii
小川 オガワ ogawa
前田 マエダ maeda
岡田 オカダ okada
長谷川 ハセガワ hasegawa
藤田 フジタ fujita
後藤 ゴトウ goto
近藤 コンドウ kondo
村上 ムラカミ murakami
遠藤 エンドウ endo
青木 アオキ aoki
坂本 サカモト sakamoto
斉藤 サイトウ saito
福田 フクダ fukuda
太田 オオタ ota
西村 ニシムラ nishimura
藤井 フジイ fujii
金子 カネコ kaneko
藤原 フジワラ fujiwara
三浦 ミウラ miura
岡本 オカモト okamoto
松田 マツダ matsuda
中島 ナカジマ nakajima
中野 ナカノ nakano
原田 ハラダ harada
小野 オノ ono
田村 タムラ tamura
竹内 タケウチ takeuchi
和田 ワダ wada
中山 ナカヤマ nakayama
石田 イシダ ishida
上田 ウエダ ueda
森田 モリタ morita
柴田 シバタ shibata
酒井 サカイ sakai
工藤 クドウ kudo
横山 ヨコヤマ yokoyama
宮本 ミヤモト miyamoto
内田 ウチダ uchida
高木 タカギ takagi
安藤 アンドウ ando
谷口 タニグチ taniguchi
大野 オオノ ono
丸山 マルヤマ maruyama
今井 イマイ imai
高田 タカダ takada
藤本 フジモト fujimoto
武田 タケダ takeda
村田 ムラタ murata
上野 ウエノ ueno
杉山 スギヤマ sugiyama
増田 マスダ masuda
平野 ヒラノ hirano
菅原 スガワラ sugawara
久保 クボ kubo
小島 コジマ kojima
松井 マツイ matsui
桜井 サクライ sakurai
野口 ノグチ noguchi
木下 キノシタ kinoshita
野村 ノムラ nomura
松尾 マツオ matsuo
菊地 キクチ kikuchi
佐野 サノ sano
大西 オオニシ onishi
杉本 スギモト sugimoto
新井 アライ arai
浜田 ハマダ hamada
菅野 カンノ kanno
市川 イチカワ ichikawa
水野 ミズノ mizuno
小松 コマツ komatsu
島田 シマダ shimada
古川 フルカワ furukawa
小山 コヤマ koyama
髙橋 タカハシ takahashi
""")

MEN: Final = _read("""
蓮司 レンジ renji
大翔 ヒロト hiroto
陽翔 ハルト haruto
悠真 ユウマ yuma
健一 ケンイチ kenichi
健太 ケンタ kenta
翔太 ショウタ shota
拓也 タクヤ takuya
直樹 ナオキ naoki
達也 タツヤ tatsuya
和也 カズヤ kazuya
哲也 テツヤ tetsuya
浩二 コウジ koji
浩司 コウジ koji
博之 ヒロユキ hiroyuki
雅之 マサユキ masayuki
秀樹 ヒデキ hideki
英樹 ヒデキ hideki
正彦 マサヒコ masahiko
和彦 カズヒコ kazuhiko
隆史 タカシ takashi
孝志 タカシ takashi
誠司 セイジ seiji
修平 シュウヘイ shuhei
大輔 ダイスケ daisuke
雄介 ユウスケ yusuke
陽介 ヨウスケ yosuke
祐介 ユウスケ yusuke
亮太 リョウタ ryota
涼太 リョウタ ryota
裕樹 ユウキ yuki
智也 トモヤ tomoya
智之 トモユキ tomoyuki
俊介 シュンスケ shunsuke
俊夫 トシオ toshio
昭夫 アキオ akio
義雄 ヨシオ yoshio
幸雄 ユキオ yukio
正雄 マサオ masao
勝利 カツトシ katsutoshi
光男 ミツオ mitsuo
清志 キヨシ kiyoshi
進一 シンイチ shinichi
純一 ジュンイチ junichi
慎太郎 シンタロウ shintaro
健太郎 ケンタロウ kentaro
龍之介 リュウノスケ ryunosuke
颯太 ソウタ sota
湊斗 ミナト minato
朝陽 アサヒ asahi
""")

WOMEN: Final = _read("""
陽菜 ヒナ hina
結衣 ユイ yui
美咲 ミサキ misaki
さくら サクラ sakura
葵衣 アオイ aoi
凛花 リンカ rinka
愛美 マナミ manami
彩香 アヤカ ayaka
彩乃 アヤノ ayano
麻衣 マイ mai
麻美 アサミ asami
直美 ナオミ naomi
久美子 クミコ kumiko
恵美子 エミコ emiko
由美子 ユミコ yumiko
真由美 マユミ mayumi
裕子 ユウコ yuko
優子 ユウコ yuko
陽子 ヨウコ yoko
洋子 ヨウコ yoko
智子 トモコ tomoko
知子 トモコ tomoko
恵子 ケイコ keiko
京香 キョウカ kyoka
明美 アケミ akemi
幸子 サチコ sachiko
和子 カズコ kazuko
節子 セツコ setsuko
文子 フミコ fumiko
典子 ノリコ noriko
美穂 ミホ miho
美香 ミカ mika
千尋 チヒロ chihiro
千夏 チナツ chinatsu
沙織 サオリ saori
香織 カオリ kaori
真理 マリ mari
理恵 リエ rie
舞子 マイコ maiko
遥香 ハルカ haruka
七海 ナナミ nanami
優花 ユウカ yuka
莉子 リコ riko
紬希 ツムギ tsumugi
詩織 シオリ shiori
里奈 リナ rina
亜希子 アキコ akiko
奈緒 ナオ nao
小百合 サユリ sayuri
美和子 ミワコ miwako
""")
