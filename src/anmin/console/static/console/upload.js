// A batch goes up in pieces and goes on where it stopped; without this file the form sends it in one go.
(() => {
  "use strict";
  const form = document.querySelector("form[data-pieces]");
  if (!form || !window.crypto || !crypto.subtle || !window.fetch) return;
  const PIECE = 1024 * 1024, TRIES = 5, LARGEST = 500 * 1024 * 1024;
  const told = form.querySelector("[data-told]"), words = form.dataset;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const tell = (text) => { told.hidden = false; told.textContent = text; };
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  const ask = async (address, body) => {
    const answer = await fetch(address, {method: "POST", headers: {"X-CSRFToken": token}, body, credentials: "same-origin"});
    const said = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(said.what + " " + said.todo), {said});
    return said;
  };

  // A cut line is tried again; an answer of the server is final.
  const patiently = async (step) => {
    for (let attempt = 1; ; attempt += 1) {
      try { return await step(); } catch (trouble) {
        if (trouble.said || attempt === TRIES) throw trouble;
        tell(words.waiting);
        await pause(2 ** attempt);
      }
    }
  };

  const send = async (file) => {
    tell(words.reading);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const about = new FormData();
    about.set("source", form.elements.source.value);
    about.set("period", form.elements.period.value);
    about.set("name", file.name);
    about.set("size", file.size);
    about.set("sha256", [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    let at = await patiently(() => ask(words.pieces, about));
    const place = `${words.pieces}${at.id}/`;
    while (at.received < at.size) {
      tell(words.sent.replace("{n}", Math.floor((at.received * 100) / at.size)));
      const offset = at.received;
      at = await patiently(() => ask(`${place}?offset=${offset}`, file.slice(offset, offset + PIECE)));
    }
    tell(words.checking);
    const last = new FormData();
    last.set("signature", form.elements.signature ? form.elements.signature.value : "");
    location.assign((await patiently(() => ask(`${place}finish/`, last))).address);
  };

  form.addEventListener("submit", (event) => {
    const file = form.elements.file.files[0];
    if (!file || !file.size || file.size > LARGEST || form.elements.dry_run.checked) return;
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    send(file).catch((trouble) => {
      tell(trouble.said ? trouble.message : words.cut);
      button.disabled = false;
    });
  });
})();
