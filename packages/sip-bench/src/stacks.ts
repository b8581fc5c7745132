import { createRequire } from 'node:module';
import {
  Params,
  parseMessage,
  printMessage,
  printNameAddr,
  printVia,
  type SipRequest,
  type SipResponse,
  sipUri,
  via,
} from '@ringback/sip';

/** What job (b) reads, so that it can be compared between stacks. */
export interface Read {
  readonly fromTag: string;
  readonly vias: number;
  readonly cseq: number;
  readonly callId: string;
}

export interface Stack {
  readonly name: string;
  /** What it takes from the socket: octets, or text somebody made of them before. */
  readonly input: 'bytes' | 'text';
  readonly parse: (input: never) => unknown;
  /** Parses and reads From and To with tags, every Via, CSeq, Call-ID, Contact URI, route set and Request-URI. */
  readonly read: (input: never) => Read;
  /** Parses, pushes Via and Record-Route, decrements Max-Forwards, serialises. Absent: it cannot send on what it received. */
  readonly forward?: (input: never) => { readonly length: number };
}

const require = createRequire(import.meta.url);
/** So that nothing read is nothing done. */
export const sink = { value: 0 };
const use = (value: unknown): void => {
  if (value !== undefined) sink.value++;
};

const newVia = via({
  transport: 'UDP',
  host: '192.0.2.99',
  port: 5060,
  params: Params.of({ branch: 'z9hG4bKnew', rport: undefined }),
});
const newRoute = printNameAddr({
  uri: sipUri({ host: '192.0.2.99', params: Params.of({ lr: undefined }) }),
  uriText: '',
  params: Params.empty,
});
const newViaText = printVia(newVia);

const ours: Stack = {
  name: 'Ringback',
  input: 'bytes',
  parse: (bytes: Uint8Array) => parsed(bytes),
  read: (bytes: Uint8Array) => {
    const message = parsed(bytes);
    use(message.from.uri);
    use(message.to.uri);
    use(message.toTag);
    for (const each of message.vias) {
      use(each.host);
      use(each.branch);
    }
    use(message.contacts[0]?.uri);
    for (const each of message.routes) use(each.uri);
    for (const each of message.recordRoutes) use(each.uri);
    if (message.kind === 'request') use(message.uri);
    return {
      fromTag: message.fromTag ?? '',
      vias: message.vias.length,
      cseq: message.cseq.number,
      callId: message.callId,
    };
  },
  forward: (bytes: Uint8Array) => {
    const message = parsed(bytes);
    let headers = message.headers.prepend('Via', newViaText);
    const { maxForwards } = message;
    if (message.kind === 'response') return printMessage(message.with({ headers }));
    headers = headers.with('Max-Forwards', String((maxForwards ?? 71) - 1));
    headers = headers.prepend('Record-Route', newRoute);
    return printMessage(message.with({ headers }));
  },
};

function parsed(bytes: Uint8Array): SipRequest | SipResponse {
  const result = parseMessage(bytes);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

/** Header lines as JsSIP and SIP.js keep them. Neither can print a message it received: what a proxy built on them would have to do. */
function printLines(
  first: string,
  headers: Readonly<Record<string, readonly { readonly raw: string }[]>>,
  body: string,
): string {
  let text = `${first}\r\n`;
  for (const [name, values] of Object.entries(headers)) for (const { raw } of values) text += `${name}: ${raw}\r\n`;
  return `${text}\r\n${body}`;
}

// biome-ignore lint/suspicious/noExplicitAny: these stacks have no types for what is used of them here.
type Untyped = any;

const jssipParser: Untyped = require('jssip/lib/Parser.js');
const jssip: Stack = {
  name: 'JsSIP',
  input: 'text',
  parse: (text: string) => jssipParser.parseMessage(text, {}),
  read: (text: string) => {
    const message: Untyped = jssipParser.parseMessage(text, {});
    use(message.from.uri);
    use(message.to.uri);
    use(message.to_tag);
    const vias = message.getHeaders('via');
    for (let i = 0; i < vias.length; i++) use(message.parseHeader('via', i).host);
    use(message.parseHeader('contact')?.uri);
    for (let i = 0; i < message.getHeaders('route').length; i++) use(message.parseHeader('route', i)?.uri);
    for (let i = 0; i < message.getHeaders('record-route').length; i++)
      use(message.parseHeader('record-route', i)?.uri);
    use(message.ruri);
    return { fromTag: message.from_tag, vias: vias.length, cseq: message.cseq, callId: message.call_id };
  },
  forward: (text: string) => {
    const message: Untyped = jssipParser.parseMessage(text, {});
    const headers = { Via: [{ raw: newViaText }, ...message.headers['Via']], ...without(message.headers, 'Via') };
    if (message.method === undefined)
      return printLines(`SIP/2.0 ${message.status_code} ${message.reason_phrase}`, headers, message.body ?? '');
    headers['Max-Forwards'] = [{ raw: String(Number(message.getHeader('max-forwards')) - 1) }];
    headers['Record-Route'] = [{ raw: newRoute }, ...(message.headers['Record-Route'] ?? [])];
    return printLines(`${message.method} ${message.ruri} SIP/2.0`, headers, message.body ?? '');
  },
};

function without(headers: Untyped, name: string): Untyped {
  const { [name]: _, ...rest } = headers;
  return rest;
}

// `require` of a module: Node gives its exports, and there are no types to disagree with.
const { Parser }: Untyped = require('sip.js/lib/core/messages/parser.js');
const quiet = { warn() {}, error() {}, debug() {}, log() {} };
const sipjs: Stack = {
  name: 'SIP.js',
  input: 'text',
  parse: (text: string) => Parser.parseMessage(text, quiet),
  read: (text: string) => {
    const message: Untyped = Parser.parseMessage(text, quiet);
    use(message.from.uri);
    use(message.to.uri);
    use(message.toTag);
    const vias = message.getHeaders('via');
    for (let i = 0; i < vias.length; i++) use(message.parseHeader('via', i).host);
    use(message.parseHeader('contact')?.uri);
    for (let i = 0; i < message.getHeaders('route').length; i++) use(message.parseHeader('route', i)?.uri);
    for (let i = 0; i < message.getHeaders('record-route').length; i++)
      use(message.parseHeader('record-route', i)?.uri);
    use(message.ruri);
    return { fromTag: message.fromTag, vias: vias.length, cseq: message.cseq, callId: message.callId };
  },
  forward: (text: string) => {
    const message: Untyped = Parser.parseMessage(text, quiet);
    const headers = { Via: [{ raw: newViaText }, ...message.headers['Via']], ...without(message.headers, 'Via') };
    if (message.method === undefined)
      return printLines(`SIP/2.0 ${message.statusCode} ${message.reasonPhrase}`, headers, message.body ?? '');
    headers['Max-Forwards'] = [{ raw: String(Number(message.getHeader('max-forwards')) - 1) }];
    headers['Record-Route'] = [{ raw: newRoute }, ...(message.headers['Record-Route'] ?? [])];
    return printLines(`${message.method} ${message.ruri} SIP/2.0`, headers, message.body ?? '');
  },
};

const { SipMessage: DrachtioMessage }: Untyped = require('drachtio-sip');
const drachtio: Stack = {
  name: 'drachtio-sip',
  input: 'text',
  parse: (text: string) => new DrachtioMessage(text),
  read: (text: string) => {
    const message: Untyped = new DrachtioMessage(text);
    const from = message.getParsedHeader('from');
    use(from.uri);
    use(message.getParsedHeader('to').params.tag);
    const vias = message.getParsedHeader('via');
    for (const each of vias) use(each.host);
    if (message.has('contact')) use(message.getParsedHeader('contact')[0].uri);
    for (const name of ['route', 'record-route'])
      if (message.has(name)) for (const each of message.getParsedHeader(name)) use(each.uri);
    use(message.uri);
    return {
      fromTag: from.params.tag,
      vias: vias.length,
      cseq: message.getParsedHeader('cseq').seq,
      callId: message.get('call-id'),
    };
  },
  forward: (text: string) => {
    const message: Untyped = new DrachtioMessage(text);
    message.headers.via = `${newViaText}, ${message.headers.via}`;
    if (message.method !== undefined) {
      message.headers['max-forwards'] = String(Number(message.headers['max-forwards']) - 1);
      const routes = message.headers['record-route'];
      message.headers['record-route'] = routes === undefined ? newRoute : `${newRoute}, ${routes}`;
    }
    return message.toString();
  },
};

const kirmSip: Untyped = require('sip');
const kirm: Stack = {
  name: 'kirm/sip',
  input: 'text',
  parse: (text: string) => kirmSip.parse(text),
  read: (text: string) => {
    const { headers, uri }: Untyped = kirmSip.parse(text);
    use(headers.from.uri);
    use(headers.to.params.tag);
    for (const each of headers.via) use(each.host);
    use(kirmSip.parseUri(headers.from.uri));
    use(kirmSip.parseUri(headers.to.uri));
    if (headers.contact?.[0]) use(kirmSip.parseUri(headers.contact[0].uri));
    for (const each of headers.route ?? []) use(each.uri);
    for (const each of headers['record-route'] ?? []) use(each.uri);
    if (uri !== undefined) use(kirmSip.parseUri(uri));
    return {
      fromTag: headers.from.params.tag,
      vias: headers.via.length,
      cseq: headers.cseq.seq,
      callId: headers['call-id'],
    };
  },
  forward: (text: string) => {
    const message: Untyped = kirmSip.parse(text);
    message.headers.via.unshift({
      version: '2.0',
      protocol: 'UDP',
      host: '192.0.2.99',
      port: 5060,
      params: { branch: 'z9hG4bKnew', rport: null },
    });
    if (message.method !== undefined) {
      message.headers['max-forwards'] = Number(message.headers['max-forwards']) - 1;
      const own = { uri: 'sip:192.0.2.99;lr', params: {} };
      message.headers['record-route'] = [own, ...(message.headers['record-route'] ?? [])];
    }
    return kirmSip.stringify(message);
  },
};

export const stacks: readonly Stack[] = [ours, jssip, sipjs, drachtio, kirm];
