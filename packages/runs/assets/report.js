// Draws the charts of the report page from the JSON in it. Runs in the reader's browser, after uPlot.
{
  const charts = JSON.parse(document.getElementById('charts').textContent);
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const write = {
    number: (value) => String(Number(value.toPrecision(3))),
    percent: (value) => `${(100 * value).toFixed(1)} %`,
  };
  const ranges = {
    'from-zero': (_plot, _low, high) => [0, high > 0 ? 1.05 * high : 1],
    fit: (_plot, low, high) => {
      const margin = Math.max(0.01, 0.08 * (high - low));
      return [Math.max(0, low - margin), Math.min(1, high + margin)];
    },
    unit: () => [0, 1],
  };

  /** Marks at the points are drawn where there are few enough to tell apart. */
  const mostMarks = 40;

  const axis = (options) => ({
    stroke: color('--muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
    ...options,
  });

  const draw = (element, { xName, format, range, small, marks, curves, data }) => {
    const series = curves.map(({ name, color: property, faint }) => ({
      label: name,
      stroke: color(property),
      alpha: faint ? 0.22 : 1,
      width: faint ? 1 : 2,
      class: faint ? 'faint' : undefined,
      spanGaps: true,
      points: {
        show: Boolean(marks) && data[0].length <= mostMarks,
        size: small ? 4 : 6,
        fill: color(property),
      },
      value: (_plot, value) => (value == null ? '' : write[format](value)),
    }));
    const wholeNumbers = [1, 2, 5].flatMap((digit) =>
      Array.from({ length: 9 }, (_, power) => digit * 10 ** power),
    );
    // Index 0 is the horizontal axis.
    const markSize = (_plot, index) => (curves[index - 1]?.faint ? 0 : 7);
    return new uPlot(
      {
        width: element.clientWidth,
        height: small ? 96 : 240,
        scales: {
          x: { time: false, range: (_plot, low, high) => (low === high ? [low - 1, high + 1] : [low, high]) },
          y: { range: ranges[range] },
        },
        legend: { show: !small, markers: { width: 0, fill: (_plot, index) => series[index - 1]?.stroke } },
        cursor: small
          ? { show: false }
          : { y: false, points: { size: markSize }, drag: { x: true, y: false } },
        axes: [
          axis({
            show: !small,
            incrs: wholeNumbers.sort((a, b) => a - b),
            grid: { show: false },
            label: xName,
            labelFont: '12px system-ui, sans-serif',
            labelSize: 18,
            size: 28,
          }),
          axis({
            size: small ? 44 : 60,
            splits: small ? () => [0, 0.5, 1] : undefined,
            values: (_plot, values) => values.map((value) => write[format](value).replace('.0 %', ' %')),
          }),
        ],
        series: [{ label: xName, value: (_plot, value) => value ?? '' }, ...series],
        padding: [8, small ? 8 : 20, small ? 6 : 0, 0],
      },
      data,
      element,
    );
  };

  let plots = [];
  const elements = [...document.querySelectorAll('[data-chart]')];
  const drawAll = () => {
    for (const plot of plots) plot.destroy();
    plots = elements.map((element) => draw(element, charts[Number(element.dataset.chart)]));
  };
  drawAll();

  // The canvases hold the colours they were drawn with.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  addEventListener('resize', () => {
    plots.forEach((plot, index) => plot.setSize({ width: elements[index].clientWidth, height: plot.height }));
  });
}
