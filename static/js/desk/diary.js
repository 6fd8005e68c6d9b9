// Draws the day in columns, lets appointments be dragged, and keeps up with the other desks.
// Without it the same day stands below as a table, and everything is done by forms.
(() => {
  const POLL = 1500; // an unchanged day costs the server one statement
  const POLL_UNSEEN = 30000;
  const TOO_SHORT = 2700000; // three quarters of an hour: the card has two lines
  const AN_HOUR = 3600000; // up to it the card has three
  const place = document.getElementById("calendar");
  const table = document.getElementById("table");
  const panel = document.getElementById("panel");
  const told = document.getElementById("told");
  const strip = document.getElementById("strip");
  const words = told.dataset; // what is said here, in the reader's language
  const phone = window.matchMedia("(max-width: 40rem)");
  const token = document.querySelector("#token [name=csrfmiddlewaretoken]").value;
  let day = null;
  let tag = "";
  let calendar = null;
  const kept = (name, otherwise) => sessionStorage.getItem(`diary-${name}`) ?? otherwise;
  const keep = (name, value) => sessionStorage.setItem(`diary-${name}`, value);
  let view = kept("view", "therapists");
  const shownOnPhone = { therapists: Number(kept("therapist", 0)), rooms: Number(kept("room", 0)) };

  const element = (name, text = "", facts = {}) => {
    const made = Object.assign(document.createElement(name), facts);
    if (text) made.textContent = text;
    return made;
  };
  const wall = (date) => {
    const two = (n) => String(n).padStart(2, "0");
    const on = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    return [on, `${two(date.getHours())}:${two(date.getMinutes())}`];
  };
  // The library's line of the present moment goes by the browser's clock: only where that is the clinic's.
  const sameClock = () => {
    const now = new Date();
    const inClinic = now.toLocaleTimeString("en-GB", { timeZone: place.dataset.zone });
    return inClinic === now.toLocaleTimeString("en-GB");
  };

  // Who is not at work takes no column, until asked for.
  let showsOff = kept("off", "") === "shown";
  const tellOff = (away, othersWork) => {
    const line = document.getElementById("off");
    line.hidden = !away.length || !othersWork || phone.matches;
    const names = element("span", away.map((one) => one.title).join(", "));
    line.replaceChildren(element("b", words.off), " ", names, " ", button(showsOff ? words.fold : words.show, () => {
      showsOff = !showsOff;
      keep("off", showsOff ? "shown" : "");
      draw();
    }));
  };

  const resources = () => {
    const columns = view === "rooms" ? day.rooms : people();
    if (view === "rooms") tellOff([], false); // the rooms have all of the day
    if (!phone.matches || !columns.length) return columns;
    const kind = view === "rooms" ? "rooms" : "therapists"; // the table stands on the therapists'
    const one = (shownOnPhone[kind] + columns.length) % columns.length;
    shownOnPhone[kind] = one;
    keep(view === "rooms" ? "room" : "therapist", one);
    document.getElementById("phone-name").textContent = columns[one].title;
    return [columns[one]];
  };
  const people = () => {
    const boxes = [...document.querySelectorAll("[data-resource]")];
    const ticked = boxes.filter((box) => box.checked).map((box) => box.dataset.resource);
    const chosen = day.therapists.filter((one) => !ticked.length || ticked.includes(one.id));
    const here = chosen.filter((one) => !one.off);
    tellOff(chosen.filter((one) => one.off), here.length > 0);
    return here.length && !showsOff ? here : chosen;
  };

  const beside = () => panel.querySelector("[data-visit]")?.dataset.visit;
  const marked = ({ id }) => (beside() ? beside() === id : location.hash === `#visit-${id}`);

  // Time off that waits for an answer stands behind what is booked, and keeps nothing from being so.
  const asked = [...document.querySelectorAll("[data-asked]")].map(({ dataset }) => (
    { start: dataset.start, end: dataset.end, where: [dataset.asked], kind: "asked", title: dataset.title, url: dataset.url }));

  const events = () => [
    ...day.visits.map((visit) => ({
      id: visit.id,
      start: visit.start,
      end: visit.end,
      resourceIds: [view === "rooms" ? visit.room : visit.therapist],
      title: visit.client,
      classNames: [`is-${visit.status}`, visit.waits && "waits", marked(visit) && "is-marked"].filter(Boolean),
      startEditable: visit.movable && !phone.matches, // `editable` would yield to the library's default
      durationEditable: visit.movable && !phone.matches,
      extendedProps: visit,
    })),
    ...[...day.shades, ...asked].map((shade) => ({
      start: shade.start,
      end: shade.end,
      resourceIds: shade.where,
      title: shade.title,
      display: "background",
      classNames: [`shade-${shade.kind}`],
      extendedProps: shade,
    })),
  ];

  const drawn = ({ event }) => {
    if (event.display === "background") {
      const { url, title } = event.extendedProps;
      const name = url ? element("a", title, { href: url, draggable: false }) : element("span", title);
      name.className = "shade-name";
      if (event.extendedProps.kind === "gap") name.addEventListener("click", (press) => {
        press.preventDefault();
        press.stopPropagation();
        openGap(url);
      });
      return { domNodes: title ? [name] : [] };
    }
    const visit = event.extendedProps;
    const [, time] = wall(event.start); // of a card that is being dragged, the new one
    if (!visit.start) return { domNodes: [element("b", `${time}–${wall(event.end)[1]}`)] }; // a place that is being marked
    const where = view === "rooms" ? visit.therapist_name : visit.room_name;
    const box = element("div", "", { className: "visit-in-short" });
    const head = element("b", `${visit.waits ? "⚠ " : ""}${visit.icon} `);
    head.append(element("span", visit.client, { className: "who" }));
    const isShort = event.end - event.start < TOO_SHORT;
    box.classList.toggle("has-room", event.end - event.start > AN_HOUR);
    if (isShort) box.append(...visit.signs.map((sign, n) => element("abbr", sign, { title: visit.flags[n], className: "sign" })));
    box.append(head);
    const what = element("div", "", { className: "what" });
    what.append(element("span", time, { className: "figures" }), ` ${visit.treatment}, ${where}`);
    box.append(what);
    // What the desk must see comes first: the end of the line may be cut off.
    const tags = element("div", "", { className: "tags" });
    tags.append(...visit.flags.map((flag, n) => element("span", flag, { className: visit.signs[n] === "✓" ? "is-good" : "flag" })));
    tags.append(element("span", visit.status_name, { className: "state" }));
    if (visit.phase) tags.append(element("span", visit.phase, { className: "phase" }));
    box.append(tags);
    return { domNodes: [box] };
  };
  const headed = ({ resource }) => {
    const slug = document.querySelector(`[data-resource="${resource.id}"]`)?.value;
    if (!slug) return resource.title;
    const { free, hours } = day.therapists.find((one) => one.id === resource.id) ?? {};
    const week = element("a", resource.title, { href: `week/${slug}/`, title: words.week });
    const under = [hours && element("span", hours, { className: "hours-today" }), free && element("span", free, { className: "free-today" })];
    return { domNodes: [week, ...under.filter(Boolean)] };
  };

  const draw = () => {
    place.classList.toggle("by-room", view === "rooms"); // Rooms have no hours of work.
    document.getElementById("phone").hidden = !phone.matches;
    document.querySelectorAll("[data-next]").forEach((one) =>
      one.setAttribute("aria-label", view === "rooms" ? one.dataset.room : one.dataset.therapist));
    if (calendar) {
      calendar.setOption("resources", resources());
      calendar.setOption("events", events());
      calendar.setOption("slotMinTime", day.first);
      calendar.setOption("slotMaxTime", day.last);
      return;
    }
    calendar = EventCalendar.create(place, {
      view: "resourceTimeGridDay",
      date: place.dataset.day,
      customScrollbars: false,
      headerToolbar: { start: "", center: "", end: "" },
      resourceLabelContent: headed,
      selectable: !phone.matches,
      selectMinDistance: 5,
      select: ({ start, end, resource }) => offerPlace(start, resource, end),
      dateClick: ({ date, resource }) => offerPlace(date, resource),
      allDaySlot: false,
      nowIndicator: sameClock(),
      slotDuration: "00:15:00",
      slotHeight: phone.matches ? 24 : 18,
      slotLabelInterval: "01:00:00",
      slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      snapDuration: { minutes: Number(place.dataset.step) },
      slotMinTime: day.first,
      slotMaxTime: day.last,
      dayHeaderFormat: () => "",
      resources: resources(),
      events: events(),
      eventContent: drawn,
      eventClick: ({ event }) => open(event),
      eventDragStart: () => strip.classList.add("takes"),
      eventDragStop: dropped,
      eventDrop: moved,
      eventResize: moved,
    });
  };

  // Beside the day the panel is as high as the window has room for it: the day never moves for its sake.
  const wide = window.matchMedia("(min-width: 75.01rem)");
  const fit = () => {
    const above = Math.max(place.parentElement.getBoundingClientRect().top, 16);
    panel.style.maxHeight = wide.matches ? `${Math.max(innerHeight - above - 16, 240)}px` : "";
  };
  const fill = (url) => htmx.ajax("GET", url, { target: "#panel", swap: "innerHTML" });
  const showBeside = (url, label) => {
    panel.hidden = false;
    fit();
    panel.setAttribute("aria-label", label);
    fill(url).then(() => {
      (panel.querySelector("[autofocus]") ?? panel).focus({ preventScroll: !phone.matches });
      panel.scrollIntoView({ block: "nearest" });
    });
  };
  const open = ({ extendedProps: { page, url } }) => {
    if (page) location.assign(page); // kept for somebody: the list says more
    else if (url) showBeside(url, panel.dataset.visits);
  };
  // What a press in the panel has done is told at its head, wherever in it one has scrolled to.
  const showWhatIsTold = ({ detail }) => {
    if (detail.requestConfig?.verb !== "post") return;
    panel.scrollTop = 0;
    panel.scrollIntoView({ block: "nearest" });
    panel.querySelector("[role=status], [role=alert]")?.scrollIntoView({ block: "nearest" });
    forgetWhatWasSaid(); // Z undoes the last
  };
  const openGap = (url) => showBeside(url, panel.dataset.gaps);
  const close = () => {
    panel.hidden = true;
    panel.replaceChildren();
    calendar?.unselect();
    if (view !== "table") draw(); // its card is marked no longer
  };
  // Whoever reads there finds it as it was: what they stand on, what is unfolded, how far down.
  const named = (one) => [one.tagName, one.id, one.name, one.href, one.textContent.trim()].join(" ");
  const showAnew = (text) => {
    const stood = panel.contains(document.activeElement) && named(document.activeElement);
    const unfolded = [...panel.querySelectorAll("details[open] > summary")].map(named);
    const read = panel.scrollTop;
    htmx.swap("#panel", text, { swapStyle: "innerHTML" });
    for (const one of panel.querySelectorAll("summary")) one.parentElement.open ||= unfolded.includes(named(one));
    panel.scrollTop = read;
    const again = stood && [...panel.querySelectorAll("a, button, summary, input, textarea")].find((one) => named(one) === stood);
    if (again) again.focus({ preventScroll: true });
  };
  // What is shown beside the day follows the other desks too, unless somebody is typing in it.
  const isTyped = () => [...panel.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), textarea")]
    .some((field) => field.value !== field.defaultValue);
  const renewPanel = async () => {
    const shown = panel.querySelector("[data-visit]");
    const visit = shown && day.visits.find((one) => one.id === shown.dataset.visit);
    if (!visit || String(visit.seen) === shown.dataset.seen || isTyped()) return;
    const answer = await fetch(visit.url, { headers: { "HX-Request": "true" }, cache: "no-store" });
    const text = await answer.text();
    if (answer.ok && shown.isConnected && !isTyped()) showAnew(text); // by now they may be elsewhere
  };

  const post = async (path, facts) => {
    const answer = await fetch(place.dataset.moves + path, {
      method: "POST",
      headers: { "X-CSRFToken": token, Accept: "application/json" },
      body: new URLSearchParams(facts),
    });
    return { ok: answer.ok, status: answer.status, ...(await answer.json()) };
  };

  const forgetWhatWasSaid = () => document.querySelector(".said").replaceChildren();
  const say = (kind, text, ...extra) => {
    forgetWhatWasSaid();
    const note = element("div", "", { className: `note note-${kind}` });
    note.append(element("p", text), ...extra);
    told.replaceChildren(note);
  };

  const button = (text, press) => {
    const made = element("button", text, { type: "button", className: "btn btn-sm btn-outline-primary" });
    made.addEventListener("click", press);
    return made;
  };

  // A press or a drag on an empty place: whoever comes there is booked beside the day.
  const offerPlace = (start, resource, end) => {
    const at = wall(start).join("T");
    const gaps = day.shades.filter((one) => one.kind === "gap" && one.where.includes(resource?.id));
    const begun = gaps.find((one) => at < one.start && new Date(one.start) - start < 900000);
    if (begun && !end) return openGap(begun.url); // pressed in the quarter in which it begins
    const facts = { when: wall(start).join(" "), gap: 1 };
    const within = gaps.find((one) => one.start <= at && at < one.end);
    if (within && !end) facts.since = within.start; // near its end what is before may be all that fits
    if (resource?.id.startsWith("t")) facts.therapist = resource.id.slice(1);
    if (end) facts.until = wall(end)[1];
    openGap(`${place.dataset.new}?${new URLSearchParams(facts)}`);
  };

  const trouble = () => say("danger", words.unreachable);

  // A card that is let go over the strip of days goes to that day, at its time and with its therapist.
  let otherDay = "";
  const dayUnder = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY)?.closest("[data-drop]");
  document.addEventListener("pointermove", (at) => {
    if (!strip.classList.contains("takes")) return;
    strip.querySelector(".is-under")?.classList.remove("is-under");
    dayUnder(at)?.classList.add("is-under");
  });
  function dropped({ event, jsEvent }) {
    strip.classList.remove("takes");
    strip.querySelector(".is-under")?.classList.remove("is-under");
    const there = dayUnder(jsEvent)?.dataset.drop;
    if (!there || there === place.dataset.day) return;
    otherDay = there;
    setTimeout(() => { otherDay = ""; });
    const visit = event.extendedProps;
    const facts = { ...placeOf(visit), date: there, tell: "yes" };
    change(visit, facts, { revert: draw }).catch(trouble);
  }
  const placeOf = (visit) => ({
    time: visit.start.slice(11, 16),
    minutes: Math.round((new Date(visit.end) - new Date(visit.start)) / 60000),
    therapist: visit.therapist.slice(1),
    room: "",
    revision: visit.revision,
  });

  async function moved(info) {
    if (otherDay) return info.revert(); // it was let go over another day
    const { event, newResource } = info;
    const visit = event.extendedProps;
    const [date, time] = wall(event.start);
    const there = newResource ? newResource.id : event.resourceIds[0];
    const facts = {
      date,
      time,
      minutes: Math.round((event.end - event.start) / 60000),
      therapist: (view === "rooms" ? visit.therapist : there).slice(1),
      room: view === "rooms" ? there.slice(1) : "",
      tell: "yes",
      revision: visit.revision,
    };
    try {
      await change(visit, facts, info);
    } catch {
      info.revert();
      trouble();
    }
  }

  async function change(visit, facts, info) {
    const answer = await post(`${visit.id}/move/`, facts);
    if (answer.ok) {
      await refresh();
      return offerUndo(visit, answer, facts.date);
    }
    info.revert();
    const again = (others) => () => change(visit, { ...facts, ...others }, info).catch(trouble);
    const near = (answer.nearest || []).map(({ words: time, ...there }) => button(time, again({ ...there, room: "" })));
    const anyway = answer.ours ? [button(words.anyway, again({ knowingly: "on" }))] : [];
    say("danger", answer.said, ...anyway, ...(near.length ? [element("span", words.near), ...near] : []));
    await refresh();
  }

  // The mail about it waits a little; a line may go with it, or it may be kept from going.
  function offerUndo(visit, { said, revision, told: willBeTold }, date) {
    const line = element("input", "", { className: "form-control", placeholder: words.line, maxLength: 300 });
    line.setAttribute("aria-label", words.lineLabel);
    const act = (path, facts) => async () => {
      try {
        const answer = await post(`${visit.id}/${path}/`, { revision, ...facts() });
        say(answer.ok ? "good" : "danger", answer.said);
        await refresh();
      } catch {
        trouble();
      }
    };
    const telling = willBeTold
      ? [element("span", words.mail), line,
        button(words.add, act("tell", () => ({ note: line.value }))),
        button(words.silent, act("tell", () => ({ silent: 1 })))]
      : [];
    const there = date === place.dataset.day ? []
      : [element("a", words.there, { href: `../${date}/#visit-${visit.id}` })];
    say("good", `${visit.client}: ${said}`, button(words.back, act("undo", () => ({}))), ...there, ...telling,
      button(words.close, () => told.replaceChildren()));
  }

  async function refresh() {
    const answer = await fetch(place.dataset.feed, {
      headers: tag ? { "If-None-Match": tag } : {},
      cache: "no-store",
    });
    if (answer.status === 304 || !answer.ok) return;
    tag = answer.headers.get("ETag");
    day = await answer.json();
    if (view !== "table") draw();
    else await renewTable();
    await renewPanel();
  }

  async function renewTable() {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Only what differs: whoever stands on a link of it stays there.
    Idiomorph.morph(table, page.getElementById("table").innerHTML, { morphStyle: "innerHTML" });
  }

  let nextRound = 0;
  const dragging = () => document.querySelector(".ec-dragging, .ec-resizing-y, .ec-preview");
  const keepUp = async () => {
    clearTimeout(nextRound);
    try {
      if (!document.hidden && !dragging()) await refresh();
    } catch {
      // The next round tries again.
    }
    nextRound = setTimeout(keepUp, document.hidden ? POLL_UNSEEN : POLL);
  };

  const show = (wanted) => {
    view = wanted;
    keep("view", wanted);
    document.querySelectorAll("[data-view]").forEach((one) =>
      one.setAttribute("aria-pressed", String(one.dataset.view === wanted)));
    table.hidden = wanted !== "table";
    if (wanted === "table") renewTable().catch(trouble);
    place.hidden = wanted === "table";
    document.getElementById("phone").hidden = true;
    if (wanted !== "table") draw();
  };

  // The address may name a visit, such as the one just booked: it is brought into view.
  const goToNamed = () => {
    const visit = day.visits.find(({ id }) => location.hash === `#visit-${id}`);
    if (!visit) return;
    const columns = view === "rooms" ? day.rooms : people();
    const column = columns.findIndex(({ id }) => [visit.therapist, visit.room].includes(id));
    if (phone.matches && view !== "table" && column >= 0) step(column - shownOnPhone[view]);
    const card = view === "table" ? document.getElementById(`visit-${visit.id}`) : place.querySelector(".is-marked");
    card?.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    shownOnPhone[view] += by;
    draw();
  };
  const swipe = () => {
    let from = null;
    place.addEventListener("touchstart", ({ touches }) => { from = [touches[0].clientX, touches[0].clientY]; }, { passive: true });
    place.addEventListener("touchend", ({ changedTouches }) => {
      const [x, y] = [changedTouches[0].clientX - from[0], changedTouches[0].clientY - from[1]];
      if (phone.matches && view !== "table" && Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) step(x < 0 ? 1 : -1);
    });
  };

  const start = async () => {
    await refresh();
    if (!day) return;
    document.getElementById("views").hidden = false;
    show(view);
    requestAnimationFrame(goToNamed);
    document.querySelectorAll("[data-view]").forEach((one) =>
      one.addEventListener("click", () => show(one.dataset.view)));
    document.querySelectorAll("[data-next]").forEach((one) =>
      one.addEventListener("click", () => step(Number(one.dataset.next))));
    phone.addEventListener("change", draw);
    for (const what of ["scroll", "resize"]) addEventListener(what, () => panel.hidden || fit(), { passive: true });
    swipe();
    panel.addEventListener("htmx:afterSwap", (swap) => {
      showWhatIsTold(swap);
      if (swap.target === panel && view !== "table") draw(); // the card of what is shown is marked
      // At the page's foot a list that grows pushes the box up, in which somebody is typing.
      if (panel.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
      refresh().catch(trouble);
    });
    // What is refused is said where it was typed.
    panel.addEventListener("htmx:beforeSwap", ({ detail }) => {
      if (![409, 422].includes(detail.xhr.status)) return;
      detail.shouldSwap = true;
      detail.isError = false;
    });
    // What somebody unfolds may lie under the panel's edge.
    panel.addEventListener("toggle", ({ target }) => {
      if (target.open && target.contains(document.activeElement)) target.scrollIntoView({ block: "nearest" });
    }, true);
    panel.addEventListener("click", ({ target }) => target.closest("[data-close]") && close());
    document.addEventListener("keydown", ({ key }) => key === "Escape" && !panel.hidden && close());
    nextRound = setTimeout(keepUp, POLL);
    document.addEventListener("visibilitychange", () => document.hidden || keepUp());
  };
  start().catch(trouble);
})();
