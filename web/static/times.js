// Times relative to the server's clock: "3 min ago", "in 5 min", "42 s". The page holds instants.

const skew = Number(document.body.dataset.now) * 1000 - Date.now();
const UNITS = [[86400, "d"], [3600, "h"], [60, "min"]];

export function short(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  for (const [unit, name] of UNITS) if (whole >= 2 * unit) return `${Math.floor(whole / unit)} ${name}`;
  return `${whole} s`;
}

function said(element, now) {
  const past = (now - Date.parse(element.dateTime)) / 1000;
  if (element.dataset.style === "for") return short(past);
  const ago = element.dataset.style === "due" ? `due ${short(past)} ago` : `${short(past)} ago`;
  // The clock of the page is only true to a second: what just was is not ahead.
  return past > -1 ? ago : `in ${short(-past)}`;
}

export function paintTimes(within = document) {
  const now = Date.now() + skew;
  for (const element of within.querySelectorAll("time[data-style]:not([data-style=clock])")) {
    const text = said(element, now);
    if (element.textContent !== text) element.textContent = text;
  }
}

export function keepTimes() {
  const clock = document.getElementById("clock");
  const format = clock && new Intl.DateTimeFormat("en-CA", {
    timeZone: clock.dataset.zone, dateStyle: "short", timeStyle: "medium", hour12: false,
  });
  const tick = () => {
    if (clock) clock.textContent = format.format(Date.now() + skew).replace(",", "");
    if (!document.hidden) paintTimes();
  };
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:after:swap", () => paintTimes());
}
