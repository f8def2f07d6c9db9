"use strict";
// A photograph, where the place allows one: drawn anew and small, so that nothing but the picture is in it.
document.addEventListener("DOMContentLoaded", function () {
  var field = document.getElementById("photo"), kept = [], told = document.getElementById("photo-state");
  var SIDE = 1600, LARGEST = 300 * 1024;
  self.AnminPhotos = { list: function () { return kept.slice(); }, restore: function (list) { kept = list; if (kept.length && told) told.textContent = told.dataset.ready; } };
  if (!field) return;

  function small(canvas, quality) {
    return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", quality); }).then(function (blob) {
      if (blob.size <= LARGEST || quality < 0.3) return blob;
      return small(canvas, quality - 0.12);
    });
  }

  function mark(canvas) {
    var pen = canvas.getContext("2d"), size = Math.max(14, Math.round(canvas.width / 40)), now = new Date();
    var words = field.dataset.mark + " · " + now.toLocaleString("zh-CN", { hour12: false });
    pen.font = size + "px sans-serif";
    pen.fillStyle = "rgba(0,0,0,0.55)";
    pen.fillRect(0, canvas.height - size * 2, canvas.width, size * 2);
    pen.fillStyle = "#fff";
    pen.fillText(words, size / 2, canvas.height - size * 0.6, canvas.width - size);
  }

  field.addEventListener("change", function () {
    var file = field.files[0];
    if (!file) return;
    createImageBitmap(file).then(function (picture) {
      var share = Math.min(1, SIDE / Math.max(picture.width, picture.height)), canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * share);
      canvas.height = Math.round(picture.height * share);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      mark(canvas);
      return small(canvas, 0.82);
    }).then(function (blob) { return blob.arrayBuffer(); }).then(function (raw) {
      var bytes = new Uint8Array(raw), text = "";
      for (var i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
      kept = [btoa(text)];
      told.textContent = told.dataset.ready;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }).catch(function () { told.textContent = told.dataset.failed; });
  });
});
