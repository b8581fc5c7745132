import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createResponse } from '../message/create.ts';
import { assertIdle, Bench, cut, type ScriptedPeer, type TestElement } from '../testing/index.ts';
import type { Destination } from '../transport/flow.ts';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
});
// Whatever a test did, in the end nothing is left of it (trap 4.11 #138).
afterEach(() => bench.finish());

const at = (host: string, transport: Destination['transport'] = 'UDP'): Destination => ({
  transport,
  host,
  port: 5060,
});
const bobAddress = at('192.0.2.2');

interface Parts {
  uri?: string;
  via?: string;
  branch?: string | undefined;
  fromTag?: string;
  toTag?: string;
  callId?: string;
  cseq?: number;
}

function text(method: string, parts: Parts = {}) {
  const {
    uri = 'sip:bob@192.0.2.2',
    via = 'UDP 192.0.2.1:5060',
    fromTag = 'a',
    toTag = '',
    callId = 'c1',
    cseq = 1,
  } = parts;
  const branch = 'branch' in parts ? parts.branch : 'z9hG4bK1';
  return `${method} ${uri} SIP/2.0
Via: SIP/2.0/${via}${branch === undefined ? '' : `;branch=${branch}`}
Max-Forwards: 70
From: <sip:alice@192.0.2.1>;tag=${fromTag}
To: <sip:bob@192.0.2.2>${toTag && `;tag=${toTag}`}
Call-ID: ${callId}
CSeq: ${cseq} ${method}
Content-Length: 0

`;
}

describe('matching requests (§17.2.3)', () => {
  let bob: TestElement;
  let alice: ScriptedPeer;
  beforeEach(() => {
    bob = bench.element('192.0.2.2');
    bob.answer = (transaction) => transaction.respond(createResponse(transaction.request, 404, { toTag: 'b' }));
    alice = bench.peer('192.0.2.1');
  });
  const hear = (...messages: string[]) => {
    for (const message of messages) alice.send(message, bobAddress);
    bench.clock.advance(0);
  };

  test('branch, sent-by host, sent-by port and method together are the key (trap 4.3 #45, TXN-012, TXN-013)', () => {
    hear(text('OPTIONS'), text('OPTIONS'));
    expect(bob.requests).toHaveLength(1);
    hear(text('OPTIONS', { branch: 'z9hG4bK2' }));
    expect(bob.requests).toHaveLength(2);
    hear(text('OPTIONS', { via: 'UDP 192.0.2.9:5060' }));
    expect(bob.requests).toHaveLength(3);
    hear(text('OPTIONS', { via: 'UDP 192.0.2.1:5070' }));
    expect(bob.requests).toHaveLength(4);
    hear(text('INFO'));
    expect(bob.requests).toHaveLength(5);
  });

  test('sent-by and branch are not run together into one another', () => {
    hear(
      text('OPTIONS', { branch: 'z9hG4bK1', via: 'UDP 1a:5060' }),
      text('OPTIONS', { branch: 'z9hG4bK11', via: 'UDP a:5060' }),
    );
    expect(bob.requests).toHaveLength(2);
  });

  test('an ACK maps to the INVITE of its branch (trap 4.3 #45, TXN-012)', () => {
    hear(text('INVITE'), text('ACK', { toTag: 'b' }));
    expect(bob.requests[0]?.state).toBe('confirmed');
    expect(bob.acks).toEqual([]);
  });

  test('an ACK that matches nothing goes up and is never answered (trap 4.3 #57)', () => {
    hear(text('ACK', { toTag: 'b', branch: 'z9hG4bKother' }));
    expect(bob.acks).toMatchObject([{ invite: undefined }]);
    alice.expectNothing(/./, 5000);
    assertIdle(bob);
  });

  test('a CANCEL has a transaction of its own and finds its INVITE by branch (§9.2, trap 4.3 #45, TXN-017)', () => {
    bob.answer = undefined;
    hear(text('INVITE'), text('CANCEL'), text('CANCEL'));
    expect(bob.cancels).toHaveLength(1);
    expect(bob.cancels[0]?.invite).toBe(bob.requests[0]);
    expect(bob.cancels[0]?.own.request.method).toBe('CANCEL');
    hear(text('CANCEL', { branch: 'z9hG4bKother' }));
    expect(bob.cancels[1]?.invite).toBeUndefined();
    bob.requests[0]?.respond(createResponse(bob.requests[0].request, 487, { toTag: 'b' }));
    hear(text('ACK', { toTag: 'b' }));
  });

  describe('without the magic cookie, as RFC 2543 did (trap 4.1 #23, TXN-012)', () => {
    test.each([undefined, '1'])(
      'branch %s: Request-URI, tags, Call-ID, CSeq and top Via make the same request',
      (branch) => {
        hear(text('INVITE', { branch }), text('INVITE', { branch }));
        expect(bob.requests).toHaveLength(1);
        const others: Parts[] = [
          { uri: 'sip:bob@192.0.2.9' },
          { fromTag: 'x' },
          { callId: 'c2' },
          { cseq: 2 },
          { via: 'UDP 192.0.2.1:5070' },
        ];
        for (const [i, parts] of others.entries()) {
          hear(text('INVITE', { branch, ...parts }));
          expect(bob.requests).toHaveLength(i + 2);
        }
      },
    );

    test('an ACK fits when its To tag is that of the response', () => {
      hear(text('INVITE', { branch: '1' }), text('ACK', { branch: '1', toTag: 'other' }));
      expect(bob.requests[0]?.state).toBe('completed');
      expect(bob.acks).toMatchObject([{ invite: undefined }]);
      hear(text('ACK', { branch: '1', toTag: 'b' }));
      expect(bob.requests[0]?.state).toBe('confirmed');
    });

    test('a CANCEL finds its INVITE', () => {
      bob.answer = undefined;
      hear(text('INVITE', { branch: undefined }), text('CANCEL', { branch: undefined }));
      expect(bob.cancels[0]?.invite).toBe(bob.requests[0]);
      bob.requests[0]?.respond(createResponse(bob.requests[0].request, 487, { toTag: 'b' }));
    });
  });
});

describe('matching responses (§17.1.3)', () => {
  test('branch and CSeq method together: the response to a CANCEL is not one to its INVITE (trap 4.3 #45, TXN-007, TXN-017)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = bench.element('192.0.2.2');
    const outcome = alice.send(alice.newRequest('INVITE', 'sip:bob@192.0.2.2'), { destination: bobAddress });
    bench.clock.advance(250);
    expect(outcome.statuses).toEqual([100]);
    outcome.transaction.cancel();
    bench.clock.advance(10);
    expect(outcome.statuses).toEqual([100]);
    expect(bob.cancels).toHaveLength(1);
    bob.requests[0]?.respond(createResponse(bob.requests[0].request, 487, { toTag: 'b' }));
    bench.clock.advance(10);
    expect(outcome.statuses).toEqual([100, 487]);
  });

  test('a response that matches nothing goes up as a stray and nowhere else (RFC 6026 §7.3, trap 4.3 #55, TXN-007, TXN-016)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = bench.peer('192.0.2.2');
    bob.send(
      'SIP/2.0 200 OK\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKstray\nFrom: <sip:a@x>;tag=1\nTo: <sip:b@x>;tag=2\nCall-ID: c\nCSeq: 1 INVITE\n\n',
      at('192.0.2.1'),
    );
    bob.expectNothing(/./, 1000);
    expect(alice.strays.map(({ status }) => status)).toEqual([200]);
  });
});

describe('requests without a transaction', () => {
  test('the ACK to a 2xx gets a new branch, leaves no transaction and no timer (§13.2.2.4, trap 4.3 #40, UAC-021)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = bench.element('192.0.2.2');
    bob.answer = (transaction) => transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
    const invite = alice.newRequest('INVITE', 'sip:bob@192.0.2.2');
    const outcome = alice.send(invite, { destination: bobAddress });
    bench.clock.advance(0);
    const before = alice.counts;
    const sent = alice.transactions.send(alice.newRequest('ACK', 'sip:bob@192.0.2.2'), { destination: bobAddress });
    bench.clock.advance(0);
    expect(alice.counts).toEqual(before);
    expect(sent?.request.via.branch).not.toBe(outcome.transaction.request.via.branch);
    expect(bob.acks).toMatchObject([{ invite: undefined }]);
  });

  test('an ACK is refused as a transaction: that is misuse (§17)', () => {
    const alice = bench.element('192.0.2.1');
    const ack = alice.newRequest('ACK', 'sip:bob@192.0.2.2');
    expect(() => alice.send(ack, { destination: bobAddress })).toThrow('ACK');
  });
});

test('branches begin with the magic cookie, carry 96 bits from the given dice and never repeat (§8.1.1.7, trap 4.3 #56, UAC-005)', () => {
  const alice = bench.element('192.0.2.1');
  const seen = new Set<string | undefined>();
  for (let i = 0; i < 500; i++) {
    const { transaction } = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: bobAddress });
    seen.add(transaction.request.via.branch);
  }
  expect(seen.size).toBe(500);
  for (const branch of seen) expect(branch).toMatch(/^z9hG4bK[0-9a-f]{24}$/);
});

describe('limits', () => {
  test('beyond the limit of server transactions new requests get a stateless 503 with Retry-After, old ones go on', () => {
    const bob = bench.element('192.0.2.2', { transactionLimits: { server: 1, retryAfter: 7 } });
    const alice = bench.peer('192.0.2.1');
    alice.send(text('INVITE'), bobAddress);
    alice.send(text('OPTIONS', { branch: 'z9hG4bK2' }), bobAddress);
    alice.send(text('OPTIONS', { branch: 'z9hG4bK2' }), bobAddress);
    bench.clock.advance(0);
    const refusals = alice.heard.map(({ text }) => text);
    expect(refusals).toHaveLength(2);
    expect(refusals[0]).toMatch(/^SIP\/2.0 503[\s\S]*^Retry-After: 7\r$/m);
    // A stateless answer is the same for every copy, tag included (§8.2.7).
    expect(refusals[1]).toBe(refusals[0]);
    expect(bob.requests).toHaveLength(1);
    // What shortens the queue still gets through.
    alice.send(text('CANCEL'), bobAddress);
    bench.clock.advance(0);
    expect(bob.cancels).toMatchObject([{ invite: bob.requests[0] }]);
    bob.requests[0]?.respond(createResponse(bob.requests[0].request, 487, { toTag: 'b' }));
    alice.send(text('ACK', { toTag: 'b' }), bobAddress);
    bench.clock.advance(0);
    expect(bob.requests[0]?.state).toBe('confirmed');
  });

  test('beyond the limit of client transactions a request fails as if it could not be sent', () => {
    const alice = bench.element('192.0.2.1', { transactionLimits: { client: 1 } });
    const first = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: bobAddress });
    const second = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), { destination: bobAddress });
    bench.clock.advance(0);
    expect(first.failures).toEqual([]);
    expect(second.failures).toEqual(['transport']);
  });
});

describe('flow failure', () => {
  test('pending client transactions on that flow fail at once, others and those in Accepted go on (RFC 5626 §4.5, traps 4.2 #32, 4.3 #54, TXN-015, TPT-008, UAC-036)', () => {
    const alice = bench.element('192.0.2.1');
    const bob = bench.element('192.0.2.2');
    const carol = bench.element('192.0.2.3');
    const target = { destination: at('192.0.2.2', 'TCP') };
    bob.answer = (transaction) => {
      if (transaction.request.callId === 'answered')
        transaction.respond(createResponse(transaction.request, 200, { toTag: 'b' }));
    };
    const answered = alice.send(alice.newRequest('INVITE', 'sip:bob@192.0.2.2', { callId: 'answered' }), target);
    const ringing = alice.send(alice.newRequest('INVITE', 'sip:bob@192.0.2.2'), target);
    const options = alice.send(alice.newRequest('OPTIONS', 'sip:bob@192.0.2.2'), target);
    const elsewhere = alice.send(alice.newRequest('OPTIONS', 'sip:carol@192.0.2.3'), {
      destination: at('192.0.2.3', 'TCP'),
    });
    bench.clock.advance(250);
    expect(ringing.statuses).toEqual([100]);
    const flow = ringing.transaction.flow;
    if (flow) cut(flow);
    expect(ringing.failures).toEqual(['transport']);
    expect(options.failures).toEqual(['transport']);
    expect(answered.failures).toEqual([]);
    expect(answered.transaction.state).toBe('accepted');
    expect(elsewhere.failures).toEqual([]);
    expect(alice.closed).toMatchObject([{ flow, cause: 'cut' }]);
    for (const transaction of [...bob.requests, ...carol.requests]) {
      transaction.respond(createResponse(transaction.request, 500, { toTag: 'b' }));
    }
  });
});

test('close ends every transaction and timer at once', () => {
  const alice = bench.element('192.0.2.1');
  const bob = bench.element('192.0.2.2');
  const outcome = alice.send(alice.newRequest('INVITE', 'sip:bob@192.0.2.2'), { destination: bobAddress });
  bench.clock.advance(10);
  const causes: string[] = [];
  const [transaction] = bob.requests;
  if (transaction) transaction.onTerminated = (cause) => causes.push(cause);
  alice.transactions.close();
  bob.transactions.close();
  assertIdle(alice, bob);
  expect(outcome.failures).toEqual([]);
  expect(outcome.ended).toBe(1);
  expect(causes).toEqual(['closed']);
});

describe('over a network that loses, repeats and reorders', () => {
  const seeds = Array.from({ length: 40 }, (_, i) => i + 1);

  test.each(seeds)('seed %i: requests and INVITEs come to one end on both sides, and nothing is left', (seed) => {
    bench = new Bench({ latency: 20, jitter: 60, loss: 0.3, duplicate: 0.2, reorder: 0.2 }, seed);
    const { clock } = bench;
    const alice = bench.element('192.0.2.1');
    const bob = bench.element('192.0.2.2');
    const finals: Readonly<Record<string, number>> = {
      OPTIONS: 200,
      rejected: 486,
      accepted: 200,
      cancelled: 487,
      INFO: 500,
    };
    bob.answer = (transaction) => {
      const { method, callId } = transaction.request;
      const respond = (status: number) =>
        transaction.respond(createResponse(transaction.request, status, { toTag: 'b' }));
      const final = () => respond(finals[callId] ?? 500);
      if (method !== 'INVITE') return final();
      respond(180);
      clock.at(clock.now() + 5000, final);
    };
    const outcomes = Object.keys(finals).map((callId) => {
      const method = callId === callId.toUpperCase() ? callId : 'INVITE';
      return alice.send(alice.newRequest(method, 'sip:bob@192.0.2.2', { callId }), { destination: bobAddress });
    });
    clock.at(1000, () => outcomes[3]?.transaction.cancel());
    clock.advance(150_000);
    // Each request reached the user at most once, whatever the network did to it.
    const ids = bob.requests.map(({ request }) => request.callId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [i, { statuses, failures, ended }] of outcomes.entries()) {
      const count = statuses.filter((status) => status >= 200).length;
      if (i === 2) {
        // A 2xx to an INVITE comes up as often as it arrives; no user repeats it here, so it may be lost for good.
        expect(new Set(statuses.filter((status) => status >= 200)).size).toBeLessThanOrEqual(1);
        continue;
      }
      expect(count + failures.length).toBe(1);
      expect(ended).toBe(1);
    }
    for (const { transaction } of outcomes) if (transaction.state === 'proceeding') transaction.cancel();
    clock.advance(100_000);
    assertIdle(alice, bob);
  });
});
