"use strict";
// The frame: the strip that says how it stands, the worker script, pages seen ahead, leaving without leaving anything behind.
document.addEventListener("DOMContentLoaded", function () {
  var root = document.documentElement, strip = document.getElementById("strip"), box = self.AnminOutbox, store = self.AnminStore;
  var link = strip.querySelector("a"), badge = document.getElementById("badge"), sent = 0, unsent = 0;

  function clock() { var d = new Date(); return ("0" + d.getHours()).slice(-2) + ":" + ("0" + d.getMinutes()).slice(-2); }
  function count(items, state) { return items.filter(function (one) { return one.state === state; }).length; }
  function show(items) {
    var returned = count(items, "returned"), login = count(items, "login"), sending = count(items, "sending");
    unsent = items.length - count(items, "done");
    var waiting = unsent - returned, words = "", kind = "";
    if (sending) { words = strip.dataset.sending.replace("{n}", String(waiting)); }
    else if (login) { words = strip.dataset.login.replace("{n}", String(waiting)); kind = "red"; }
    else if (waiting) { words = (navigator.onLine ? "" : strip.dataset.offline + " · ") + strip.dataset.waiting.replace("{n}", String(waiting)); kind = "grey"; }
    else if (returned) { words = strip.dataset.returned.replace("{n}", String(returned)); kind = "red"; }
    else if (!navigator.onLine) { words = strip.dataset.offline; kind = "grey"; }
    else if (sent) { words = strip.dataset.sent.replace("{t}", clock()); }
    if (sending) sent = 1;
    link.textContent = words;
    link.href = login && !waiting ? root.dataset.login : root.dataset.outbox;
    strip.className = "strip " + kind;
    strip.hidden = !words;
    badge.textContent = String(unsent);
    badge.hidden = !unsent;
  }

  if (box && box.owner) {
    box.listen(show);
    window.addEventListener("offline", box.tell);
    window.addEventListener("online", box.tell);
    box.tell().then(box.drain).then(box.tell);
  }
  var kept = document.getElementById("kept-here");
  if (kept && /[?&]kept=1/.test(location.search)) kept.hidden = false;
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  var wrong = document.querySelector(".errors:not([hidden])");
  if (wrong) wrong.focus();

  // Pages of somebody who used this phone before are not for whoever holds it now.
  function mine() {
    var before = localStorage.getItem("anmin-owner");
    if (!box.owner || before === box.owner) return Promise.resolve();
    localStorage.setItem("anmin-owner", box.owner);
    return before && self.caches ? caches.delete("anmin-pages") : Promise.resolve();
  }

  function ahead() {
    var rows = document.querySelectorAll("[data-prefetch] a.row"), wanted = [];
    rows.forEach(function (row) { if (wanted.length < 40) wanted.push(row.href); });
    if (!wanted.length || !navigator.onLine) return Promise.resolve();
    var day = new Date().toISOString().slice(0, 10), done = (localStorage.getItem("anmin-ahead") || "").split("\n");
    if (done[0] !== day) done = [day];
    return wanted.filter(function (one) { return done.indexOf(one) < 0; }).reduce(function (before, one) {
      return before.then(function () { return fetch(one, { headers: { "X-Ahead": "1" }, credentials: "same-origin" }); }).then(function (answer) {
        return answer.ok ? answer.text() : "";
      }).then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html"), forms = [page.querySelector("a[href*='/visit/']"), page.querySelector("a[href$='/apply/']")].filter(Boolean);
        done.push(one);
        localStorage.setItem("anmin-ahead", done.join("\n"));
        return Promise.all(forms.map(function (form) { return fetch(form.getAttribute("href"), { headers: { "X-Ahead": "1" }, credentials: "same-origin" }); }));
      });
    }, Promise.resolve()).catch(function () { return null; });
  }

  if ("serviceWorker" in navigator && box && box.owner) {
    mine().then(function () { return navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.today }); })
      .then(function () { return navigator.serviceWorker.ready; })
      .then(function () {
        if (navigator.serviceWorker.controller) return null;
        return new Promise(function (done) { navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }); });
      })
      .then(function () { return fetch(location.href, { headers: { "X-Ahead": "1" }, credentials: "same-origin" }); })
      .then(ahead)
      .then(function () { root.dataset.ready = "1"; })
      .catch(function () { return null; });
  }

  var leave = document.getElementById("leave");
  if (leave) leave.addEventListener("submit", function (event) {
    var sure = event.submitter && event.submitter.name === "sure";
    if (leave.dataset.wiped) return;
    event.preventDefault();
    box.list().then(function (items) {
      if (items.some(function (one) { return one.state !== "done"; }) && !sure) {
        document.getElementById("leave-unsent").hidden = false;
        box.drain();
        return;
      }
      store.wipe().then(function () {
        localStorage.clear();
        leave.dataset.wiped = "1";
        leave.submit();
      });
    });
  });
});
