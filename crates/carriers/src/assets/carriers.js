// Makes the pages live and codes easy to copy. Without it everything still reads after a reload.
(() => {
  "use strict";

  const said = document.getElementById("said");
  const say = (words) => {
    // Emptied first, so that the same words are spoken again.
    said.textContent = "";
    requestAnimationFrame(() => {
      said.textContent = words;
    });
  };

  const showButtons = () => {
    for (const button of document.querySelectorAll("button[data-copy]")) {
      button.hidden = false;
    }
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // Plain http away from localhost has no clipboard, and a browser may refuse it: select and copy instead.
    }
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) {
      throw new Error("refused");
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) {
      return;
    }
    try {
      await copy(button.dataset.copy);
      button.focus();
      button.textContent = "Copied";
      say("Copied");
    } catch {
      say("Copying was refused. Select the code instead.");
    }
  });

  const refresh = async () => {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!response.ok) {
      return;
    }
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const focused = document.activeElement && document.activeElement.id;
    document.getElementById("live").replaceChildren(...fresh.getElementById("live").childNodes);
    showButtons();
    const again = focused && document.getElementById(focused);
    if (again) {
      again.focus({ preventScroll: true });
    }
  };

  showButtons();
  const stream = document.body.dataset.stream;
  if (stream) {
    const events = new EventSource(stream);
    let opened = false;
    events.addEventListener("open", () => {
      // After a gap something may have been missed.
      if (opened) {
        refresh();
      }
      opened = true;
    });
    events.addEventListener("message", async (event) => {
      await refresh();
      say(JSON.parse(event.data).call ? "New call" : "New message");
    });
  }
})();
