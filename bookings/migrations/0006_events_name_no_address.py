"""Events name a role and a login's key, never an address; sessions know whose they are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# Who acted, as "role: address" until now. A login that is gone leaves its role.
KEYS = """
CREATE FUNCTION pg_temp.key_of(who text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT split_part(who, ': ', 1) || coalesce(
        (SELECT ': ' || id FROM bookings_user WHERE email = split_part(who, ': ', 2)), '')
$$;
SET LOCAL taper.forgetting = 'on';
"""
BY = (
    ("bookings_appointmentevent", "by"),
    ("bookings_clientevent", "by"),
    ("bookings_payment", "by"),
    ("bookings_fee", "by"),
    ("bookings_erasurerequest", "answered_by"),
    ("bookings_change", "who"),
)
REWRITTEN = "".join(
    f"UPDATE {table} SET {column} = pg_temp.key_of({column})"
    f" WHERE {column} ~ '^(runner|therapist|desk|owner): .*@';\n"
    for table, column in BY
)
# A mistake in the books is corrected by a further row; what a person typed about it can be erased.
MONEY = """
CREATE OR REPLACE FUNCTION money_rows_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('taper.forgetting', true) = 'on'
        AND to_jsonb(NEW) - 'reason' - 'by' = to_jsonb(OLD) - 'reason' - 'by' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was paid or charged never changes; a further row corrects it.'
        USING ERRCODE = '23001';
END $$;
"""
# Everybody signs in once more, since earlier sessions do not say whose they are.
SESSIONS = """
DO $$ BEGIN
    IF to_regclass('django_session') IS NOT NULL THEN
        DELETE FROM django_session;
    END IF;
END $$;
"""
ADMIN = "UPDATE django_admin_log SET object_repr = '', change_message = '';"


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0005_who_somebody_is'),
        ('admin', '0003_logentry_add_action_flag_choices'),
    ]

    operations = [
        migrations.CreateModel(
            name='BrowserSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('user__isnull', False)), fields=['user'], name='sessions_of_logins')],
            },
        ),
        migrations.RunSQL(MONEY + KEYS + REWRITTEN + SESSIONS + ADMIN, migrations.RunSQL.noop),
    ]
