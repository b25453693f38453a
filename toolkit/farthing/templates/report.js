// Where there is room, each drawing is replaced by the same chart with tooltips. Whatever goes
// wrong, the drawing stays.
(() => {
  const options = {
    actions: false,
    ast: true, // expressions are interpreted, never compiled: the page's policy allows no eval
    defaultStyle: false,
    mode: "vega-lite",
    renderer: "svg",
    tooltip: { disableDefaultStyle: true },
  };
  for (const chart of document.querySelectorAll("[data-chart]")) {
    const [still, live] = chart.children;
    if (still.clientWidth < still.firstElementChild.width.baseVal.value) continue;
    const spec = JSON.parse(document.getElementById(chart.dataset.chart).textContent);
    vegaEmbed(live, spec, options)
      .then(() => chart.classList.add("is-live"))
      .catch(() => live.replaceChildren());
  }
})();
