"""A slip of a real till whose paper is in English, with a code for phones and a GS1 coupon number."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from noren.campaign import verify_draw
from noren.house.home import Programme, Settings, Slips
from noren.testing.campaign_book import campaign_text
from noren.testing.campaigns import start_campaign
from noren.testing.till import TillHouse
from noren.testing.till_bodies import JAPAN, line, purchase

COFFEE, FRONT, REFERENCE = "4901777018888", "https://points.example", "456789012345"


def test_the_code_leads_to_the_slip_the_script_accepts_it_and_the_till_takes_its_number(tmp_path: Path) -> None:
    paper = Slips(english_at=["S1"], check_at=FRONT, gs1_reference=REFERENCE)
    settings = Settings(programme=Programme(kind="sandbox"), slips=paper)
    today = datetime.now(JAPAN).date()
    with TillHouse.temporary(settings=settings) as house:
        house.ask("/reference/products", {"rows": [{"product": COFFEE, "category": "COFFEE"}]})
        said: dict[str, Any] = {"first": today - timedelta(days=1), "until": today + timedelta(days=9)}
        text = campaign_text("fans", condition='visits(partner = "P1" and category = "COFFEE") >= 1', **said)
        terms = start_campaign(house, text, "fans")["terms"]
        shopper = house.shopper()
        with house.client(house.terminal("S1")) as till, house.client(house.terminal("S2")) as other:
            body = purchase(shopper.card, line(COFFEE))
            sold = till.purchase(body)
            slip, code = sold.json["effects"]
            assert (slip["print"][0], slip["barcode"]["symbology"]) == ("50 yen off", "gs1-128")
            assert code["value"].startswith(f"{FRONT}/slip#")
            assert json.loads(base64.urlsafe_b64decode(code["value"].partition("#")[2] + "==")) == slip
            assert accepted(tmp_path, terms, slip)
            assert not accepted(tmp_path, terms, {**slip, "print": slip["print"][1:]})
            assert till.purchase(body).body == sold.body, "a printer that jammed gets the very same slip and code"
            used = till.purchase(purchase(shopper.card, line(COFFEE), coupons=[slip["barcode"]["value"]]))
            assert {each["type"]: each.get("coupon") for each in used.json["effects"]} == {
                "redeem_coupon": slip["coupon"]
            }
            assert other.purchase(purchase(house.shopper().card, line(COFFEE))).json["effects"][0]["print"][0] == (
                "新商品コーヒー 50円引きクーポン"
            )


def accepted(folder: Path, terms: str, slip: dict[str, Any]) -> bool:
    """Return what the script says that knows nothing of noren."""
    script = str(Path(verify_draw.__file__))
    for name, said in (("terms.json", terms.encode()), ("slip.json", msgspec.json.encode(slip))):
        (folder / name).write_bytes(said)
    asked = [sys.executable, "-I", script, "--terms", str(folder / "terms.json"), "--slip", str(folder / "slip.json")]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0
