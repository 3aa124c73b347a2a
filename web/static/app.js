// What pages do by themselves: times that stay true, a live part that holds still while somebody
// works in it, dialogs, and picking several rows. Everything else is plain links and forms.

import {keepTimes} from "./times.js";
import {keepLive} from "./live.js";
import {openDialogs} from "./dialog.js";
import {pickRows} from "./pick.js";
import {shortcuts} from "./keys.js";
import {catchUp} from "./early.js";

keepTimes();
keepLive();
openDialogs();
pickRows();
shortcuts();
catchUp();

// On a phone the navigation scrolls: show where one is.
for (const here of document.querySelectorAll(".top nav [aria-current]")) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// A notice goes away when it has been read; one that says that something failed stays.
new MutationObserver(() => {
  const notice = document.querySelector("#notice .good");
  if (notice) setTimeout(() => notice.remove(), 6000);
}).observe(document.getElementById("notice"), {childList: true});

// A timeline that does not fit begins with what was last.
function newest() {
  for (const sheet of document.querySelectorAll(".chart-sheet")) sheet.scrollLeft = sheet.scrollWidth;
}
newest();
document.addEventListener("htmx:after:swap", newest);

// What scrolls sideways can be scrolled by keyboard too.
function reachable() {
  for (const sheet of document.querySelectorAll(".sheet")) {
    sheet.toggleAttribute("tabindex", sheet.scrollWidth > sheet.clientWidth);
    if (sheet.hasAttribute("tabindex")) sheet.tabIndex = 0;
  }
}
reachable();
addEventListener("resize", reachable);
document.addEventListener("htmx:after:swap", reachable);
