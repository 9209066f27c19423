# A real server with TLS, and products on it: one that plants canaries, and the guides' notebook.

start_server() {
  cat >"$folder/candor.toml" <<TOML
listen = "127.0.0.1:0"
data = "$folder/data"
keys = "$folder/keys"

[operator]
name = "Example Library"
contact = "privacy@example.org"

[services]
telemetry = true
reports = true

[tls]
mode = "dev"
TOML
  "$candor" init --config "$folder/candor.toml" --accept --by "Olive Owner" >/dev/null
  : >"$folder/out"
  "$candor" serve --config "$folder/candor.toml" >"$folder/out" 2>"$folder/log" &
  server=$!
  cacert="$folder/data/tls/dev-ca.pem"
  address=""
  for _ in {1..300}; do
    address=$(sed -n 's/^Candor is at //p' "$folder/out")
    if [[ -n $address ]] && curl -sf --cacert "$cacert" "$address/health/ready" >/dev/null; then
      return 0
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  echo "sdk: the server did not start:" >&2
  tail -n 5 "$folder/log" >&2
  exit 1
}

# Pushes files of a product, with NAME and APPLICATION, and prints the request that waits.
push() {
  local product=$1 application=$2
  shift 2
  "$candor" definitions push --data "$folder/data" --product "$product" --title "${product^}" \
    --contact "$product@example.org" --app "$application=release" --by "Robin Requester" --json "$@" |
    "$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["request"])'
}

grant() { "$candor" review --data "$folder/data" grant "$1" --by "Sam Steward" --note "Lean" >/dev/null; }

declare_canaries() {
  local definitions="$here/definitions"
  grant "$(push canary org-example-canary "$definitions"/{product,granted-metrics,granted-pings}.yaml)"
  push canary org-example-canary "$definitions"/product.yaml "$definitions"/{granted,asked}-*.yaml >/dev/null
  grant "$(push notebook org-example-notebook "$root"/docs/examples/product.yaml "$root"/docs/examples/definitions/*.yaml)"
}
