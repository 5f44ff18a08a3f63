/* Puts a button beside the button of each form that takes a passkey, where the browser knows passkeys. Pressed, it asks
   the server for its question, the authenticator for the answer, and sends the form with it. */

const LABELS = { "/sign-in/": "Sign in with a passkey" };

async function question(address) {
  const headers = { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] };
  const answer = await fetch(address, { method: "POST", headers });
  if (!answer.ok) throw new Error(answer.status === 422 ? await answer.text() : "The server does not answer. Try again in a moment.");
  return answer.json();
}

function say(form, words) {
  let place = form.querySelector("[data-passkey-refusal]");
  if (!place) {
    place = document.createElement("p");
    place.className = "message message-error mb-3";
    place.setAttribute("role", "alert");
    place.setAttribute("data-passkey-refusal", "");
    form.querySelector("button[type=submit], button:not([type])").before(place);
  }
  place.textContent = words;
}

function words(refusal) {
  if (refusal.name === "InvalidStateError") return "This authenticator already holds a passkey of yours.";
  return refusal instanceof DOMException ? "No passkey was used. Try again." : refusal.message;
}

async function answered(form, box, ask) {
  try {
    box.value = JSON.stringify((await ask()).toJSON());
  } catch (refusal) {
    say(form, words(refusal));
    return;
  }
  form.noValidate = true; // the boxes for password and code stay empty
  form.requestSubmit();
}

function prove(form, box) {
  const ask = async () => navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(await question(box.dataset.passkey)) });
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-secondary";
  button.textContent = LABELS[new URL(form.action).pathname] ?? "Use a passkey";
  button.addEventListener("click", () => answered(form, box, ask));
  form.querySelector("button[type=submit], button:not([type])").after(" ", button);
  // What was refused is not sent a second time: the next press of the form's own button sends what is typed.
  form.addEventListener("submit", () => setTimeout(() => { box.value = ""; }));
}

function add(form, box) {
  const ask = async () => navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(await question(box.dataset.passkeyToAdd)) });
  form.addEventListener("submit", (event) => {
    if (box.value || !form.elements.name.value.trim()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    answered(form, box, ask);
  }, true);
}

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  for (const box of document.querySelectorAll("input[data-passkey]")) prove(box.form, box);
  for (const box of document.querySelectorAll("input[data-passkey-to-add]")) add(box.form, box);
}
