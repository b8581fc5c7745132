import { expect, test } from 'vitest';
import { register, request, signed, World } from './world.ts';

const BOB = 'sip:bob@example.com';

test('SEC-ENUM-05 SEC-AUTH-12 an unknown user costs a look-up and a digest like a known one', async () => {
  const world = new World();
  const stranger = world.peer('192.0.2.66');
  for (const user of ['alice', 'zznobody']) {
    const before = world.lookups;
    await stranger.askAs(user, register(user, '', { callId: `work-${user}` }), 'wrong');
    expect(world.lookups - before).toBe(1);
  }
  expect(world.failedLogins).toHaveLength(2);
});

test('SEC-AUTH-01 guessing is slowed down more and more, up to a cap; a source that knows the password is not shut out', async () => {
  const failedLogins = {
    perAccount: 3,
    perSource: 100,
    window: 300_000,
    first: 2000,
    longest: 60_000,
    remembered: 100,
  };
  const world = new World({ limits: { failedLogins } });
  const owner = world.peer('192.0.2.20');
  expect((await owner.askAs('alice', register('alice', '', { callId: 'own' }))).status).toBe(200);
  const thief = world.peer('192.0.2.66');
  const guess = (n: number) => thief.askAs('alice', register('alice', '', { callId: `guess${n}` }), 'wrong');
  const waits: number[] = [];
  for (let n = 0; n < 12; n++) {
    const response = await guess(n);
    if (response.status === 503) {
      waits.push(response.retryAfter ?? 0);
      await world.pass((response.retryAfter ?? 0) * 1000);
    } else {
      expect(response.status).toBe(401);
    }
  }
  expect(waits).toEqual([2, 4, 8, 16, 32]);
  for (const { blockedUntil = 0 } of world.failedLogins) expect(blockedUntil - world.clock.now()).toBeLessThan(60_001);
  expect((await guess(20)).status).toBe(401);
  expect((await owner.askAs('alice', register('alice', '', { callId: 'own', cseq: 9 }))).status).toBe(200);
  const elsewhere = world.peer('192.0.2.21');
  expect((await elsewhere.askAs('alice', register('alice', '', { callId: 'else' }))).status).toBe(503);
});

test('SEC-AUTH-01 a wrong password gets its nonce back, so that no client tries it twice; the right one is then good with it', async () => {
  const world = new World();
  const alice = world.peer('192.0.2.20');
  const text = register('alice', 'Contact: <sip:a@192.0.2.20>');
  const challenge = await alice.ask(text);
  const wrong = await alice.ask(signed(text, challenge, 'alice', 'wrong').replace('reg-alice1a', 'wrong'));
  const nonces = [challenge, wrong].map(({ authenticate }) => authenticate[0]?.get('nonce'));
  expect([wrong.status, nonces[1]]).toEqual([401, nonces[0]]);
  expect((await alice.ask(signed(text, wrong, 'alice').replace('reg-alice1a', 'right'))).status).toBe(200);
  await world.pass(301_000);
  const late = await alice.ask(signed(text, challenge, 'alice', 'wrong').replace('reg-alice1a', 'late'));
  expect(late.authenticate[0]?.get('nonce')).not.toBe(nonces[0]);
});

test('SEC-AUTH-01 the source is slowed down too when it tries one account after the other', async () => {
  const failedLogins = {
    perAccount: 100,
    perSource: 4,
    window: 300_000,
    first: 2000,
    longest: 60_000,
    remembered: 100,
  };
  const world = new World({ limits: { failedLogins } });
  const thief = world.peer('192.0.2.66');
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++) {
    statuses.push((await thief.askAs(`zz${n}`, register(`zz${n}`, '', { callId: `n${n}` }), 'wrong')).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 503, 503]);
});

test('SEC-AUTH-01 a forged UDP source is not blamed: only who brings back our nonce counts', async () => {
  const world = new World();
  const victim = world.peer('192.0.2.20');
  const thief = world.peer('192.0.2.66');
  const text = register('alice', '', { callId: 'spoof' });
  const challenge = await thief.ask(text);
  await victim.ask(signed(text, challenge, 'alice', 'wrong').replaceAll('spoof', 'spoof2'));
  expect(world.failedLogins).toEqual([]);
});

test('SEC-AUTH-02 a captured Authorization is good neither twice nor from elsewhere', async () => {
  const world = new World();
  const alice = world.peer('192.0.2.20');
  const text = register('alice', 'Contact: <sip:a@192.0.2.20>');
  const captured = signed(text, await alice.ask(text), 'alice');
  expect((await alice.ask(captured)).status).toBe(200);
  const replay = captured
    .replace(/branch=/, 'branch=z')
    .replace('<sip:a@', '<sip:evil@')
    .replace('branch=zz9', 'branch=z9hG4bKevil9');
  const again = await alice.ask(replay);
  expect([again.status, again.authenticate[0]?.get('stale')]).toEqual([401, 'true']);
  const thief = world.peer('192.0.2.66');
  expect((await thief.ask(replay.replace('z9hG4bKevil', 'z9hG4bKelse'))).status).toBe(401);
  expect((await world.location.lookup('sip:alice@example.com')).map(({ contact }) => contact)).toEqual([
    'sip:a@192.0.2.20',
  ]);
});

test('SEC-AUTH-03 a made-up nonce is 401; an old one is stale only when the digest was right', async () => {
  const world = new World();
  const alice = world.peer('192.0.2.20');
  const text = register('alice', '');
  const challenge = await alice.ask(text);
  const forged = signed(text, challenge, 'alice').replace(/nonce="./, 'nonce="0');
  const made = await alice.ask(forged);
  expect([made.status, made.authenticate[0]?.get('stale')]).toEqual([401, undefined]);
  await world.pass(301_000);
  const old = await alice.ask(signed(text, challenge, 'alice').replace('reg-alice1a', 'old'));
  expect([old.status, old.authenticate[0]?.get('stale')]).toEqual([401, 'true']);
  const wrong = await alice.ask(signed(text, challenge, 'alice', 'wrong').replace('reg-alice1a', 'wrong'));
  expect([wrong.status, wrong.authenticate[0]?.get('stale')]).toEqual([401, undefined]);
});

test('SEC-AUTH-04 a digest for another URI is refused', async () => {
  const world = new World();
  const alice = world.peer('192.0.2.20');
  const text = request('INVITE', BOB);
  const challenge = await alice.ask(text);
  const moved = signed(text, challenge, 'alice').replace(`INVITE ${BOB}`, 'INVITE sip:carol@example.com');
  expect((await alice.ask(moved)).status).toBe(400);
  const method = signed(text, challenge, 'alice')
    .replaceAll('INVITE', 'MESSAGE')
    .replace('Call-ID: MESSAGE', 'Call-ID: INVITE');
  expect((await alice.ask(method)).status).toBe(407);
});

test('SEC-AUTH-05 credentials without qop, or with an algorithm that was not offered, are no credentials', async () => {
  const world = new World();
  const alice = world.peer('192.0.2.20');
  const text = register('alice', '');
  const challenge = await alice.ask(text);
  const good = signed(text, challenge, 'alice');
  for (const [n, bad] of [
    good.replace(/, ?qop=auth/, ''),
    good.replace(/algorithm=SHA-256/, 'algorithm=SHA-512-256'),
    good.replace(/algorithm=SHA-256/, 'algorithm=SHA-256-sess'),
    good.replace(/opaque="[^"]*"/, 'opaque="other"'),
  ].entries()) {
    expect((await alice.ask(bad.replace('reg-alice1a', `bad${n}`))).status).toBe(401);
  }
});

test('REG-037 SHA-256 is offered before MD5, each on its own line with qop and unquoted algorithm (traps 4.1 #3, 4.8 #110)', async () => {
  const world = new World();
  const response = await world.peer('192.0.2.20').ask(register('alice', ''));
  const lines = response.headers.all('www-authenticate');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/algorithm=SHA-256, qop="auth"/);
  expect(lines[1]).toMatch(/algorithm=MD5, qop="auth"/);
});

test('a phone that knows only MD5 gets in (RFC 8760 §2.4)', async () => {
  const world = new World();
  const alice = world.peer('192.0.2.20');
  const text = register('alice', 'Contact: <sip:a@192.0.2.20>');
  const challenge = await alice.ask(text);
  const old = challenge.headers.all('www-authenticate').filter((value) => value.includes('MD5'));
  const only = challenge.with({ headers: challenge.headers.with('WWW-Authenticate', old) });
  expect((await alice.ask(signed(text, only, 'alice'))).status).toBe(200);
  expect((await alice.ask(signed(text, only, 'alice', 'wrong').replace('reg-alice1a', 'wrong'))).status).toBe(401);
});
