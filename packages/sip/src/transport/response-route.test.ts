import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResponse } from '../message/create.ts';
import { Bench } from '../testing/index.ts';
import { requestText, to, uas, vias } from '../testing/transport-scene.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
// Whatever a test did, in the end nothing is left of it (trap 4.11 #138).
afterEach(() => bench.finish());

describe('where a response goes (§18.2.2, RFC 3581 §4, trap 4.2 #29)', () => {
  test('over UDP with rport: to the source, from the socket the request came on (trap 4.2 #28, TPT-005, TPT-006)', () => {
    uas(bench, {
      listen: [
        ['UDP', 5060],
        ['UDP', 5070],
      ],
    });
    const alice = bench.peer('192.0.2.1', 'UDP', 33_333);
    alice.send(requestText({ via: 'SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1' }), to('UDP', '192.0.2.2', 5070));
    const { flow, text } = alice.expect(/^SIP\/2.0 200/);
    expect(flow.remote.port).toBe(5070);
    expect(vias(text)).toEqual(['SIP/2.0/UDP 10.0.0.1:5060;rport=33333;branch=z9hG4bK1;received=192.0.2.1']);
  });

  test.each([
    ['the port of its sent-by', '10.0.0.1:5064', 5064],
    ['5060 when the sent-by names none', '10.0.0.1', 5060],
  ])('over UDP without rport: to the source address and %s, from the same socket (TPT-006)', (_what, sentBy, port) => {
    uas(bench, {
      listen: [
        ['UDP', 5060],
        ['UDP', 5070],
      ],
    });
    const host = bench.network.host('192.0.2.1');
    host.listen('UDP', 33_333);
    const alice = bench.peer('192.0.2.1', 'UDP', port);
    alice.send(requestText({ via: `SIP/2.0/UDP ${sentBy};branch=z9hG4bK1` }), to('UDP', '192.0.2.2', 5070));
    const { flow } = alice.expect(/^SIP\/2.0 200/);
    expect(flow.local.port).toBe(port);
    expect(flow.remote.port).toBe(5070);
  });

  test('over UDP with maddr: there, whatever the source (TPT-006)', () => {
    uas(bench);
    const group = bench.peer('239.1.2.3', 'UDP', 5062);
    bench
      .peer('192.0.2.1')
      .send(requestText({ via: 'SIP/2.0/UDP 192.0.2.1:5062;maddr=239.1.2.3;branch=z9hG4bK1' }), to('UDP'));
    group.expect(/^SIP\/2.0 200/);
  });

  test('over a connection: the same one, whatever the Via says (TPT-006, TPT-012, TPT-021)', () => {
    uas(bench);
    const alice = bench.peer('192.0.2.1', 'TCP');
    alice.connect(to('TCP'));
    alice.send(requestText({ via: 'SIP/2.0/TCP 10.0.0.1:9;branch=z9hG4bK1' }));
    alice.expect(/^SIP\/2.0 200/);
  });

  test('over a connection that is gone: a new one to the source address and the port of the sent-by', () => {
    const bob = uas(bench);
    bob.answer = undefined;
    const alice = bench.peer('192.0.2.1', 'TCP', 5066);
    alice.connect(to('TCP'));
    alice.send(requestText({ via: 'SIP/2.0/TCP pc.example.com:5066;branch=z9hG4bK1' }));
    bench.clock.advance(0);
    alice.flow?.close();
    bench.clock.advance(0);
    const [transaction] = bob.requests;
    if (transaction) transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
    const { flow } = alice.expect(/^SIP\/2.0 200/);
    expect(flow.local.port).toBe(5066);
  });

  test('to a WebSocket client whose flow is gone: nowhere; .invalid is never looked up (RFC 7118 §5, trap 4.2 #26, TPT-012)', () => {
    const bob = uas(bench);
    bob.answer = undefined;
    const alice = bench.peer('192.0.2.1', 'WS', 80);
    alice.connect(to('WS'));
    alice.send(requestText({ via: 'SIP/2.0/WS x7y.invalid;branch=z9hG4bK1' }));
    bench.clock.advance(0);
    const [transaction] = bob.requests;
    expect(transaction?.request.via.received).toBe('192.0.2.1');
    alice.flow?.close();
    bench.clock.advance(0);
    const hosts: string[] = [];
    bench.network.tap = (packet) => hosts.push(packet.to.host);
    if (transaction) transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
    bench.clock.advance(1000);
    expect(hosts).toEqual([]);
    expect(bob.logged).toContainEqual({ level: 'info', event: 'response-unroutable' });
  });
});
