# A hundred data folders of the Glean SDK for Python send one label; a week later it is a number.

people=100
sends="$here/crowd"

crowd_group() {
  local sent
  grant "$(push crowd org-example-crowd "$sends"/{product,metrics,pings}.yaml)"
  mkdir "$folder/crowd"
  export cacert address folder venv sends
  seq "$people" | xargs -P 4 -I{} bash -c 'SSL_CERT_FILE=$cacert PYTHONDONTWRITEBYTECODE=1 timeout 120 \
    "$venv/bin/python" "$sends/send.py" "$address" "$folder/crowd/{}" 2>>"$folder/crowd.errors"' \
    >"$folder/crowd.sent" || tail -n 5 "$folder/crowd.errors" >&2
  sent=$(awk '$1 == "gathering" && $3 == 200' "$folder/crowd.sent" | wc -l)
  check "crowd: every ping of $people data folders is taken, not $sent" test "$sent" = "$people"
  grant "$(crowd_asks)"
  a_week_passes
  check "crowd: the edition shows the label within its error" \
    "$venv/bin/python" "$sends/near.py" "$(edition)" "$people"
  check "crowd: the edition is the same when it is asked again" test "$(edition)" = "$(edition)"
}

crowd_asks() {
  "$candor" report --data "$folder/data" ask "$sends/report.yaml" --by "Robin Requester" --json |
    "$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["request"])'
}

# The week that the pings came in, by its Monday.
edition() {
  "$candor" report --data "$folder/data" run what-goes-wrong --json \
    --period "week/$(date -u -d "-$(($(date -u +%u) - 1)) days" +%F)"
}

# The server is stopped and started with a clock that is ahead.
a_week_passes() {
  kill "$server"
  wait "$server" || true
  faketime -f '+8d' "$candor" serve --config "$folder/candor.toml" >"$folder/out" 2>>"$folder/log" &
  server=$!
  for _ in {1..300}; do
    if "$candor" promises check --data "$folder/data" --json >/dev/null 2>&1 &&
      grep -q '^Candor is at ' "$folder/out"; then
      return 0
    fi
    sleep 0.1
  done
  echo "sdk: the server did not start a week later" >&2
}
