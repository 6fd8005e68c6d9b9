"""Receipts keep what stood on them; those there are get what holds now. Erasing takes the name."""

from django.db import migrations, models

NEVER_CHANGE = """
CREATE OR REPLACE FUNCTION money_rows_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('taper.forgetting', true) = 'on'
        AND to_jsonb(NEW) - ARRAY[{typed}] = to_jsonb(OLD) - ARRAY[{typed}] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was paid or charged never changes; a further row corrects it.'
        USING ERRCODE = '23001';
END $$;
"""
AS_NOW = """
ALTER TABLE bookings_payment DISABLE TRIGGER payments_never_change;
UPDATE bookings_payment payment
    SET client_name = CASE WHEN client.erased_at IS NULL THEN client.name ELSE '' END,
        therapist_name = therapist.name, tax_note = clinic.tax_note,
        issuer = concat_ws(
            E'\\n', nullif(clinic.name, ''), nullif(clinic.address, ''), nullif(clinic.phone, ''))
    FROM bookings_appointment visit
        JOIN bookings_client client ON client.id = visit.client_id
        CROSS JOIN bookings_clinic clinic,
        bookings_therapist therapist
    WHERE visit.id = payment.appointment_id AND therapist.id = payment.therapist_id;
ALTER TABLE bookings_payment ENABLE TRIGGER payments_never_change;
"""
KEPT = {"client_name": 200, "therapist_name": 200, "tax_note": 200}


class Migration(migrations.Migration):

    dependencies = [("bookings", "0008_editions_of_keys")]

    operations = [
        *(
            migrations.AddField(
                model_name="payment",
                name=name,
                field=models.CharField(blank=True, db_default="", default="", max_length=longest),
            )
            for name, longest in KEPT.items()
        ),
        migrations.AddField(
            model_name="payment",
            name="issuer",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.RunSQL(
            NEVER_CHANGE.format(typed="'reason', 'by', 'client_name'"),
            NEVER_CHANGE.format(typed="'reason', 'by'"),
        ),
        migrations.RunSQL(AS_NOW, migrations.RunSQL.noop),
    ]
