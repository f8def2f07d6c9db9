"use strict";
// Between the pages and the network: pages that were seen open without it, sealed, for seven days; nothing else is kept.
importScripts("{{ store }}");
var ASSETS = [{% for one in assets %}"{{ one }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
var SHELL = "{% url 'field:offline' %}", STATIC = "anmin-static", PAGES = "anmin-pages", WEEK = 7 * 24 * 3600 * 1000;

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(STATIC).then(function (cache) {
    return cache.addAll(ASSETS.concat([SHELL]));
  }).then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (event) {
  var wanted = ASSETS.concat([SHELL]);
  event.waitUntil(caches.open(STATIC).then(function (cache) {
    return cache.keys().then(function (kept) {
      return Promise.all(kept.filter(function (one) {
        return wanted.indexOf(new URL(one.url).pathname) < 0;
      }).map(function (one) { return cache.delete(one); }));
    });
  }).then(function () { return self.clients.claim(); }));
});

self.addEventListener("fetch", function (event) {
  var asked = event.request, where = new URL(asked.url);
  if (asked.method !== "GET" || where.origin !== self.location.origin) return;
  if (ASSETS.indexOf(where.pathname) >= 0) {
    event.respondWith(caches.match(where.pathname).then(function (kept) { return kept || fetch(asked); }));
    return;
  }
  var isPage = asked.mode === "navigate" || asked.headers.get("X-Ahead") === "1";
  if (!isPage || where.pathname.indexOf("{% url 'field:today' %}") !== 0 || /\.(jpg|js|webmanifest)$/.test(where.pathname)) return;
  event.respondWith(fetch(asked).then(function (answer) {
    var type = answer.headers.get("Content-Type") || "";
    if (answer.ok && !answer.redirected && answer.type === "basic" && type.indexOf("text/html") === 0) keep(where, answer.clone());
    return answer;
  }, function () { return kept(where); }));
});

function name(where) {
  var plain = new URL(where.href);
  ["saved", "updated", "kept"].forEach(function (one) { plain.searchParams.delete(one); });
  plain.hash = "";
  return plain.href;
}

function keep(where, answer) {
  return answer.text().then(function (text) {
    var policy = answer.headers.get("Content-Security-Policy") || "default-src 'self'";
    return self.AnminStore.seal({ text: text, policy: policy, at: Date.now() });
  }).then(function (sealed) {
    if (!sealed) return null;
    return caches.open(PAGES).then(function (cache) {
      return cache.put(name(where), new Response(sealed, { headers: { "Content-Type": "application/octet-stream" } }));
    });
  }).catch(function () { return null; });
}

function kept(where) {
  return caches.open(PAGES).then(function (cache) {
    return cache.match(name(where)).then(function (found) {
      return found || cache.match(name(where), { ignoreSearch: where.search.indexOf("person=") < 0 });
    }).then(function (found) {
      if (!found) return null;
      return found.arrayBuffer().then(self.AnminStore.unseal).then(function (page) {
        if (!page || Date.now() - page.at > WEEK) { cache.delete(name(where)); return null; }
        return new Response(page.text, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": page.policy, "X-Kept": String(page.at) } });
      });
    });
  }).catch(function () { return null; }).then(function (page) {
    return page || caches.match(SHELL).then(function (shell) { return shell || Response.error(); });
  });
}
