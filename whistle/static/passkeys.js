/* Passkeys (WebAuthn). Without this file, or in a browser without passkeys, the buttons stay hidden
   and passphrase and code do the same. Nothing is kept here.

   What an authenticator's PRF gives opens a member's keys. It never leaves this page: only a key
   derived from it is sent (docs/sealing.md, "Passkeys"). */
(() => {
  "use strict";

  const STALE = 4 * 60 * 1000; // milliseconds; the server refuses what it asked 5 minutes ago
  const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

  if (!window.PublicKeyCredential || !navigator.credentials || !window.crypto.subtle) {
    return;
  }

  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (symbol) => symbol.charCodeAt(0));
  }

  function base64url(buffer) {
    const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  }

  // A place of the sealing protocol, of which the browser knows purpose and item: eight fields,
  // each with its length as a big-endian u32 in front.
  function place(purpose, item) {
    const none = new Uint8Array(0);
    const zero = new Uint8Array(8);
    const fields = [new TextEncoder().encode(purpose), none, none, none, item, zero, zero, none];
    return new Uint8Array(fields.flatMap((field) => {
      const length = new DataView(new ArrayBuffer(4));
      length.setUint32(0, field.length);
      return [...new Uint8Array(length.buffer), ...field];
    }));
  }

  async function unlockKey(output, credentialId) {
    const info = place("whistle/v1/member/passkey-unlock", new Uint8Array(credentialId));
    const secret = await crypto.subtle.importKey("raw", output, "HKDF", false, ["deriveBits"]);
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: info };
    return crypto.subtle.deriveBits(hkdf, secret, 256);
  }

  function read(json) {
    const options = JSON.parse(json);
    const described = (known) => (known || []).map((one) => ({ ...one, id: bytes(one.id) }));
    options.challenge = bytes(options.challenge);
    options.allowCredentials = described(options.allowCredentials);
    options.excludeCredentials = described(options.excludeCredentials);
    if (options.user) {
      options.user.id = bytes(options.user.id);
    }
    if (options.extensions) {
      options.extensions.prf.eval.first = bytes(options.extensions.prf.eval.first);
    }
    return options;
  }

  // Written part by part: credential.toJSON() would carry the PRF's output.
  function written(credential) {
    const response = {};
    PARTS.filter((part) => credential.response[part]).forEach((part) => {
      response[part] = base64url(credential.response[part]);
    });
    const { id, type } = credential;
    return JSON.stringify({ id: id, rawId: id, type: type, response: response });
  }

  // Many authenticators evaluate the PRF of a new passkey only when it is first used.
  async function use(credential, options) {
    const found = { type: "public-key", id: credential.rawId };
    return navigator.credentials.get({ publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)), // answered to this page alone
      allowCredentials: [found],
      userVerification: "required",
      extensions: options.extensions,
    } });
  }

  async function ask(act, options) {
    const credential = await navigator.credentials[act]({ publicKey: options });
    let prf = credential.getClientExtensionResults().prf || {};
    if (act === "create" && prf.enabled && !prf.results) {
      prf = (await use(credential, options)).getClientExtensionResults().prf || {};
    }
    const output = prf.results && prf.results.first;
    const key = output ? base64url(await unlockKey(output, credential.rawId)) : "";
    return { credential: written(credential), unlock: key };
  }

  function offer(area) {
    const button = area.querySelector("button");
    const status = area.querySelector("[role=status]");
    const fields = { credential: area.querySelector("[name=credential]"), unlock: area.querySelector("[name=unlock]") };
    const fill = (answer) => Object.keys(fields).forEach((name) => { fields[name].value = answer[name]; });
    const nothing = { credential: "", unlock: "" };
    let asking = false;

    async function press(event) {
      event.preventDefault();
      if (asking) {
        return;
      }
      asking = true;
      status.textContent = area.dataset.asking;
      try {
        // Sent empty when it was asked too long ago: the answer is the same page, asked anew.
        fill(performance.now() > STALE ? nothing : await ask(area.dataset.passkey, read(area.dataset.options)));
        status.textContent = "";
        button.form.requestSubmit(button);
      } catch (error) {
        status.textContent = area.dataset[{ NotAllowedError: "cancelled", InvalidStateError: "known" }[error.name] || "failed"];
      } finally {
        asking = false;
      }
    }

    button.addEventListener("click", press);
    window.addEventListener("pageshow", () => fill(nothing));
    area.hidden = false;
  }

  document.querySelectorAll("[data-passkey]").forEach(offer);
})();
