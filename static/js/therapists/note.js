/* Keeps a note on the server as it is typed. While it cannot (no connection, signed out), the
   text stays in this page and is tried again; nothing of it is put into the browser's storage, but
   that this page's note has not arrived (note_left.js says so later). */
(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  const state = form.querySelector("[data-state]");
  const words = state.dataset; // what is said here, in the reader's language
  const LEFT = "note-left", SIGNS = ["sign", "done"], PAUSE = 1500, AGAIN = 5000;
  let timer = 0, unsaved = false, saving = false, leaving = false, refused = false, isOut = false, waiting = null;

  const cookie = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";
  const token = () => cookie() || form.elements.csrfmiddlewaretoken.value;

  const say = (said, { keptHere = false, link = null } = {}) => {
    state.classList.toggle("is-kept-here", keptHere);
    state.replaceChildren(said);
    if (link) {
      const a = document.createElement("a");
      a.href = form.dataset.signIn;
      a.target = "_blank";
      a.rel = "noopener";
      a.textContent = link;
      state.append(" ", a);
    }
  };

  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };

  const signedOut = () => say(words.signedOut, { keptHere: true, link: words.signInAgain });

  // What was pressed without a signal is done once there is one, unless it is taken back.
  const willSign = () => {
    say(words.noConnection, { keptHere: true });
    const back = document.createElement("button");
    back.type = "button";
    back.className = "btn btn-link";
    back.textContent = words.takeBack;
    back.addEventListener("click", () => { waiting = null; notArrived(); say(words.notSigned, { keptHere: true }); });
    state.append(" ", back);
  };

  // With the last revision that is known to be saved: an answer may get lost as well as a question.
  const notArrived = () => localStorage.setItem(LEFT, JSON.stringify({
    path: location.pathname, revision: form.elements.revision.value, wasToBeSigned: Boolean(waiting),
  }));

  const leave = (button) => {
    leaving = true;
    form.requestSubmit(button);
  };

  const typed = () => {
    const fields = new FormData(form);
    fields.delete("photo"); // goes with its own button
    return fields;
  };

  async function save() {
    if (saving || !unsaved) return;
    saving = true;
    unsaved = refused = isOut = false;
    let wait = 0;
    try {
      form.elements.csrfmiddlewaretoken.value = token(); // a new one after signing in again
      const answer = await fetch(form.dataset.draft, {
        method: "POST", body: typed(), redirect: "manual",
      });
      if (answer.ok) {
        form.elements.revision.value = (await answer.json()).revision;
        localStorage.removeItem(LEFT);
        say(words.saved);
        if (waiting) leave(waiting);
      } else if (answer.type === "opaqueredirect" || answer.status === 403) {
        unsaved = true;
        wait = AGAIN;
        waiting = null; // signing in is somebody's own act, and so is what they press then
        isOut = true;
        signedOut();
      } else if (answer.status === 409 || answer.status === 422) {
        unsaved = refused = true;
        say((await answer.json()).why, { keptHere: true });
        if (waiting) leave(waiting);
      } else throw new Error();
    } catch {
      unsaved = true;
      wait = AGAIN;
      notArrived();
      if (waiting) willSign();
      else say(words.notSaved, { keptHere: true });
    } finally {
      saving = false;
    }
    if (wait) later(wait);
    else if (unsaved && !state.classList.contains("is-kept-here")) later(PAUSE);
  }

  form.addEventListener("input", ({ target }) => {
    if (target.form !== form) return; // which side of the body is shown
    unsaved = true;
    later(PAUSE);
  });
  window.addEventListener("online", () => later(0));
  window.addEventListener("focus", () => { if (unsaved) later(0); });
  window.addEventListener("beforeunload", (event) => { if (unsaved && !leaving) event.preventDefault(); });

  const settled = async () => {
    clearTimeout(timer);
    while (saving) await new Promise((done) => setTimeout(done, 50));
    await save();
  };

  // A press on a button goes out only once the draft has arrived, so that it cannot get lost; or
  // once the server has refused it, because its page then says where and shows what stands there.
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    const button = event.submitter;
    if (form.contains(button)) unsaved = true; // those of the photos stand outside
    await settled();
    if (leaving) return;
    if (unsaved && !refused) {
      waiting = SIGNS.includes(button?.value) && !isOut ? button : null;
      if (waiting) { willSign(); notArrived(); }
      return;
    }
    leave(button);
  });
})();
