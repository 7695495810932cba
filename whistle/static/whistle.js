/* Progressive enhancement only: every page works without this file.
   Nothing is stored, nothing is sent, nothing is read from the address. */
(function () {
  "use strict";

  function each(selector, work) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), work);
  }

  // A full page reload after a refused form should start at the summary.
  var summary = document.querySelector("[data-focus]");
  if (summary) {
    summary.focus();
  }

  // Copying needs a secure context; the button stays hidden where it would fail.
  each("[data-copy]", function (area) {
    var button = area.querySelector("button");
    var status = area.querySelector("[role=status]");
    if (!navigator.clipboard) {
      return;
    }
    area.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(area.getAttribute("data-copy")).then(
        function () { status.textContent = area.getAttribute("data-done"); },
        function () { status.textContent = area.getAttribute("data-failed"); }
      );
    });
  });

  // Browsers say only "3 files": list the names, and say when they are too many or too big,
  // before somebody waits for an upload that will be refused.
  each("input[type=file][data-list]", function (input) {
    var list = document.getElementById(input.getAttribute("data-list"));
    input.addEventListener("change", function () {
      var bytes = 0;
      list.textContent = "";
      Array.prototype.forEach.call(input.files, function (file) {
        var item = document.createElement("li");
        item.textContent = file.name;
        list.appendChild(item);
        bytes += file.size;
      });
      var most = Number(input.getAttribute("data-max-files"));
      var room = Number(input.getAttribute("data-max-bytes"));
      if ((most && input.files.length > most) || (room && bytes > room)) {
        var warning = document.createElement("li");
        warning.className = "limit-exceeded";
        warning.textContent = input.getAttribute("data-too-much");
        list.appendChild(warning);
      }
    });
  });

  // Counts down only near the end of a limited field; never cuts the text.
  each("textarea[data-maxlength]", function (area) {
    var most = Number(area.getAttribute("data-maxlength"));
    var status = document.getElementById(area.id + "-count");
    function show() {
      var left = most - area.value.length;
      status.className = left < 0 ? "character-limit limit-exceeded" : "character-limit";
      status.textContent = left > most / 5 ? "" : status.getAttribute(left < 0 ? "data-over" : "data-left").replace("{n}", Math.abs(left));
    }
    area.addEventListener("input", show);
    show();
  });

  // Enter sends a registration from its selects too; without a script, from its other fields only.
  each("form.registration select", function (select) {
    select.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && !event.ctrlKey && !event.altKey && !event.metaKey) {
        event.preventDefault();
        select.form.requestSubmit(select.form.querySelector("button[type=submit]"));
      }
    });
  });

  // What belongs to another category or centre is not offered; without a script it is refused in
  // words. A choice that belongs elsewhere stays, until the other one is changed.
  each("select[data-within]", function (select) {
    var parent = document.getElementById(select.getAttribute("data-within"));
    var group = select.closest(".form-group");
    var offered = Array.prototype.slice.call(select.querySelectorAll("optgroup"));
    function offer(changed) {
      var chosen = select.value;
      var kept = "";
      offered.forEach(function (options) {
        var fits = options.getAttribute("data-of") === parent.value;
        var holds = options.querySelector("option:checked");
        if (fits || (holds && holds.value === chosen && !changed)) {
          select.appendChild(options);
          kept = holds ? holds.value : kept;
        } else if (options.parentNode) {
          select.removeChild(options);
        }
      });
      select.value = changed && !kept ? "" : chosen;
      group.hidden = select.querySelectorAll("option").length < 2;
    }
    parent.addEventListener("change", function () { offer(true); });
    offer(false);
  });

  // A standard text goes where the cursor is; without this file the page comes back with it.
  each("button[data-insert]", function (button) {
    var area = document.getElementById(button.getAttribute("data-insert"));
    var select = button.form && button.form.querySelector("select[name=standard]");
    if (!area || !select || !area.setRangeText) {
      return;
    }
    button.addEventListener("click", function (event) {
      var body = select.options[select.selectedIndex].getAttribute("data-body");
      var start = area.selectionStart;
      var before = area.value.slice(0, start);
      event.preventDefault();
      area.focus();
      area.setRangeText((before && !/\n\n$/.test(before) ? "\n\n" : "") + body, start, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input"));
    });
  });

  // A second click while the first is on its way. The button is not disabled:
  // a disabled button's name and value would be missing from the form. After a while it works
  // again, for whoever stopped a sending that hung; what came twice is stored once.
  each("form[data-once]", function (form) {
    var sent = false;
    var buttons = form.querySelectorAll("button[type=submit]");
    function ready() {
      sent = false;
      Array.prototype.forEach.call(buttons, function (button) {
        button.removeAttribute("aria-disabled");
      });
    }
    form.addEventListener("submit", function (event) {
      if (sent) {
        event.preventDefault();
        return;
      }
      sent = true;
      Array.prototype.forEach.call(buttons, function (button) {
        button.setAttribute("aria-disabled", "true");
      });
      var status = form.querySelector("[data-sending]");
      if (status) {
        status.textContent = status.getAttribute("data-sending");
      }
      window.setTimeout(ready, 15000);
    });
    window.addEventListener("pageshow", ready);
  });
})();
