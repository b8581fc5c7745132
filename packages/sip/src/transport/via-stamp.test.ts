import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResponse } from '../message/create.ts';
import { Bench } from '../testing/index.ts';
import { requestText, to, uas } from '../testing/transport-scene.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
// Whatever a test did, in the end nothing is left of it (trap 4.11 #138).
afterEach(() => bench.finish());

describe('the Via of a request that comes (§18.2.1, RFC 3581 §4, trap 4.2 #28, TPT-004, TPT-005)', () => {
  test.each([
    ['the source address itself', '192.0.2.1:5060;branch=z9hG4bK1', '192.0.2.1:5060;branch=z9hG4bK1'],
    ['another address', '10.0.0.1:5060;branch=z9hG4bK1', '10.0.0.1:5060;branch=z9hG4bK1;received=192.0.2.1'],
    ['a name', 'pc.example.com;branch=z9hG4bK1', 'pc.example.com;branch=z9hG4bK1;received=192.0.2.1'],
    ['an empty rport', '192.0.2.1;rport;branch=z9hG4bK1', '192.0.2.1;rport=5060;branch=z9hG4bK1;received=192.0.2.1'],
    [
      'a received that is a lie',
      '192.0.2.1:5060;received=8.8.8.8;branch=z9hG4bK1',
      '192.0.2.1:5060;received=192.0.2.1;branch=z9hG4bK1',
    ],
    [
      'unknown parameters',
      '10.0.0.1;Foo="A;b";branch=z9hG4bK1;ALIAS',
      '10.0.0.1;Foo="A;b";branch=z9hG4bK1;ALIAS;received=192.0.2.1',
    ],
  ])('%s', (_what, sentBy, expected) => {
    const bob = uas(bench);
    const alice = bench.peer('192.0.2.1');
    alice.send(requestText({ via: `SIP/2.0/UDP ${sentBy}` }), to('UDP'));
    bench.clock.advance(0);
    expect(bob.requests[0]?.request.headers.all('via')).toEqual([`SIP/2.0/UDP ${expected}`]);
  });

  test('only the first of several is written to, and the others keep their octets', () => {
    const bob = uas(bench);
    bench.peer('192.0.2.1').send(
      requestText({
        via: 'SIP/2.0/UDP a.example.com;branch=z9hG4bK1 ,  SIP/2.0/TCP  b.example.com ;branch=z9hG4bK0',
      }),
      to('UDP'),
    );
    bench.clock.advance(0);
    expect(bob.requests[0]?.request.headers.all('via')).toEqual([
      'SIP/2.0/UDP a.example.com;branch=z9hG4bK1;received=192.0.2.1, SIP/2.0/TCP  b.example.com ;branch=z9hG4bK0',
    ]);
  });

  test('an IPv6 source is compared in any spelling and written without brackets (RFC 5118 §4.5)', () => {
    const bob = bench.element('2001:db8::2');
    const alice = bench.peer('2001:db8::1', 'UDP', 5060);
    const destination = to('UDP', '2001:db8::2');
    alice.send(requestText({ via: 'SIP/2.0/UDP [2001:DB8:0::1]:5060;branch=z9hG4bK1' }), destination);
    alice.send(requestText({ via: 'SIP/2.0/UDP [2001:db8::9]:5060;branch=z9hG4bK2' }), destination);
    bench.clock.advance(0);
    const [same, other] = bob.requests.map(({ request }) => request.via);
    expect(same?.received).toBeUndefined();
    expect(other?.received).toBe('2001:db8::1');
    expect(other?.params.toString()).toContain(';received=2001:db8::1');
    for (const transaction of bob.requests)
      transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
  });
});
