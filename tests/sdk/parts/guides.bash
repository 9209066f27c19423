# The examples of docs/guides, as they stand there: each sends, and each leaves.

examples="$root/docs/examples"

guides_group() {
  local guide
  for guide in "$root"/docs/guides/*.md; do
    check "$(basename "$guide") quotes its examples" "$venv/bin/python" "$here/quoted.py" "$guide"
  done
  guide_names_answers
  guide_sends python python_example
  guide_sends javascript javascript_example
  guide_sends plain-http plain_example
  guide_debugs
}

# The table of answers is whole.
guide_names_answers() {
  local slug refusals
  refusals=$(sed -n 's/^ *[A-Za-z]* = [0-9]*, "\([a-z-]*\)".*/\1/p' "$root/crates/telemetry/src/rules/refusal.rs")
  for slug in accepted duplicate debug deletion $refusals; do
    check "plain-http.md says what $slug means" grep -q "\`$slug\`" "$root/docs/guides/plain-http.md"
  done
}

# Runs an example with a canary as its theme, then with the switch off.
guide_sends() {
  local who=$1 example=$2 theme
  theme=$(canary)
  "$example" "$folder/guide-$who" "$theme" >"$folder/guide-$who.on" 2>&1
  check "$who guide: its ping is found" somewhere "$theme"
  "$example" "$folder/guide-$who" off >"$folder/guide-$who.off" 2>&1
  check "$who guide: after the switch it vanishes" vanishes "$theme"
}

python_example() {
  SSL_CERT_FILE=$cacert timeout 60 "$venv/bin/python" "$examples/python/notebook.py" "$address" "$1" "$2"
}

plain_example() {
  CACERT=$cacert timeout 60 "$examples/plain-http/send.sh" "$address" "$1" "$2"
}

javascript_example() {
  local person=$1 theme=$2 page="$1.page"
  if [[ $theme == off ]]; then
    browser_sends "$page" "$person" none "$person.told" switch
    return
  fi
  mkdir "$person"
  trust "$person"
  make_page "$page" "$examples"/javascript/{notebook.js,index.html} "$examples"/definitions/*.yaml
  sed -i "s/data-theme=\"[^\"]*\"/data-theme=\"$theme\"/" "$page/index.html"
  browser_sends "$page" "$person" none "$person.told" ""
}

# A ping with a debug tag is shown, and kept nowhere.
guide_debugs() {
  local theme shown
  theme=$(canary)
  GLEAN_DEBUG_VIEW_TAG=robin python_example "$folder/guide-debug" "$theme" >"$folder/guide-debug.on" 2>&1
  shown=$("$candor" debug robin --once --json --data "$folder/data")
  check "python guide: the tagged ping is shown" grep -q '"accepted"' <<<"$shown"
  check "python guide: and it is in no file" nowhere "$theme"
}
