from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0013_no_limit_of_mails'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailServer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('failures_in_a_row', models.PositiveIntegerField(default=0)),
                ('rests_until', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='mail',
            name='waits',
            field=models.CharField(blank=True, help_text='Why it has been put off, while it is.', max_length=200),
        ),
        migrations.AlterField(
            model_name='mailconsent',
            name='group',
            field=models.CharField(choices=[('reminders', 'reminders of appointments'), ('nudges', 'mails timed to training'), ('news', 'news of the waiting list')], max_length=10),
        ),
    ]
