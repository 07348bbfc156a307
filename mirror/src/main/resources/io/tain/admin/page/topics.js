import { NONE, STATES, chip, count, element, say, seconds, severity } from '/format.js';
import { VERBS } from '/orders.js';

const ROWS = 50;
const KEPT = 40;
const SVG = 'http://www.w3.org/2000/svg';
const SPARK = { width: 80, height: 20 };
const COLUMNS = [
  { key: 'topic', title: 'Topic', text: (t) => t.topic, words: true },
  { key: 'link', title: 'Link', text: (t) => t.link, words: true },
  { key: 'state', title: 'State', value: (t) => STATES.indexOf(t.state), words: true },
  { key: 'lagSeconds', title: 'Behind', value: (t) => -(t.lagSeconds ?? -1) },
  { key: 'lagRecords', title: 'Records behind', value: (t) => -(t.lagRecords ?? -1) },
  { key: 'speed', title: 'Offsets/s', value: (t) => -(t.speed ?? -1) },
  { key: 'forwarded', title: 'Forwarded', value: (t) => t.share },
];

/** Topics of all links and, opened, their partitions; only so many are in the page at a time. */
export class TopicTable {
  /** @param onOrder told an action, and the topic or partition that it is for */
  constructor(byId, onOrder) {
    this.byId = byId;
    this.onOrder = onOrder;
    this.limit = ROWS;
    this.sort = { key: 'state', up: true };
    this.open = new Set();
    this.topics = [];
    this.lags = new Map();
    this.rows = new Map();
    for (const column of COLUMNS) {
      const button = element('button', { type: 'button' }, column.title);
      button.addEventListener('click', () => this.sortBy(column.key));
      column.head = element('th', { scope: 'col', class: column.words ? 'words' : undefined }, button);
      byId('columns').append(column.head);
    }
    byId('columns').append(
      element('th', { scope: 'col' }, 'Lag, 80 s'),
      element('th', { scope: 'col', class: 'words' }, 'Why, and what to do'),
      element('th', { scope: 'col' }, element('span', { class: 'unseen' }, 'Order')),
    );
    byId('search').addEventListener('input', () => this.restart());
    byId('only').addEventListener('change', () => this.restart());
    byId('more').addEventListener('click', () => {
      this.limit += ROWS;
      this.render();
    });
  }

  restart() {
    this.limit = ROWS;
    this.render();
  }

  sortBy(key) {
    this.sort = { key, up: this.sort.key === key ? !this.sort.up : true };
    this.render();
  }

  /**
   * @param partitions of all links, each with its link
   * @param time of this, in seconds
   */
  update(partitions, time) {
    const topics = new Map();
    for (const partition of partitions) {
      const id = `${partition.link} ${partition.topic}`;
      if (!topics.has(id)) topics.set(id, { id, link: partition.link, topic: partition.topic, partitions: [] });
      topics.get(id).partitions.push(partition);
    }
    const before = new Map(this.topics.map((topic) => [topic.id, topic]));
    this.topics = [...topics.values()].map((topic) => ({ ...topic, ...summary(topic.partitions), time }));
    for (const topic of this.topics) {
      const old = before.get(topic.id);
      const same = old && old.partitions.length === topic.partitions.length && time > old.time;
      topic.speed = same ? Math.max(0, topic.acknowledged - old.acknowledged) / (time - old.time) : null;
    }
    this.remember();
    this.render();
  }

  /** Keeps the lag of topics, and of partitions that are to be seen: thousands of the others would cost memory. */
  remember() {
    const kept = new Set();
    const keep = (id, lag) => {
      const lags = this.lags.get(id) ?? [];
      lags.push(lag ?? 0);
      if (lags.length > KEPT) lags.shift();
      this.lags.set(id, lags);
      kept.add(id);
    };
    for (const topic of this.topics) {
      keep(topic.id, topic.lagRecords);
      for (const partition of this.open.has(topic.id) ? topic.partitions : []) keep(partitionId(topic, partition), partition.lagRecords);
    }
    for (const id of this.lags.keys()) if (!kept.has(id)) this.lags.delete(id);
  }

  render() {
    const found = this.found();
    const ids = [];
    for (const topic of found.slice(0, this.limit)) {
      ids.push(topic.id);
      this.rowOf(topic.id, topic).update(topic, this.lags.get(topic.id), this.open.has(topic.id));
      for (const partition of this.open.has(topic.id) ? topic.partitions : []) {
        const id = partitionId(topic, partition);
        ids.push(id);
        this.rowOf(id, topic, partition).update({ ...partition, ...summary([partition]), partitions: [partition] }, this.lags.get(id) ?? []);
      }
    }
    this.place(ids);
    const links = new Set(this.topics.map((topic) => topic.link)).size;
    this.byId('rows').parentElement.classList.toggle('one-link', links < 2);
    this.byId('more').hidden = found.length <= this.limit;
    this.byId('none').hidden = found.length > 0;
    say(this.byId('none'), this.topics.length === 0 ? 'This process has no partitions.' : 'No topic is like this.');
    say(this.byId('shown'), this.topics.length === 0 ? '' : `${count(found.length)} of ${count(this.topics.length)}`);
  }

  found() {
    const wanted = this.byId('search').value.trim().toLowerCase();
    const only = this.byId('only').checked;
    const column = COLUMNS.find((one) => one.key === this.sort.key);
    const sign = this.sort.up ? 1 : -1;
    for (const one of COLUMNS) {
      if (one === column) one.head.setAttribute('aria-sort', this.sort.up ? 'ascending' : 'descending');
      else one.head.removeAttribute('aria-sort');
    }
    return this.topics
      .filter((topic) => topic.topic.toLowerCase().includes(wanted) && (!only || topic.state !== 'RUNNING'))
      .sort((a, b) => {
        const order = column.value ? column.value(a) - column.value(b) : column.text(a) < column.text(b) ? -1 : column.text(a) > column.text(b) ? 1 : 0;
        return sign * order || (a.topic < b.topic ? -1 : 1);
      });
  }

  /** Has the page show the rows of these in this order; rows that stay are left alone. */
  place(ids) {
    const body = this.byId('rows');
    const wanted = new Set(ids);
    for (const [id, row] of this.rows) {
      if (!wanted.has(id)) {
        row.root.remove();
        this.rows.delete(id);
      }
    }
    const focused = document.activeElement;
    ids.forEach((id, index) => {
      const { root } = this.rows.get(id);
      if (body.children[index] !== root) body.insertBefore(root, body.children[index] ?? null);
    });
    if (focused !== document.activeElement && body.contains(focused)) focused.focus();
  }

  rowOf(id, topic, partition) {
    if (!this.rows.has(id)) {
      const order = (action, row) => {
        const meant = row.of.partitions.filter((one) => action !== 'seek' || one.state === 'HALTED');
        const whole = !partition && meant.length === row.of.partitions.length;
        this.onOrder(action, topic.link, topic.topic, meant.map((one) => one.partition), whole);
      };
      const toggle = () => {
        if (!this.open.delete(id)) this.open.add(id);
        this.render();
      };
      this.rows.set(id, new Row(topic, partition, order, toggle));
    }
    return this.rows.get(id);
  }
}

const partitionId = (topic, partition) => `${topic.id} ${partition.partition}`;

/** A row of the table, for a topic or one of its partitions. */
class Row {
  constructor(topic, partition, onOrder, onToggle) {
    this.name = partition ? element('span') : element('button', { type: 'button', class: 'name' }, topic.topic);
    if (!partition) this.name.addEventListener('click', onToggle);
    this.owner = element('small', { class: 'owner faint' });
    this.state = element('td', { class: 'words' });
    this.numbers = [0, 1, 2, 3].map(() => element('td'));
    this.spark = document.createElementNS(SVG, 'path');
    this.why = element('td', { class: 'words why' });
    this.button = element('button', { type: 'button', class: 'small' });
    this.button.addEventListener('click', () => onOrder(this.action, this));
    this.move = element('button', { type: 'button', class: 'small' }, VERBS.move);
    this.move.addEventListener('click', () => onOrder('move', this));
    this.label = partition ? `${topic.topic}-${partition.partition}` : topic.topic;
    this.move.setAttribute('aria-label', `${VERBS.move} ${this.label}`);
    const picture = document.createElementNS(SVG, 'svg');
    picture.setAttribute('viewBox', `0 0 ${SPARK.width} ${SPARK.height}`);
    picture.setAttribute('aria-hidden', 'true');
    picture.append(this.spark);
    this.root = element(
      'tr',
      { class: partition ? 'part' : undefined },
      element('td', { class: 'words' }, this.name, ...(partition ? [this.owner] : [])),
      element('td', { class: 'words' }, partition ? '' : topic.link),
      this.state,
      ...this.numbers,
      element('td', { class: 'spark' }, picture),
      this.why,
      element('td', {}, this.button, ...(partition ? [' ', this.move] : [])),
    );
  }

  /**
   * @param of the topic or the partition, summed up
   * @param lags records behind, from long ago to now
   * @param open whether a topic's partitions are shown
   */
  update(of, lags, open) {
    this.of = of;
    this.spark.setAttribute('d', line(lags));
    if (open !== undefined) {
      this.name.setAttribute('aria-expanded', String(open));
    } else {
      say(this.name, `${of.partition}: ${count(of.acknowledged)} of ${count(of.endOffset)}`);
      say(this.owner, of.clientId ? `${of.clientId} on ${of.host}` : '');
    }
    const alike = of.partitions.filter((one) => one.state === of.state).length;
    const state = alike === of.partitions.length ? of.state : `${alike} of ${of.partitions.length} ${of.state}`;
    if (this.state.textContent !== state) this.state.replaceChildren(chip(state, severity(of.state)));
    const share = of.share < 0 ? NONE : `${Math.floor(of.share * 10) / 10} %`;
    const texts = [of.lagRecords === 0 ? '0 s' : seconds(of.lagSeconds), count(of.lagRecords), count(of.speed), share];
    texts.forEach((text, index) => say(this.numbers[index], text));
    say(this.why, of.reason ?? '');
    const paused = of.partitions.every((one) => one.state === 'PAUSED');
    this.action = of.state === 'HALTED' ? 'seek' : paused ? 'resume' : 'pause';
    const word = VERBS[this.action];
    if (this.button.textContent !== word) {
      this.button.textContent = word;
      this.button.setAttribute('aria-label', `${word} ${this.label}`);
    }
  }
}

function line(lags) {
  const most = Math.max(1, ...lags);
  return lags
    .map((lag, index) => {
      const x = SPARK.width - ((lags.length - 1 - index) * SPARK.width) / (KEPT - 1);
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${(SPARK.height - 1 - (lag / most) * (SPARK.height - 2)).toFixed(1)}`;
    })
    .join('');
}

/** What a topic's partitions are together: in the worst of their states, as far behind as the last. */
function summary(partitions) {
  const worst = partitions.reduce((a, b) => (STATES.indexOf(b.state) < STATES.indexOf(a.state) ? b : a));
  let lagSeconds = null;
  let lagRecords = null;
  let acknowledged = 0;
  let forwarded = 0;
  let transcoded = 0;
  for (const one of partitions) {
    if (one.lagSeconds !== null) lagSeconds = Math.max(lagSeconds ?? 0, one.lagSeconds);
    if (one.lagRecords !== null) lagRecords = (lagRecords ?? 0) + one.lagRecords;
    acknowledged += one.acknowledged ?? 0;
    forwarded += one.forwardedBatches;
    for (const number of Object.values(one.transcodedBatches)) transcoded += number;
  }
  const share = forwarded + transcoded === 0 ? -1 : (100 * forwarded) / (forwarded + transcoded);
  return { state: worst.state, reason: worst.reason, lagSeconds, lagRecords, acknowledged, share };
}
