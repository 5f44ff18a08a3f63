/* After some minutes without a sign of the person the page is covered and asks for the password; a minute before a line
   says so. What is typed stays in the page. The server keeps the same time by itself; this only tells it that somebody
   is typing. */

const box = document.getElementById("idle-lock");
const allowed = Number(box.dataset.minutes) * 60_000;
const REPORT_EVERY = 60_000;
const WARN_BEFORE = Math.min(60_000, allowed / 2);
const warning = document.getElementById("idle-warning");
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("endpoint-idle") : null;
const form = box.querySelector("form");
const refusal = box.querySelector("[role=alert]");
let seenAt = Date.now();
let reportedAt = Date.now();

function post(address, body) {
  const headers = { "HX-Request": "true", "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] };
  return fetch(address, { method: "POST", headers, body });
}

function cover() {
  if (box.open) return;
  refusal.hidden = true;
  warning.hidden = true;
  box.showModal();
}

function uncover() {
  seenAt = Date.now();
  form.reset();
  if (box.open) box.close();
}

function seen() {
  if (box.open) return;
  seenAt = Date.now();
  warning.hidden = true;
  tabs?.postMessage("seen");
  if (seenAt - reportedAt < REPORT_EVERY) return;
  reportedAt = seenAt;
  post(box.dataset.active).then((answer) => { if (answer.status === 401) cover(); }).catch(() => {});
}

for (const kind of ["keydown", "pointerdown", "input"]) document.addEventListener(kind, seen, { passive: true });
tabs?.addEventListener("message", (event) => {
  if (event.data === "seen") {
    seenAt = Date.now();
    warning.hidden = true;
  }
  if (event.data === "back") uncover();
});

setInterval(() => {
  const quiet = Date.now() - seenAt;
  if (box.open) return;
  if (quiet < allowed) {
    warning.hidden = quiet < allowed - WARN_BEFORE;
    return;
  }
  cover();
  post(box.dataset.lock).catch(() => {});
}, 1_000);

// A page that asks for a part of itself while the session waits is answered 401.
document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status === 401) cover(); });
box.addEventListener("cancel", (event) => event.preventDefault());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const answer = await post(form.action, new URLSearchParams(new FormData(form))).catch(() => null);
  if (answer?.status === 204) {
    uncover();
    tabs?.postMessage("back");
    return;
  }
  refusal.hidden = false;
  if (answer?.status === 422) refusal.textContent = await answer.text();
  else if (!answer) refusal.textContent = "The server does not answer. Try again in a moment.";
  else if (answer.status === 429) refusal.textContent = "Too many wrong passwords or codes. Sign-in is blocked for 15 minutes.";
  else {
    // The session is over: saving the page keeps what is typed on the server and asks to sign in.
    refusal.textContent = "Your session has ended. Close this, save the page, sign in: what you typed comes back.";
    setTimeout(uncover, 4_000);
  }
});
