# A plain HTTP client: what no SDK sends, since it keeps to limits and form before it sends.

# Posts a file as a canary's ping and prints status and result: FILE [HEADER ...].
post() {
  local file=$1 header headers=()
  shift
  for header in "$@"; do headers+=(--header "$header"); done
  document=$(</proc/sys/kernel/random/uuid)
  curl --silent --cacert "$cacert" --data-binary "@$file" --write-out ' %{http_code}' \
    --header 'Content-Type: application/json' "${headers[@]}" \
    "$address/submit/org-example-canary/canaries/1/$document" |
    sed -n 's/.*"\(result\|slug\)":"\([^"]*\)".* \([0-9]*\)$/\3 \2/p'
}

# A text of so many bytes, a canary first.
long() { printf '%s%*s' "$1" "$(($2 - ${#1}))" '' | tr ' ' x; }

string() { printf '{"metrics":{"string":{"canary.kept":"%s"}}}' "$1"; }

plain_group() {
  local body="$folder/body" text
  # 255 bytes are a string's limit.
  text=$(canary)
  string "$(long "$text" 255)" >"$body"
  check "plain: a string at its limit is taken" test "$(post "$body")" = "200 accepted"
  check "plain: and found" somewhere "$text"
  text=$(canary)
  string "$(long "$text" 256)" >"$body"
  check "plain: one over its limit leaves nothing" test "$(post "$body")" = "200 empty-after-filter"
  check "plain: and is in no file" nowhere "$text"

  text=$(canary)
  string "$(long "$text" 1048600)" >"$body"
  check "plain: 1 MiB is too large" test "$(post "$body")" = "413 too-large"
  check "plain: and is in no file" nowhere "$text"
  text=$(canary)
  string "$(long "$text" 9000000)" | gzip >"$body"
  check "plain: so are 8 MiB inflated" \
    test "$(post "$body" 'Content-Encoding: gzip')" = "413 too-large"
  check "plain: and are in no file" nowhere "$text"

  text=$(canary)
  printf '{"words":"%s"}' "$text" >"$body"
  check "plain: what is no ping is malformed" test "$(post "$body")" = "400 malformed"
  check "plain: and is in no file" nowhere "$text"
  for header in 'DNT: 1' 'Sec-GPC: 1'; do
    text=$(canary)
    string "$text" >"$body"
    check "plain: $header is heard" test "$(post "$body" "$header")" = "200 opted-out"
    check "plain: and the ping is in no file" nowhere "$text"
  done
}
