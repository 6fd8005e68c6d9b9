{% load static %}/* Keeps one page for when there is no signal: today's times, first names, rooms and treatments.
   It is forgotten at midnight (by the open page, or whenever this runs next) and on signing out;
   nothing else is ever kept. And shows what is pushed, which says no more than a mail's subject. */
const KEPT = "today";
const PAGE = "{% url 'therapists:offline' %}";
const A_DAY = /^\/today\/(\d{4}-\d\d-\d\d\/)?$/;

const forget = () => caches.delete(KEPT);

// One after the other, or a slow answer to an earlier page would be kept over a later one's.
let last = Promise.resolve();
const inTurn = (work) => (last = last.then(work, work));

async function remember(styles) {
  const answer = await fetch(PAGE, { cache: "no-store", redirect: "manual" });
  if (!answer.ok) return forget();
  const cache = await caches.open(KEPT);
  await cache.put(PAGE, answer);
  await Promise.all(styles.map((style) => cache.add(style)));
}

async function forgetYesterday() {
  const page = await caches.match(PAGE);
  if (page && Date.now() >= Number(page.headers.get("Taper-Until"))) await forget();
}

async function kept() {
  await forgetYesterday();
  return (await caches.match(PAGE)) ?? Response.error();
}

async function day(event) {
  try {
    const answer = await fetch(event.request);
    if (answer.type === "opaqueredirect") {
      event.waitUntil(inTurn(forget)); // signed out, and so is what is on its way
      await forget();
    }
    return answer;
  } catch {
    return kept();
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([forgetYesterday(), self.clients.claim()])));
self.addEventListener("message", (event) => event.waitUntil(event.data ? inTurn(() => remember(event.data)) : forgetYesterday()));
self.addEventListener("fetch", (event) => {
  event.waitUntil(forgetYesterday());
  const { request } = event;
  if (request.mode === "navigate") {
    if (request.method === "GET" && A_DAY.test(new URL(request.url).pathname)) event.respondWith(day(event));
  } else if (request.destination === "style") {
    event.respondWith(fetch(request).catch(() => caches.match(request).then((found) => found ?? Response.error())));
  }
});

async function show(path) {
  const url = new URL(path, self.location.origin);
  if (url.origin !== self.location.origin) return;
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find((page) => page.url === url.href);
  await (open ? open.focus() : clients.openWindow(url.href));
}

self.addEventListener("push", (event) => {
  const { title, body, path, tag } = event.data.json();
  const icon = "{% static 'img/mark-192.png' %}";
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon, data: path }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});
