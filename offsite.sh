#!/bin/sh
# ./offsite.sh copy: the backups and the list of erased clients go to where .env says, with restic or rclone.
# ./offsite.sh fetch: they come back from there, onto a machine that has none.
# ./offsite.sh check: what lies there is read, and compared with what lies here.
set -eu
folder=${BACKUP_FOLDER:-/backups}
erased=${ERASURES_FILE:-${STATE:-/data}/erasures.jsonl}
days=${OFFSITE_KEEP_DAYS:-60} # 0: nothing is ever deleted there

with_restic() {
    case $1 in
    copy)
        restic cat config >/dev/null 2>&1 || restic init --quiet
        restic backup --quiet --host taper "$folder" "$erased"
        # Only behind a copy that has succeeded, so that there is always a new one.
        [ "$days" -eq 0 ] || restic forget --quiet --host taper --group-by host --keep-within "${days}d" --prune
        ;;
    fetch)
        into=$(mktemp -d "$folder/fetched-XXXXXX")
        restic restore --quiet latest --host taper --target "$into"
        find "$into" -name 'taper-*.backup' -exec mv -t "$folder" {} +
        found=$(find "$into" -name "$(basename "$erased")" | head -n 1)
        [ -z "$found" ] || keep_list "$found"
        rm -r "$into"
        ;;
    check) restic check --quiet --read-data-subset 10% ;;
    esac
}

with_rclone() {
    : "${OFFSITE_TO:?Set OFFSITE_TO in .env, such as offsite:clinic-backups}"
    case $1 in
    copy)
        rclone copy --include 'taper-*.backup' "$folder" "$OFFSITE_TO"
        rclone copyto "$erased" "$OFFSITE_TO/erasures.jsonl"
        [ "$days" -eq 0 ] || rclone delete --include 'taper-*.backup' --min-age "${days}d" "$OFFSITE_TO"
        ;;
    fetch)
        rclone copy --include 'taper-*.backup' "$OFFSITE_TO" "$folder"
        found=$(mktemp)
        rclone copyto "$OFFSITE_TO/erasures.jsonl" "$found"
        keep_list "$found"
        ;;
    check) rclone check --one-way --include 'taper-*.backup' "$folder" "$OFFSITE_TO" ;;
    esac
}

keep_list() { # The longer one: lines are only ever added.
    if [ ! -e "$erased" ] || [ "$(wc -l <"$erased")" -lt "$(wc -l <"$1")" ]; then
        cp "$1" "$erased"
        chmod 600 "$erased"
    fi
}

case "${1:-}" in copy | fetch | check) ;; *)
    echo "Say ./offsite.sh copy, fetch or check." >&2
    exit 2
    ;;
esac
[ -e "$erased" ] || [ "$1" != copy ] || : >"$erased"
case "${OFFSITE:-}" in
restic) with_restic "$1" ;;
rclone) with_rclone "$1" ;;
*)
    echo "OFFSITE in .env is “${OFFSITE:-}”: set it to restic or rclone, or no copy leaves this machine." >&2
    exit 1
    ;;
esac
echo "offsite.sh $1: done, with $OFFSITE."
