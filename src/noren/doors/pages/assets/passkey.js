// Passkeys: a form with data-passkey="get" (sign in) or "create" (add one) shows itself where the browser knows them,
// asks its data-question for what the device is to be asked, and is sent with the device's answer.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function read(options) {
  const asked = options.publicKey;
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const each of [...(asked.excludeCredentials || []), ...(asked.allowCredentials || [])]) each.id = bytes(each.id);
  return { publicKey: asked };
}

function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const id = text(credential.rawId);
  return JSON.stringify({ id, rawId: id, type: credential.type, response, clientExtensionResults: {} });
}

async function ask(form) {
  const question = await fetch(form.dataset.question, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!question.ok) throw new Error(String(question.status));
  const { name, options } = await question.json();
  const credential = await navigator.credentials[form.dataset.passkey](read(JSON.parse(options)));
  form.elements.namedItem("name").value = name;
  form.elements.namedItem("answer").value = written(credential);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const failed = form.querySelector("[role=alert]");
    failed.hidden = true;
    ask(form).catch(() => { failed.hidden = false; });
  });
}
