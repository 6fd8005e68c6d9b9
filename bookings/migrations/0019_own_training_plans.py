import django.db.models.deletion
from django.db import migrations, models

REMEMBER = """
CREATE TRIGGER remember AFTER INSERT OR UPDATE OR DELETE ON bookings_ownplan FOR EACH ROW
    EXECUTE FUNCTION bookings_remember('', 'days');
"""
UNDO = "DROP TRIGGER remember ON bookings_ownplan;"


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0018_series'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField()),
                ('days', models.JSONField(default=list)),
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='own_plan', to='bookings.client')),
            ],
        ),
        migrations.RunSQL(REMEMBER, UNDO),
    ]
