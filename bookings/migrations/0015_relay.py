import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0014_what_differs'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointment',
            name='relayed_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Since when its time is offered to the waiting list; it stands.', null=True),
        ),
        migrations.AddField(
            model_name='waitlistoffer',
            name='relayed',
            field=models.ForeignKey(blank=True, help_text='Whose time it is until it is taken; nothing is held then.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='passed_to', to='bookings.appointment'),
        ),
        migrations.AddConstraint(
            model_name='waitlistoffer',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('relayed',), name='one_open_offer_of_a_relayed_time'),
        ),
    ]
