"""What happens about signing in is kept for the owner, by digests and for a while."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0009_most_ahead'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignInEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('kind', models.CharField(choices=[('signed_in', 'signed in'), ('new_device', 'signed in from a new browser'), ('wrong_password', 'wrong password'), ('wrong_code', 'wrong mailed code'), ('wrong_factor', 'wrong second factor'), ('locked_out', 'tried too often, and must wait'), ('code_mailed', 'a code was mailed'), ('link_mailed', 'a link to a new password was mailed'), ('nobodys', 'asked for a code or link, and can have none'), ('password_changed', 'password changed'), ('password_reset', 'password taken away'), ('factor_added', 'second factor set up'), ('factor_removed', 'second factor removed'), ('factors_reset', 'second factors taken away'), ('login_changed', 'address, role or state changed'), ('sessions_ended', 'signed out elsewhere')], max_length=20)),
                ('login', models.CharField(blank=True, max_length=16)),
                ('network', models.CharField(blank=True, max_length=16)),
                ('how', models.CharField(blank=True, help_text='Password, code, app, passkey.', max_length=60)),
                ('browser', models.CharField(blank=True, max_length=60)),
                ('by', models.CharField(blank=True, help_text='If somebody else did.', max_length=300)),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sign_in_events', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['user', '-id'], name='sign_ins_by_login'), models.Index(fields=['kind', '-id'], name='sign_ins_by_kind'), models.Index(condition=models.Q(('login', ''), _negated=True), fields=['login'], name='sign_ins_of_nobody')],
            },
        ),
    ]
