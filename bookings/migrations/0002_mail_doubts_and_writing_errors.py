from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="mail",
            name="doubts",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How often nobody could know whether the server had taken it."
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="writing_errors",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="mail",
            name="attempts",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
