/* What this browser keeps of the therapist's day for when there is no signal is not the client's to see. */
if ("caches" in window) caches.delete("today");
