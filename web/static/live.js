// The live part of a page. It holds still while a row has the keyboard's focus, a menu or dialog is
// open or text is selected, and says how many changes wait. What this page itself has asked for is
// shown at once all the same.

const held = new Map(); // element -> the newest HTML for it
const acted = new Map(); // element -> until when its changes pass
const AGAIN = 1000; // ms until a stream that could not be opened is asked for again
let now = null; // what the page says of its stream

function working() {
  const active = document.activeElement;
  const inside = active?.closest("[data-live] tbody, [data-live] [data-holds]");
  if (inside && active.matches(":focus-visible, input:not([type=checkbox]), select, textarea")) return true;
  if (document.querySelector("[data-live] details.menu[open], dialog[open]")) return true;
  const selection = getSelection();
  return !selection.isCollapsed && !!selection.anchorNode?.parentElement?.closest("[data-live]");
}

function target(html) {
  return /hx-target="#([^"]+)"/.exec(html)?.[1] ?? "";
}

function passes(name) {
  if (name === "away") return true;
  const open = document.getElementById(name)?.querySelector("details.menu[open]");
  return !open && (acted.get(name) ?? 0) > Date.now();
}

function show(state, text) {
  now = [state, text];
  const live = document.getElementById("live");
  if (!live) return;
  live.dataset.state = state;
  if (live.textContent !== text) live.textContent = text;
}

function lost() {
  show("lost", "connection lost, trying again");
}

function said() {
  if (held.size) show("held", `held, ${held.size} change${held.size === 1 ? "" : "s"} wait`);
  else show("live", "live");
}

async function thaw() {
  if (!held.size || working()) return;
  const source = document.querySelector("[data-live]");
  const waiting = [...held.values()];
  held.clear();
  for (const text of waiting) await htmx.swap({sourceElement: source, target: source, text, swap: "none"});
  said();
}

// The extension takes up a stream that broke off, not one that could not be opened at all.
function openAgain(event) {
  const source = event.detail.ctx?.sourceElement;
  const address = source?.getAttribute("hx-sse:connect");
  const status = event.detail.ctx?.response?.status;
  if (!address || (status && status < 500)) return;
  event.preventDefault();
  lost();
  setTimeout(() => source.isConnected && htmx.ajax("GET", address, {source}), AGAIN);
}

export function keepLive() {
  document.addEventListener("htmx:before:response", openAgain);
  document.addEventListener("htmx:error", openAgain);
  document.addEventListener("htmx:after:swap", () => now && show(...now));
  document.addEventListener("htmx:sse:before:message", (event) => {
    const html = event.detail.message.data;
    const name = target(html);
    if (!working() || passes(name)) {
      held.delete(name);
      if (name === "table") held.clear();
      return;
    }
    event.preventDefault();
    held.set(name, html);
    said();
  });
  document.addEventListener("htmx:sse:after:connection", (event) => {
    if (event.detail.connection.status === 200) said();
  });
  document.addEventListener("htmx:sse:error", lost);
  // A server that was told to stop ends its streams in order: that is no error, and all the same not live.
  document.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt) lost();
  });
  document.addEventListener("htmx:sse:close", (event) => {
    if (event.detail.reason !== "removed" && event.detail.reason !== "cleanup") show("lost", "not live");
  });
  document.addEventListener("htmx:before:request", (event) => {
    const row = event.detail.ctx.sourceElement?.closest("[data-live] [id]");
    if (row) acted.set(row.id, Date.now() + 15000);
  });
  document.addEventListener("focusout", () => setTimeout(thaw));
  document.addEventListener("selectionchange", () => setTimeout(thaw));
  document.addEventListener("toggle", () => setTimeout(thaw), true);
  document.addEventListener("close", () => setTimeout(thaw), true);
  // Only one menu is open, and a click elsewhere closes it.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target) || event.target.closest(".panel button")) menu.open = false;
    }
  });
}
