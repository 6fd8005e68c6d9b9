// A page that answers a POST stands at the address where it is read again: loading it anew, or
// coming back to it, then sends nothing twice.
const page = document.querySelector("[data-its-address]");
if (page) history.replaceState(history.state, "", page.dataset.itsAddress);
