"use strict";
// What this phone keeps: in IndexedDB, sealed with a key that cannot be read out; for pages and for the worker script.
(function (scope) {
  var NAME = "anmin-field", SHELVES = ["keys", "outbox", "drafts"];

  function open() {
    return new Promise(function (done, fail) {
      var asked = scope.indexedDB.open(NAME, 1);
      asked.onupgradeneeded = function () {
        SHELVES.forEach(function (shelf) { asked.result.createObjectStore(shelf); });
      };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { fail(asked.error); };
    });
  }

  // A write is told as done only when the disk has it: the worker then may walk out of the door.
  function within(shelf, mode, work) {
    return open().then(function (base) {
      return new Promise(function (done, fail) {
        var deal = base.transaction(shelf, mode, { durability: "strict" }), asked = work(deal.objectStore(shelf));
        deal.oncomplete = function () { base.close(); done(asked ? asked.result : undefined); };
        deal.onerror = deal.onabort = function () { base.close(); fail(deal.error); };
      });
    });
  }

  function get(shelf, key) { return within(shelf, "readonly", function (s) { return s.get(key); }); }
  function put(shelf, key, value) { return within(shelf, "readwrite", function (s) { return s.put(value, key); }); }
  function drop(shelf, key) { return within(shelf, "readwrite", function (s) { return s.delete(key); }); }
  function keys(shelf) { return within(shelf, "readonly", function (s) { return s.getAllKeys(); }); }

  function secret() {
    if (!scope.crypto || !scope.crypto.subtle) return Promise.resolve(null);
    return get("keys", "k").then(function (known) {
      if (known) return known;
      return scope.crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]).then(function (fresh) {
        return within("keys", "readwrite", function (s) { return s.add(fresh, "k"); }).then(function () { return fresh; }, function () { return get("keys", "k"); });
      });
    });
  }

  function seal(value) {
    return secret().then(function (key) {
      if (!key) return null;
      var mark = scope.crypto.getRandomValues(new Uint8Array(12));
      return scope.crypto.subtle.encrypt({ name: "AES-GCM", iv: mark }, key, new TextEncoder().encode(JSON.stringify(value))).then(function (hidden) {
        var out = new Uint8Array(12 + hidden.byteLength);
        out.set(mark, 0);
        out.set(new Uint8Array(hidden), 12);
        return out.buffer;
      });
    });
  }

  function unseal(bytes) {
    return secret().then(function (key) {
      if (!key) return null;
      return scope.crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, key, bytes.slice(12)).then(function (plain) {
        return JSON.parse(new TextDecoder().decode(plain));
      });
    }).catch(function () { return null; });
  }

  // Without a secure connection there is no cipher; then things stay only as long as the browser is open.
  function write(shelf, key, value) {
    return seal(value).then(function (hidden) { return put(shelf, key, hidden || { plain: value }); });
  }

  function read(shelf, key) {
    return get(shelf, key).then(function (kept) {
      if (!kept) return null;
      return kept.plain ? kept.plain : unseal(kept);
    });
  }

  function all(shelf, owner) {
    return keys(shelf).then(function (names) {
      var mine = names.filter(function (one) { return String(one).indexOf(owner + ":") === 0; }).sort();
      return Promise.all(mine.map(function (one) { return read(shelf, one); })).then(function (rows) { return rows.filter(Boolean); });
    });
  }

  function uuid() {
    var b = scope.crypto.getRandomValues(new Uint8Array(16)), hex = "";
    b[6] = (b[6] & 15) | 64; b[8] = (b[8] & 63) | 128;
    for (var i = 0; i < 16; i++) hex += (b[i] + 256).toString(16).slice(1) + ([3, 5, 7, 9].indexOf(i) >= 0 ? "-" : "");
    return hex;
  }

  // Everything of everybody goes: pages, words, the key that could open them.
  function wipe() {
    var pages = scope.caches ? scope.caches.delete("anmin-pages") : Promise.resolve();
    return pages.then(function () {
      return new Promise(function (done) {
        var asked = scope.indexedDB.deleteDatabase(NAME);
        asked.onsuccess = asked.onerror = asked.onblocked = function () { done(); };
      });
    });
  }

  scope.AnminStore = { seal: seal, unseal: unseal, write: write, read: read, drop: drop, all: all, uuid: uuid, wipe: wipe };
})(self);
