/* Nothing half-typed is lost. Changed fields go to the server every few seconds, when a field is left, and when the page
   is hidden. Only while the server cannot be reached a copy stays in this browser, encrypted with the person's own key,
   and a save waits instead of ending on an error page. The server's draft goes with the save; the copy at sign-out. */

const EVERY_MS = 3000;
const PATIENCE_MS = 4000;
const RESEND_AFTER_MS = 10000;
const COPY = "endpoint-draft";

const offer = document.getElementById("draft");
const trouble = document.getElementById("draft-trouble");
const form = document.querySelector("form[data-save]");
let key = null;
let person = "";
let last = "";
let leaving = false;
let running = null;
let waiting = false;
let sent = false;
let signedOut = false;

function fields() {
  const found = {};
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "csrfmiddlewaretoken") found[name] = value;
  return found;
}

function text() { return JSON.stringify(fields()); }
function place() { return `${COPY}:${person}:${offer.dataset.path}`; }
function token() { return form.elements.csrfmiddlewaretoken.value; }

function put(values) {
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.type === "submit" || field.type === "button") continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = values[field.name] === field.value;
    else if (field.name in values) field.value = values[field.name];
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
  for (const reason of form.querySelectorAll("select.missing-reason")) {
    if (reason.value && reason.closest("[data-missing-frame]")) reason.closest("[data-missing-frame]").hidden = false;
  }
}

function show(words) {
  offer.querySelector("[data-words]").textContent = words;
  offer.hidden = false;
}

function complain(words) {
  trouble.textContent = words;
  trouble.hidden = words === "";
}

function bytes(base64) { return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0)); }
function base64(buffer) { return btoa(Array.from(new Uint8Array(buffer), (each) => String.fromCharCode(each)).join("")); }

async function learnKey() {
  if (!window.isSecureContext) return;
  const answer = await fetch(offer.dataset.key, { redirect: "manual", headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  const told = await answer.json();
  person = String(told.person);
  key = await crypto.subtle.importKey("raw", bytes(told.key), "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function copyHere(what) {
  if (!key || signedOut) return false;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(what));
  if (signedOut) return false;  // while it was being sealed
  localStorage.setItem(place(), JSON.stringify({ at: Date.now(), iv: base64(iv), sealed: base64(sealed) }));
  return true;
}

async function copyThere() {
  const found = key && localStorage.getItem(place());
  if (!found) return null;
  try {
    const { at, iv, sealed } = JSON.parse(found);
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv) }, key, bytes(sealed));
    return { at: new Date(at), values: JSON.parse(new TextDecoder().decode(opened)) };
  } catch {
    localStorage.removeItem(place());  // damaged, or sealed with another key: nobody can read it any more
    return null;
  }
}

async function send(what) {
  const body = JSON.stringify({ path: offer.dataset.path, fields: JSON.parse(what) });
  try {
    const answer = await fetch(offer.dataset.keep, {
      method: "POST", redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS), body,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "HX-Request": "true" },
    });
    return answer.status === 204 || answer.status === 422;
  } catch {
    return false;
  }
}

/** Whether what is typed now is on the server; else it is in the encrypted copy, and the page says so. */
async function keep() {
  const what = text();
  if (what === last) return true;
  if (await send(what)) {
    last = what;
    localStorage.removeItem(place());
    complain("");
    return true;
  }
  const here = await copyHere(what);
  complain(`The server does not answer, or your session has ended. ${here ? "What you typed is kept in this browser, readable to you alone" : "Leave this page open: what you typed is only here"}; it is not saved yet. Sign in again in another tab if you are asked to, then save again.`);
  return false;
}

function later() { running ??= keep().finally(() => { running = null; }); return running; }

async function throwAway() {
  localStorage.removeItem(place());
  offer.hidden = true;
  await fetch(offer.dataset.discard, { method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" }, body: new URLSearchParams({ path: offer.dataset.path }) });
}

async function begin() {
  last = text();
  let kept = offer.dataset.fields ? JSON.parse(offer.dataset.fields) : null;
  offer.querySelector("[data-take]").addEventListener("click", () => { put(kept); offer.hidden = true; form.querySelector("input:not([type=hidden]), select")?.focus(); });
  offer.querySelector("[data-throw]").addEventListener("click", throwAway);
  setInterval(() => { if (!leaving) later(); }, EVERY_MS);
  form.addEventListener("focusout", () => { if (!leaving) later(); });
  document.addEventListener("visibilitychange", () => {
    const what = text();
    if (document.visibilityState !== "hidden" || leaving || what === last) return;
    fetch(offer.dataset.keep, { method: "POST", keepalive: true, redirect: "manual", headers: { "Content-Type": "application/json", "X-CSRFToken": token(), "HX-Request": "true" },
      body: JSON.stringify({ path: offer.dataset.path, fields: JSON.parse(what) }) }).catch(() => {});
  });
  form.addEventListener("submit", onSubmit);
  document.querySelector(".sign-out")?.addEventListener("submit", clearCopies);
  await learnKey().catch(() => {});
  const copy = await copyThere();
  if (copy) {
    kept = copy.values;
    show(`Unsaved entries of ${copy.at.toISOString().slice(11, 16)} UTC were kept in this browser while the server did not answer.`);
  }
}

/* A save goes out only when the server has what was typed: then neither a lost connection nor an ended session takes it.
   It goes out once, however often the button is pressed. Nothing new to keep: the press itself goes through, since a
   form ignores a second submission while the first one's event is still being fired. */
async function onSubmit(event) {
  if (leaving) {
    if (sent) event.preventDefault();
    sent = true;
    return;
  }
  if (!waiting && !running && text() === last) {
    goOut();
    sent = true;
    return;
  }
  event.preventDefault();
  if (waiting) return;
  waiting = true;
  const pressed = event.submitter;
  if (running) await running;
  const kept = await keep();
  waiting = false;
  if (!kept) return;
  goOut();
  form.requestSubmit(pressed ?? undefined);
}

/* An answer that does not come, or a load that was stopped, leaves the page: then the button works again. */
function goOut() {
  leaving = true;
  setTimeout(() => { leaving = sent = false; }, RESEND_AFTER_MS);
}

function clearCopies() {
  signedOut = leaving = true;  // what is still under way must not come back
  for (const name of Object.keys(localStorage)) if (name.startsWith(`${COPY}:`)) localStorage.removeItem(name);
}

window.addEventListener("pageshow", (event) => { if (event.persisted) leaving = sent = false; });
if (offer && form && form.elements.csrfmiddlewaretoken) begin();
