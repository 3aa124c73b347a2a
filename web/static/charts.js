// The charts of a service: uPlot draws what the API says. Colours are those of the page, light or dark.

const KINDS = {
  duration: [["p95", "--warn", "95th percentile"], ["p50", "--busy", "median"]],
  queue: [["queue_p95", "--warn", "95th percentile"], ["queue_p50", "--busy", "median"]],
  failures: [["failures", "--bad", "failed or lost"]],
};
const HEIGHT = 190;
const drawn = [];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function options(kind, data, zone, width) {
  const bars = kind === "failures";
  // Bars stand on the middle of their hour or day: the first and the last need half of one more.
  const half = bars ? (data.step === "day" ? 43200 : 1800) : 0;
  const line = {stroke: colour("--soft"), grid: {stroke: colour("--line"), width: 1}, ticks: {stroke: colour("--line"), width: 1}};
  return {
    width, height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    scales: {x: {range: (_, low, high) => [low - half, high + half]}, y: {range: (_, low, high) => [0, Math.max(bars ? 4 : 0.1, (high ?? 0) * 1.1)]}},
    axes: [{...line, values: [
      [3600 * 24 * 28, "{MMM}", null, null, null, null, null, null, 1],
      [3600 * 24, "{DD} {MMM}", null, null, null, null, null, null, 1],
      [60, "{HH}:{mm}", "\n{DD} {MMM}", null, "\n{DD} {MMM}", null, null, null, 1],
    ]}, {...line, size: 56, ...(bars ? {incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000]} : {})}],
    series: [{value: data.step === "day" ? "{YYYY}-{MM}-{DD}" : "{YYYY}-{MM}-{DD} {HH}:{mm}"}, ...KINDS[kind].map(([, name, label]) => ({
      label, stroke: colour(name), fill: bars ? colour(name) : undefined, width: bars ? 0 : 1.75,
      paths: bars ? uPlot.paths.bars({size: [0.6, 40]}) : undefined, points: {show: !bars, size: 5},
      value: (_, value) => (value == null ? "—" : bars ? value : `${value.toFixed(2)} s`),
    }))],
  };
}

function draw(box, data) {
  const width = () => Math.max(220, box.clientWidth);
  for (const target of box.querySelectorAll("[data-plot]")) {
    const kind = target.dataset.plot;
    target.replaceChildren();
    const values = [data.at, ...KINDS[kind].map(([key]) => data[key])];
    drawn.push([new uPlot(options(kind, data, box.dataset.zone, target.clientWidth || width()), values, target), target]);
  }
}

async function show(box) {
  const problem = document.querySelector("[data-charts-problem]");
  let data;
  try {
    const answer = await fetch(box.dataset.charts, {headers: {accept: "application/json"}});
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    data = await answer.json();
  } catch (error) {
    problem.textContent = `The charts cannot be drawn: ${error.message}. The table has the numbers.`;
    problem.hidden = false;
    return;
  }
  const anew = () => {
    for (const [plot] of drawn.splice(0)) plot.destroy();
    draw(box, data);
  };
  anew();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
  new ResizeObserver(() => {
    for (const [plot, target] of drawn) if (plot.width !== target.clientWidth && target.clientWidth) plot.setSize({width: target.clientWidth, height: HEIGHT});
  }).observe(box);
}

for (const box of document.querySelectorAll("[data-charts]")) show(box);
