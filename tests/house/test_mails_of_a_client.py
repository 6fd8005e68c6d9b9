"""What mails are about is no column with an index: whoever asks for it says of which client, or
every mail of all years is read."""

import ast

from tests.house.test_floors import MODULES, ROOT, parsed

# Of mails that are one client's already: `timed_to_training` and `gone_out`.
OF_A_CLIENTS_OWN = {"bookings/actions/mail/nudge_delivery.py"}


def test_mails_are_found_by_what_they_are_about_among_a_clients_own():
    asked, wrong = 0, []
    for module, path in MODULES.items():
        where = path.relative_to(ROOT).as_posix()
        calls = ast.walk(parsed(module))
        for call in (one for one in calls if isinstance(one, ast.Call)):
            names = [one.arg or "" for one in call.keywords]
            if any(name.startswith("about__") for name in names):
                asked += 1
                if not {"client", "client__in"} & set(names) and where not in OF_A_CLIENTS_OWN:
                    wrong.append(f"{where}:{call.lineno}")
    assert asked > 8
    assert not wrong, wrong
