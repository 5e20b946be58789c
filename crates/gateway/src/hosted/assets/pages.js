// SPDX-License-Identifier: AGPL-3.0-or-later
// What pages do more where scripts run; without them everything works by its buttons.
(function () {
  "use strict";

  function focus(id) {
    var element = id && document.getElementById(id);
    if (element) { element.focus(); }
  }

  // Who sent a form with mistakes reads first what they are.
  focus("errors");

  // What is chosen may bring other fields: they come without leaving the place where somebody is.
  var form = document.getElementById("form");
  var running = 0;

  function entered() {
    var data = new URLSearchParams(new FormData(form));
    data.set("do", "update");
    return data;
  }

  function update() {
    var update = document.getElementById("update");
    if (!form || !update || !window.fetch || !window.URLSearchParams) { return; }
    var data = entered();
    var sent = data.toString();
    var turn = ++running;
    fetch(form.action, { method: "POST", body: data, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(); })
      .then(function (text) {
        if (turn !== running) { return; }
        // Somebody has gone on typing: that is asked about as well, and nothing of it is lost.
        if (entered().toString() !== sent) { update(); return; }
        var page = new DOMParser().parseFromString(text, "text/html");
        var fields = page.getElementById("fields");
        if (!fields) { return; }
        var active = document.activeElement && document.activeElement.id;
        document.getElementById("fields").replaceWith(document.adoptNode(fields));
        ["page", "asked"].forEach(function (name) {
          var fresh = page.querySelector("input[name=" + name + "]");
          if (fresh) { form.elements[name].value = fresh.value; }
        });
        focus(active);
        files();
        var status = document.getElementById("status");
        status.textContent = status.dataset.updated;
      })
      .catch(function () { /* The button is still there. */ });
  }

  if (form) {
    form.addEventListener("change", function (event) {
      if (event.target.hasAttribute("data-updates")) { update(); }
    });
  }

  // The hash of a document is worked out here: the document itself goes nowhere.
  function files() {
    if (!window.crypto || !window.crypto.subtle) { return; }
    document.querySelectorAll("input[data-hash]").forEach(function (input) {
      if (input.dataset.hash === "ready") { return; }
      input.dataset.hash = "ready";
      var file = document.createElement("input");
      file.type = "file";
      file.className = "form-control";
      file.setAttribute("aria-labelledby", input.id + "-label");
      file.addEventListener("change", function () {
        if (!file.files.length) { return; }
        file.files[0].arrayBuffer()
          .then(function (bytes) { return crypto.subtle.digest("SHA-256", bytes); })
          .then(function (digest) {
            input.value = btoa(String.fromCharCode.apply(null, new Uint8Array(digest)));
          });
      });
      input.after(file);
    });
  }
  files();
})();
