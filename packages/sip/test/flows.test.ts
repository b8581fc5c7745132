import { readFileSync } from 'node:fs';
import { parseMessage, printMessage, validate } from '@ringback/sip';
import { expect, it } from 'vitest';

/**
 * The messages of the flows in the RFCs, by RFC: [section, text]. Content-Length is corrected to the bodies as printed there,
 * which are often cut short; messages whose misprints no parser could agree on are left out.
 */
const flows: Readonly<Record<string, readonly (readonly [section: string, text: string])[]>> = JSON.parse(
  readFileSync(new URL('./fixtures/flows.json', import.meta.url), 'utf8'),
);

/** Misprints the RFCs are known for, and an ellipsis printed inside a message, with the header where they are found. */
const misprints: Readonly<Record<string, string>> = {
  '3261/5': 'content-disposition',
  '3327/0': 'supported',
  '3327/1': 'path',
  '3327/2': 'path',
  '3327/3': 'path',
  '3327/4': 'path',
  '3327/5': 'path',
  '3327/6': 'path',
  '3327/7': 'path',
  '3428/2': 'via',
  '3608/0': 'service-route',
  '3608/1': 'service-route',
  '3608/2': 'service-route',
  '3608/3': 'route',
  '3608/4': 'route',
  '3608/5': 'route',
  '3665/2': 'authorization',
  '4028/4': 'route',
  '5359/91': 'referred-by',
  '5359/97': 'referred-by',
  '5589/4': 'cseq',
  '5589/9': 'cseq',
  '5589/10': 'cseq',
  '5589/11': 'cseq',
  '5589/37': 'replaces',
  '6035/1': 'cseq',
  '6050/1': 'proxy-authorization',
  '6913/1': 'expires',
  '7118/5': 'route',
  '8497/3': 'cseq',
};

it.each(Object.entries(flows))(
  'reads and reprints every flow message of RFC %s, and finds its misprints',
  (rfc, messages) => {
    for (const [index, [section, text]] of messages.entries()) {
      const parsed = parseMessage(Buffer.from(text));
      const fault = parsed.ok ? validate(parsed.value)?.code : parsed.error.code;
      expect([section, fault, text]).toEqual([section, misprints[`${rfc}/${index}`], text]);
      if (parsed.ok && parsed.value.headers.has('content-length'))
        expect(Buffer.from(printMessage(parsed.value)).toString()).toBe(text);
    }
  },
);
