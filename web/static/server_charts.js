// The charts of a server: one for each metric, a line for each of its objects (disks, cards, checks).

const COLOURS = ["--busy", "--warn", "--good", "--bad", "--accent", "--quiet"];
const DASHES = [[], [6, 3], [2, 3]];
const HEIGHT = 190;
const PREFIXES = ["", "k", "M", "G", "T"];
const drawn = [];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function said(unit, value) {
  if (value == null) return "—";
  if (unit === "percent") return `${value.toFixed(1)} %`;
  if (unit === "seconds") return `${value.toFixed(3)} s`;
  let place = 0;
  while (value >= 1000 && place < PREFIXES.length - 1) [value, place] = [value / 1000, place + 1];
  return `${value.toFixed(place ? 1 : 0)} ${PREFIXES[place]}B/s`;
}

// From the first figure in the time that was chosen until now; an hour at least.
function span(target, data) {
  const now = Math.max(Date.now() / 1000, data.at.at(-1));
  return [Math.max(now - target.closest("[data-hours]").dataset.hours * 3600, Math.min(data.at[0], now - 3600)), now];
}

function options(target, zone, data) {
  const unit = target.dataset.unit;
  const line = {stroke: colour("--soft"), grid: {stroke: colour("--line"), width: 1}, ticks: {stroke: colour("--line"), width: 1}};
  return {
    width: target.clientWidth || 220, height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    scales: {x: {range: () => span(target, data)}, y: {range: (_, low, high) => [0, unit === "percent" ? 100 : Math.max(0.01, (high ?? 0) * 1.1)]}},
    axes: [{...line, values: [
      [3600 * 24 * 28, "{MMM}", null, null, null, null, null, null, 1],
      [3600 * 24, "{DD} {MMM}", null, null, null, null, null, null, 1],
      [60, "{HH}:{mm}", "\n{DD} {MMM}", null, "\n{DD} {MMM}", null, null, null, 1],
    ]}, {...line, size: 72, values: (_, ticks) => ticks.map((tick) => (unit === "bytes" ? said(unit, tick) : tick))}],
    series: [{value: "{YYYY}-{MM}-{DD} {HH}:{mm}"}, ...data.lines.map((each, place) => ({
      label: each.object || "all", width: 1.75, spanGaps: false, points: {show: data.at.length < 3},
      stroke: colour(COLOURS[place % COLOURS.length]), dash: DASHES[Math.floor(place / COLOURS.length) % DASHES.length],
      value: (_, value) => said(unit, value),
    }))],
  };
}

// A gap stays a gap: where two points are farther apart than three steps, nothing joins them.
function gapped(data) {
  const step = 3 * (data.step || 300);
  const at = [], columns = data.lines.map(() => []);
  data.at.forEach((moment, place) => {
    if (place && moment - data.at[place - 1] > step) {
      at.push(data.at[place - 1] + 1);
      for (const column of columns) column.push(null);
    }
    at.push(moment);
    data.lines.forEach((line, number) => columns[number].push(line.mean[place]));
  });
  return [at, ...columns];
}

async function read(box, target) {
  const query = new URLSearchParams({metric: target.dataset.metric, hours: box.dataset.hours});
  const answer = await fetch(`/api/v1/servers/${encodeURIComponent(box.dataset.server)}/samples?${query}`, {headers: {accept: "application/json"}});
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  return answer.json();
}

async function show(box) {
  const targets = [...box.querySelectorAll("[data-metric]")];
  let all;
  try {
    all = await Promise.all(targets.map((target) => read(box, target)));
  } catch (error) {
    const problem = document.querySelector("[data-charts-problem]");
    problem.textContent = `The charts cannot be drawn: ${error.message}. The table has the newest figures.`;
    problem.hidden = false;
    return;
  }
  const anew = () => {
    for (const [plot] of drawn.splice(0)) plot.destroy();
    targets.forEach((target, place) => {
      target.replaceChildren();
      if (all[place].at.length) drawn.push([new uPlot(options(target, box.dataset.zone, all[place]), gapped(all[place]), target), target]);
      else target.textContent = "Nothing was measured in this time.";
    });
  };
  anew();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
  new ResizeObserver(() => {
    for (const [plot, target] of drawn) if (plot.width !== target.clientWidth && target.clientWidth) plot.setSize({width: target.clientWidth, height: HEIGHT});
  }).observe(box);
}

for (const box of document.querySelectorAll("[data-server]")) show(box);
