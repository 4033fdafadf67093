for (const holder of document.querySelectorAll("script[data-chart]")) {
  const picture = document.getElementById(holder.dataset.chart);
  const place = picture.querySelector(".live");
  const options = { mode: "vega-lite", ast: true, actions: false, renderer: "svg", logLevel: 1 };
  picture.classList.add("is-live");
  vegaEmbed(place, JSON.parse(holder.textContent), options).catch(function (problem) {
    picture.classList.remove("is-live");
    console.error(problem);
  });
}
