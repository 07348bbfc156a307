import { say } from '/format.js';

const MEANING = {
  pause: 'It is not read any more; what was read before is still copied. It goes on where it stopped when it is resumed, when this process starts again, or when another one is given it.',
  resume: 'It goes on where it stopped.',
  seek: 'It goes on where it stands. Mend first what the reason names, or it halts again; what the reason says is lost stays lost. To leave a record out, or to go on elsewhere: tain skip, tain seek.',
};
/** What an order is called where it can be given. */
export const VERBS = { pause: 'Pause', resume: 'Resume', seek: 'Try again' };
const QUERIES = { seek: '?to=current' };
const OPTIONS = { seek: ' --to-current' };
const DEFAULT_ADDRESS = '127.0.0.1:8181';

/** Has an operator confirm an order, sends it, and shows the same as a command. The token is kept by the open page alone. */
export class Orders {
  constructor(byId) {
    this.byId = byId;
    this.dialog = byId('order');
    this.allowed = false;
    byId('order-cancel').addEventListener('click', () => this.dialog.close());
    byId('order-copy').addEventListener('click', () => navigator.clipboard?.writeText(byId('order-command').textContent));
    byId('order-do').addEventListener('click', () => this.send());
    byId('token').addEventListener('keydown', (event) => event.key === 'Enter' && this.send());
  }

  /**
   * @param action pause, resume, or seek for going on where it stands
   * @param link its name
   * @param topic a topic's name; without, all of the link is meant
   * @param partitions numbers of the topic's partitions that are meant
   * @param whole whether these are all that the topic has here
   */
  ask(action, link, topic, partitions, whole) {
    const verb = VERBS[action];
    const ending = `:${action}${QUERIES[action] ?? ''}`;
    const what = !topic ? `all of link ${link}` : whole ? `topic ${topic}` : partitions.map((number) => `${topic}-${number}`).join(', ');
    const base = `/api/v1/links/${encodeURIComponent(link)}`;
    this.paths = topic ? partitions.map((number) => `${base}/partitions/${encodeURIComponent(topic)}-${number}${ending}`) : [`${base}${ending}`];
    say(this.byId('order-title'), action === 'seek' ? `Try ${what} again?` : `${verb} ${what}?`);
    say(this.byId('order-meaning'), MEANING[action]);
    say(this.byId('order-do'), verb);
    say(this.byId('order-command'), command(action, link, topic, partitions, whole));
    say(this.byId('order-failure'), '');
    this.byId('order-off').hidden = this.allowed;
    this.byId('order-token').hidden = !this.allowed;
    this.byId('order-do').hidden = !this.allowed;
    this.dialog.showModal();
  }

  async send() {
    const headers = { Authorization: `Bearer ${this.byId('token').value.trim()}` };
    this.byId('order-do').disabled = true;
    try {
      for (const path of this.paths) {
        const answer = await fetch(path, { method: 'POST', headers });
        if (!answer.ok) throw new Error((await answer.json()).error);
      }
      this.dialog.close();
    } catch (failure) {
      say(this.byId('order-failure'), failure.message);
    } finally {
      this.byId('order-do').disabled = false;
    }
  }
}

function command(action, link, topic, partitions, whole) {
  const quoted = topic && topic.replace(/\./g, '\\.');
  const which = !topic ? '' : whole ? ` --topics '${quoted}'` : partitions.map((number) => ` --partition ${topic}-${number}`).join('');
  const address = location.host === DEFAULT_ADDRESS ? '' : ` --admin ${location.host}`;
  return `tain ${action} ${link}${which}${OPTIONS[action] ?? ''}${address} --execute --token-file FILE`;
}
