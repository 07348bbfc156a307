import uPlot from '/uplot.js';
import { bytes, chip, count, element, quantile, seconds, severity } from '/format.js';

const KEPT = 120;
const WINDOW = 30;

const BOTTLENECKS = {
  'source-empty': 'Keeps up: what the source has is on the target.',
  'source-slow': 'The target waits for the source.',
  'source-throttled': 'A quota of the source holds it back.',
  'target-slow': 'The source waits for the target.',
  'target-throttled': 'A quota of the target holds it back.',
  budget: 'All of memory.budget is on the long way to the target.',
  paused: 'Paused by an operator.',
  halted: 'Halted: see what needs attention.',
};

/** One link: its numbers, and how they went since the page was opened. */
export class LinkCard {
  constructor(name) {
    this.history = [];
    this.sentence = element('p');
    this.states = element('span');
    this.values = {};
    const list = element('dl');
    for (const [key, title] of [
      ['behind', 'Behind'],
      ['records', 'Records'],
      ['read', 'From the source'],
      ['written', 'To the target'],
      ['latency', 'Latency'],
      ['forwarded', 'Forwarded as is'],
    ]) {
      this.values[key] = element('dd');
      list.append(element('div', {}, element('dt', {}, title), this.values[key]));
    }
    this.plots = element('div', { class: 'plots' });
    this.root = element(
      'article',
      { class: 'link', 'aria-label': `Link ${name}` },
      element('h3', {}, name, ' ', this.states),
      this.sentence,
      list,
      this.plots,
    );
    this.charts = null;
  }

  update(link, time) {
    this.history.push({ time, link });
    if (this.history.length > KEPT) this.history.shift();
    this.sentence.textContent = link.joined ? BOTTLENECKS[link.bottleneck] ?? link.bottleneck : 'Joining its group…';
    this.states.replaceChildren(
      ...Object.entries(link.states)
        .filter(([, number]) => number > 0)
        .map(([state, number]) => chip(`${number} ${state}`, severity(state))),
    );
    const rates = this.rates(this.history.length - 1, 5);
    const lag = link.lagRecords === 0 ? 'nothing to copy' : `${count(link.lagRecords)} records`;
    this.show('behind', link.lagRecords === 0 ? '0 s' : seconds(link.lagSeconds), this.eta(link, lag));
    this.show('records', `${count(rates.records)}/s`, `${count(link.records)} in all`);
    this.show('read', `${bytes(rates.read)}/s`, `${bytes(link.bytesRead)} in all`);
    this.show('written', `${bytes(rates.written)}/s`, `${bytes(link.bytesWritten)} in all`);
    const latency = this.latency(this.history.length - 1);
    const bound = (value) => (value === null ? '–' : value === Infinity ? 'over 1 h' : `≤ ${seconds(value)}`);
    this.show('latency', bound(latency.half), `99 %: ${bound(latency.most)}`);
    const transcoded = Object.values(link.transcodedBatches).reduce((sum, number) => sum + number, 0);
    const batches = link.forwardedBatches + transcoded;
    const reasons = Object.entries(link.transcodedBatches).sort((a, b) => b[1] - a[1]).slice(0, 2);
    this.show(
      'forwarded',
      batches === 0 ? '–' : `${((100 * link.forwardedBatches) / batches).toFixed(transcoded ? 1 : 0)} %`,
      reasons.length ? `else: ${reasons.map(([reason]) => reason).join(', ')}` : 'of the batches',
    );
    this.draw();
  }

  /** How long until it has caught up, going by how the lag went of late. */
  eta(link, lag) {
    const before = this.history[Math.max(0, this.history.length - WINDOW)];
    const passed = this.history.at(-1).time - before.time;
    const gained = before.link.lagRecords - link.lagRecords;
    if (link.lagRecords === 0 || passed < 5 || gained <= 0 || (link.lagSeconds ?? 0) < 5) return lag;
    return `${lag}, caught up in ${seconds((link.lagRecords / gained) * passed)}`;
  }

  show(key, value, more) {
    this.values[key].replaceChildren(value, element('small', {}, more));
  }

  rates(index, span) {
    const now = this.history[index];
    const before = this.history[Math.max(0, index - span)];
    const passed = now.time - before.time;
    const per = (field) => (passed > 0 ? Math.max(0, now.link[field] - before.link[field]) / passed : 0);
    return { records: per('records'), read: per('bytesRead'), written: per('bytesWritten') };
  }

  latency(index) {
    const now = this.history[index].link.latency.buckets;
    const before = this.history[Math.max(0, index - WINDOW)].link.latency.buckets;
    const whole = this.history.length < 2;
    const buckets = now.map((bucket, i) => ({
      upToSeconds: bucket.upToSeconds,
      count: whole ? bucket.count : Math.max(0, bucket.count - before[i].count),
    }));
    return { half: quantile(buckets, 0.5), most: quantile(buckets, 0.99) };
  }

  draw() {
    const times = this.history.map((point) => point.time);
    const rates = this.history.map((_, index) => this.rates(index, 2));
    const lags = this.history.map((point) => point.link.lagSeconds);
    if (this.charts === null) {
      const style = getComputedStyle(document.documentElement);
      const color = (name) => style.getPropertyValue(name).trim();
      this.charts = [
        this.plot('MB/s, source and target', color, [['source', '--source'], ['target', '--target']]),
        this.plot('records/s', color, [['records', '--source']]),
        this.plot('seconds behind', color, [['lag', '--target']]),
      ];
    }
    this.charts[0].setData([times, rates.map((r) => r.read / 1e6), rates.map((r) => r.written / 1e6)]);
    this.charts[1].setData([times, rates.map((r) => r.records)]);
    this.charts[2].setData([times, lags]);
  }

  plot(title, color, series) {
    const place = element('div', { class: 'plot', role: 'img', 'aria-label': `Plot of ${title}, of the last two minutes` });
    place.append(element('h4', {}, title));
    this.plots.append(place);
    const axis = { stroke: color('--faint'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, size: 44 };
    const chart = new uPlot(
      {
        width: Math.max(180, place.clientWidth),
        height: 120,
        cursor: { show: false },
        legend: { show: false },
        scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 1) * 1.1] } },
        axes: [{ ...axis, size: 24, space: 90 }, axis],
        series: [{}, ...series.map(([label, name]) => ({ label, stroke: color(name), width: 1.5, spanGaps: true }))],
      },
      [[], ...series.map(() => [])],
      place,
    );
    new ResizeObserver(() => chart.setSize({ width: Math.max(180, place.clientWidth), height: 120 })).observe(place);
    return chart;
  }
}
