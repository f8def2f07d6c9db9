// Security keys (WebAuthn): asks the browser for a credential before a form marked with data-key is sent.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function ask(kind, options) {
    const asked = { ...options, challenge: bytes(options.challenge) };
    if (kind === "create") {
      asked.user = { ...options.user, id: bytes(options.user.id) };
      asked.excludeCredentials = known(options.excludeCredentials);
      return navigator.credentials.create({ publicKey: asked });
    }
    asked.allowCredentials = known(options.allowCredentials);
    return navigator.credentials.get({ publicKey: asked });
  }

  function told(credential) {
    const { response } = credential;
    const answer = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) {
      answer.attestationObject = text(response.attestationObject);
      answer.transports = response.getTransports ? response.getTransports() : [];
    } else {
      answer.authenticatorData = text(response.authenticatorData);
      answer.signature = text(response.signature);
      answer.userHandle = response.userHandle ? text(response.userHandle) : null;
    }
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: answer,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  }

  document.querySelectorAll("form[data-key]").forEach((form) => {
    const trouble = form.querySelector("[data-key-trouble]");
    const say = (words) => { trouble.textContent = words; trouble.hidden = false; };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!window.PublicKeyCredential) { say(trouble.dataset.none); return; }
      const data = JSON.parse(document.getElementById(form.dataset.options).textContent);
      const options = (data.creation_options || data.request_options).publicKey;
      try {
        form.elements.credential.value = JSON.stringify(told(await ask(form.dataset.key, options)));
      } catch (error) {
        say(trouble.dataset.stopped);
        return;
      }
      form.submit();
    });
  });
})();
