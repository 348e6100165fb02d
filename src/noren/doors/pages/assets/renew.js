// Renews parts of a page without reloading it: an element with an id, data-renew="/path" and
// data-every="seconds" is replaced by what that path of the same origin answers. When the answer
// fails, the element stays as it is and is asked for again; a hidden page asks for nothing.
"use strict";

function renewLater(element) {
  const seconds = Number(element.dataset.every);
  if (!element.id || !(seconds > 0)) return;
  window.setTimeout(() => renew(element.id), seconds * 1000);
}

async function renew(id) {
  const element = document.getElementById(id);
  if (!element || !element.dataset.renew) return;
  if (document.hidden) return renewLater(element);
  try {
    const answer = await fetch(element.dataset.renew, { headers: { "X-Renew": id }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(id);
    if (!fresh) throw new Error("the answer has no such part");
    element.replaceWith(fresh);
    renewLater(fresh);
  } catch {
    renewLater(element);
  }
}

document.querySelectorAll("[data-renew]").forEach(renewLater);
