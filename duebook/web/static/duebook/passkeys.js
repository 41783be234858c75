/* Passkeys: the browser asks the person, and what it answers is sent as an ordinary form.
   Without this file, or in a browser without passkeys, the forms stay hidden. */

"use strict";

const toBytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const toText = (bytes) => {
  const plain = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const named = (credentials) => (credentials || []).map((each) => ({ ...each, id: toBytes(each.id) }));

/* What a credential says, with its bytes as text; the same fields as its own toJSON(), which is newer. */
const written = (credential) => {
  const { response } = credential;
  const said = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = toText(response[name]);
  }
  if (response.getTransports) said.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: said,
  });
};

const make = async (form) => {
  const { publicKey } = JSON.parse(form.dataset.options);
  const isEnough = form.elements.passwordless.checked;
  const choice = publicKey.authenticatorSelection || {};
  choice.residentKey = isEnough ? "required" : "discouraged";
  choice.requireResidentKey = isEnough;
  if (isEnough) choice.userVerification = "required";
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      authenticatorSelection: choice,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: named(publicKey.excludeCredentials),
    },
  });
};

const show = async ({ publicKey }) => navigator.credentials.get({
  publicKey: {
    ...publicKey,
    challenge: toBytes(publicKey.challenge),
    allowCredentials: named(publicKey.allowCredentials),
  },
});

const ask = async (form) => {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error("no question to sign");
  return show((await answer.json()).request_options);
};

const ways = {
  make,
  ask,
  show: (form) => show(JSON.parse(form.dataset.options)),
};

if (window.PublicKeyCredential && navigator.credentials) {
  for (const without of document.querySelectorAll("[data-without-passkeys]")) without.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const trouble = form.querySelector("[role=alert][hidden]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      trouble.hidden = true;
      try {
        form.elements.credential.value = written(await ways[form.dataset.passkey](form));
        form.submit();
      } catch {
        trouble.hidden = false;
      }
    });
  }
}
