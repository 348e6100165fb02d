"""P9: hashing and proofs of the log are RFC 6962's: known answers, and a naive tree for sizes and places at random."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from noren.governance.log.errors import LogBroken
from noren.governance.log.growing import Growing
from noren.governance.log.hashing import (
    EMPTY,
    consistency_proof,
    consistent,
    includes,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_hash,
)
from noren.governance.log.notes import VerifierKey
from noren.governance.log.tiles import PUBLIC_NAME, number_path, tile_path, tree, widths

# The reference tree of Certificate Transparency's own tests.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"

MANY = [hashlib.sha256(bytes([number % 256, number // 256])).digest() for number in range(1_200)]


def naive(leaves: Sequence[bytes]) -> bytes:
    """The tree as RFC 6962 defines it, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:split]) + naive(leaves[split:])).digest()


def over(leaves: Sequence[bytes]):
    """Return the reading of a tree whose leaves are at hand."""
    return lambda level, index: naive(leaves[index << level : (index + 1) << level])


def test_known_roots() -> None:
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for size, root in enumerate(ROOTS, 1):
        assert range_hash(over(LEAVES), 0, size).hex() == root


@pytest.mark.parametrize(
    ("index", "size", "path"), [(0, 1, []), (0, 8, [A, B, C]), (2, 3, [ROOTS[1]]), (5, 8, [F, E, ROOTS[3]])]
)  # fmt: skip
def test_known_audit_paths(index: int, size: int, path: list[str]) -> None:
    found = inclusion_proof(over(LEAVES), index, size)
    assert [step.hex() for step in found] == path
    assert includes(bytes.fromhex(ROOTS[size - 1]), size, index, leaf_hash(LEAVES[index]), found)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [D, E, ROOTS[3]]), (2, 5, [B, leaf_hash(LEAVES[4]).hex()])],
)
def test_known_consistency_proofs(old: int, new: int, path: list[str]) -> None:
    found = consistency_proof(over(LEAVES), old, new)
    assert [step.hex() for step in found] == path
    assert consistent(old, bytes.fromhex(ROOTS[old - 1]), new, bytes.fromhex(ROOTS[new - 1]), found)


@given(st.integers(1, 1_200), st.data())
def test_every_leaf_is_proved_and_no_other(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, path = naive(MANY[:size]), inclusion_proof(over(MANY), index, size)
    leaf = leaf_hash(MANY[index])
    assert includes(root, size, index, leaf, path)
    other = data.draw(st.integers(0, size).filter(lambda place: place != index))
    assert not includes(root, size, other, leaf, path)
    assert not includes(root, size, index, leaf_hash(b"another"), path)
    assert not includes(root, size, index, leaf, [*path, EMPTY])
    if path:
        assert not includes(root, size, index, leaf, path[:-1])


@given(st.integers(0, 1_200), st.data())
def test_every_beginning_is_proved_and_no_other(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    roots, path = (naive(MANY[:old]), naive(MANY[:new])), consistency_proof(over(MANY), old, new)
    assert consistent(old, roots[0], new, roots[1], path)
    changed = naive([*MANY[: max(0, old - 1)], b"another", *MANY[old:new]][:new])
    assert not consistent(old, roots[0], new, changed, path) or old == 0
    assert not consistent(old, roots[0], new, roots[1], [*path, EMPTY])
    if old not in (0, new):
        assert not consistent(old, leaf_hash(b"another"), new, roots[1], path)


@given(st.integers(0, 1_200), st.lists(st.integers(1, 400), max_size=4))
def test_a_tree_that_grew_in_any_groups_is_the_same(size: int, cuts: list[int]) -> None:
    growing, at, tiles = Growing.empty(), 0, dict[str, bytes]()
    for cut in [*cuts, size]:
        tiles |= dict(growing.grow(MANY[at : min(size, at + cut)]))
        at = min(size, at + cut)
    assert (growing.size, growing.root) == (size, naive(MANY[:size]))
    tiles |= {tile_path(level, number, width): content for level, number, width, content in growing.partial()}
    read = tree(tiles.__getitem__, size)
    assert range_hash(read, 0, size) == growing.root
    assert {name for name in tiles if "entries" in name} == {
        tile_path("entries", *each) for each in widths("entries", size)
    }


def test_names_of_tiles_are_those_of_the_specification() -> None:
    assert number_path(1_234_067) == "x001/x234/067"
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert list(widths(1, 70_000)) == [(0, 256), (1, 17)]
    assert list(widths(2, 70_000)) == [(0, 1)]
    for name in ("checkpoint", "tile/0/273.p/112", "tile/entries/x001/x234/067", "tile/63/000"):
        assert PUBLIC_NAME.match(name)
    for name in ("tile/64/000", "tile/0/1", "tile/0/000.p/256", "tile/0/000.p/0", "private/records/000", "tile/../x",
                 "checkpoint/", "tile/0/000\n", "tile/00/000", "lock"):  # fmt: skip
        assert not PUBLIC_NAME.match(name), name


def test_a_key_of_the_go_project_is_read() -> None:
    line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = VerifierKey.parse(line)
    assert (str(key), key.id.hex(), key.kind) == (line, "c74f20a3", 1)
    said = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signed = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    raw = base64.b64decode(signed)
    assert raw[:4] == key.id
    Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], said.encode())
    with pytest.raises(LogBroken):
        VerifierKey.parse(line.replace("c74f20a3", "c74f20a4"))


def test_nodes_and_leaves_are_told_apart() -> None:
    assert node_hash(EMPTY, EMPTY) != leaf_hash(EMPTY + EMPTY)
