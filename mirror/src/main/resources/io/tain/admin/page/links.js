import { Plot } from '/plot.js';
import { STATES, bytes, chip, compact, count, element, many, quantile, say, seconds, severity } from '/format.js';

const KEPT = 180;
const SPEED_POINTS = 5;
const WINDOW = 30;
/** What is younger is under way; lag is not worth a word. */
export const BEHIND_SECONDS = 5;

const BOTTLENECKS = {
  'source-empty': ['', 'It keeps up: what the source has is on the target.'],
  'source-slow': ['source', 'The source is the slowest part: the target takes all that is read, and waits for more.'],
  'source-throttled': ['source', 'A quota of the source’s brokers holds it back.'],
  'target-slow': ['target', 'The target is the slowest part: batches pile up before it.'],
  'target-throttled': ['target', 'A quota of the target’s brokers holds it back.'],
  budget: ['tain', 'All that memory.budget allows is under way to the target: more of it would make it faster.'],
  paused: ['tain', 'An operator has paused all of it.'],
  halted: ['tain', 'All of it is halted; why stands above.'],
};

const TILES = [
  ['behind', 'Behind'],
  ['records', 'Records to the target'],
  ['bytes', 'To the target'],
  ['latency', 'Latency, median'],
  ['forwarded', 'Forwarded as is'],
  ['lost', 'Not copied'],
];

/** One link: its numbers, and how they went since the page was opened. */
export class LinkCard {
  /** @param onOrder told the action, pause or resume, when a button is pressed */
  constructor(name, onOrder) {
    this.history = [];
    this.states = element('span', { class: 'states' });
    this.button = element('button', { type: 'button' }, 'Pause');
    this.button.addEventListener('click', () => onOrder(this.button.textContent.toLowerCase()));
    this.sentence = element('p', { class: 'faint' });
    this.flow = {};
    this.values = {};
    const list = element('dl');
    for (const [key, title] of TILES) {
      const value = element('dd', { class: 'value' });
      const more = element('dd', { class: 'faint' });
      this.values[key] = { value, more, tile: element('div', {}, element('dt', {}, title), value, more) };
      list.append(this.values[key].tile);
    }
    this.plots = element('div', { class: 'plots' });
    this.root = element(
      'article',
      { class: 'link', 'aria-label': `Link ${name}` },
      element('div', { class: 'heading' }, element('h3', {}, name), this.states, this.button),
      this.makeFlow(),
      this.sentence,
      list,
      this.plots,
    );
    this.charts = null;
  }

  makeFlow() {
    const node = (key, title) => {
      this.flow[key] = { root: null, text: element('small') };
      this.flow[key].root = element('div', { class: 'node' }, element('b', {}, title), this.flow[key].text);
      return this.flow[key].root;
    };
    const arrow = (key) => {
      this.flow[key] = element('span');
      this.flow[`${key}Records`] = element('span', { class: 'below' });
      return element('div', { class: 'arrow' }, this.flow[key], this.flow[`${key}Records`]);
    };
    return element('div', { class: 'flow' }, node('source', 'Source'), arrow('read'), node('tain', 'Tain'), arrow('written'), node('target', 'Target'));
  }

  /** Takes what the link says at a time, in seconds. */
  update(link, time) {
    this.link = link;
    this.history.push({ time, link });
    if (this.history.length > KEPT) this.history.shift();
    const states = STATES.filter((state) => link.states[state] > 0);
    this.states.replaceChildren(...states.map((state) => chip(`${count(link.states[state])} ${state}`, severity(state))));
    const paused = link.partitions > 0 && link.states.PAUSED === link.partitions;
    say(this.button, paused ? 'Resume' : 'Pause');
    this.button.hidden = link.partitions === 0;
    this.root.classList.toggle('empty', link.partitions === 0 && link.records === 0);
    this.showFlow(link);
    this.showTiles(link);
    this.draw();
  }

  /** @param troubles for source and target, how many partitions wait for it */
  setTroubles(troubles) {
    this.troubles = troubles;
  }

  /** The partitions are asked for less often than the link. */
  currentTroubles() {
    const { states } = this.link;
    return states.RETRYING + states.STALLED > 0 && this.troubles ? this.troubles : { source: 0, target: 0 };
  }

  showFlow(link) {
    const rates = this.rates(this.history.length - 1, SPEED_POINTS);
    const [place, sentence] = link.joined ? BOTTLENECKS[link.bottleneck] ?? ['', link.bottleneck] : ['', 'It is joining its group.'];
    const troubles = this.currentTroubles();
    const waiting = troubles.source + troubles.target > 0;
    const texts = {
      source: link.bottleneck === 'source-empty' ? 'all of it is read' : link.bottleneck === 'source-throttled' ? 'throttles' : 'is read',
      tain: `${bytes(link.budgetUsedBytes)} of ${bytes(link.budgetBytes)} under way`,
      target: link.bottleneck === 'target-throttled' ? 'throttles' : 'takes what comes',
    };
    for (const key of ['source', 'tain', 'target']) {
      const trouble = troubles[key] > 0;
      const holds = !waiting && key === place && link.lagSeconds > BEHIND_SECONDS;
      this.flow[key].root.className = `node ${trouble ? 'down' : holds ? 'slow' : ''}`;
      say(this.flow[key].text, trouble ? `trouble: ${many(troubles[key], 'partition')} waiting` : holds && key !== 'tain' ? 'the slowest part' : texts[key]);
    }
    say(this.flow.read, `${bytes(rates.read)}/s`);
    say(this.flow.written, `${bytes(rates.written)}/s`);
    say(this.flow.readRecords, `${compact(Math.round(rates.recordsRead))} records/s`);
    say(this.flow.writtenRecords, `${compact(Math.round(rates.records))} records/s`);
    const idle = link.states.HALTED + link.states.PAUSED > 0 && place === '';
    say(this.sentence, waiting ? 'It waits, and goes on by itself where it stands.' : idle ? 'What is neither halted nor paused keeps up.' : sentence);
  }

  showTiles(link) {
    const rates = this.rates(this.history.length - 1, SPEED_POINTS);
    const unseen = this.currentTroubles().source > 0 && link.lagRecords === 0;
    this.show('behind', unseen ? '?' : link.lagRecords === 0 ? '0 s' : seconds(link.lagSeconds), unseen ? 'the source does not tell' : this.behind());
    this.show('records', `${count(rates.records)}/s`, `${count(link.records)} in all, ${count(rates.recordsRead)}/s are read`);
    this.show('bytes', `${bytes(rates.written)}/s`, `${bytes(link.bytesWritten)} in all`);
    const latency = this.latency(this.history.length - 1, WINDOW);
    const bound = (value) => (value === Infinity ? 'over 1 h' : seconds(value));
    this.show('latency', bound(latency.half), `99 % within ${bound(latency.most)}`);
    const transcoded = Object.values(link.transcodedBatches).reduce((sum, number) => sum + number, 0);
    const batches = link.forwardedBatches + transcoded;
    const reasons = Object.entries(link.transcodedBatches).sort((a, b) => b[1] - a[1]).slice(0, 2);
    this.show(
      'forwarded',
      batches === 0 ? '–' : `${Math.floor((1000 * link.forwardedBatches) / batches) / 10} %`,
      reasons.length ? `rewritten: ${reasons.map(([reason]) => reason).join(', ')}` : `of ${many(batches, 'batch').replace('batchs', 'batches')}`,
    );
    const lost = [['lostOffsets', 'lost to retention'], ['refusedRecords', 'refused'], ['deadLetters', 'dead letters']].filter(([key]) => link[key] > 0);
    this.values.lost.tile.hidden = lost.length === 0;
    this.show('lost', count(lost.reduce((sum, [key]) => sum + link[key], 0)), lost.map(([key, word]) => `${count(link[key])} ${word}`).join(', '));
  }

  /** How far behind, in words; bytes go by the mean size of what was copied so far. */
  behind() {
    const { link } = this;
    if (link.lagRecords === 0) return 'nothing to copy';
    return `${many(link.lagRecords, 'record')}${link.records > 0 ? `, about ${bytes(this.lagBytes())}` : ''}`;
  }

  lagBytes() {
    return (this.link.lagRecords * this.link.bytesWritten) / Math.max(1, this.link.records);
  }

  /** Seconds until it has caught up, going by the lag since it was largest of late; null if it has, or does not get nearer. */
  toGo() {
    const before = this.history.slice(-WINDOW).reduce((most, one) => (one.link.lagRecords >= most.link.lagRecords ? one : most));
    const passed = this.history.at(-1).time - before.time;
    const gained = before.link.lagRecords - this.link.lagRecords;
    return passed < SPEED_POINTS || gained <= 0 ? null : (this.link.lagRecords / gained) * passed;
  }

  show(key, value, more) {
    say(this.values[key].value, value);
    say(this.values[key].more, more);
  }

  rates(index, span) {
    const now = this.history[index];
    const before = this.history[Math.max(0, index - span)];
    const passed = now.time - before.time;
    const per = (field) => (passed > 0 ? Math.max(0, now.link[field] - before.link[field]) / passed : 0);
    return { records: per('records'), recordsRead: per('recordsRead'), read: per('bytesRead'), written: per('bytesWritten') };
  }

  latency(index, span) {
    const now = this.history[index].link.latency.buckets;
    const before = this.history[Math.max(0, index - span)].link.latency.buckets;
    const buckets = now.map((bucket, i) => ({
      upToSeconds: bucket.upToSeconds,
      count: this.history.length < 2 ? bucket.count : Math.max(0, bucket.count - before[i].count),
    }));
    return { half: quantile(buckets, 0.5), most: quantile(buckets, 0.99) };
  }

  draw() {
    this.charts ??= [
      new Plot(this.plots, 'MB/s', [['source', '--source'], ['target', '--target']], compact),
      new Plot(this.plots, 'Records/s', [['source', '--source'], ['target', '--target']], compact),
      new Plot(this.plots, 'Latency', [['median', '--source'], ['99 %', '--target']], seconds),
      new Plot(this.plots, 'Behind', [['oldest record', '--source']], seconds),
    ];
    const times = this.history.map((point) => point.time);
    const rates = this.history.map((_, index) => (index === 0 ? null : this.rates(index, 2)));
    const latencies = this.history.map((_, index) => (index === 0 ? {} : this.latency(index, SPEED_POINTS)));
    const finite = (value) => (value === Infinity ? null : value);
    this.charts[0].show([times, rates.map((r) => r && r.read / 1e6), rates.map((r) => r && r.written / 1e6)]);
    this.charts[1].show([times, rates.map((r) => r && r.recordsRead), rates.map((r) => r && r.records)]);
    this.charts[2].show([times, latencies.map((l) => finite(l.half)), latencies.map((l) => finite(l.most))]);
    this.charts[3].show([times, this.history.map(({ link }) => (link.lagRecords === 0 ? 0 : link.lagSeconds))]);
  }
}
