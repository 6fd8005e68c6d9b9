"""Letters from a note, which never change: the rule and the function of signed versions."""

import django.db.models.deletion
import therapists.models.sealed
from django.db import migrations, models

NEVER_CHANGE = """
CREATE TRIGGER letters_never_change
    BEFORE UPDATE OR DELETE ON therapists_letter
    FOR EACH ROW EXECUTE FUNCTION therapists_signed_versions_never_change();
"""
UNDO = "DROP TRIGGER letters_never_change ON therapists_letter;"


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0007_running_late'),
        ('therapists', '0001_first'),
    ]

    operations = [
        migrations.AlterField(
            model_name='access',
            name='what',
            field=models.CharField(choices=[('answers', 'health answers'), ('note', 'Note'), ('draft', 'draft of a note'), ('clearance', 'reason for clearing a hold'), ('letter', 'Letter'), ('identity', 'whose kept record it is')], max_length=10),
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signed_at', models.DateTimeField()),
                ('content', therapists.models.sealed.SealedField(help_text='To whom, and what it says.')),
                ('note', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='therapists.note')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings.therapist')),
            ],
            options={
                'ordering': ['-signed_at', '-pk'],
            },
        ),
        migrations.RunSQL(NEVER_CHANGE, UNDO),
    ]
