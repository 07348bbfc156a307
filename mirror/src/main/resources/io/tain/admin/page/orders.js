import { say } from '/format.js';

const MEANING = {
  pause: 'It is not read any more; what was read before is still copied. It goes on where it stopped when it is resumed, when this process starts again, or when another one is given it.',
  resume: 'It goes on where it stopped.',
  move: 'It goes on there: what lies between is copied again, or passed over and never copied. An event tells which offsets. Where the source no longer has the place, it stays.',
  seek: 'It goes on where it stands. Mend first what the reason names, or it halts again; what the reason says is lost stays lost. To leave a record out, or to go on elsewhere: tain skip, tain seek.',
};
/** What an order is called where it can be given. */
export const VERBS = { pause: 'Pause', resume: 'Resume', seek: 'Try again', move: 'Move' };
const COMMANDS = { move: 'seek' };
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
    for (const id of ['move-to', 'move-offset']) byId(id).addEventListener('input', () => this.show());
  }

  /**
   * @param action pause, resume, seek for going on where it stands, or move for going on elsewhere
   * @param link its name
   * @param topic a topic's name; without, all of the link is meant
   * @param partitions numbers of the topic's partitions that are meant
   * @param whole whether these are all that the topic has here
   */
  ask(action, link, topic, partitions, whole) {
    const verb = VERBS[action];
    const what = !topic ? `all of link ${link}` : whole ? `topic ${topic}` : partitions.map((number) => `${topic}-${number}`).join(', ');
    const base = `/api/v1/links/${encodeURIComponent(link)}`;
    this.places = topic ? partitions.map((number) => `${base}/partitions/${encodeURIComponent(topic)}-${number}`) : [base];
    this.action = action;
    this.command = command(link, topic, partitions, whole);
    say(this.byId('order-title'), action === 'seek' ? `Try ${what} again?` : `${verb} ${what}?`);
    say(this.byId('order-meaning'), MEANING[action]);
    say(this.byId('order-do'), verb);
    this.byId('order-where').hidden = action !== 'move';
    this.byId('move-to').value = 'earliest';
    this.byId('move-offset').value = '';
    this.show();
    say(this.byId('order-failure'), '');
    this.byId('order-off').hidden = this.allowed;
    this.byId('order-token').hidden = !this.allowed;
    this.byId('order-do').hidden = !this.allowed;
    this.dialog.showModal();
  }

  /** Where to go on; empty for orders that move nothing. */
  to() {
    if (this.action !== 'move') return this.action === 'seek' ? 'current' : '';
    const chosen = this.byId('move-to').value;
    return chosen === 'offset' ? this.byId('move-offset').value.trim() : chosen;
  }

  /** Has the dialog tell what would be done. */
  show() {
    const offset = this.action === 'move' && this.byId('move-to').value === 'offset';
    const to = this.to();
    this.byId('move-offset').hidden = !offset;
    this.byId('order-do').disabled = offset && !/^\d{1,18}$/.test(to);
    const option = offset ? ` --to-offset ${to || 'N'}` : to && ` --to-${to}`;
    say(this.byId('order-command'), this.command(COMMANDS[this.action] ?? this.action, option));
  }

  async send() {
    if (this.byId('order-do').disabled) return;
    const headers = { Authorization: `Bearer ${this.byId('token').value.trim()}` };
    this.byId('order-do').disabled = true;
    try {
      const to = this.to();
      for (const place of this.places) {
        const path = `${place}:${COMMANDS[this.action] ?? this.action}${to && `?to=${to}`}`;
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

/** Makes the command of a verb and its options. */
function command(link, topic, partitions, whole) {
  const quoted = topic && topic.replace(/\./g, '\\.');
  const which = !topic ? '' : whole ? ` --topics '${quoted}'` : partitions.map((number) => ` --partition ${topic}-${number}`).join('');
  const address = location.host === DEFAULT_ADDRESS ? '' : ` --admin ${location.host}`;
  return (verb, option) => `tain ${verb} ${link}${which}${option}${address} --execute --token-file FILE`;
}
