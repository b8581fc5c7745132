import { expect, test } from 'vitest';
import { createResponse } from '../message/index.ts';
import {
  assertIdle,
  MemoryNetwork,
  seededRandom,
  TestAgent,
  TestElement,
  VirtualClock,
  Wire,
} from '../testing/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';

/** Alice calls a peer that rings; `Expires: 20` is in her INVITE. */
async function ringing(expires = '20', ringSeconds?: number) {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock, random: seededRandom(2) });
  const wire = new Wire(network);
  const peer = new TestElement(network, '192.0.2.2');
  let invite: ServerTransaction | undefined;
  const answer = (status: number, transaction = invite) =>
    transaction?.respond(
      createResponse(transaction.request, status, {
        toTag: 'p',
        headers: [['Contact', '<sip:peer@192.0.2.2>']],
        ...(status === 200 &&
          transaction === invite && {
            body: 'v=0\r\no=- 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n',
            contentType: 'application/sdp',
          }),
      }),
    );
  peer.answer = (transaction) => {
    if (transaction.request.method !== 'INVITE') return answer(200, transaction);
    invite = transaction;
    answer(180);
  };
  const alice = new TestAgent(network, '192.0.2.1', {
    user: 'alice',
    server: { transport: 'UDP', host: '192.0.2.2', port: 5060 },
    options: { ...(ringSeconds !== undefined && { ringSeconds }) },
  });
  alice.agent.start();
  clock.advance(1);
  const call = alice.agent.call('sip:peer@example.com', { headers: [['Expires', expires]] });
  await clock.advanceSettled(100);
  expect(wire.requests('INVITE')[0]?.message.expires).toBe(Number(expires));
  const finish = async () => {
    call.hangUp();
    if (!invite?.finalSent) answer(487);
    await clock.advanceSettled(200_000);
    assertIdle(alice.agent, peer.transactions);
  };
  return { clock, wire, call, answer, finish };
}

test('the Expires of an INVITE passes without a final response: CANCEL, and the call has timed out (§13.2.1, UAC-035)', async () => {
  const { clock, wire, call, answer, finish } = await ringing();
  await clock.advanceSettled(19_000);
  expect(wire.requests('CANCEL')).toEqual([]);
  await clock.advanceSettled(1000);
  expect(wire.requests('CANCEL')).toHaveLength(1);
  answer(487);
  await clock.advanceSettled(100);
  expect(call).toMatchObject({ state: 'ended', end: { by: 'local', kind: 'timeout', status: 408 } });
  await finish();
});

test('a 2xx that crosses that CANCEL is acknowledged and ended (§9.1, §13.2.1, UAC-035)', async () => {
  const { clock, wire, call, answer, finish } = await ringing();
  await clock.advanceSettled(20_000);
  answer(200);
  await clock.advanceSettled(100);
  expect([wire.requests('ACK').length, wire.requests('BYE').length, call.state]).toEqual([1, 1, 'ended']);
  await finish();
});

test('answered in time, Expires means nothing any more; it bounds the time to ring, and does not make it longer (§13.2.1, UAC-035)', async () => {
  const answered = await ringing();
  answered.answer(200);
  await answered.clock.advanceSettled(30_000);
  expect(answered.call.state).toBe('connected');
  await answered.finish();
  const patient = await ringing('900', 30);
  await patient.clock.advanceSettled(31_000);
  expect(patient.wire.requests('CANCEL')).toHaveLength(1);
  await patient.finish();
});
