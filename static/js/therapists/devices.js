/* Has this browser told of notices while no page of ours is open, and finds it in the list of devices. */
(async () => {
  const form = document.querySelector("[data-push]");
  if (!form) return;
  const say = (what) =>
    document.querySelectorAll("[data-push-says]").forEach((one) => (one.hidden = one.dataset.pushSays !== what));
  if (!(navigator.serviceWorker && window.PushManager && window.Notification)) return say("cannot");

  const digest = async (text) =>
    [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const active = ({ active, installing, waiting }) =>
    active ?? new Promise((done) => (waiting ?? installing).addEventListener("statechange", (event) => event.target.state === "activated" && done()));
  const registration = await navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope });
  let mine = await registration.pushManager.getSubscription();
  const line = mine && document.querySelector(`[data-device="${await digest(mine.endpoint)}"]`);
  if (line) {
    line.querySelector("[data-here]").hidden = false;
    line.querySelector("form").addEventListener("submit", () => mine.unsubscribe());
  }
  form.hidden = Boolean(line);

  form.querySelector("button").addEventListener("click", async () => {
    say("");
    if ((await Notification.requestPermission()) !== "granted") return say("denied");
    try {
      if (mine) await mine.unsubscribe(); // made for another key, or ended here
      await active(registration);
      mine = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.push });
    } catch {
      return say("failed");
    }
    const { endpoint, keys } = mine.toJSON();
    Object.entries({ endpoint, ...keys }).forEach(([name, value]) => {
      if (form.elements[name]) form.elements[name].value = value;
    });
    form.submit();
  });
})();
