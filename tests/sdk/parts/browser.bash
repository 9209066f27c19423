# Glean.js in Debian's Chromium, on a page of another origin, over TLS.

# Makes the page from what a developer writes: definitions, script, bundle.
make_page() {
  local page=$1 script=$2 html=$3
  shift 3
  mkdir -p "$page"
  cp "$script" "$page/page.js"
  cp "$html" "$page/index.html"
  "$venv/bin/glean_parser" translate -f javascript -o "$page/generated" "$@" 2>"$page/errors"
  NODE_PATH="$here/node_modules" "$here/node_modules/.bin/esbuild" "$page/page.js" --bundle \
    --format=esm --outfile="$page/bundle.js" "--define:SERVER=\"$address\"" --log-level=warning
}

# The recipe of docs/guides/javascript.md: a profile's home trusts the server's certificate.
trust() {
  local database="$1/.pki/nssdb"
  mkdir -p "$database"
  certutil -d "sql:$database" -N --empty-password
  certutil -d "sql:$database" -A -t "C,," -n "Candor for development" -i "$cacert"
}

# Opens PAGE as PERSON with SIGNAL, once for each task, and tells the uploads in FILE.
browser_sends() {
  local page=$1 person=$2 signal=$3 file=$4
  shift 4
  timeout 60 node "$here/browser.mjs" "$page" "$person" "$signal" "$@" >"$file"
}

# A task: what to plant, and what else.
task() { printf '{"planted": %s%s}' "$(cat "$1")" "${2:-}"; }

browser_group() {
  local cy="$folder/cy" signal way client document
  make_page "$folder/page" "$here/page.js" "$here/index.html" "$here"/definitions/{asked,program}-*.yaml
  mkdir "$cy"
  trust "$cy"
  plant "$cy.beacon.json"
  plant "$cy.fetch.json"
  browser_sends "$folder/page" "$cy" none "$cy.sent" "$(task "$cy.beacon.json")" \
    "$(task "$cy.fetch.json" ', "tags": ["tests"]')"
  grep ' ping ' "$cy.sent" >"$cy.beacon" || true
  grep ' fetch ' "$cy.sent" >"$cy.fetch" || true
  for way in beacon fetch; do
    document=$(upload "$cy.$way" canaries 2)
    check "$way: exactly this is kept" kept_exactly "$document" "$cy.$way.json" 5.0.10
    check "$way: nothing of waiting is kept" not_kept "$(upload "$cy.$way" waiting 2)"
    check "$way: nothing of stranger is kept" not_kept "$(upload "$cy.$way" stranger 2)"
    scan "$way" "$cy.$way.json" "$granted"
  done
  check "fetch: the script may read the answer" test "$(upload "$cy.fetch" canaries 3)" = 200
  check "fetch: the script may read the refusal" test "$(upload "$cy.fetch" waiting 3)" = 404
  client=$(upload "$cy.beacon" canaries 7)
  check "browser: the client id is known" test "${#client}" = 36
  check "browser: the client id is in no file" nowhere "$client"
  check "browser: the client id is in no file as bytes" nowhere_as_bytes "$client"
  for signal in dnt gpc; do browser_objects "$signal"; done
  browser_leaves "$cy"
}

# A person whose browser says no, by its own preference.
browser_objects() {
  local signal=$1 person="$folder/$1"
  mkdir "$person"
  trust "$person"
  plant "$person.json"
  browser_sends "$folder/page" "$person" "$signal" "$person.sent" "$(task "$person.json")" \
    "$(task "$person.json" ', "tags": ["tests"]')"
  check "$signal: both ways carried it" test "$(grep -c "^canaries .* $signal=1" "$person.sent" || true)" = 2
  check "$signal: nothing is kept" not_kept "$(upload "$person.sent" canaries 2)"
  scan "$signal" "$person.json" ""
}

# The person's switch: what is recorded afterwards is not sent, what was kept before goes.
browser_leaves() {
  local cy=$1
  plant "$cy.after.json"
  browser_sends "$folder/page" "$cy" none "$cy.left" "$(task "$cy.after.json" ', "leave": true')" \
    "$(task "$cy.after.json" ', "sharing": false')"
  check "browser: nothing but the wish is sent" test -z "$(upload "$cy.left" canaries 2)"
  check "browser: the wish is sent" test -n "$(upload "$cy.left" deletion-request 2)"
  scan "browser, switched off" "$cy.after.json" ""
  check "browser: what was kept of who left vanishes" vanishes "$(planted "$cy.beacon.json" kept)"
  scan "browser, left" "$cy.beacon.json" ""
  check "browser: the ping is not shown either" not_kept "$(upload "$cy.beacon" canaries 2)"
  check "browser: what was kept of who stayed is there" somewhere "$(planted "$folder/bo.json" kept)"
}
