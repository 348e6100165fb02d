// Checks a coupon slip in this browser alone: nothing that is typed or pasted here leaves it. Says with [data-says] what
// it found; the words stand in the page. Written apart from the code that draws, as the Python script is.
"use strict";

const FIELDS = ["slip", "terms", "seed", "number", "shop", "terminal", "date", "receipt"];
const field = (name) => document.getElementById(name);
const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const isHex = (text, ...lengths) => typeof text === "string" && lengths.includes(text.length) && /^[0-9a-fA-F]*$/.test(text);
const same = (one, other) => hex(one) === hex(other);

function joined(...parts) {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
}

// One JSON object: whole numbers, no name twice. An object is a Map, for a name may be any word, "__proto__" too.
function read(text) {
  const token = /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9][0-9]*)(?![0-9.eE]))|(true|false|null))/y;
  const next = () => {
    const found = token.exec(text);
    if (!found) throw new SyntaxError("no JSON");
    return found;
  };
  const word = (found) => {
    const said = JSON.parse(found[2]);
    encodeURIComponent(said);  // half a sign is no text
    return said;
  };
  const value = (found, depth) => {
    if (depth > 100) throw new SyntaxError("too deep");
    if (found[2]) return word(found);
    if (found[3]) {
      if (!Number.isSafeInteger(Number(found[3]))) throw new SyntaxError("too large");
      return Number(found[3]);
    }
    if (found[4]) return JSON.parse(found[4]);
    if (found[1] === "[") return list(depth);
    if (found[1] === "{") return object(depth);
    throw new SyntaxError("no value");
  };
  const list = (depth) => {
    const out = [];
    for (let found = next(); found[1] !== "]" || out.length; found = next()) {
      out.push(value(found, depth + 1));
      const after = next()[1];
      if (after === "]") break;
      if (after !== ",") throw new SyntaxError("no list");
    }
    return out;
  };
  const object = (depth) => {
    const out = new Map();
    for (let found = next(); found[1] !== "}" || out.size; found = next()) {
      if (!found[2] || next()[1] !== ":") throw new SyntaxError("no name");
      const name = word(found);
      if (out.has(name)) throw new SyntaxError("a name twice");
      out.set(name, value(next(), depth + 1));
      const after = next()[1];
      if (after === "}") break;
      if (after !== ",") throw new SyntaxError("no object");
    }
    return out;
  };
  const whole = value(next(), 0);
  if (!(whole instanceof Map) || !/^[ \t\n\r]*$/.test(text.slice(token.lastIndex))) throw new SyntaxError("no object");
  return whole;
}

// RFC 8785, as far as terms and slips go.
function canonical(said) {
  if (said instanceof Map) {
    return `{${[...said.keys()].sort().map((name) => `${JSON.stringify(name)}:${canonical(said.get(name))}`).join(",")}}`;
  }
  return Array.isArray(said) ? `[${said.map(canonical).join(",")}]` : JSON.stringify(said);
}

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

async function hmac(key, bytes) {
  const made = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", made, bytes));
}

// true, false, or null: this browser knows no Ed25519.
async function verifies(key, text, signature) {
  let made;
  try {
    made = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (wrong) {
    return wrong.name === "DataError" ? false : null;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, made, signature, text);
}

function proofOf(text) {
  if (typeof text !== "string" || !/^[0-9A-Za-z_-]{183}$/.test(text)) return null;
  const raw = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/") + "="), (c) => c.charCodeAt(0));
  const again = btoa(String.fromCharCode(...raw)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return raw.length === 137 && raw[0] === 1 && again === text ? raw : null;
}

function areTerms(terms) {
  const shares = terms.get("share_hashes");
  return typeof terms.get("campaign") === "string" && ["member", "visit"].includes(terms.get("draw"))
    && typeof terms.get("rate") === "string" && /^(0(\.[0-9]{1,18})?|1(\.0{1,18})?)$/.test(terms.get("rate"))
    && [terms.get("public_key"), ...(Array.isArray(shares) ? shares : [])].every((each) => isHex(each, 64))
    && Array.isArray(shares) && shares.length === 3;
}

function threshold(rate) {
  const [whole, part = ""] = rate.split(".");
  return (BigInt(whole + part) << 64n) / 10n ** BigInt(part.length);
}

function object(text) {
  try { return read(text); } catch { return null; }
}

// Returns what was found, in the order in which the command and the script look.
async function check(given) {
  const slip = object(given.slip), terms = object(given.terms);
  if (!slip) return ["not-a-slip"];
  if (!terms || !areTerms(terms)) return ["not-terms"];
  const raw = proofOf(slip.get("proof"));
  if (!raw) return ["not-a-proof"];
  if (!same(raw.slice(41, 73), await sha256(utf8(canonical(terms))))) return ["other-terms"];
  if (slip.get("campaign") !== terms.get("campaign")) return ["other-campaign"];
  const bare = new Map([...slip].filter(([name]) => name !== "proof"));
  const text = joined(utf8("noren-slip-1\0"), raw.slice(0, 73), await sha256(utf8(canonical(bare))));
  const signed = await verifies(unhex(terms.get("public_key")), text, raw.slice(73));
  if (signed === false) return ["bad-signature"];
  const found = [signed ? "signed" : "no-ed25519"];
  return found.concat(await drawn(terms, raw.slice(9, 41), given.seed), await hers(terms, raw.slice(9, 41), given));
}

async function drawn(terms, ticket, given) {
  if (!given) return [];
  if (!isHex(given, 64, 192)) return ["no-seed"];
  let seed = unhex(given);
  const found = [];
  if (seed.length === 96) {
    for (const [at, hash] of terms.get("share_hashes").entries()) {
      if (hex(await sha256(seed.slice(32 * at, 32 * at + 32))) !== hash) return ["other-shares"];
    }
    seed = await sha256(seed);
    found.push("committed");
  }
  const place = BigInt(`0x${hex((await hmac(seed, ticket)).slice(0, 8))}`);
  return [...found, place < threshold(terms.get("rate")) ? "drawn" : "not-drawn"];
}

async function hers(terms, ticket, given) {
  if (!given.number) return [];
  if (!isHex(given.number, 32)) return ["no-number"];
  const visit = [given.shop, given.terminal, given.date, given.receipt];
  if (terms.get("draw") === "visit" && !visit.every(Boolean)) return ["no-receipt"];
  const parts = terms.get("draw") === "member" ? ["member", terms.get("campaign")] : ["visit", terms.get("campaign"), ...visit];
  return [same(await hmac(unhex(given.number), utf8(parts.join("\0"))), ticket) ? "hers" : "not-hers"];
}

const FITS = ["signed", "committed", "drawn", "hers"];
const OPEN = ["no-ed25519"];

function say(found) {
  const bad = found.filter((word) => !FITS.includes(word) && !OPEN.includes(word));
  const result = bad.length ? "bad" : found.some((word) => OPEN.includes(word)) ? "open" : "good";
  const said = new Set([result, ...(bad.length ? bad : found)]);
  for (const each of document.querySelectorAll("[data-says]")) each.hidden = !said.has(each.dataset.says);
  const slip = result === "good" ? object(field("slip").value) : null;
  const lines = slip && Array.isArray(slip.get("print")) ? slip.get("print").map(String) : [];
  field("printed").textContent = lines.join("\n");
  field("printed").hidden = !lines.length;
}

async function run() {
  const given = Object.fromEntries(FIELDS.map((name) => [name, field(name).value.trim()]));
  if (!window.crypto || !crypto.subtle) return say(["no-crypto"]);
  try { say(await check(given)); } catch { say(["broken"]); }
}

// A slip's own code leads here with the slip behind "#": browsers send that part to nobody.
function fill() {
  const text = location.hash.slice(1);
  if (!text) return;
  history.replaceState(null, "", location.pathname + location.search);
  try {
    const raw = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    field("slip").value = new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch { say(["not-a-slip"]); }
}

field("checking").hidden = false;
field("check").addEventListener("click", run);
fill();
