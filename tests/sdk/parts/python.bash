# The Glean SDK for Python: two people send, one leaves.

# Sends canaries as the person of a folder: FOLDER CANARIES SWITCH, told in FOLDER.SWITCH.
python_sends() {
  SSL_CERT_FILE=$cacert PYTHONDONTWRITEBYTECODE=1 timeout 60 "$venv/bin/python" "$here/send.py" \
    "$address" "$1" "$2" "$3" >"$1.$3" 2>"$1.errors" || { cat "$1.errors" >&2; return 1; }
}

python_group() {
  local ann="$folder/ann" bo="$folder/bo" client ping
  plant "$ann.json"
  plant "$bo.json"
  python_sends "$ann" "$ann.json" on
  python_sends "$bo" "$bo.json" on
  client=$(cat "$ann/client_id.txt")
  ann_document=$(upload "$ann.on" canaries 2)
  check "python: the ping is taken" test "$(upload "$ann.on" canaries 3)" = 200
  check "python: exactly this is kept" kept_exactly "$ann_document" "$ann.json" 71.0.0
  for ping in waiting stranger; do
    check "python: $ping is refused" test "$(upload "$ann.on" "$ping" 3)" = 404
    check "python: nothing of $ping is kept" not_kept "$(upload "$ann.on" "$ping" 2)"
  done
  scan python "$ann.json" "$granted"
  check "python: the client id is in no file" nowhere "$client"
  check "python: the client id is in no file as bytes" nowhere_as_bytes "$client"
  python_leaves "$ann" "$bo"
}

# The person's switch, first while the program runs, then at its next start.
python_leaves() {
  local ann=$1 bo=$2
  plant "$ann.after"
  python_sends "$ann" "$ann.after" leave
  python_sends "$ann" "$ann.after" off
  cat "$ann.leave" "$ann.off" >"$ann.left"
  check "python: nothing but the wish is sent" test -z "$(upload "$ann.left" canaries 2)"
  scan "python, switched off" "$ann.after" ""
  check "python: the deletion request is taken" test "$(upload "$ann.left" deletion-request 3)" = 200
  check "python: what was kept of who left vanishes" vanishes "$(planted "$ann.json" kept)"
  scan "python, left" "$ann.json" ""
  check "python: the ping is not shown either" not_kept "$ann_document"
  check "python: what was kept of who stayed is there" somewhere "$(planted "$bo.json" kept)"
}
