"""British English on a clock of 24 hours, as a diary is kept."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "D j M Y, H:i"
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S"]
