import { chip, count, element, seconds, severity } from '/format.js';

const ROWS = 100;
const ORDER = ['HALTED', 'STALLED', 'RETRYING', 'PAUSED', 'STARTING', 'RUNNING'];
const COLUMNS = [
  { key: 'topic', title: 'Topic', text: (t) => t.topic, words: true },
  { key: 'link', title: 'Link', text: (t) => t.link, words: true },
  { key: 'state', title: 'State', value: (t) => ORDER.indexOf(t.state), words: true },
  { key: 'lagSeconds', title: 'Behind', value: (t) => -(t.lagSeconds ?? -1) },
  { key: 'lagRecords', title: 'Records behind', value: (t) => -(t.lagRecords ?? -1) },
  { key: 'forwarded', title: 'Forwarded', value: (t) => t.share },
];

/** Topics of all links and, opened, their partitions; only so many are in the page at a time. */
export class TopicTable {
  constructor(byId) {
    this.rows = byId('rows');
    this.search = byId('search');
    this.only = byId('only');
    this.shown = byId('shown');
    this.more = byId('more');
    this.limit = ROWS;
    this.sort = { key: 'state', up: true };
    this.open = new Set();
    this.topics = [];
    for (const column of COLUMNS) {
      const button = element('button', { type: 'button' }, column.title);
      button.addEventListener('click', () => this.sortBy(column.key));
      column.head = element('th', { scope: 'col', class: column.words ? 'words' : undefined }, button);
      byId('columns').append(column.head);
    }
    byId('columns').append(element('th', { scope: 'col', class: 'words' }, 'Why, and what to do'));
    this.search.addEventListener('input', () => this.restart());
    this.only.addEventListener('change', () => this.restart());
    this.more.addEventListener('click', () => {
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

  /** @param partitions of all links, each with its link */
  update(partitions) {
    const topics = new Map();
    for (const partition of partitions) {
      const id = `${partition.link} ${partition.topic}`;
      if (!topics.has(id)) topics.set(id, { id, link: partition.link, topic: partition.topic, partitions: [] });
      topics.get(id).partitions.push(partition);
    }
    this.topics = [...topics.values()].map((topic) => ({ ...topic, ...summary(topic.partitions) }));
    this.render();
  }

  render() {
    const wanted = this.search.value.trim().toLowerCase();
    const column = COLUMNS.find((one) => one.key === this.sort.key);
    const sign = this.sort.up ? 1 : -1;
    const found = this.topics
      .filter((topic) => topic.topic.toLowerCase().includes(wanted))
      .filter((topic) => !this.only.checked || topic.state !== 'RUNNING')
      .sort((a, b) => {
        const order = column.value ? column.value(a) - column.value(b) : column.text(a).localeCompare(column.text(b));
        return sign * order || a.topic.localeCompare(b.topic);
      });
    for (const one of COLUMNS) {
      if (one === column) one.head.setAttribute('aria-sort', this.sort.up ? 'ascending' : 'descending');
      else one.head.removeAttribute('aria-sort');
    }
    const focused = document.activeElement?.closest?.('tr')?.dataset.id;
    const rows = found.slice(0, this.limit).flatMap((topic) => this.rowsOf(topic));
    this.rows.replaceChildren(...rows);
    if (focused) rows.find((row) => row.dataset.id === focused)?.querySelector('button')?.focus();
    this.more.hidden = found.length <= this.limit;
    this.shown.textContent = this.topics.length === 0 ? 'no partitions yet' : `${count(found.length)} of ${count(this.topics.length)}`;
  }

  rowsOf(topic) {
    const open = this.open.has(topic.id);
    const button = element('button', { type: 'button', 'aria-expanded': String(open) }, `${open ? '▾' : '▸'} ${topic.topic}`);
    button.addEventListener('click', () => {
      if (!this.open.delete(topic.id)) this.open.add(topic.id);
      this.render();
    });
    const rows = [row(element('td', {}, button), topic, topic.link)];
    rows[0].dataset.id = topic.id;
    if (open) {
      for (const partition of topic.partitions) {
        const at = `${partition.partition}: at ${count(partition.acknowledged)} of ${count(partition.endOffset)}`;
        rows.push(row(element('td', {}, at), { ...partition, ...summary([partition]) }, ''));
        rows.at(-1).className = 'part';
      }
    }
    return rows;
  }
}

function row(first, of, link) {
  const batches = of.share < 0 ? '–' : `${of.share.toFixed(of.share === 100 ? 0 : 1)} %`;
  return element(
    'tr',
    {},
    first,
    element('td', { class: 'words' }, link),
    element('td', { class: 'words' }, chip(of.state, severity(of.state))),
    element('td', {}, seconds(of.lagSeconds)),
    element('td', {}, count(of.lagRecords)),
    element('td', {}, batches),
    element('td', { class: 'words why' }, of.reason ?? ''),
  );
}

function summary(partitions) {
  const worst = partitions.reduce((a, b) => (ORDER.indexOf(b.state) < ORDER.indexOf(a.state) ? b : a));
  const known = (key) => partitions.map((one) => one[key]).filter((value) => value !== null);
  const lags = known('lagSeconds');
  const records = known('lagRecords');
  const forwarded = partitions.reduce((sum, one) => sum + one.forwardedBatches, 0);
  const transcoded = partitions.flatMap((one) => Object.values(one.transcodedBatches)).reduce((sum, number) => sum + number, 0);
  return {
    state: worst.state,
    reason: worst.reason,
    lagSeconds: lags.length ? Math.max(...lags) : null,
    lagRecords: records.length ? records.reduce((sum, number) => sum + number, 0) : null,
    share: forwarded + transcoded === 0 ? -1 : (100 * forwarded) / (forwarded + transcoded),
  };
}
