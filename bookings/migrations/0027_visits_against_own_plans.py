from django.db import migrations, models

FORGET = "DROP TRIGGER remember ON bookings_ownplan;"
REMEMBER = """
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON bookings_ownplan FOR EACH ROW
    EXECUTE FUNCTION bookings_remember('{}', 'days');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0026_runners_to_ring'),
    ]

    operations = [
        migrations.AddField(
            model_name='ownplan',
            name='left',
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('confirmed', 'appointment confirmed'), ('moved', 'appointment moved'), ('cancelled', 'appointment cancelled'), ('plan_booked', 'several appointments confirmed'), ('released', 'appointments that nobody confirmed given back'), ('late', 'the therapist runs late'), ('offer', 'other times for an appointment that cannot take place'), ('reminder', 'reminder of an appointment'), ('plan', 'training plan'), ('nudge', 'sessions to book'), ('race_check', 'how the race went'), ('off_season', 'between two races'), ('against_plan', 'appointments that the training plan is against'), ('new_links', 'new links to appointments'), ('data_link', "link to one's own data"), ('erased', 'data erased'), ('wait_joined', 'joined the waiting list'), ('wait_offer', 'a time from the waiting list'), ('wait_withdrawn', 'an offered time withdrawn'), ('wait_passed', 'an offered time no longer kept'), ('wait_left', 'left the waiting list'), ('series_changed', 'several appointments of a series changed'), ('series_missed', 'a date of a series that could not be booked'), ('plan_silent', 'a training plan that can no longer be read'), ('race_news', 'a race that is moved or cancelled')], max_length=20),
        ),
        migrations.AlterField(
            model_name='mailwording',
            name='kind',
            field=models.CharField(choices=[('confirmed', 'appointment confirmed'), ('moved', 'appointment moved'), ('cancelled', 'appointment cancelled'), ('plan_booked', 'several appointments confirmed'), ('released', 'appointments that nobody confirmed given back'), ('late', 'the therapist runs late'), ('offer', 'other times for an appointment that cannot take place'), ('reminder', 'reminder of an appointment'), ('plan', 'training plan'), ('nudge', 'sessions to book'), ('race_check', 'how the race went'), ('off_season', 'between two races'), ('against_plan', 'appointments that the training plan is against'), ('new_links', 'new links to appointments'), ('data_link', "link to one's own data"), ('erased', 'data erased'), ('wait_joined', 'joined the waiting list'), ('wait_offer', 'a time from the waiting list'), ('wait_withdrawn', 'an offered time withdrawn'), ('wait_passed', 'an offered time no longer kept'), ('wait_left', 'left the waiting list'), ('series_changed', 'several appointments of a series changed'), ('series_missed', 'a date of a series that could not be booked'), ('plan_silent', 'a training plan that can no longer be read'), ('race_news', 'a race that is moved or cancelled')], max_length=20),
        ),
        migrations.RunSQL(FORGET + REMEMBER.format('left'), FORGET + REMEMBER.format('')),
    ]
