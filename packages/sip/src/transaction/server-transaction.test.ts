import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResponse } from '../message/create.ts';
import { assertIdle, Bench, type ScriptedPeer, type TestElement } from '../testing/index.ts';
import type { Destination } from '../transport/flow.ts';
import type { ServerTransaction, TerminationCause } from './users.ts';

let bench: Bench;
let bob: TestElement;
let alice: ScriptedPeer;

beforeEach(() => {
  bench = new Bench();
  bob = bench.element('192.0.2.2');
  alice = bench.peer('192.0.2.1');
});
// Whatever a test did, in the end nothing is left of it (trap 4.11 #138).
afterEach(() => bench.finish());

const udp: Destination = { transport: 'UDP', host: '192.0.2.2', port: 5060 };
const tcp: Destination = { transport: 'TCP', host: '192.0.2.2', port: 5060 };

function text(
  method: string,
  { branch = 'z9hG4bK1', toTag = '', cseq = method, via = 'UDP 192.0.2.1:5060', extra = '' } = {},
) {
  return `${method} sip:bob@192.0.2.2 SIP/2.0
Via: SIP/2.0/${via};branch=${branch}
Max-Forwards: 70
From: <sip:alice@192.0.2.1>;tag=a
To: <sip:bob@192.0.2.2>${toTag && `;tag=${toTag}`}
Call-ID: c1
CSeq: 1 ${cseq}
${extra}Content-Length: 0

`;
}

/** What the machine was told. */
function received(index = 0): ServerTransaction & { causes: TerminationCause[]; errors: number } {
  const transaction = bob.requests[index] as ServerTransaction & { causes: TerminationCause[]; errors: number };
  transaction.causes = [];
  transaction.errors = 0;
  transaction.onTerminated = (cause) => transaction.causes.push(cause);
  transaction.onTransportError = () => transaction.errors++;
  return transaction;
}

function answer(transaction: ServerTransaction, status: number, toTag = 'b') {
  transaction.respond(createResponse(transaction.request, status, { toTag }));
}

function receive(message: string, to: Destination = udp) {
  if (to.transport !== 'UDP') alice.connect(to);
  alice.send(message, to.transport === 'UDP' ? to : undefined);
  bench.clock.advance(0);
  return received(bob.requests.length - 1);
}

const times = (start: RegExp) => alice.heard.filter(({ text }) => start.test(text)).map(({ at }) => at);

describe('INVITE', () => {
  test('gets a 100 after 200 ms if the user said nothing, with Timestamp and without a tag of ours (§17.2.1, trap 4.3 #46, TXN-008, UAS-007)', () => {
    receive(text('INVITE', { extra: 'Timestamp: 54\n' }));
    alice.expectNothing(/./, 199);
    bench.clock.advance(1);
    const trying = alice.expect(/^SIP\/2.0 100/, 0).text;
    expect(trying).toMatch(/^Timestamp: 54\r$/m);
    expect(trying).toMatch(/^To: <sip:bob@192.0.2.2>\r$/m);
    answer(received(), 486);
    alice.send(text('ACK', { toTag: 'b' }), udp);
  });

  test.each([180, 200, 486])('gets no 100 when the user sends %i within 200 ms (trap 4.3 #46)', (status) => {
    const transaction = receive(text('INVITE'));
    answer(transaction, status);
    alice.expectNothing(/^SIP\/2.0 100/, 1000);
    if (status < 200) answer(transaction, 600);
  });

  test('a copy in Proceeding gets the last 1xx again, and is not passed up (§17.2.1, trap 4.3 #42, TXN-008)', () => {
    const transaction = receive(text('INVITE'));
    alice.send(text('INVITE'), udp);
    alice.expectNothing(/./, 100);
    answer(transaction, 180);
    answer(transaction, 183);
    alice.send(text('INVITE'), udp);
    bench.clock.advance(0);
    expect(times(/^SIP\/2.0 180/)).toHaveLength(1);
    expect(times(/^SIP\/2.0 183/)).toHaveLength(2);
    expect(bob.requests).toHaveLength(1);
    answer(transaction, 600);
  });

  test('a non-2xx is repeated at intervals doubling to T2 until timer H reports that no ACK came (§17.2.1, traps 4.3 #37, 4.3 #38, 4.3 #42, TXN-008, TXN-009)', () => {
    const transaction = receive(text('INVITE'));
    answer(transaction, 486);
    bench.clock.advance(31_999);
    expect(times(/^SIP\/2.0 486/)).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    alice.send(text('INVITE'), udp);
    bench.clock.advance(0);
    expect(times(/^SIP\/2.0 486/)).toHaveLength(12);
    expect(transaction.causes).toEqual([]);
    bench.clock.advance(1);
    expect(transaction.causes).toEqual(['timeout']);
    expect(new Set(alice.heard.map(({ text }) => text)).size).toBe(1);
  });

  test('over TCP a non-2xx is sent once, and timer H runs all the same (trap 4.3 #37)', () => {
    const transaction = receive(text('INVITE', { via: 'TCP 192.0.2.1:5060' }), tcp);
    answer(transaction, 486);
    bench.clock.advance(31_999);
    expect(times(/^SIP\/2.0 486/)).toHaveLength(1);
    expect(transaction.causes).toEqual([]);
    bench.clock.advance(1);
    expect(transaction.causes).toEqual(['timeout']);
  });

  test('the ACK to a non-2xx ends the repetition and stays here; timer I absorbs its copies (§17.2.1, TXN-008)', () => {
    const transaction = receive(text('INVITE'));
    answer(transaction, 486);
    alice.send(text('ACK', { toTag: 'b' }), udp);
    alice.send(text('ACK', { toTag: 'b' }), udp);
    bench.clock.advance(4999);
    expect(transaction.state).toBe('confirmed');
    alice.send(text('INVITE'), udp);
    bench.clock.advance(0);
    expect(times(/^SIP\/2.0 486/)).toHaveLength(1);
    expect(bob.acks).toEqual([]);
    bench.clock.advance(1);
    expect(transaction.causes).toEqual(['normal']);
  });

  test('over TCP the ACK ends the transaction at once: timer I is 0 (trap 4.3 #37)', () => {
    const transaction = receive(text('INVITE', { via: 'TCP 192.0.2.1:5060' }), tcp);
    answer(transaction, 404);
    alice.send(text('ACK', { toTag: 'b', via: 'TCP 192.0.2.1:5060' }));
    bench.clock.advance(0);
    expect(transaction.causes).toEqual(['normal']);
  });

  test('after a 2xx copies of the INVITE are absorbed, 2xx of the user pass, ACKs go up, and timer L ends it (RFC 6026 §7.1, trap 4.3 #42, TXN-010)', () => {
    const transaction = receive(text('INVITE'));
    answer(transaction, 200);
    expect(transaction.finalSent).toBe(true);
    alice.send(text('INVITE'), udp);
    bench.clock.advance(5000);
    expect(times(/^SIP\/2.0 200/)).toEqual([0]);
    answer(transaction, 200);
    answer(transaction, 180);
    answer(transaction, 500);
    alice.send(text('ACK', { toTag: 'b' }), udp);
    bench.clock.advance(0);
    expect(times(/^SIP\/2.0/)).toEqual([0, 5000]);
    expect(bob.acks).toMatchObject([{ invite: transaction }]);
    bench.clock.advance(26_999);
    expect(transaction.causes).toEqual([]);
    bench.clock.advance(1);
    expect(transaction.causes).toEqual(['normal']);
    expect(bob.requests).toHaveLength(1);
  });

  test('only the first final response counts', () => {
    const transaction = receive(text('INVITE'));
    answer(transaction, 486);
    answer(transaction, 200);
    answer(transaction, 603);
    alice.send(text('ACK', { toTag: 'b' }), udp);
    bench.clock.advance(1000);
    expect(alice.heard.map(({ message }) => (message?.kind === 'response' ? message.status : 0))).toEqual([486]);
  });

  test('a transport error in Accepted is reported and keeps the machine, so that copies are still absorbed (RFC 6026 §7.1, trap 4.3 #54)', () => {
    const ws = { transport: 'WS', host: '192.0.2.2', port: 80 } as const;
    bob.host.listen('WS', 80);
    const transaction = receive(text('INVITE', { via: 'WS client.invalid' }), ws);
    alice.flow?.close();
    bench.clock.advance(0);
    answer(transaction, 200);
    bench.clock.advance(0);
    expect(transaction.errors).toBe(1);
    expect(transaction.state).toBe('accepted');
    alice.connect(ws);
    alice.send(text('INVITE', { via: 'WS client.invalid' }));
    bench.clock.advance(0);
    expect(bob.requests).toHaveLength(1);
    bench.clock.advance(32_000);
    expect(transaction.causes).toEqual(['normal']);
  });
});

describe('non-INVITE', () => {
  test('copies are discarded in Trying and answered again in Completed (§17.2.2, TXN-011)', () => {
    const transaction = receive(text('OPTIONS'));
    alice.send(text('OPTIONS'), udp);
    alice.expectNothing(/./, 100);
    answer(transaction, 200);
    alice.send(text('OPTIONS'), udp);
    bench.clock.advance(0);
    expect(times(/^SIP\/2.0 200/)).toHaveLength(2);
    expect(bob.requests).toHaveLength(1);
    bench.clock.advance(31_999);
    expect(transaction.causes).toEqual([]);
    bench.clock.advance(1);
    expect(transaction.causes).toEqual(['normal']);
  });

  test('over TCP it is over with the final response: timer J is 0 (trap 4.3 #37, TXN-011)', () => {
    const transaction = receive(text('OPTIONS', { via: 'TCP 192.0.2.1:5060' }), tcp);
    answer(transaction, 200);
    expect(transaction.causes).toEqual(['normal']);
    assertIdle(bob);
    alice.expect(/^SIP\/2.0 200/);
  });

  test('no provisional but 100 is sent, over UDP only once the timer E of the client has reached T2, and then by itself (RFC 4320 §4.1, trap 4.3 #47, TXN-014, UAS-007)', () => {
    const transaction = receive(text('OPTIONS'));
    answer(transaction, 183);
    answer(transaction, 100);
    alice.expectNothing(/./, 3499);
    bench.clock.advance(1);
    alice.expect(/^SIP\/2.0 100/, 0);
    answer(transaction, 182);
    answer(transaction, 100);
    bench.clock.advance(0);
    expect(times(/^SIP\/2.0 1/)).toEqual([3500, 3500]);
    alice.send(text('OPTIONS'), udp);
    bench.clock.advance(0);
    expect(times(/^SIP\/2.0 1/)).toHaveLength(3);
    answer(transaction, 200);
  });

  test('over TCP a 100 may be sent at any time (RFC 4320 §4.1)', () => {
    const transaction = receive(text('OPTIONS', { via: 'TCP 192.0.2.1:5060' }), tcp);
    answer(transaction, 100);
    alice.expect(/^SIP\/2.0 100/, 0);
    answer(transaction, 200);
  });

  test('a 408 is never sent; copies are absorbed without a word (RFC 4320 §4.2, trap 4.3 #47, TXN-014)', () => {
    const transaction = receive(text('OPTIONS'));
    bench.clock.advance(3500);
    alice.expect(/^SIP\/2.0 100/, 0);
    answer(transaction, 408);
    alice.send(text('OPTIONS'), udp);
    alice.expectNothing(/./, 10_000);
    expect(bob.requests).toHaveLength(1);
    expect(transaction.state).toBe('completed');
  });

  test('a response that cannot be sent ends it (§17.2.4, TXN-015)', () => {
    bob.host.listen('WS', 80);
    const transaction = receive(text('OPTIONS', { via: 'WS client.invalid' }), {
      transport: 'WS',
      host: '192.0.2.2',
      port: 80,
    });
    alice.flow?.close();
    bench.clock.advance(0);
    transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
    bench.clock.advance(0);
    assertIdle(bob);
  });

  test('a listener that throws ends in a 500, and nothing of the transaction stays (§8.2.6.1, §21.5.1)', () => {
    bob.answer = () => {
      throw new Error('a bug above');
    };
    alice.send(text('OPTIONS'), udp);
    alice.expect(/^SIP\/2.0 500 /);
    bench.clock.advance(64 * 500);
    assertIdle(bob);
    expect(bob.logged).toContainEqual({ level: 'error', event: 'transaction-listener-threw' });
  });
});
