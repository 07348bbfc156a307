import { count, chip, element, seconds, severity } from '/format.js';
import { LinkCard } from '/links.js';
import { TopicTable } from '/topics.js';

const PARTITIONS_EVERY_MS = 2000;
const EVENTS_SHOWN = 50;

const byId = (id) => document.getElementById(id);
const cards = new Map();
const table = new TopicTable(byId);
let links = [];
let lastMs = 0;

function say(kind, text) {
  const health = byId('health');
  if (health.textContent !== text) health.textContent = text;
  health.className = kind;
  document.title = kind === 'good' ? 'Tain' : `${kind === 'bad' ? '✖' : '…'} Tain`;
}

function judge() {
  const number = (state) => links.reduce((sum, link) => sum + (link.states[state] ?? 0), 0);
  const all = links.reduce((sum, link) => sum + link.partitions, 0);
  const waiting = number('RETRYING') + number('STALLED');
  const behind = Math.max(0, ...links.map((link) => link.lagSeconds ?? 0));
  if (number('HALTED') > 0) say('bad', `${count(number('HALTED'))} of ${count(all)} partitions are halted`);
  else if (waiting > 0) say('warn', `${count(waiting)} of ${count(all)} partitions wait`);
  else if (links.some((link) => !link.joined)) say('warn', 'Starting: joining the group');
  else if (all === 0) say('warn', 'No partitions: no topic matches yet, or other processes have them all');
  else if (number('STARTING') > 0) say('warn', `${count(number('STARTING'))} of ${count(all)} partitions are starting`);
  else if (number('PAUSED') > 0) say('warn', `${count(number('PAUSED'))} of ${count(all)} partitions are paused`);
  else if (behind > 5) say('warn', `Catching up: ${seconds(behind)} behind`);
  else say('good', `Healthy: ${count(all)} partitions, nothing is behind`);
}

function onLinks(message) {
  lastMs = Date.now();
  ({ links } = JSON.parse(message.data));
  for (const link of links) {
    if (!cards.has(link.link)) {
      cards.set(link.link, new LinkCard(link.link));
      byId('links').append(cards.get(link.link).root);
    }
    cards.get(link.link).update(link, lastMs / 1000);
  }
  judge();
}

function onEvent(event) {
  const time = element('time', { datetime: event.time }, new Date(event.time).toLocaleTimeString());
  const where = ` ${event.link} ${event.topic}-${event.partition} `;
  byId('events').prepend(element('li', {}, time, chip(event.kind, kindOf(event.kind)), where, event.text));
  while (byId('events').children.length > EVENTS_SHOWN) byId('events').lastChild.remove();
}

function kindOf(kind) {
  if (['MOVING', 'RESUMED'].includes(kind)) return 'good';
  return ['PAUSED', 'STALLED'].includes(kind) ? 'warn' : 'bad';
}

function showAttention(partitions) {
  const groups = new Map();
  for (const one of partitions.filter((partition) => ['HALTED', 'STALLED', 'RETRYING', 'PAUSED'].includes(partition.state))) {
    const id = `${one.link} ${one.state} ${one.reason}`;
    if (!groups.has(id)) groups.set(id, []);
    groups.get(id).push(one);
  }
  const items = [...groups.values()].slice(0, 20).map((same) => {
    const [first] = same;
    const names = same.slice(0, 3).map((one) => `${one.topic}-${one.partition}`).join(', ');
    const more = same.length > 3 ? ` and ${same.length - 3} more` : '';
    return element('li', {}, chip(first.state, severity(first.state)), ` ${first.link}: ${names}${more} – ${first.reason}`);
  });
  byId('attention-list').replaceChildren(...items);
  byId('attention').hidden = items.length === 0;
}

async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function refreshPartitions() {
  if (document.hidden) return;
  const all = [];
  for (const { link } of links) {
    const { partitions } = await get(`/api/v1/links/${link}/partitions`);
    for (const partition of partitions) all.push({ ...partition, link });
  }
  table.update(all);
  showAttention(all);
}

async function again() {
  try {
    await refreshPartitions();
  } catch (failure) {
    console.warn(failure);
  }
  setTimeout(again, PARTITIONS_EVERY_MS);
}

function watch() {
  if (lastMs > 0 && Date.now() - lastMs > 5000) {
    say('bad', `The mirror has not answered for ${seconds((Date.now() - lastMs) / 1000)}`);
  }
}

async function begin() {
  const stream = new EventSource('/api/v1/stream');
  stream.addEventListener('links', onLinks);
  stream.addEventListener('event', (message) => onEvent(JSON.parse(message.data)));
  setInterval(watch, 1000);
  try {
    const info = await get('/api/v1/info');
    byId('process').textContent = `${info.version}, since ${new Date(info.started).toLocaleString()}`;
    ({ links } = await get('/api/v1/links'));
    judge();
    (await get('/api/v1/events')).events.slice(-EVENTS_SHOWN).forEach(onEvent);
  } catch (failure) {
    say('bad', 'The mirror does not answer');
  }
  again();
}

begin();
