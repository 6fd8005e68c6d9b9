"""The training rules read a second time, date by date and without any cleverness.

It shares no code with the engine and imports nothing of the project: it takes its inputs as plain
data, has the numbers of the rules written into it, and looks at one date at a time.
"""

from datetime import date, timedelta
from typing import Any

D = timedelta(days=1)
ORDER = [
    "race_day", "acute", "race_week", "taper", "recovery", "peak", "build", "base", "return",
    "off_season",
]  # fmt: skip
SCALE = ["none", "light", "light_medium", "medium", "medium_firm", "firm"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
CEILING = {
    "base": "firm", "build": "firm", "peak": "firm", "taper": "medium_firm",
    "race_week": "light", "race_day": "none", "acute": "none", "recovery": "medium",
    "return": "medium_firm", "off_season": "firm",
}  # fmt: skip
WEEKS = {"10k": 8, "half": 12, "marathon": 18, "ultra": 24}
TAPER = {"10k": 1, "half": 2, "marathon": 3, "ultra": 3}
CAP = {"10k": 3, "half": 4, "marathon": 6, "ultra": 6}
AFTER = {"10k": (1, 5, 10), "half": (2, 10, 20), "marathon": (3, 21, 35), "ultra": (5, 28, 49)}
FULL_FROM_KM = {"10k": 5, "half": 10, "marathon": 21, "ultra": 30}
RECOVERY_FROM = {"half": 11, "marathon": 14, "ultra": 21}
RETURN_FROM = {"marathon": 28, "ultra": 35}
STANDARD = {"base": 28, "build": 21, "peak": 14, "taper": 14}
HIGH = {"base": 21, "build": 14, "peak": 7, "taper": 7}
KIND = {"base": "maintenance", "build": "training", "peak": "peak_recovery",
        "taper": "peak_recovery"}  # fmt: skip
TYPE = {
    "maintenance": (60, "medium"), "training": (60, "medium_firm"),
    "peak_recovery": (60, "medium"), "taper_tune_up": (60, "medium_firm"),
    "pre_race_flush": (30, "light"), "post_race_gentle": (45, "light"),
    "post_race_recovery": (60, "medium"), "return_check": (60, "medium_firm"),
}  # fmt: skip
CYCLE = ("maintenance", "training", "peak_recovery")
BLOCK = ("taper_tune_up", "pre_race_flush", "post_race_gentle")


class NaiveRace:
    def __init__(self, data):
        self.name, self.priority = data["name"], data["priority"]
        self.day, self.distance = date.fromisoformat(data["race_date"]), data["distance"]
        self.outcome, self.km = data["outcome"], data["dnf_km"]
        start = data["training_start"]
        if start:
            self.start = date.fromisoformat(start)
            self.weeks = ((self.day - self.start).days + 1 + 6) // 7
        else:
            self.weeks = data["weeks"] or WEEKS[self.distance]
            self.start = self.day - (7 * self.weeks - 1) * D

    @property
    def started(self):
        return self.outcome not in ("dns", "cancelled")

    @property
    def drives(self):
        return self.priority == "A" and self.started

    def recovery_class(self):
        if self.outcome != "dnf" or self.km is None or self.km >= FULL_FROM_KM[self.distance]:
            return self.distance
        return "half" if self.km >= 10 else "10k"

    def split(self):
        w = min(self.weeks, 30)
        t = min(TAPER[self.distance], 2 if w <= 10 else 4, w)
        if w >= 8:
            p = max(2, min((28 * w + 50) // 100, CAP[self.distance]))
            b = min(8, (w - t - p) // 2)
        else:
            p = min(2, (w - t + 1) // 2)
            b = min(2, w - t - p)
        return t, p, b

    def raw(self, day):
        d = (self.day - day).days
        if self.outcome == "cancelled":
            return None
        if d == 0:
            return "race_day" if self.started else None
        return self._raw_before(day, d) if d > 0 else self._raw_after(-d)

    def _raw_before(self, day, d):
        if self.priority != "A":
            return "race_week" if self.priority == "B" and d <= 3 else None
        week, (t, p, b) = d // 7, self.split()
        if week == 0:
            return "race_week"
        if day < self.start:
            return None
        if week < t:
            return "taper"
        if week < t + p:
            return "peak"
        return "build" if week < t + p + b else "base"

    def _raw_after(self, since):
        if not self.started:
            return None
        acute, recovery, back = AFTER[self.recovery_class()]
        if self.priority == "C":
            recovery = back = acute
        elif self.priority == "B":
            recovery = back = acute + -(-(recovery - acute) // 2)
        for last, phase in ((acute, "acute"), (recovery, "recovery"), (back, "return")):
            if since <= last:
                return phase
        return None


class NaivePlan:
    def __init__(self, inputs):
        self.races = [NaiveRace(race) for race in inputs["races"]]
        self.as_of = date.fromisoformat(inputs["as_of"])
        self.new_client = inputs["new_client"]
        self.interval = HIGH if inputs["weekly_volume_km"] >= 80 else STANDARD
        long_run = WEEKDAYS.index(inputs["long_run_weekday"])
        self.massage_weekday = (long_run + 2) % 7

    def phase(self, day):
        """P7: (phase, race or None, ceiling)."""
        raws = [(r.raw(day), r) for r in self.races if r.raw(day)]
        if not raws:
            return "off_season", None, "firm"
        best = min(ORDER.index(phase) for phase, _ in raws)
        tied = [race for phase, race in raws if ORDER.index(phase) == best]
        nearest = min(tied, key=lambda race: abs((race.day - day).days))
        lowest = min((CEILING[phase] for phase, _ in raws), key=SCALE.index)
        return ORDER[best], nearest, lowest

    def segments(self, start, end):
        found: list[dict[str, Any]] = []
        for n in range((end - start).days):
            phase, race, _ = self.phase(start + n * D)
            name = race.name if race else None
            if not found or (found[-1]["phase"], found[-1]["race"]) != (phase, name):
                found.append({"phase": phase, "race": name, "start": start + n * D, "days": 0})
            found[-1]["days"] += 1
        return [
            {**s, "start": str(s["start"]), "end": str(s["start"] + s["days"] * D)} for s in found
        ]

    def first_massage_day(self, day):
        while day.weekday() != self.massage_weekday:
            day += D
        return day

    def session(self, kind, race, ideal, window):
        days = list(window)
        while days and self._cut(kind, race, days[0]):
            days.pop(0)
        while days and self._cut(kind, race, days[-1]):
            days.pop()
        phase, _, ceiling = self.phase(ideal)
        if self._cut(kind, race, ideal) or ceiling == "none":
            return []
        minutes, pressure = TYPE[kind]
        if kind == "taper_tune_up" and self.new_client:
            pressure = "light_medium"
        pressure = min(pressure, ceiling, key=SCALE.index)
        return [
            {"kind": kind, "race": race, "ideal": ideal, "start": days[0], "end": days[-1] + D,
             "minutes": minutes, "pressure": pressure, "phase": phase}
        ]  # fmt: skip

    def _cut(self, kind, race, day):
        phase, owner, _ = self.phase(day)
        if phase == "race_week" and kind == "pre_race_flush":
            return owner is not race and owner.started
        return phase in ("race_day", "acute", "race_week")

    def around(self, ideal):
        return [ideal + n * D for n in range(-1, 4)]

    def all_sessions(self):
        found = []
        for race in self.races:
            if race.drives:
                found += self._before(race) + self._after(race)
        return found

    def _before(self, race):
        found = []
        tune_up = self.first_massage_day(race.day - 13 * D)
        phase, owner, _ = self.phase(tune_up)
        soon = any(o.drives and 1 <= (tune_up - o.day).days <= 10 for o in self.races)
        if owner is race and phase in ("base", "build", "peak", "taper") and not soon:
            allowed = [d for d in self.around(tune_up) if 7 <= (race.day - d).days <= 13]
            found += self.session("taper_tune_up", race, tune_up, allowed)
        last = tune_up
        day = tune_up - 7 * D
        while day >= race.start:
            own = race.raw(day)
            phase, owner, _ = self.phase(day)
            others = owner is not race and owner.priority == "A"
            blocked = phase in ("race_day", "acute", "race_week") or others
            if not blocked and (last - day).days >= self.interval[own]:
                found += self.session(KIND[own], race, day, self.around(day))
                last = day
            day -= 7 * D
        flush = [race.day - n * D for n in (4, 3, 2)]
        return found + self.session("pre_race_flush", race, race.day - 3 * D, flush)

    def _after(self, race):
        found = []
        cls = race.recovery_class()
        gentle = race.day + (AFTER[cls][0] + 1) * D
        if self.phase(gentle)[0] not in ("race_week", "race_day", "acute"):
            window = [gentle + n * D for n in range(4)]
            found += self.session("post_race_gentle", race, gentle, window)
        for kind, table in (("post_race_recovery", RECOVERY_FROM), ("return_check", RETURN_FROM)):
            if cls in table:
                day = self.first_massage_day(race.day + table[cls] * D)
                phase, owner, _ = self.phase(day)
                if phase in ("recovery", "return", "off_season") and owner in (race, None):
                    found += self.session(kind, race, day, self.around(day))
        return found

    def sessions(self):
        kept: list[dict[str, Any]] = []
        left = self.all_sessions()
        for rank in (("pre_race_flush",), ("post_race_gentle",), ("taper_tune_up",), None):
            for s in sorted(left, key=lambda s: (s["ideal"], s["race"].day)):
                mine = s["kind"] in rank if rank else s["kind"] not in BLOCK
                if mine and all(abs((s["ideal"] - k["ideal"]).days) >= 4 for k in kept):
                    kept.append(s)
        kept.sort(key=lambda s: s["ideal"])
        return [s for s in kept if s["end"] > self.as_of]

    def nudges(self):
        """N1 to N6, one day after another."""
        if not any(race.started for race in self.races):
            return []
        due, blackout = self.due(), self.blackout()
        mails: list[dict[str, Any]] = [{"day": self.as_of, "mails": {"plan_email"}, "covers": []}]
        last = self.as_of
        last_cycle = None
        queue = []
        day = self.as_of
        end = max([day, *(n["due"] for n in due)]) + 200 * D
        while day < end:
            day += D
            queue += [n for n in due if n["due"] == day and n["kind"] != "post_race_check"]
            for n in due:
                if n["due"] == day and n["kind"] == "post_race_check":
                    covers = [s for s in n["covers"] if s["end"] > day]
                    mails.append({"day": day, "mails": {n["kind"]}, "covers": covers})
                    last = day
            if day in blackout or (day - last).days < 7:
                continue
            out, kept = [], list[dict[str, Any]]()
            for n in queue:
                covers = [s for s in n["covers"] if s["end"] > day]
                if not covers:
                    continue
                if n["kind"] == "cycle" and last_cycle and (day - last_cycle["day"]).days < 14:
                    if any(s not in last_cycle["covers"] for s in covers):
                        kept.append(n)
                    continue
                out.append((n["kind"], covers))
            queue = kept
            if out:
                covers = []
                for _, some in out:
                    covers += [s for s in some if s not in covers]
                mails.append({"day": day, "mails": {kind for kind, _ in out}, "covers": covers})
                last = day
                if "cycle" in mails[-1]["mails"]:
                    last_cycle = mails[-1]
        return mails

    def due(self):
        sessions = self.sessions()
        found = []
        cycle = [s for s in sessions if s["kind"] in CYCLE]
        for s in cycle:
            when = s["start"] - 7 * D
            covers = [o for o in cycle if 0 <= (o["start"] - when).days < 21]
            found.append(
                {"kind": "cycle", "due": when, "covers": covers, "race": s["race"], "own": s}
            )
        for race in self.races:
            if race.drives:
                own = [s for s in sessions if s["race"] is race]
                block = [s for s in own if s["kind"] in BLOCK]
                first = 20 if race.distance == "10k" else 27
                for kind, days in (("race_block", first), ("race_block_followup", 17),
                                   ("race_block_last_call", 7)):  # fmt: skip
                    when = race.day - days * D
                    found.append({"kind": kind, "due": when, "covers": block, "race": race})
                gentle = [s for s in own if s["kind"] == "post_race_gentle"]
                check = {
                    "kind": "post_race_check",
                    "due": race.day + D,
                    "covers": gentle,
                    "race": race,
                }
                found.append(check)
                for s in own:
                    if s["kind"] in ("post_race_recovery", "return_check"):
                        when = s["start"] - 7 * D
                        found.append(
                            {"kind": s["kind"], "due": when, "covers": [s], "race": race, "own": s}
                        )
        return [n for n in found if n["due"] > self.as_of]

    def blackout(self):
        days = set()
        for race in self.races:
            if race.started and race.priority in "AB":
                days |= {race.day - D, race.day}
            if race.drives:
                days.add(race.day + D)
        return days


RULE = {"plan_email": "N1", "cycle": "N3", "race_block": "N4", "race_block_followup": "N4",
        "race_block_last_call": "N4", "post_race_check": "N5", "post_race_recovery": "N5",
        "return_check": "N5"}  # fmt: skip


def naive_outcome(inputs, start, end):
    plan = NaivePlan(inputs)
    return {
        "phase_segments": plan.segments(start, end),
        "sessions": [
            {"kind": s["kind"], "ideal": str(s["ideal"]), "window_start": str(s["start"]),
             "window_end": str(s["end"]), "minutes": s["minutes"], "pressure": s["pressure"],
             "phase": s["phase"], "race": s["race"].name}
            for s in plan.sessions()
        ],
        "nudges_if_nothing_is_booked": [
            {"date": str(m["day"]), "mails": m["mails"],
             "covers": sorted(str(s["ideal"]) for s in m["covers"]),
             "rule": ",".join(sorted({RULE[kind] for kind in m["mails"]}))}
            for m in plan.nudges()
        ],
    }  # fmt: skip
