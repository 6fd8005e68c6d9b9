#!/bin/sh
# The backup service: each night at BACKUP_AT (UTC) a sealed backup, and its copy in another building (offsite.sh).
# What was missed, because the machine was off or something failed, is made up for at the next look.
set -u
folder=${BACKUP_FOLDER:-/backups}
day=86400
at=${BACKUP_AT:-02:30}

newest() { find "$folder" -maxdepth 1 -name 'taper-*.backup' | sort | tail -n 1; }

is_due() {
    due=$(date --utc --date "today $at" +%s)
    [ "$due" -le "$(date +%s)" ] || due=$((due - day))
    made=$(basename "$(newest)" | tr --complement --delete 0-9)
    [ "${made:-0}" -lt "$(date --utc --date "@$due" +%Y%m%d%H%M%S)" ]
}

is_copied() { [ -z "${OFFSITE:-}" ] || [ "$(cat "$folder/.copied" 2>/dev/null)" = "$(newest)" ]; }

# Asked by Docker: a backup no older than a day and a half, and no such time since one was copied.
if [ "${1:-}" = check ]; then
    [ -n "$(find "$folder" -maxdepth 1 -name 'taper-*.backup' -size +0 -mmin -2160)" ] || exit 1
    [ -z "${OFFSITE:-}" ] || [ -n "$(find "$folder" -maxdepth 1 -name .copied -mmin -2160)" ]
    exit
fi

case $at in
[0-9]:[0-5][0-9] | [01][0-9]:[0-5][0-9] | 2[0-3]:[0-5][0-9]) ;;
*)
    echo "BACKUP_AT is “$at”: set it to a time such as 02:30. Until then backups are made at 02:30." >&2
    at=02:30
    ;;
esac

while :; do
    ! is_due || python manage.py backup || echo "No backup was made; the next try is in five minutes." >&2
    if ! is_due && ! is_copied; then
        file=$(newest)
        if ./offsite.sh copy && python manage.py note_offsite_copy; then
            echo "$file" >"$folder/.copied"
        else
            echo "The backup was not copied elsewhere; the next try is in five minutes." >&2
        fi
    fi
    sleep "${BACKUP_LOOKS_EACH:-300}"
done
