/** Numbers and words as people read them. */
export const NONE = '–';

export function count(value) {
  return value === null || value === undefined ? NONE : Math.round(value).toLocaleString('en');
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
  if (value === 0) return '0 s';
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

const SEVERITY = { HALTED: 'bad', STALLED: 'bad', RETRYING: 'warn', PAUSED: 'warn', STARTING: 'warn', RUNNING: 'good' };

export function severity(state) {
  return SEVERITY[state] ?? 'warn';
}

export function chip(text, kind) {
  return element('span', { class: `chip ${kind}` }, text);
}

/** Smallest bound under which that share of the durations lies; null if there are none. */
export function quantile(buckets, share) {
  const total = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (const bucket of buckets) {
    seen += bucket.count;
    if (seen >= total * share) return bucket.upToSeconds ?? Infinity;
  }
  return null;
}
