#!/usr/bin/env bash
# A notebook that counts how often it is opened, without an SDK.
#
# usage: send.sh SERVER FOLDER [THEME | off]
# FOLDER holds the client id and the pings that wait. CACERT may name a certificate to trust.
set -euo pipefail
server=$1 folder=$2 theme=${3:-paper}
mkdir -p "$folder/waiting"
uuid() { cat /proc/sys/kernel/random/uuid; }

# Sends one waiting ping. Its name is PING.DOCUMENT: a ping that comes again keeps its id, so that
# the server can tell that it is the same.
send() {
  local file=$1 name status
  name=$(basename "$file" .gz)
  : >"$folder/answer"
  status=$(curl --silent --output "$folder/answer" --write-out '%{http_code}' \
    ${CACERT:+--cacert "$CACERT"} --max-time 10 \
    --header 'Content-Type: application/json; charset=utf-8' --header 'Content-Encoding: gzip' \
    --data-binary "@$file" \
    "$server/submit/org-example-notebook/${name%%.*}/1/${name#*.}") || true
  echo "${name%%.*} ${name#*.} $status $(cat "$folder/answer")"
  # 2xx: it has arrived. 4xx: it will never be wanted. Anything else: it waits.
  case $status in 2?? | 4??) rm "$file" ;; esac
}

wrap_up() { gzip --no-name >"$folder/waiting/$1.$(uuid).gz"; }

if [[ $theme == off ]]; then
  # Nothing is sent any more but the wish that everything goes.
  rm -f "$folder"/waiting/usage.*
  if [[ -e $folder/client_id ]]; then
    printf '{"client_info":{"client_id":"%s"}}' "$(cat "$folder/client_id")" |
      wrap_up deletion-request
    rm "$folder/client_id"
  fi
else
  [[ -e $folder/client_id ]] || uuid >"$folder/client_id"
  wrap_up usage <<PING
{
  "client_info": {"client_id": "$(cat "$folder/client_id")", "app_display_version": "1.2.0"},
  "ping_info": {"reason": "closed"},
  "metrics": {
    "counter": {"notebook.opened": 1},
    "string": {"notebook.theme": "$theme"}
  }
}
PING
fi
for file in "$folder"/waiting/*.gz; do
  [[ ! -e $file ]] || send "$file"
done
