from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("therapists", "0003_a_note_is_one_authors")]

    operations = [
        migrations.AddIndex(
            model_name="timeoff",
            index=models.Index(
                condition=models.Q(("answer", "asked")),
                fields=["ends_at"],
                name="time_off_to_answer",
            ),
        ),
    ]
