import type { Session, SessionEnd, SessionState } from '@ringback/sip';
import { beforeEach, describe, expect, it } from 'vitest';
import type { MediaRequest, MediaResult, ToTab } from '../bridge/protocol.ts';
import { Calls } from './calls.ts';
import { Tabs } from './tabs.ts';

const WEBRTC =
  'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 AB\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const PLAIN = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

describe('calls', () => {
  let lab: Lab;
  beforeEach(() => {
    lab = new Lab();
  });

  it('belong to the tab that dials, from the first offer on', async () => {
    const session = lab.dial('t1');
    const offer = lab.calls.media('a', session).createOffer({ hold: false });
    expect(lab.asked('t1')).toEqual([{ op: 'offer', hold: false, iceRestart: false }]);
    lab.answer('t1', { ok: true, sdp: WEBRTC });
    expect(await offer).toBe(WEBRTC);
    expect(lab.snapshot()).toMatchObject({ owner: 't1', state: 'dialing', direction: 'outgoing' });
  });

  it('keep their tab when they end, so that it says how', () => {
    const session = lab.dial('t1');
    lab.end(session, { by: 'remote', kind: 'rejected', status: 486 });
    expect(lab.snapshot()).toMatchObject({ owner: 't1', state: 'ended' });
  });

  it('never leave when the microphone does not open, and say so', async () => {
    const session = lab.dial('t1');
    const offer = lab.calls.media('a', session).createOffer({ hold: false });
    lab.answer('t1', { ok: false, status: 480, error: 'NotFoundError', detail: 'no device' });
    await expect(offer).rejects.toEqual({ status: 480 });
    lab.end(session, { by: 'local', kind: 'failed', status: 480 });
    expect(lab.snapshot().end).toEqual({
      outcome: 'microphone',
      by: 'here',
      mediaError: 'NotFoundError',
      detail: 'no device',
    });
  });

  it('that offer plain RTP are refused before they ring, with a Warning', async () => {
    const session = lab.incoming('a', PLAIN);
    expect(session.did).toEqual(['answer']);
    const refusal = lab.calls.media('a', session).createAnswer(PLAIN, { hold: false });
    await expect(refusal).rejects.toMatchObject({ status: 488, warning: expect.stringMatching(/^399 ringback "/) });
    lab.end(session, { by: 'local', kind: 'failed', status: 488 });
    expect(lab.snapshot().end?.outcome).toBe('no-common-media');
  });

  it('answered with plain RTP end for want of common media', async () => {
    const session = lab.dial('t1');
    await expect(lab.calls.media('a', session).acceptAnswer(PLAIN)).rejects.toMatchObject({ status: 488 });
    lab.end(session, { by: 'local', kind: 'failed', status: 488 });
    expect(lab.snapshot().end?.outcome).toBe('no-common-media');
  });

  it('beyond two of one account hear that it is busy, and stand in the history as missed', () => {
    lab.incoming('a');
    lab.incoming('a');
    lab.incoming('b');
    const third = lab.incoming('a');
    expect(third.did).toEqual(['reject 486']);
    lab.end(third, { by: 'local', kind: 'rejected', status: 486 });
    expect(lab.ended).toEqual(['missed']);
    expect(lab.calls.snapshots()).toHaveLength(3);
  });

  it('answered while another is up put that one on hold, but none of another person', () => {
    const mine = lab.dial('t1', 'a');
    const other = lab.dial('t2', 'b');
    for (const session of [mine, other]) lab.becomes(session, 'connected');
    const call = lab.call(lab.incoming('a'));
    lab.calls.answer(call, 't1', true);
    expect(mine.did).toEqual(['hold']);
    expect(other.did).toEqual([]);
  });

  it('that are resumed put the one that is up on hold', () => {
    const [one, two] = [lab.dial('t1'), lab.dial('t1')];
    for (const session of [one, two]) lab.becomes(session, 'connected');
    lab.calls.hold(lab.call(one), false);
    expect([one.did, two.did]).toEqual([['hold', 'resume'], ['hold']]);
  });

  it('that still ring are held as soon as they are up, unless the call they wait for has ended by then', () => {
    const first = lab.dial('t1');
    const second = lab.incoming('a');
    lab.calls.answer(lab.call(second), 't1', true);
    expect(first.did).toEqual(['hold']);
    lab.becomes(second, 'connected');
    lab.end(second, { by: 'remote', kind: 'hangup' });
    expect(first.did).toEqual(['hold', 'resume']);
  });

  it('whose far side refuses to be held are muted while another is up, and heard again when taken back', () => {
    const [first, second] = [lab.dial('t1'), lab.incoming('a')];
    lab.becomes(first, 'connected');
    lab.calls.answer(lab.call(second), 't1', true);
    lab.becomes(second, 'connected');
    expect(lab.call(first).muted).toBe(false);
    first.held = { local: false, remote: false, wanted: false };
    lab.becomes(first, 'connected');
    expect(lab.call(first).muted).toBe(true);
    lab.calls.hold(lab.call(first), false);
    expect(lab.call(first).muted).toBe(false);
  });

  it('end when the tab with their microphone goes, and only those', () => {
    const [mine, other] = [lab.dial('t1'), lab.dial('t2')];
    for (const session of [mine, other]) lab.becomes(session, 'connected');
    lab.tabs.leave('t1');
    expect([mine.did.at(-1), other.did]).toEqual(['hangUp', []]);
    lab.end(mine, { by: 'local', kind: 'hangup' }, true);
    expect(lab.ended).toEqual(['interrupted']);
  });

  it('ask nothing of a tab that has gone', async () => {
    const session = lab.dial('t1');
    const offer = lab.calls.media('a', session).createOffer({ hold: false });
    lab.tabs.leave('t1');
    await expect(offer).rejects.toEqual({ status: 480 });
  });

  it('tell late candidates by one re-INVITE, after the ACK, and only if nothing has connected by then', () => {
    const session = lab.dial('t1');
    lab.calls.mediaEvent('t1', session.id, { type: 'late-candidates' });
    expect(session.did).toEqual([]);
    lab.becomes(session, 'connected');
    lab.calls.mediaEvent('t1', session.id, { type: 'late-candidates' });
    expect(session.did).toEqual(['restartMedia']);
    const lucky = lab.dial('t1');
    lab.calls.mediaEvent('t1', lucky.id, { type: 'late-candidates' });
    lab.calls.mediaEvent('t1', lucky.id, { type: 'state', state: 'connected' });
    lab.becomes(lucky, 'connected');
    expect(lucky.did).toEqual([]);
  });

  it('start ICE anew when it failed, not more than once in a while', () => {
    const session = lab.dial('t1');
    lab.becomes(session, 'connected');
    lab.now = 10_000;
    lab.calls.mediaEvent('t1', session.id, { type: 'failed' });
    lab.calls.mediaEvent('t1', session.id, { type: 'failed' });
    expect(session.did).toEqual(['mediaStalled']);
  });

  it('send digits by INFO where the far side takes no events', async () => {
    const session = lab.dial('t1');
    lab.becomes(session, 'connected');
    const byEvent = lab.calls.digit(lab.call(session), '5');
    await Promise.resolve();
    lab.answer('t1', { ok: true, sent: true });
    expect(await byEvent).toBe(true);
    expect(session.did).toEqual([]);
    const byInfo = lab.calls.digit(lab.call(session), '#');
    await Promise.resolve();
    lab.answer('t1', { ok: true, sent: false });
    expect(await byInfo).toBe(true);
    expect(session.did).toEqual(['info #']);
  });

  it('send the next digit when the one before has its answer', async () => {
    const session = lab.dial('t1');
    lab.becomes(session, 'connected');
    const both = [lab.calls.digit(lab.call(session), '1'), lab.calls.digit(lab.call(session), '2')];
    await Promise.resolve();
    expect(lab.asked('t1')).toEqual([{ op: 'dtmf', digit: '1' }]);
    lab.answer('t1', { ok: true, sent: false });
    await both[0];
    await Promise.resolve();
    lab.answer('t1', { ok: true, sent: false });
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(session.did).toEqual(['info 1', 'info 2']);
  });

  it('muted before there is a microphone open it silent', async () => {
    const session = lab.dial('t1');
    void lab.calls.mute(lab.call(session), true);
    lab.answer('t1', { ok: true });
    const offer = lab.calls.media('a', session).createOffer({ hold: false });
    lab.answer('t1', { ok: true, sdp: WEBRTC });
    await Promise.resolve();
    await Promise.resolve();
    expect(lab.asked('t1').at(-1)).toEqual({ op: 'mute', on: true });
    lab.answer('t1', { ok: true });
    expect(await offer).toBe(WEBRTC);
  });

  it('that ended stay a while to be read, unless dismissed', () => {
    const [one, two] = [lab.dial('t1'), lab.dial('t1')];
    for (const session of [one, two]) lab.end(session, { by: 'remote', kind: 'failed', status: 404 });
    lab.calls.dismiss(one.id);
    expect(lab.calls.snapshots().map(({ id }) => id)).toEqual([two.id]);
    for (const run of lab.timers) run();
    expect(lab.calls.snapshots()).toEqual([]);
  });

  it('show that signalling is cut while they are up', () => {
    const session = lab.dial('t1');
    lab.open = false;
    expect(lab.snapshot().reconnecting).toBe(false);
    lab.becomes(session, 'connected');
    expect(lab.snapshot().reconnecting).toBe(true);
  });
});

/** A session that notes what is done with it. */
class FakeSession implements Session {
  readonly did: string[] = [];
  readonly callId = 'call-id';
  readonly remote = { uri: 'sip:bob@example.com' };
  held = { local: false, remote: false, wanted: false };
  readonly startedAt: number;
  state: SessionState;
  answeredAt: number | undefined;
  endedAt: number | undefined;
  end: SessionEnd | undefined;
  readonly localDescription: string | undefined;
  readonly id: string;
  readonly direction: Session['direction'];
  readonly remoteDescription: string | undefined;
  readonly replaces: undefined;
  readonly joins: undefined;
  readonly referredBy: undefined;
  readonly sessionId = undefined;
  readonly invite = undefined;
  readonly userToUser = [];
  constructor(id: number, direction: Session['direction'], remoteDescription?: string) {
    this.id = `s${id}`;
    this.startedAt = id;
    this.direction = direction;
    this.remoteDescription = remoteDescription;
    this.state = direction === 'incoming' ? 'incoming' : 'calling';
  }
  answer = (): void => void this.did.push('answer');
  reject = (status?: number): void => void this.did.push(`reject ${status}`);
  progress = (): void => void this.did.push('progress');
  update = (): void => void this.did.push('update');
  hangUp = (): void => void this.did.push('hangUp');
  hold = (): void => {
    this.held = { ...this.held, wanted: true };
    this.did.push('hold');
  };
  resume = (): void => {
    this.held = { ...this.held, wanted: false };
    this.did.push('resume');
  };
  restartMedia = (): void => void this.did.push('restartMedia');
  changeIdentity = (): void => void this.did.push('changeIdentity');
  mediaStalled = (): void => void this.did.push('mediaStalled');
  transfer = (target: string): void => void this.did.push(`transfer ${target}`);
  transferTo = (): void => void this.did.push('transferTo');
  readonly trickles = false;
  trickle = (): void => void this.did.push('trickle');
  sendInfo = async (): Promise<number> => 200;
  sendMessage = async () => ({ status: 200 });
  sendDtmfInfo = async (digit: string): Promise<number> => {
    this.did.push(`info ${digit}`);
    return 200;
  };
}

class Lab {
  now = 0;
  open = true;
  readonly ended: string[] = [];
  readonly timers: (() => void)[] = [];
  readonly #posted = new Map<string, Extract<ToTab, { type: 'media' }>[]>();
  readonly tabs: Tabs = new Tabs(undefined, (tab) => void this.calls.ownerGone(tab));
  readonly calls: Calls = new Calls({
    tabs: this.tabs,
    now: () => this.now,
    later: (_milliseconds, run) => void this.timers.push(run),
    flowOpen: () => this.open,
    changed: () => undefined,
    up: () => undefined,
    ended: (call) => void this.ended.push(call.recent(this.now).end.outcome),
  });
  #sessions = 0;

  constructor() {
    for (const tab of ['t1', 't2']) {
      const posted: Extract<ToTab, { type: 'media' }>[] = [];
      this.#posted.set(tab, posted);
      this.tabs.arrive(tab, '', { post: (message) => message.type === 'media' && posted.push(message) });
    }
  }
  dial(tab: string, account = 'a'): FakeSession {
    const session = new FakeSession(++this.#sessions, 'outgoing');
    this.calls.dial(account, tab, undefined, () => session);
    return session;
  }
  incoming(account: string, offer = WEBRTC): FakeSession {
    const session = new FakeSession(++this.#sessions, 'incoming', offer);
    this.calls.incoming(account, session);
    return session;
  }
  becomes(session: FakeSession, state: SessionState): void {
    session.state = state;
    if (state === 'connected') session.answeredAt = this.now;
    this.calls.sessionChanged('a', session);
  }
  end(session: FakeSession, end: SessionEnd, answered = false): void {
    Object.assign(session, { state: 'ended', end, endedAt: this.now, ...(answered && { answeredAt: this.now }) });
    this.calls.ended(session);
  }
  call(session: FakeSession) {
    return this.calls.get(session.id)!;
  }
  snapshot() {
    return this.calls.snapshots().at(-1)!;
  }
  asked(tab: string): MediaRequest[] {
    return this.#posted.get(tab)!.map(({ request }) => request);
  }
  answer(tab: string, result: MediaResult): void {
    this.tabs.answered(tab, this.#posted.get(tab)!.at(-1)!.id, result);
  }
}
