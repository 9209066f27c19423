# What the suite needs and this machine lacks: Debian's packages, the Python SDK with its
# glean_parser, the JavaScript SDK with a bundler, and the program itself.

install_packages() {
  local missing=()
  python3 -c "import ensurepip" 2>/dev/null || missing+=(python3 python3-venv)
  [[ -x ${CHROMIUM:-/usr/bin/chromium} ]] || missing+=(chromium)
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  command -v certutil >/dev/null || missing+=(libnss3-tools)
  command -v curl >/dev/null || missing+=(curl)
  command -v faketime >/dev/null || missing+=(faketime)
  ((${#missing[@]})) || return 0
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get)
  [[ $EUID -eq 0 ]] || apt=(sudo "${apt[@]}")
  "${apt[@]}" update -qq >&2
  "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}" >&2
}

install_missing() {
  install_packages
  if ! "$venv/bin/python" -c 'import glean' 2>/dev/null; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q 'glean-sdk==71.0.0'
  fi
  if ! cmp -s "$here/package-lock.json" "$here/node_modules/.installed"; then
    (cd "$here" && npm ci --silent --ignore-scripts)
    cp "$here/package-lock.json" "$here/node_modules/.installed"
  fi
  candor=${CANDOR:-}
  if [[ -z $candor ]]; then
    cargo build --quiet --locked --manifest-path "$root/Cargo.toml" --package candor
    candor="$CARGO_TARGET_DIR/debug/candor"
  fi
}
