import bookings.models.clinic
import bookings.models.named
import bookings.models.pasted_links
import bookings.models.rota.shifts
import bookings.models.scheduling.appointments
import django.contrib.postgres.fields
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from bookings.migrations._operations import QuickMigration

NEVER_CHANGE = """
CREATE FUNCTION mail_wordings_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A version of what a mail says never changes.' USING ERRCODE = '23001';
END $$;
CREATE TRIGGER mail_wordings_never_change BEFORE UPDATE OR DELETE
    ON bookings_mailwording FOR EACH ROW EXECUTE FUNCTION mail_wordings_never_change();
"""
# Columns that are no news, and columns of which only is said that they changed.
REMEMBERED = {
    "roomloan": ("", ""),
    "waitlistentry": ("key", ""),
    "series": ("key", ""),
    "ownplan": ("left", "days"),
    "listedrace": ("folded", ""),
    "listeddistance": ("", ""),
}
REMEMBER = "".join(
    f"CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON bookings_{table} FOR EACH ROW"
    f" EXECUTE FUNCTION bookings_remember('{no_news}', '{secret}');"
    for table, (no_news, secret) in REMEMBERED.items()
)
# Whatever frees time passes here, whichever door it came by, in the transaction that frees it; a
# row costs nothing while nobody waits. Whoever may undo it finds their time still there. Time of
# one therapist or room says whose: it is nobody else's to be kept off sale. What the rota frees is
# looked for in all days.
FREED = """
CREATE FUNCTION bookings_time_is_freed_of(
    since timestamptz, until timestamptz, freed_by text, whose bigint, in_room bigint)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO bookings_freedtime
           (starts_at, ends_at, cause, freed_at, due_at, therapist_id, room_id)
    SELECT since, until, freed_by, now(), now() + CASE freed_by
           WHEN 'hold' THEN interval '0'
           ELSE make_interval(mins => greatest(offer_pause_minutes, undo_minutes)) END,
           whose, in_room
      FROM bookings_clinic
     WHERE since < until AND until > now()
       AND EXISTS (SELECT FROM bookings_waitlistentry WHERE state = 'waiting')
       AND NOT EXISTS (SELECT FROM bookings_freedtime
                        WHERE worked_at IS NULL AND freed_at = now() AND cause = freed_by
                          AND (starts_at, ends_at) = (since, until)
                          AND (therapist_id, room_id) IS NOT DISTINCT FROM (whose, in_room));
$$;
CREATE FUNCTION bookings_time_is_freed(since timestamptz, until timestamptz, freed_by text)
RETURNS void LANGUAGE sql AS $$
    SELECT bookings_time_is_freed_of(since, until, freed_by, NULL, NULL);
$$;

CREATE FUNCTION bookings_visit_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A browser's hold of a time that those who wait could have had when they joined is no news.
    IF OLD.status = 'held' AND OLD.visitor NOT LIKE 'offer:%' AND NOT EXISTS (
        SELECT FROM bookings_waitlistentry
         WHERE state = 'waiting' AND joined_at >= OLD.created_at) THEN
        RETURN NULL;
    END IF;
    PERFORM bookings_time_is_freed_of(OLD.starts_at, OLD.blocked_until,
        CASE OLD.status WHEN 'held' THEN 'hold' ELSE 'visit' END, OLD.therapist_id, OLD.room_id);
    RETURN NULL;
END $$;
CREATE TRIGGER time_is_freed AFTER UPDATE ON bookings_appointment FOR EACH ROW
    WHEN (OLD.status NOT IN ('cancelled', 'expired')
          AND (NEW.status IN ('cancelled', 'expired')
               OR (OLD.starts_at, OLD.blocked_until, OLD.therapist_id, OLD.room_id)
                  IS DISTINCT FROM
                  (NEW.starts_at, NEW.blocked_until, NEW.therapist_id, NEW.room_id)))
    EXECUTE FUNCTION bookings_visit_freed();
CREATE TRIGGER time_is_freed_by_removing AFTER DELETE ON bookings_appointment FOR EACH ROW
    WHEN (OLD.status NOT IN ('cancelled', 'expired'))
    EXECUTE FUNCTION bookings_visit_freed();

CREATE FUNCTION bookings_absence_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_time_is_freed_of(OLD.starts_at, OLD.ends_at, 'absence', OLD.therapist_id, NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER time_is_freed AFTER UPDATE OR DELETE ON bookings_absence FOR EACH ROW
    EXECUTE FUNCTION bookings_absence_freed();
CREATE TRIGGER time_is_freed AFTER UPDATE OR DELETE ON bookings_busytime FOR EACH ROW
    EXECUTE FUNCTION bookings_absence_freed();

CREATE FUNCTION bookings_block_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_time_is_freed(OLD.starts_at, OLD.ends_at, TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE TRIGGER time_is_freed AFTER UPDATE OR DELETE ON bookings_roomloan FOR EACH ROW
    EXECUTE FUNCTION bookings_block_freed('loan');

CREATE FUNCTION bookings_day_is_freed_of(freed date, whose bigint) RETURNS void LANGUAGE sql AS $$
    SELECT bookings_time_is_freed_of(freed::timestamp AT TIME ZONE timezone,
           (freed + 1)::timestamp AT TIME ZONE timezone, 'extra', whose, NULL)
      FROM bookings_clinic;
$$;
CREATE FUNCTION bookings_day_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM bookings_day_is_freed_of(OLD.day, OLD.therapist_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM bookings_day_is_freed_of(NEW.day, NEW.therapist_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER time_is_freed AFTER INSERT OR UPDATE OR DELETE ON bookings_extrashift
    FOR EACH ROW EXECUTE FUNCTION bookings_day_freed();
"""
ROTA_FREED = """
CREATE FUNCTION bookings_rota_is_freed_of(whose bigint) RETURNS void LANGUAGE sql AS $$
    SELECT bookings_time_is_freed_of(
           now(), now() + make_interval(days => horizon_days + 1), 'rota', whose, NULL)
      FROM bookings_clinic;
$$;
CREATE FUNCTION bookings_hours_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM bookings_rota_is_freed_of(OLD.therapist_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM bookings_rota_is_freed_of(NEW.therapist_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER time_is_freed AFTER INSERT OR UPDATE OR DELETE ON bookings_weeklyshift
    FOR EACH ROW EXECUTE FUNCTION bookings_hours_freed();
CREATE TRIGGER time_is_freed AFTER INSERT OR UPDATE OR DELETE ON bookings_weeklybreak
    FOR EACH ROW EXECUTE FUNCTION bookings_hours_freed();
CREATE TRIGGER time_is_freed AFTER INSERT ON bookings_treatment_therapists
    FOR EACH ROW EXECUTE FUNCTION bookings_hours_freed();

CREATE FUNCTION bookings_therapist_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_rota_is_freed_of(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER time_is_freed AFTER UPDATE OF active ON bookings_therapist
    FOR EACH ROW WHEN (NEW.active AND NOT OLD.active) EXECUTE FUNCTION bookings_therapist_freed();

CREATE FUNCTION bookings_rota_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bookings_rota_is_freed_of(NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER time_is_freed AFTER INSERT OR DELETE ON bookings_treatment_rooms
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
CREATE TRIGGER time_is_freed
    AFTER UPDATE OF minutes, buffer_minutes, online, active ON bookings_treatment FOR EACH ROW
    WHEN (NEW.minutes < OLD.minutes OR NEW.buffer_minutes < OLD.buffer_minutes
          OR (NEW.online AND NOT OLD.online) OR (NEW.active AND NOT OLD.active))
    EXECUTE FUNCTION bookings_rota_freed();
CREATE TRIGGER time_is_freed AFTER INSERT ON bookings_room
    FOR EACH STATEMENT EXECUTE FUNCTION bookings_rota_freed();
CREATE TRIGGER time_is_freed_by_coming_back AFTER UPDATE OF active ON bookings_room
    FOR EACH ROW WHEN (NEW.active AND NOT OLD.active) EXECUTE FUNCTION bookings_rota_freed();
CREATE TRIGGER time_is_freed
    AFTER UPDATE OF start_step_minutes, minimum_notice_minutes, horizon_days ON bookings_clinic
    FOR EACH ROW
    WHEN (NEW.start_step_minutes <> OLD.start_step_minutes
          OR NEW.minimum_notice_minutes < OLD.minimum_notice_minutes
          OR NEW.horizon_days > OLD.horizon_days)
    EXECUTE FUNCTION bookings_rota_freed();
"""
# Whatever ends somebody's treating, or makes their record another's, ends what they have pasted:
# the address is a key to their private life.
OWN_CALENDAR_GOES = """
CREATE FUNCTION bookings_own_calendar_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM bookings_busycalendar WHERE therapist_id = OLD.id;
    DELETE FROM bookings_busytime WHERE therapist_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER own_calendar_goes AFTER UPDATE OF active, user_id ON bookings_therapist FOR EACH ROW
    WHEN (OLD.active AND NOT NEW.active OR OLD.user_id IS DISTINCT FROM NEW.user_id)
    EXECUTE FUNCTION bookings_own_calendar_goes();
"""
UNDO = """
DROP FUNCTION mail_wordings_never_change, bookings_visit_freed, bookings_absence_freed,
    bookings_block_freed, bookings_day_freed, bookings_hours_freed, bookings_therapist_freed,
    bookings_rota_freed, bookings_own_calendar_goes CASCADE;
DROP FUNCTION bookings_rota_is_freed_of, bookings_day_is_freed_of, bookings_time_is_freed,
    bookings_time_is_freed_of;
""" + "".join(f"DROP TRIGGER remember ON bookings_{table};" for table in REMEMBERED)


class Migration(QuickMigration):

    # Until the release: a database that has been through those it is made of goes on as it is.
    replaces = [('bookings', '0032_on_sale_before')]
    dependencies = [
        ('bookings', '0002_how_people_sign_in'),
    ]

    operations = [
        migrations.CreateModel(
            name='BusyCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('link', bookings.models.pasted_links.SealedLinkField()),
                ('shown', models.CharField(max_length=80)),
                ('kept_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(help_text='When its content was last read.')),
                ('good_at', models.DateTimeField(help_text='When it was last known to be current.')),
                ('tag', models.CharField(blank=True, max_length=210)),
                ('due_at', models.DateTimeField(db_index=True)),
                ('lease', models.UUIDField(editable=False, null=True)),
                ('leased_until', models.DateTimeField(null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('why', models.CharField(blank=True, choices=[('address', 'This is not the https address of a calendar.'), ('host', 'We do not read links of this site.'), ('name', 'There is no such site.'), ('private', 'This address leads nowhere that we may read.'), ('unreachable', 'The site could not be reached.'), ('slow', 'The site did not answer in time.'), ('large', 'The calendar is larger than 1 MB.'), ('packed', 'The site sent the calendar packed, and we cannot read it.'), ('redirects', 'The site leads on and on to other addresses.'), ('gone', 'The calendar is no longer at this address.'), ('refused', 'The site refused to give us the calendar.'), ('empty', 'We found nothing in the calendar.'), ('unreadable', 'What stands at this address is no calendar.'), ('much', 'The calendar holds more than we can read.'), ('key', 'We can no longer open the link ourselves.')], max_length=12)),
                ('therapist', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='busy_calendar', to='bookings.therapist')),
                ('left_out', models.PositiveIntegerField(default=0)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BusyTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('therapist', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='busy_times', to='bookings.therapist')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['starts_at'],
                'indexes': [models.Index(fields=['ends_at', 'starts_at'], name='busy_times_by_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='busy_time_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='ClientImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('read', 'Columns to check'), ('checking', 'Being checked'), ('checked', 'Checked, nothing imported yet'), ('running', 'Being imported'), ('done', 'Imported'), ('undoing', 'Being undone'), ('undone', 'Undone'), ('failed', 'Stopped by a fault')], default='read', max_length=10)),
                ('file_name', models.CharField(max_length=200)),
                ('how', models.CharField(help_text='In which encoding, and what stands between cells.', max_length=40)),
                ('source', models.CharField(help_text='The other system.', max_length=10)),
                ('columns', models.JSONField(default=list, help_text='Names, as the file has them.')),
                ('mapping', models.JSONField(default=dict, help_text='By column: what it holds.')),
                ('names', models.JSONField(default=dict, help_text='Whom and what names of the file mean here.')),
                ('date_order', models.CharField(blank=True, help_text='Empty where its days say it themselves.', max_length=11)),
                ('remind', models.BooleanField(default=False, help_text='Of the appointments in it, by mail, as of any.')),
                ('same_address', models.CharField(blank=True, choices=[('', 'Leave them out and list them, to be looked at'), ('one', 'They are the same person under another name'), ('two', 'They are other people, with one mailbox')], db_default='', default='', max_length=3)),
                ('no_pauses', models.BooleanField(db_default=False, default=False, help_text='Its appointments are booked without the pause after them.')),
                ('takes_far', models.BooleanField(db_default=False, default=False, help_text='Also appointments that lie years ahead.')),
                ('digest', models.CharField(blank=True, db_default='', default='', help_text='By which the same file is known again; made with the site’s key.', max_length=64)),
                ('faults', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='How often in a row its work has broken.')),
                ('by', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('forgotten_at', models.DateTimeField(help_text='When what stands in the file was deleted here.', null=True)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['read', 'checking', 'checked', 'running', 'done', 'undoing', 'undone', 'failed'])), name='import_state_exists')],
            },
        ),
        migrations.CreateModel(
            name='FreedTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('cause', models.CharField(choices=[('visit', 'a visit was cancelled or moved'), ('hold', 'a time that was kept was let go'), ('absence', 'time off or a closure was taken back'), ('loan', 'a room came back'), ('extra', 'hours of one day were changed'), ('rota', 'hours, rooms, people or treatments were changed'), ('look', 'the list was gone through')], max_length=10)),
                ('therapist', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bookings.therapist')),
                ('room', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='bookings.room')),
                ('freed_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('worked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['due_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('worked_at', None)), fields=['due_at'], name='freed_time_due')],
            },
        ),
        migrations.CreateModel(
            name='ImportedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='bookings.clientimport')),
                ('number', models.PositiveIntegerField(help_text='As a spreadsheet counts.')),
                ('cells', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('settled', models.BooleanField(default=False, help_text='By what goes through the rows just now.')),
                ('outcome', models.CharField(blank=True, choices=[('new', 'New client'), ('visit', 'Appointment of a known client'), ('added', 'Known client, details added'), ('same', 'Already here, nothing to add'), ('differs', 'Differs from here'), ('left_out', 'Left out'), ('clash', 'Appointment not possible'), ('broken', 'Cannot be imported')], max_length=10)),
                ('reason', models.TextField(blank=True)),
                ('client', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='imported_rows', to='bookings.client')),
                ('appointment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='imported_rows', to='bookings.appointment')),
                ('made_client', models.BooleanField(default=False)),
                ('made_visit', models.BooleanField(default=False)),
                ('filled', models.CharField(blank=True, db_default='', default='', help_text='What was empty of a known client and is from here: columns.', max_length=20)),
                ('names_nobody', models.BooleanField(db_default=False, default=False, help_text='Nobody could be chosen for it by then; a later row may tell whom.')),
                ('only_ours', models.BooleanField(db_default=False, default=False, help_text='Its reason has no word of the file in it.')),
                ('undone', models.CharField(blank=True, choices=[('removed', 'Removed again'), ('kept', 'Stays')], max_length=10)),
                ('erased_at', models.DateTimeField(help_text='When its client was erased; the same file leaves them out then.', null=True)),
            ],
            options={
                'ordering': ['number'],
                'indexes': [models.Index(condition=models.Q(('settled', False)), fields=['batch', 'number'], name='rows_to_settle'), models.Index(fields=['batch', 'outcome'], name='rows_by_outcome')],
                'constraints': [models.UniqueConstraint(fields=('batch', 'number'), name='a_row_is_imported_once')],
            },
        ),
        migrations.CreateModel(
            name='KnownAs',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=10)),
                ('key', models.CharField(max_length=100)),
                ('told', models.CharField(help_text='A digest of it.', max_length=64)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='known_as', to='bookings.client')),
            ],
            options={
                'ordering': ['source', 'key'],
                'constraints': [models.UniqueConstraint(fields=('source', 'key'), name='a_key_is_of_one_client')],
            },
        ),
        migrations.CreateModel(
            name='LastSeen',
            fields=[
                ('what', models.CharField(choices=[('backup', 'the nightly backup'), ('offsite', 'the copy of it outside of this machine'), ('certificate', 'the site’s certificate'), ('mail_records', 'what the DNS says about our mail'), ('test_mail', 'the last test mail'), ('second_way', 'the second way to the owner')], max_length=20, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('facts', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'verbose_name_plural': 'last seen',
            },
        ),
        migrations.CreateModel(
            name='ListedRace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('town', models.CharField(blank=True, max_length=80)),
                ('folded', models.CharField(max_length=250)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
            bases=(bookings.models.named.Named, models.Model),
        ),
        migrations.CreateModel(
            name='ListedDistance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listed_race', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='distances', to='bookings.listedrace')),
                ('distance', models.CharField(choices=[('10k', '10 km'), ('half', 'Half marathon'), ('marathon', 'Marathon'), ('ultra', 'Ultra')], max_length=10)),
                ('race_date', models.DateField(verbose_name='date')),
                ('start', models.TimeField(blank=True, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['race_date', 'pk'],
                'indexes': [models.Index(fields=['race_date'], name='listed_by_date')],
                'constraints': [models.UniqueConstraint(fields=('listed_race', 'distance'), name='a_distance_is_listed_once'), models.CheckConstraint(condition=models.Q(('distance__in', ['10k', 'half', 'marathon', 'ultra'])), name='a_listed_distance_exists')],
            },
            bases=(bookings.models.named.Named, models.Model),
        ),
        migrations.CreateModel(
            name='Logo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clinic', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='logo', to='bookings.clinic')),
                ('picture', models.BinaryField(help_text='A small WebP.')),
                ('digest', models.CharField(help_text='Of the picture; a part of its address.', max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name='MailWording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('confirmed', 'appointment confirmed'), ('moved', 'appointment moved'), ('cancelled', 'appointment cancelled'), ('plan_booked', 'several appointments confirmed'), ('released', 'appointments that nobody confirmed given back'), ('late', 'the therapist runs late'), ('offer', 'other times for an appointment that cannot take place'), ('reminder', 'reminder of an appointment'), ('plan', 'training plan'), ('nudge', 'sessions to book'), ('race_check', 'how the race went'), ('off_season', 'between two races'), ('against_plan', 'appointments that the training plan is against'), ('new_links', 'new links to appointments'), ('data_link', "link to one's own data"), ('erased', 'data erased'), ('wait_joined', 'joined the waiting list'), ('wait_offer', 'a time from the waiting list'), ('wait_withdrawn', 'an offered time withdrawn'), ('wait_passed', 'an offered time no longer kept'), ('wait_left', 'left the waiting list'), ('series_changed', 'several appointments of a series changed'), ('series_missed', 'a date of a series that could not be booked'), ('plan_silent', 'a training plan that can no longer be read'), ('race_news', 'a race that is moved or cancelled')], max_length=20)),
                ('number', models.PositiveIntegerField()),
                ('opening', models.TextField(blank=True, verbose_name='after the greeting')),
                ('closing', models.TextField(blank=True, verbose_name='at the end')),
                ('created_at', models.DateTimeField()),
                ('by', models.CharField(max_length=300)),
            ],
            options={
                'ordering': ['kind', '-number'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'number'), name='a_mails_wording_is_one'), models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='wordings_count_from_one')],
            },
        ),
        migrations.CreateModel(
            name='OwnPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='own_plan', to='bookings.client')),
                ('read_at', models.DateTimeField()),
                ('days', models.JSONField(default=list)),
                ('left', models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list)),
            ],
        ),
        migrations.CreateModel(
            name='PlanLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('link', bookings.models.pasted_links.SealedLinkField()),
                ('shown', models.CharField(max_length=80)),
                ('kept_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(help_text='When its content was last read.')),
                ('good_at', models.DateTimeField(help_text='When it was last known to be current.')),
                ('tag', models.CharField(blank=True, max_length=210)),
                ('due_at', models.DateTimeField(db_index=True)),
                ('lease', models.UUIDField(editable=False, null=True)),
                ('leased_until', models.DateTimeField(null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('why', models.CharField(blank=True, choices=[('address', 'This is not the https address of a calendar.'), ('host', 'We do not read links of this site.'), ('name', 'There is no such site.'), ('private', 'This address leads nowhere that we may read.'), ('unreachable', 'The site could not be reached.'), ('slow', 'The site did not answer in time.'), ('large', 'The calendar is larger than 1 MB.'), ('packed', 'The site sent the calendar packed, and we cannot read it.'), ('redirects', 'The site leads on and on to other addresses.'), ('gone', 'The calendar is no longer at this address.'), ('refused', 'The site refused to give us the calendar.'), ('empty', 'We found nothing in the calendar.'), ('unreadable', 'What stands at this address is no calendar.'), ('much', 'The calendar holds more than we can read.'), ('key', 'We can no longer open the link ourselves.')], max_length=12)),
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='plan_link', to='bookings.client')),
                ('corrections', models.JSONField(default=dict)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RaceNews',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='news', to='bookings.listeddistance')),
                ('was', models.DateField()),
                ('becomes', models.DateField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('by', models.CharField(max_length=300)),
            ],
            options={
                'ordering': ['-made_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('becomes__isnull', True), models.Q(('becomes', models.F('was')), _negated=True), _connector='OR'), name='news_of_a_race_say_something_else')],
            },
        ),
        migrations.CreateModel(
            name='RoomLoan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='loans', to='bookings.room')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'ordering': ['starts_at', 'pk'],
                'indexes': [models.Index(fields=['ends_at', 'starts_at'], name='room_loan_times')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='room_loan_ends_after_start', violation_error_message='The end must be after the start.')],
            },
        ),
        migrations.CreateModel(
            name='RunnerCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('race', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='bookings.race')),
                ('asked_at', models.DateTimeField()),
                ('by', models.CharField(max_length=300)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('done_by', models.CharField(blank=True, max_length=300)),
                ('tries', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
                ('taken_off', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('done_at', None)), fields=('race',), name='one_open_call_about_a_race')],
            },
        ),
        migrations.CreateModel(
            name='RunnerNews',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('news', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runners', to='bookings.racenews')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='race_news', to='bookings.client')),
                ('race', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='news', to='bookings.race')),
                ('state', models.CharField(choices=[('waiting', 'not yet done'), ('done', 'done'), ('left_alone', 'left alone')], default='waiting', max_length=10)),
                ('why', models.CharField(blank=True, max_length=300)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('settled_by', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('news', 'client'), name='news_of_a_race_once_each'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'done', 'left_alone'])), name='states_of_news_exist')],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='series', to='bookings.client')),
                ('treatment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings.treatment')),
                ('therapist', models.ForeignKey(blank=True, help_text='Empty: whoever is free.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings.therapist')),
                ('first_day', models.DateField()),
                ('at', models.TimeField(help_text='On the clinic’s wall clock.')),
                ('every_weeks', models.PositiveSmallIntegerField(blank=True, help_text='Empty: with the sessions of a race.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                ('last_day', models.DateField()),
                ('waits_for', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, help_text='Its dates that the diary does not reach yet.', size=None)),
                ('race', models.ForeignKey(blank=True, help_text='Whose sessions it follows, as long as it is in the plan.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='bookings.race')),
                ('settled_until', models.DateField(blank=True, help_text='Of a race’s sessions: those up to that day are booked or settled.', null=True)),
                ('race_was_on', models.DateField(blank=True, help_text='The race’s day when that was so.', null=True)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.CharField(help_text='Who has made it.', max_length=200)),
                ('key', models.CharField(help_text='Sent with the form, so that one sent twice is one series.', max_length=64, unique=True)),
            ],
            options={
                'verbose_name': 'series',
                'verbose_name_plural': 'series',
                'ordering': ['made_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('ended_at', None), models.Q(('waits_for', []), _negated=True)), fields=['made_at'], name='series_that_wait')],
                'constraints': [models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='a_series_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('every_weeks__gte', 1), ('every_weeks__lte', 12)), name='a_series_comes_every_few_weeks'), models.CheckConstraint(condition=models.Q(('every_weeks__isnull', False), models.Q(('race_was_on__isnull', False), ('settled_until__isnull', False)), _connector='OR'), name='a_series_has_a_rule_or_follows_a_race')],
            },
        ),
        migrations.CreateModel(
            name='Trouble',
            fields=[
                ('part', models.CharField(choices=[('mail', 'Mail'), ('worker', 'The worker that sends mail'), ('beat', 'The clock that rings each minute'), ('calendars', 'The worker that reads pasted calendars'), ('broker', 'The broker between them'), ('backup', 'Backup'), ('offsite', 'Copy outside of this machine'), ('certificate', 'Certificate'), ('disk', 'Disk')], max_length=20, primary_key=True, serialize=False)),
                ('says', models.TextField()),
                ('since', models.DateTimeField()),
                ('well_since', models.DateTimeField(blank=True, null=True)),
                ('told_at', models.DateTimeField(blank=True, help_text='By the second way; then again after a day.', null=True)),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['since'],
            },
        ),
        migrations.CreateModel(
            name='WaitlistEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waits_for', to='bookings.client')),
                ('treatment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings.treatment')),
                ('therapist', models.ForeignKey(blank=True, help_text='Empty: whoever is free.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings.therapist')),
                ('appointment', models.ForeignKey(blank=True, help_text='What should be at another time.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='earlier_wishes', to='bookings.appointment')),
                ('better_by', models.CharField(choices=[('earlier', 'earlier'), ('training', 'better for the race')], db_default='earlier', default='earlier', help_text='What the other time is to be.', max_length=10)),
                ('weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')]), blank=True, default=list, help_text='0 is Monday; empty: any.', size=None)),
                ('parts', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, help_text='0 the morning, 1 the afternoon, 2 the evening; empty: any.', size=None)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('notice_hours', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(336)])),
                ('session_kind', models.CharField(blank=True, max_length=20)),
                ('session_ideal', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('served', 'has got a time'), ('left', 'has left the list'), ('over', 'its dates are over')], default='waiting', max_length=10)),
                ('joined_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.CharField(help_text='Who has put them on it.', max_length=200)),
                ('key', models.CharField(help_text='Sent with the form, so that one sent twice joins once.', max_length=64, unique=True)),
            ],
            options={
                'verbose_name': 'entry of the waiting list',
                'verbose_name_plural': 'waiting list',
                'ordering': ['joined_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['joined_at'], name='who_waits')],
                'constraints': [models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='a_wait_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='a_wait_that_is_over_says_since_when'), models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('appointment',), name='one_earlier_please_a_visit')],
            },
        ),
        migrations.CreateModel(
            name='WaitlistOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=bookings.models.scheduling.appointments.new_public_id, editable=False, max_length=32, unique=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='bookings.waitlistentry')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='bookings.client')),
                ('hold', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='offer', to='bookings.appointment')),
                ('relayed', models.ForeignKey(blank=True, help_text='Whose time it is until it is taken; nothing is held then.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='passed_to', to='bookings.appointment')),
                ('therapist', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings.therapist')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'not answered yet'), ('accepted', 'accepted'), ('declined', 'declined'), ('expired', 'not answered in time'), ('withdrawn', 'withdrawn'), ('unread', 'its mail did not reach them')], default='open', max_length=10)),
                ('channel', models.CharField(choices=[('mail', 'by mail')], default='mail', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('until', models.DateTimeField(help_text='Until when the time is kept.')),
                ('by', models.CharField(help_text='Who has made it.', max_length=200)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'offer of the waiting list',
                'verbose_name_plural': 'offers of the waiting list',
                'ordering': ['made_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['until'], name='open_offers_by_end')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('client',), name='one_open_offer_each'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('made_at')), ('until__lt', models.F('starts_at'))), name='an_offer_ends_before_the_visit'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='an_offer_that_is_over_says_since_when')],
            },
        ),
        migrations.AlterModelOptions(
            name='therapist',
            options={'ordering': ['position', 'name']},
        ),
        migrations.AddField(
            model_name='appointment',
            name='relayed_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Since when its time is offered to the waiting list; it stands.', null=True),
        ),
        migrations.AddField(
            model_name='clinic',
            name='accent',
            field=models.CharField(blank=True, db_default='', help_text='Of links and buttons, such as #0b6b57; empty for Taper’s green.', max_length=7, validators=[bookings.models.clinic.validate_accent], verbose_name='colour'),
        ),
        migrations.AddField(
            model_name='clinic',
            name='country',
            field=models.CharField(blank=True, db_default='', help_text='ISO code: whose public holidays are proposed as closures.', max_length=2),
        ),
        migrations.AddField(
            model_name='clinic',
            name='headline',
            field=models.CharField(blank=True, db_default='', help_text='What the clinic is, over the home page’s question.', max_length=120),
        ),
        migrations.AddField(
            model_name='clinic',
            name='hours_text',
            field=models.TextField(blank=True, db_default='', help_text='As they should stand on the home page; nothing is worked out.', verbose_name='opening hours'),
        ),
        migrations.AddField(
            model_name='clinic',
            name='logo_digest',
            field=models.CharField(blank=True, db_default='', editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name='clinic',
            name='logo_height',
            field=models.PositiveSmallIntegerField(db_default=0, editable=False),
        ),
        migrations.AddField(
            model_name='clinic',
            name='logo_width',
            field=models.PositiveSmallIntegerField(db_default=0, editable=False),
        ),
        migrations.AddField(
            model_name='clinic',
            name='map_url',
            field=models.CharField(blank=True, db_default='', help_text='The address of the clinic’s place on a map; its site is named.', max_length=500, validators=[bookings.models.clinic.validate_map], verbose_name='map'),
        ),
        migrations.AddField(
            model_name='clinic',
            name='offer_pause_minutes',
            field=models.PositiveSmallIntegerField(db_default=10, default=10, help_text='Minutes. What has come free is offered to the waiting list after so long, and not before a runner may no longer undo it: whoever takes a cancellation or a move back within it has troubled nobody.', validators=[django.core.validators.MaxValueValidator(240)], verbose_name='offer freed times after'),
        ),
        migrations.AddField(
            model_name='clinic',
            name='subdivision',
            field=models.CharField(blank=True, db_default='', help_text='The part of the country, where holidays differ by it.', max_length=40),
        ),
        migrations.AddField(
            model_name='extrashift',
            name='instead',
            field=models.BooleanField(db_default=False, default=False, help_text='No weekly hours hold on that day; weekly breaks do.', verbose_name='instead of the weekly hours'),
        ),
        migrations.AddField(
            model_name='mailserver',
            name='tested_at',
            field=models.DateTimeField(blank=True, help_text='A test mail.', null=True),
        ),
        migrations.AddField(
            model_name='race',
            name='not_listed',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list, help_text='Days of listed races that the desk has said it is not.'),
        ),
        migrations.AddField(
            model_name='signinmail',
            name='is_a_test',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='therapist',
            name='position',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text='Order on the home page and in the diary.'),
        ),
        migrations.AddField(
            model_name='treatment',
            name='next_price',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name='new price'),
        ),
        migrations.AddField(
            model_name='treatment',
            name='next_price_from',
            field=models.DateField(blank=True, help_text='Whoever books from that day on pays it; what is booked by then keeps its price.', null=True, verbose_name='from'),
        ),
        migrations.AddField(
            model_name='user',
            name='invited_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When the last invitation was mailed that an owner wrote.', null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='leaves_on',
            field=models.DateField(blank=True, editable=False, help_text='The last day at work; the login ends after it.', null=True),
        ),
        migrations.AddField(
            model_name='weeklybreak',
            name='counted_from',
            field=models.DateField(blank=True, help_text='The Monday of a week in which it holds; not for every week.', null=True, validators=[bookings.models.rota.shifts.refuse_other_days], verbose_name='counted from'),
        ),
        migrations.AddField(
            model_name='weeklybreak',
            name='every_weeks',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='1 for every week, 2 for every other.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(52)], verbose_name='every so many weeks'),
        ),
        migrations.AddField(
            model_name='weeklyshift',
            name='counted_from',
            field=models.DateField(blank=True, help_text='The Monday of a week in which it holds; not for every week.', null=True, validators=[bookings.models.rota.shifts.refuse_other_days], verbose_name='counted from'),
        ),
        migrations.AddField(
            model_name='weeklyshift',
            name='every_weeks',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='1 for every week, 2 for every other.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(52)], verbose_name='every so many weeks'),
        ),
        migrations.AlterField(
            model_name='clinic',
            name='currency',
            field=models.CharField(default='GBP', help_text='ISO code, such as GBP.', max_length=3, validators=[bookings.models.clinic.validate_currency]),
        ),
        migrations.AlterField(
            model_name='heartbeat',
            name='part',
            field=models.CharField(choices=[('beat', 'the clock that rings each minute'), ('sender', 'the worker that sends mail'), ('calendars', 'the worker that reads calendars')], max_length=10, primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('confirmed', 'appointment confirmed'), ('moved', 'appointment moved'), ('cancelled', 'appointment cancelled'), ('plan_booked', 'several appointments confirmed'), ('released', 'appointments that nobody confirmed given back'), ('late', 'the therapist runs late'), ('offer', 'other times for an appointment that cannot take place'), ('reminder', 'reminder of an appointment'), ('plan', 'training plan'), ('nudge', 'sessions to book'), ('race_check', 'how the race went'), ('off_season', 'between two races'), ('against_plan', 'appointments that the training plan is against'), ('new_links', 'new links to appointments'), ('data_link', "link to one's own data"), ('erased', 'data erased'), ('wait_joined', 'joined the waiting list'), ('wait_offer', 'a time from the waiting list'), ('wait_withdrawn', 'an offered time withdrawn'), ('wait_passed', 'an offered time no longer kept'), ('wait_left', 'left the waiting list'), ('series_changed', 'several appointments of a series changed'), ('series_missed', 'a date of a series that could not be booked'), ('plan_silent', 'a training plan that can no longer be read'), ('race_news', 'a race that is moved or cancelled')], max_length=20),
        ),
        migrations.AlterField(
            model_name='signinevent',
            name='kind',
            field=models.CharField(choices=[('signed_in', 'signed in'), ('new_device', 'signed in from a new browser'), ('wrong_password', 'wrong password'), ('wrong_code', 'wrong mailed code'), ('wrong_factor', 'wrong second factor'), ('locked_out', 'tried too often, and must wait'), ('code_mailed', 'a code was mailed'), ('link_mailed', 'a link to a new password was mailed'), ('invited', 'an invitation was mailed'), ('nobodys', 'asked for a code or link, and can have none'), ('password_changed', 'password changed'), ('password_reset', 'password taken away'), ('factor_added', 'second factor set up'), ('factor_removed', 'second factor removed'), ('factors_reset', 'second factors taken away'), ('login_changed', 'address, role or state changed'), ('sessions_ended', 'signed out elsewhere')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='treatment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('next_price', None), ('next_price_from', None)), models.Q(('next_price__gte', 0), ('next_price_from__isnull', False)), _connector='OR'), name='next_price_has_its_day', violation_error_message='A new price needs the day it begins.'),
        ),
        migrations.AddConstraint(
            model_name='weeklybreak',
            constraint=models.CheckConstraint(condition=models.Q(('every_weeks__gte', 1), ('every_weeks__lte', 52)), name='break_every_so_many_weeks', violation_error_message='Please give a number of weeks from 1 to 52.'),
        ),
        migrations.AddConstraint(
            model_name='weeklybreak',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('counted_from__isnull', True), ('every_weeks', 1)), models.Q(('counted_from__isnull', False), ('counted_from__iso_week_day', 1), ('every_weeks__gt', 1)), _connector='OR'), name='break_counted_from_a_monday', violation_error_message='What does not hold every week is counted from the Monday of a week in which it does; what holds every week from none.'),
        ),
        migrations.AddConstraint(
            model_name='weeklyshift',
            constraint=models.CheckConstraint(condition=models.Q(('every_weeks__gte', 1), ('every_weeks__lte', 52)), name='shift_every_so_many_weeks', violation_error_message='Please give a number of weeks from 1 to 52.'),
        ),
        migrations.AddConstraint(
            model_name='weeklyshift',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('counted_from__isnull', True), ('every_weeks', 1)), models.Q(('counted_from__isnull', False), ('counted_from__iso_week_day', 1), ('every_weeks__gt', 1)), _connector='OR'), name='shift_counted_from_a_monday', violation_error_message='What does not hold every week is counted from the Monday of a week in which it does; what holds every week from none.'),
        ),
        migrations.AddField(
            model_name='race',
            name='listed',
            field=models.ForeignKey(blank=True, help_text="Which race of the clinic's list it is.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runners', to='bookings.listeddistance'),
        ),
        migrations.AddField(
            model_name='appointment',
            name='series',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, help_text='What it comes again in.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='appointments', to='bookings.series'),
        ),
        migrations.RunSQL(NEVER_CHANGE + REMEMBER + FREED + ROTA_FREED + OWN_CALENDAR_GOES, UNDO),
    ]
