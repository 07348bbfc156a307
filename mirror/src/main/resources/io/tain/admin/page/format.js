/** Numbers and words as people read them, and elements made of them. */
export const NONE = '–';

export function count(value) {
  return value === null || value === undefined ? NONE : Math.round(value).toLocaleString('en');
}

export function many(number, thing) {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}

/** Such as 1.2k, for where there is little room. */
export function compact(value) {
  const units = ['', 'k', 'M', 'G'];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toPrecision(3))}${units[unit]}`;
}

export function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function seconds(value) {
  if (value === null || value === undefined) return NONE;
  if (value < 0.001) return '0 s';
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 120) return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
  if (value < 7200) return `${Math.round(value / 60)} min`;
  return value < 172800 ? `${Math.round(value / 3600)} h` : `${Math.round(value / 86400)} days`;
}

/** An element with text and children; names come from clusters, so nothing is ever parsed as HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

/** Sets the text of an element where it is another, so that nothing is selected or read out anew without need. */
export function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** From what needs an operator most to what does not. */
export const STATES = ['HALTED', 'STALLED', 'RETRYING', 'PAUSED', 'STARTING', 'RUNNING'];

const SEVERITY = { HALTED: 'bad', STALLED: 'bad', RETRYING: 'warn', PAUSED: 'wait', STARTING: 'wait', RUNNING: 'good' };

export function severity(state) {
  return SEVERITY[state] ?? 'warn';
}

export function chip(text, kind) {
  return element('span', { class: `chip ${kind}` }, text);
}

/** Whose trouble a reason of waiting tells of: source, target, or empty text if it does not say. */
export function side(reason) {
  return /^(source|target): /.exec(reason ?? '')?.[1] ?? '';
}

/** About the duration under which that share of all lies; null if there are none, Infinity beyond the last bound. */
export function quantile(buckets, share) {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  if (total === 0) return null;
  let seen = 0;
  let lower = 0;
  for (const bucket of buckets) {
    const upper = bucket.upToSeconds ?? Infinity;
    if (bucket.count > 0 && seen + bucket.count >= total * share) {
      return upper === Infinity ? Infinity : lower + ((upper - lower) * (total * share - seen)) / bucket.count;
    }
    seen += bucket.count;
    lower = upper;
  }
  return Infinity;
}
