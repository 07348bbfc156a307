import { bytes, chip, count, element, many, say, seconds, severity, side } from '/format.js';
import { BEHIND_SECONDS, LinkCard } from '/links.js';
import { Orders } from '/orders.js';
import { TopicTable } from '/topics.js';

const PARTITIONS_EVERY_MS = 2000;
const SILENT_MS = 5000;
const LONG_START_SECONDS = 30;
const EVENTS_SHOWN = 50;
const REASONS_SHOWN = 20;
const NOT_RUNNING = ['HALTED', 'STALLED', 'RETRYING', 'PAUSED'];
const GOOD_EVENTS = ['MOVING', 'MOVED', 'RESUMED'];
const MARKS = { good: '✓', wait: '…', warn: '!', bad: '✕' };

const byId = (id) => document.getElementById(id);
const orders = new Orders(byId);
const table = new TopicTable(byId, (...order) => orders.ask(...order));
const cards = new Map();
let links = [];
let partitions = [];
let started = null;
let lastMs = 0;

function tell(kind, text, more = '') {
  say(byId('health'), text);
  say(byId('more-health'), more);
  byId('glance').className = kind;
  byId('glance').dataset.mark = MARKS[kind];
  document.title = kind === 'good' ? 'Tain' : `${MARKS[kind]} Tain`;
}

/** How far behind all links are, and for how long yet. */
function behind() {
  const late = links.filter((link) => (link.lagSeconds ?? 0) > BEHIND_SECONDS && link.lagRecords > 0);
  const toGo = late.map((link) => cards.get(link.link)?.toGo() ?? null);
  return {
    seconds: Math.max(0, ...late.map((link) => link.lagSeconds)),
    records: late.reduce((sum, link) => sum + link.lagRecords, 0),
    bytes: late.reduce((sum, link) => sum + (cards.get(link.link)?.lagBytes() ?? 0), 0),
    toGo: late.length === 0 || toGo.includes(null) ? null : Math.max(...toGo),
  };
}

function judge() {
  const number = (state) => links.reduce((sum, link) => sum + (link.states[state] ?? 0), 0);
  const all = links.reduce((sum, link) => sum + link.partitions, 0);
  const of = (part) => `${count(part)} of ${many(all, 'partition')}`;
  const waiting = number('RETRYING') + number('STALLED');
  const stuck = (which) => partitions.filter((one) => ['RETRYING', 'STALLED'].includes(one.state) && side(one.reason) === which).length;
  const late = behind();
  const records = `${many(late.records, 'record')}${late.bytes > 0 ? `, about ${bytes(late.bytes)},` : ''}`;
  if (number('HALTED') > 0) {
    tell('bad', `${of(number('HALTED'))} halted`, 'Stopped for the safety of their data until you act; the others go on.');
  } else if (waiting > 0) {
    const which = ['source', 'target'].find((one) => stuck(one) * 2 > waiting);
    const text = which ? `Trouble with the ${which}: ${of(waiting)} waiting` : `${of(waiting)} waiting`;
    tell(waiting * 2 > all ? 'bad' : 'warn', text, `Nothing is lost: it goes on by itself, where it stands.${late.seconds > 0 ? ` Now ${seconds(late.seconds)} behind.` : ''}`);
  } else if (links.some((link) => !link.joined)) {
    const since = started === null ? 0 : (Date.now() - started) / 1000;
    const long = since > LONG_START_SECONDS;
    tell(long ? 'warn' : 'wait', 'Starting: joining the group', long ? `For ${seconds(since)} already. Does the source answer? The log says more.` : '');
  } else if (all === 0) {
    tell('wait', 'Nothing to copy', 'No topic of the source matches topics.include, or other processes of the group have all partitions.');
  } else if (number('STARTING') > 0) {
    tell('wait', `Starting: ${of(number('STARTING'))} not copied yet`);
  } else if (number('PAUSED') > 0) {
    tell('wait', `${of(number('PAUSED'))} paused`, 'They go on when they are resumed, or when this process starts again.');
  } else if (late.seconds > 0) {
    tell('warn', `Catching up: ${seconds(late.seconds)} behind`, `${records} to copy${late.toGo === null ? '; it does not get nearer just now.' : `: about ${seconds(late.toGo)} to go.`}`);
  } else {
    tell('good', 'Healthy', `${many(all, 'partition')}, all copied within seconds.`);
  }
}

function onLinks(message) {
  lastMs = Date.now();
  ({ links } = JSON.parse(message.data));
  for (const link of links) {
    if (!cards.has(link.link)) {
      cards.set(link.link, new LinkCard(link.link, (action) => orders.ask(action, link.link)));
      byId('links').append(cards.get(link.link).root);
    }
    cards.get(link.link).update(link, lastMs / 1000);
  }
  judge();
}

function onEvent(event) {
  const kind = GOOD_EVENTS.includes(event.kind) ? 'good' : event.kind === 'PAUSED' ? 'wait' : ['STALLED', 'MOVE_REFUSED'].includes(event.kind) ? 'warn' : 'bad';
  const time = element('time', { datetime: event.time }, new Date(event.time).toLocaleTimeString());
  const where = element('b', {}, `${event.topic}-${event.partition}`);
  byId('events').prepend(element('li', {}, time, ' ', chip(event.kind, kind), ' ', where, ` (${event.link}) ${event.text}`));
  while (byId('events').children.length > EVENTS_SHOWN) byId('events').lastChild.remove();
  byId('no-events').hidden = true;
}

function showAttention() {
  const groups = new Map();
  for (const one of partitions.filter((partition) => NOT_RUNNING.includes(partition.state))) {
    const alike = (one.reason ?? '').replaceAll(`${one.topic}-${one.partition}`, '').replace(/\d+/g, '');
    const id = `${one.link} ${one.state} ${alike}`;
    if (!groups.has(id)) groups.set(id, []);
    groups.get(id).push(one);
  }
  const order = (same) => NOT_RUNNING.indexOf(same[0].state);
  const sorted = [...groups.values()].sort((a, b) => order(a) - order(b)).slice(0, REASONS_SHOWN);
  const items = sorted.map((same) => {
    const [first] = same;
    const names = same.slice(0, 4).map((one) => `${one.topic}-${one.partition}`).join(', ');
    const more = same.length > 4 ? ` and ${count(same.length - 4)} more` : '';
    return element('li', { class: severity(first.state) }, chip(first.state, severity(first.state)), ' ', element('b', {}, names + more), ` (${first.link}) ${first.reason}`);
  });
  const list = byId('attention-list');
  const texts = items.map((item) => item.textContent).join('\n');
  if (list.dataset.texts !== texts) list.replaceChildren(...items);
  list.dataset.texts = texts;
  byId('attention').hidden = items.length === 0;
}

async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function refreshPartitions() {
  const all = [];
  for (const { link } of links) {
    const found = await get(`/api/v1/links/${encodeURIComponent(link)}/partitions`);
    for (const partition of found.partitions) all.push({ ...partition, link, host: found.host });
  }
  partitions = all;
  const waiting = (link, which) => all.filter((one) => one.link === link && ['RETRYING', 'STALLED'].includes(one.state) && side(one.reason) === which).length;
  for (const [link, card] of cards) card.setTroubles({ source: waiting(link, 'source'), target: waiting(link, 'target') });
  table.update(all, Date.now() / 1000);
  showAttention();
}

async function again() {
  try {
    if (!document.hidden && Date.now() - lastMs < SILENT_MS) await refreshPartitions();
  } catch (failure) {
    // The stream tells whether the mirror has gone.
  }
  setTimeout(again, PARTITIONS_EVERY_MS);
}

/** A stream ends now and then; what happened before the next one began is in the list of events. */
async function onStream() {
  const info = await get('/api/v1/info');
  started = new Date(info.started).getTime();
  orders.allowed = info.changesAllowed;
  say(byId('process'), `Version ${info.version} on ${info.host}, started ${new Date(started).toLocaleString()}`);
  const { events } = await get('/api/v1/events');
  byId('events').replaceChildren();
  events.slice(-EVENTS_SHOWN).forEach(onEvent);
}

function watch() {
  if (Date.now() - lastMs > SILENT_MS) {
    const text = lastMs === 0 ? 'The mirror does not answer' : `The mirror has not answered for ${seconds((Date.now() - lastMs) / 1000)}`;
    tell('bad', text, 'What stands below is old. The page goes on when the mirror does.');
  }
}

const opened = Date.now();
const stream = new EventSource('/api/v1/stream');
stream.addEventListener('open', () => onStream().catch(() => {}));
stream.addEventListener('links', onLinks);
stream.addEventListener('event', (message) => onEvent(JSON.parse(message.data)));
setInterval(() => Date.now() - opened > SILENT_MS && watch(), 1000);
again();
