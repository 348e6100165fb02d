#!/usr/bin/env bash
# need.sh PACKAGE[:WITNESS]...: have Debian packages, by apt where this user may, else say exactly what to install.
# The witness, a command or a file, tells that the package (or a namesake from elsewhere) is there already.
set -euo pipefail

present() {
    case $1 in
        /*) [ -e "$1" ] ;;
        "") return 1 ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

missing=()
for each in "$@"; do
    package=${each%%:*} witness=${each#"${each%%:*}"}
    present "${witness#:}" || dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ]; then become=(); elif sudo -n true 2>/dev/null; then become=(sudo -n); else become=(no); fi
if [ "${become[0]:-}" = no ] || ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]}. Install with: sudo apt-get install -y --no-install-recommends ${missing[*]}"
    exit 1
fi
echo "Installing ${missing[*]} ..."
"${become[@]}" apt-get update -qq
"${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
