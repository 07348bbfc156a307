import uPlot from '/uplot.js';
import { element } from '/format.js';

const HEIGHT = 130;
const SHOWN_SECONDS = 180;
const NARROWEST = 180;

/** A custom property of the page as it is now. */
function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Lines over the last three minutes. */
export class Plot {
  /**
   * @param parent gets it as its last child
   * @param series pairs of a name and the custom property with its colour
   * @param format makes text of a value
   */
  constructor(parent, title, series, format) {
    const keys = series.map(([name, colored]) => element('span', { class: `key ${colored.slice(2)}` }, name));
    const place = element('div', { class: 'plot', role: 'img', 'aria-label': `Plot of ${title} over the last three minutes` });
    parent.append(element('figure', {}, element('figcaption', {}, element('b', {}, title), ...keys), place));
    const axis = {
      stroke: () => color('--faint'),
      grid: { stroke: () => color('--line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    const splits = (chart) => [-180, -120, -60, 0].map((ago) => chart.scales.x.max + ago);
    this.chart = new uPlot(
      {
        width: Math.max(NARROWEST, place.clientWidth),
        height: HEIGHT,
        padding: [8, 14, 0, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: {
          x: { range: (_, low, high) => [high - SHOWN_SECONDS, high] },
          y: { range: (_, low, high) => [0, (high > 0 ? high : 1) * 1.15] },
        },
        axes: [
          { ...axis, size: 22, splits, grid: { show: false }, values: () => ['', '2 min ago', '1 min', 'now'] },
          { ...axis, size: 52, space: 32, values: (_, at) => at.map(format) },
        ],
        series: [
          {},
          ...series.map(([label, name], index) => ({
            label,
            stroke: () => color(name),
            fill: () => (index === 0 ? color(`${name}-fill`) : undefined),
            width: 1.8,
            points: { show: false },
          })),
        ],
      },
      [[], ...series.map(() => [])],
      place,
    );
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.chart.redraw());
    new ResizeObserver(() => this.chart.setSize({ width: Math.max(NARROWEST, place.clientWidth), height: HEIGHT })).observe(place);
  }

  /** @param data times in seconds, and the values of each line */
  show(data) {
    this.chart.setData(data);
  }
}
