import bookings.models.named
import django.db.models.deletion
from django.db import migrations, models


REMEMBER = """
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON bookings_listedrace FOR EACH ROW
    EXECUTE FUNCTION bookings_remember('folded', '');
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON bookings_listeddistance FOR EACH ROW
    EXECUTE FUNCTION bookings_remember('', '');
"""
UNDO = """
DROP TRIGGER remember ON bookings_listeddistance;
DROP TRIGGER remember ON bookings_listedrace;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0024_busy_calendars'),
    ]

    operations = [
        migrations.CreateModel(
            name='ListedDistance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('distance', models.CharField(choices=[('10k', '10 km'), ('half', 'Half marathon'), ('marathon', 'Marathon'), ('ultra', 'Ultra')], max_length=10)),
                ('race_date', models.DateField(verbose_name='date')),
                ('start', models.TimeField(blank=True, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['race_date', 'pk'],
                'indexes': [models.Index(fields=['race_date'], name='listed_by_date')],
            },
            bases=(bookings.models.named.Named, models.Model),
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
        migrations.AlterField(
            model_name='mail',
            name='kind',
            field=models.CharField(choices=[('confirmed', 'appointment confirmed'), ('moved', 'appointment moved'), ('cancelled', 'appointment cancelled'), ('plan_booked', 'several appointments confirmed'), ('released', 'appointments that nobody confirmed given back'), ('late', 'the therapist runs late'), ('offer', 'other times for an appointment that cannot take place'), ('reminder', 'reminder of an appointment'), ('plan', 'training plan'), ('nudge', 'sessions to book'), ('race_check', 'how the race went'), ('off_season', 'between two races'), ('new_links', 'new links to appointments'), ('data_link', "link to one's own data"), ('erased', 'data erased'), ('wait_joined', 'joined the waiting list'), ('wait_offer', 'a time from the waiting list'), ('wait_withdrawn', 'an offered time withdrawn'), ('wait_passed', 'an offered time no longer kept'), ('wait_left', 'left the waiting list'), ('series_changed', 'several appointments of a series changed'), ('series_missed', 'a date of a series that could not be booked'), ('race_news', 'a race that is moved or cancelled')], max_length=20),
        ),
        migrations.AlterField(
            model_name='mailwording',
            name='kind',
            field=models.CharField(choices=[('confirmed', 'appointment confirmed'), ('moved', 'appointment moved'), ('cancelled', 'appointment cancelled'), ('plan_booked', 'several appointments confirmed'), ('released', 'appointments that nobody confirmed given back'), ('late', 'the therapist runs late'), ('offer', 'other times for an appointment that cannot take place'), ('reminder', 'reminder of an appointment'), ('plan', 'training plan'), ('nudge', 'sessions to book'), ('race_check', 'how the race went'), ('off_season', 'between two races'), ('new_links', 'new links to appointments'), ('data_link', "link to one's own data"), ('erased', 'data erased'), ('wait_joined', 'joined the waiting list'), ('wait_offer', 'a time from the waiting list'), ('wait_withdrawn', 'an offered time withdrawn'), ('wait_passed', 'an offered time no longer kept'), ('wait_left', 'left the waiting list'), ('series_changed', 'several appointments of a series changed'), ('series_missed', 'a date of a series that could not be booked'), ('race_news', 'a race that is moved or cancelled')], max_length=20),
        ),
        migrations.AddField(
            model_name='race',
            name='listed',
            field=models.ForeignKey(blank=True, help_text="Which race of the clinic's list it is.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runners', to='bookings.listeddistance'),
        ),
        migrations.AddField(
            model_name='listeddistance',
            name='listed_race',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='distances', to='bookings.listedrace'),
        ),
        migrations.CreateModel(
            name='RaceNews',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('was', models.DateField()),
                ('becomes', models.DateField(blank=True, null=True)),
                ('made_at', models.DateTimeField()),
                ('by', models.CharField(max_length=300)),
                ('listed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='news', to='bookings.listeddistance')),
            ],
            options={
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='RunnerNews',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'not yet done'), ('done', 'done'), ('left_alone', 'left alone')], default='waiting', max_length=10)),
                ('why', models.CharField(blank=True, max_length=300)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('settled_by', models.CharField(blank=True, max_length=300)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='race_news', to='bookings.client')),
                ('news', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runners', to='bookings.racenews')),
                ('race', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='news', to='bookings.race')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='listeddistance',
            constraint=models.UniqueConstraint(fields=('listed_race', 'distance'), name='a_distance_is_listed_once'),
        ),
        migrations.AddConstraint(
            model_name='listeddistance',
            constraint=models.CheckConstraint(condition=models.Q(('distance__in', ['10k', 'half', 'marathon', 'ultra'])), name='a_listed_distance_exists'),
        ),
        migrations.AddConstraint(
            model_name='racenews',
            constraint=models.CheckConstraint(condition=models.Q(('becomes__isnull', True), models.Q(('becomes', models.F('was')), _negated=True), _connector='OR'), name='news_of_a_race_say_something_else'),
        ),
        migrations.AddConstraint(
            model_name='runnernews',
            constraint=models.UniqueConstraint(fields=('news', 'client'), name='news_of_a_race_once_each'),
        ),
        migrations.AddConstraint(
            model_name='runnernews',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'done', 'left_alone'])), name='states_of_news_exist'),
        ),
        migrations.RunSQL(REMEMBER, UNDO),
    ]
