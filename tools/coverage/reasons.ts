const redirect = 'There is no redirect server yet.';
const stateless = 'There is no stateless proxy: every request that is forwarded has a response context.';
const foreign = 'The server never forwards to a foreign domain: 403 (no open relay).';
const media =
  'Media is not made here: descriptions come from the peer connection of the browser, which keeps this rule.';

/** Why a trap or a purpose has no test here, or what is different from its letter. */
export const reasons: Readonly<Record<string, string>> = {
  '4.1 #16':
    'A response whose To tag is not that of its request is still taken: it was matched by its branch (§17.1.3).',
  '4.2 #29': 'A sent-by name is not looked up (RFC 3263): every request with one gets received.',
  '4.2 #34': 'Faster than RFC 5626 in the first minute, on purpose (ARCHITECTURE.md, decisions).',
  '4.3 #56': 'The generator itself is the platform’s: apps/gateway, apps/phone.',
  '4.4 #67': '480, 405 and 501 do not end a call, on purpose (`endsCall`).',
  '4.5 #87': media,
  '4.7 #106':
    'One engine serves all tabs of a browser; shown in real browsers (e2e/first-call.spec.ts, e2e/without-shared-worker.spec.ts).',
  '4.11 #134': 'A matter of the page: shown in real browsers (e2e/interruptions.spec.ts).',
  '4.11 #138': 'Asserted at the end of every test in virtual time (`assertIdle`), not in one of its own.',
  'REG-004': 'Only SIP addresses of record are registered; a SIPS one is not offered.',
  'PROXY-010': foreign,
  'PROXY-016': 'The server has no SIPS side of its own: behind TLS its addresses stay SIP (RFC 5630 §3.1.3).',
  'PROXY-021': stateless,
  'PROXY-023': 'A 3xx of a phone goes to the caller; the server does not recurse.',
  'PROXY-035': stateless,
  'PROXY-045': 'Request-Disposition is ignored; it is passed on like any header the proxy does not know.',
  'REDIRECT-002': redirect,
  'REDIRECT-004': redirect,
  'REDIRECT-005': redirect,
  'UAC-027': media,
  'UAS-009':
    'There is no stateless user agent server; what the transport refuses by itself has the same To tag for every copy (trap 4.1 #21).',
  'TPT-019':
    'A response whose connection is gone goes to the numeric address it came from; a sent-by name is not looked up (RFC 3263 §5).',
  'TPT-020': 'A TCP connection is reused for the address it came from only; `alias` is ignored.',
};
