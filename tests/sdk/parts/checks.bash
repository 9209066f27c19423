# Checks, each counted, and what they look at: pings by document id, and every file of the server.

passed=0
failed=0

check() {
  local claim=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "sdk: not so: $claim" >&2
  fi
}

finish() {
  echo "sdk: $passed passed, $failed failed"
  exit $((failed > 0))
}

# Makes a text to look for, and a file of them: one for each place where the programs plant one.
canary() { printf 'canary%s' "$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')"; }

plant() {
  local place
  for place in $places; do printf '"%s": "%s",\n' "$place" "$(canary)"; done |
    sed "1s/^/{/; \$s|\$| \"tag\": \"$(</proc/sys/kernel/random/uuid)\"}|" >"$1"
}

# Where canaries are planted: first those that may be kept.
granted="kept kinds long button"
refused="tail note mistyped past undeclared unreviewed label words"
places="$granted $refused"

# Prints the text that was planted in a place.
planted() { sed -n "s/.*\"$2\": \"\([^\"]*\)\".*/\1/p" "$1"; }

# Looks through all files, data, keys and log, databases as bytes; prints what of the texts it found.
finding() {
  printf '%s\n' "$@" >"$folder/looked-for"
  { grep -r -a -o -h -F --binary-files=text -f "$folder/looked-for" \
    "$folder/data" "$folder/keys" "$folder/log" || true; } | sort -u
}

somewhere() { [[ $(finding "$1") == "$1" ]]; }

nowhere() { [[ -z $(finding "$1") ]]; }

# Nor is a UUID anywhere as its 16 bytes.
nowhere_as_bytes() {
  local bytes
  bytes=$(tr -d '-' <<<"$1" | sed 's/../\\x&/g')
  ! LC_ALL=C grep -r -a -q -P --binary-files=text -e "$bytes" "$folder/data" "$folder/keys"
}

pings() { "$candor" pings --data "$folder/data" --by "The test" --reason "What of the SDK's ping was kept" --json --document "$1"; }

# Says whether a document was kept with exactly what was declared, granted and planted.
kept_exactly() { pings "$1" | "$venv/bin/python" "$here/kept.py" "$2" "$3"; }

not_kept() { [[ -n $1 && $(pings "$1") == "[]" ]]; }

among() { grep -qxF "$2" <<<"$1"; }

not_among() { ! among "$@"; }

# Looks for every canary of a file at once: those of the places named must be there (or looking
# would prove nothing), the rest must not.
scan() {
  local who=$1 file=$2 there=$3 place text texts=() found
  for place in $places tag; do texts+=("$(planted "$file" "$place")"); done
  found=$(finding "${texts[@]}")
  for place in $places tag; do
    text=$(planted "$file" "$place")
    if [[ " $there " == *" $place "* ]]; then
      check "$who: the granted $place is found" among "$found" "$text"
    else
      check "$who: the canary in $place is in no file" not_among "$found" "$text"
    fi
  done
  check "$who: the tag is in no file as bytes" nowhere_as_bytes "$(planted "$file" tag)"
}

# A deletion is acknowledged when it is certain; the bytes follow soon.
vanishes() {
  local try
  for try in {1..60}; do
    if nowhere "$1"; then return 0; fi
    sleep 0.5
  done
  return 1
}

# Prints a field of the first line of uploads that begins with a ping: 2 is the document id.
upload() { awk -v ping="$2" -v field="$3" '$1 == ping { print $field; exit }' "$1"; }
