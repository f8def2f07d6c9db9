"use strict";
// What waits to be sent: written before anybody is told "saved", sent one after another, never dropped because of failures.
(function () {
  var store = self.AnminStore, root = document.documentElement, owner = root.dataset.owner;
  var timer = null, pause = 2000, busy = null, heard = [];
  var LONGEST_PAUSE = 60000, WEEK = 7 * 24 * 3600 * 1000;

  function nameOf(item) { return owner + ":" + item.at + ":" + item.id; }
  function keep(item) { return store.write("outbox", nameOf(item), item); }
  function list() { return owner ? store.all("outbox", owner) : Promise.resolve([]); }
  function forget(item) { return store.drop("outbox", nameOf(item)); }
  function cookie(name) {
    var found = document.cookie.split("; ").filter(function (one) { return one.indexOf(name + "=") === 0; })[0];
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }
  function token() {
    var field = document.querySelector("input[name=csrfmiddlewaretoken]");
    return cookie("csrftoken") || (field ? field.value : "");
  }

  function add(body, title, edit, photos) {
    var item = { id: body.key || store.uuid(), at: Date.now(), body: body, title: title, edit: edit, photos: photos || [], state: "waiting", tries: 0, error: "" };
    delete item.body.key;
    return keep(item).then(tell).then(function () { return item; });
  }

  function post(where, key, body, type) {
    return fetch(where, {
      method: "POST", credentials: "same-origin", body: body, redirect: "manual",
      headers: { "Content-Type": type, "X-CSRFToken": token(), "X-Phone": "1", "Idempotency-Key": key, "X-Sent-At": new Date().toISOString() }
    });
  }

  // Text first, photographs after; the answer counts only when it has come.
  function send(item) {
    item.tries += 1; item.state = "sending";
    return keep(item).then(tell).then(function () {
      return post(root.dataset.send, item.id, JSON.stringify(item.body), "application/json");
    }).then(function (answer) {
      if (answer.status === 401) return after(item, "login", "");
      if (answer.status === 422 || answer.status === 409) {
        return answer.json().then(function (told) { item.fields = told.fields || {}; return after(item, "returned", Object.values(item.fields).join("；")); });
      }
      if (answer.status !== 200) return after(item, "waiting", String(answer.status), true);
      return answer.json().then(function (told) {
        item.receipt = told.receipt; item.updated = told.updated; item.more = told.more; item.home = told.home; item.open = told.open || ""; item.disputed = told.disputed || [];
        return pictures(item).then(function (left) {
          if (left) return after(item, "waiting", "", true);
          item.body = { household: item.body.household }; item.photos = [];
          return after(item, item.disputed.length ? "returned" : "done", "");
        });
      });
    }, function () { return after(item, "waiting", "", true); });
  }

  function pictures(item) {
    if (!item.photos.length) return Promise.resolve(0);
    var raw = atob(item.photos[0]), bytes = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return post(root.dataset.send + "photo/" + item.id + "/", item.id, bytes, "image/jpeg").then(function (answer) {
      if (answer.status === 401 || answer.status >= 500) return item.photos.length;
      item.photos.shift();
      return keep(item).then(function () { return pictures(item); });
    }, function () { return item.photos.length; });
  }

  function after(item, state, error, isLater) {
    item.state = state; item.error = error; item.done = Date.now();
    return keep(item).then(function () { item.again = !!isLater; return item; });
  }

  // One round: in the order in which things were saved. Somebody else's things are left alone.
  function drain() {
    if (!owner) return Promise.resolve();
    if (busy) return busy;
    clearTimeout(timer);
    busy = list().then(function (items) {
      var later = false;
      return items.reduce(function (before, item) {
        return before.then(function () {
          if (item.state === "done" || item.state === "returned" || later) {
            return item.state === "done" && Date.now() - item.done > WEEK ? forget(item) : null;
          }
          return send(item).then(function (sent) {
            if (sent.again || sent.state === "login") later = true;
            return tell();
          });
        });
      }, Promise.resolve()).then(function () { return later; });
    }).then(function (later) {
      busy = null;
      pause = later ? Math.min(pause * 2, LONGEST_PAUSE) : 2000;
      if (later) timer = setTimeout(drain, pause / 2);
      return tell();
    }, function () { busy = null; });
    return busy;
  }

  function now() { pause = 2000; return drain(); }
  function tell() { return list().then(function (items) { heard.forEach(function (one) { one(items); }); return items; }); }
  function listen(one) { heard.push(one); }

  self.AnminOutbox = { add: add, list: list, keep: keep, forget: forget, drain: now, listen: listen, tell: tell, owner: owner };
  window.addEventListener("online", now);
  window.addEventListener("pageshow", now);
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "visible") now(); });
})();
