import { utf8Decode } from '../runtime/index.ts';
import type { EventPackage } from './event-package.ts';

/** Waiting messages (RFC 3842). */
export interface MessageSummary {
  readonly waiting: boolean;
  /** URI of the mailbox. */
  readonly account?: string | undefined;
  /** By message class in lower case: `voice-message`, `fax-message`, … */
  readonly messages: ReadonlyMap<string, MessageCounts>;
}

/** New and old messages of one class, urgent ones in them counted apart (RFC 3842 §5.2). */
export interface MessageCounts {
  readonly fresh: number;
  readonly old: number;
  /** How many of each are urgent. */
  readonly urgent?: { readonly fresh: number; readonly old: number };
}

const type = 'application/simple-message-summary';

/** The event package `message-summary` (RFC 3842): the lamp of the mailbox. */
export const messageSummary: EventPackage<MessageSummary> = {
  name: 'message-summary',
  accept: [type],
  read(_type, body) {
    const [first = '', ...lines] = utf8Decode(body).split(/\r?\n/);
    const status = /^Messages-Waiting[ \t]*:[ \t]*(yes|no)[ \t]*$/i.exec(first)?.[1];
    if (status === undefined) return { ok: false, reason: 'malformed' };
    let account: string | undefined;
    const messages = new Map<string, MessageCounts>();
    for (const line of lines) {
      // What follows are headers of single messages.
      if (line === '') break;
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).trim().toLowerCase();
      const value = line.slice(colon + 1).trim();
      const [, fresh, old, urgent, urgentOld] = counts.exec(value) ?? [];
      if (name === 'message-account') account = value;
      else if (colon > 0 && fresh !== undefined)
        messages.set(name, {
          fresh: Number(fresh),
          old: Number(old),
          ...(urgent !== undefined && { urgent: { fresh: Number(urgent), old: Number(urgentOld) } }),
        });
    }
    return { ok: true, value: { waiting: status.toLowerCase() === 'yes', account, messages } };
  },
  write({ waiting, account, messages }) {
    const lines = [`Messages-Waiting: ${waiting ? 'yes' : 'no'}`];
    if (account !== undefined) lines.push(`Message-Account: ${account}`);
    for (const [name, { fresh, old, urgent }] of messages) {
      const title = name.replace(/(?:^|-)./g, (letter) => letter.toUpperCase());
      lines.push(`${title}: ${fresh}/${old}${urgent ? ` (${urgent.fresh}/${urgent.old})` : ''}`);
    }
    return { contentType: type, body: `${lines.join('\r\n')}\r\n` };
  },
};

const counts = /^(\d{1,10})[ \t]*\/[ \t]*(\d{1,10})(?:[ \t]*\([ \t]*(\d{1,10})[ \t]*\/[ \t]*(\d{1,10})[ \t]*\))?$/;
