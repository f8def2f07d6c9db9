// A scan goes up in pieces of at most 256 KB and goes on where it stopped; without this file the form sends it whole.
(() => {
  "use strict";
  const words = document.currentScript.dataset;
  const form = document.querySelector("form[data-draft], form[data-case]");
  if (!form || !window.crypto || !crypto.subtle || !window.fetch) return;
  const PIECE = 256 * 1024, TRIES = 5;
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  const ask = async (address, body) => {
    const headers = {"X-CSRFToken": form.elements.csrfmiddlewaretoken.value};
    const answer = await fetch(address, {method: "POST", headers, body, credentials: "same-origin"});
    const said = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(said.what), {said});
    return said;
  };
  // A cut line is tried again; an answer of the server is final.
  const patiently = async (tell, step) => {
    for (let attempt = 1; ; attempt += 1) {
      try { return await step(); } catch (trouble) {
        if (trouble.said || attempt === TRIES) throw trouble;
        tell(words.cut);
        await pause(attempt);
      }
    }
  };

  const send = async (file, key, tell) => {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const about = new FormData();
    about.set("draft", form.dataset.draft || "");
    about.set("case", form.dataset.case || "");
    about.set("key", key);
    about.set("name", file.name);
    about.set("size", file.size);
    about.set("sha256", [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    let at = await patiently(tell, () => ask(words.begin, about));
    const place = `${words.begin}${at.id}/`;
    while (at.state === "open" && at.received < at.size) {
      const offset = at.received;
      at = await patiently(tell, () => ask(`${place}?offset=${offset}`, file.slice(offset, offset + PIECE)));
      tell(words.sent.replace("{n}", Math.floor((at.received * 100) / at.size)));
    }
    return patiently(tell, () => ask(`${place}finish/`, new FormData()));
  };

  form.querySelectorAll("[data-scan]").forEach((input) => {
    const cell = input.closest(".cell"), told = cell.querySelector("[data-told]");
    const tell = (text) => { told.textContent = text; };
    input.addEventListener("change", async (event) => {
      event.stopPropagation();
      for (const file of [...input.files]) {
        try {
          const said = await send(file, input.dataset.scan, tell);
          const link = document.createElement("a");
          link.href = said.address; link.textContent = said.name;
          cell.insertBefore(link, input);
          const state = form.elements[`state-${input.dataset.scan}`];
          if (state) { state.value = "received"; state.dispatchEvent(new Event("change", {bubbles: true})); }
          tell(words.done);
          input.value = "";
        } catch (trouble) { tell(trouble.said ? trouble.message : words.lost); }
      }
    });
  });
})();
