import { describe, expect, it } from 'vitest';
import {
  calleeLane,
  callerLane,
  refusedCall,
  registration,
  type Step,
  traceOf,
  wholeCall,
} from '../../bridge/testing/traces.ts';
import { buildLadder, type Ladder, type LadderInput } from './rows.ts';

const self = 'sip:alice@ringback.local';
const build = (steps: readonly Step[], more: Partial<LadderInput> = {}) =>
  buildLadder({ entries: traceOf('c1', 1000, steps), gateway: true, self, ...more });

/** The ladder as text: `caller>gateway INVITE`. */
const drawn = ({ lanes, rows }: Ladder) =>
  rows.map((row) => {
    const ends = `${lanes[row.from]!.role}>${lanes[row.to]!.role}`;
    return row.kind === 'media'
      ? `${ends} media ${row.state}`
      : `${ends} ${row.arrow}${row.retransmission ? ' again' : ''}`;
  });

describe('the ladder of a call', () => {
  it('draws a forwarded message as two arrows, with every 100 on its own hop only (§16.7)', () => {
    expect(drawn(build(wholeCall))).toEqual([
      'caller>gateway INVITE',
      'gateway>caller 407',
      'caller>gateway ACK',
      'caller>gateway INVITE',
      'gateway>caller 100',
      'gateway>callee INVITE',
      'callee>gateway 100',
      'callee>gateway 180',
      'gateway>caller 180',
      'callee>gateway 200',
      'gateway>caller 200',
      'caller>gateway ACK',
      'gateway>callee ACK',
      'callee>gateway BYE',
      'gateway>caller BYE',
      'caller>gateway 200',
      'gateway>callee 200',
    ]);
  });

  it('puts the media between the ends, after the ACK and before the BYE', () => {
    const rows = drawn(build(wholeCall, { media: { state: 'connected', since: 1000 + 3260 }, over: true }));
    expect(rows.slice(12, 15)).toEqual(['gateway>callee ACK', 'caller>callee media over', 'callee>gateway BYE']);
  });

  it('never puts the media before the answer or behind the BYE, whatever the clocks say', () => {
    const early = drawn(build(wholeCall, { media: { state: 'connected', since: 1 } }));
    const late = drawn(build(wholeCall, { media: { state: 'connected', since: 9e12 } }));
    expect(early.indexOf('caller>callee media flowing')).toBe(11);
    expect(late.indexOf('caller>callee media flowing')).toBe(13);
  });

  it('corrects a gateway whose clock runs ahead, by a request that both have seen', () => {
    const ahead = 60_000;
    const own = traceOf(
      'c1',
      1000 - ahead,
      wholeCall.slice(0, 1).map((step) => ({ ...step, direction: 'out' as const })),
      'phone',
    );
    const entries = [...traceOf('c1', 1000, wholeCall), ...own];
    const ladder = buildLadder({
      entries,
      gateway: true,
      self,
      media: { state: 'connected', since: 1000 - ahead + 3260 },
    });
    expect(drawn(ladder).indexOf('caller>callee media flowing')).toBe(13);
  });

  it('marks what was sent again, but not a forwarded copy', () => {
    const ringing = wholeCall.slice(0, 8);
    const again = { ...wholeCall[7]!, at: 560 };
    expect(drawn(build([...ringing, again])).slice(-2)).toEqual(['callee>gateway 180', 'callee>gateway 180 again']);
    expect(build(wholeCall).rows.some((row) => row.kind === 'arrow' && row.retransmission)).toBe(false);
  });

  it('gives each fork a lane of its own and the media to the one that answered', () => {
    const second = { ...calleeLane, key: 'ws-9', transport: 'WS', address: '127.0.0.1:4444' };
    const ladder = build(
      [
        ...wholeCall.slice(3, 6),
        { at: 12, peer: second, direction: 'out', line: 'INVITE sip:bob@x.invalid', cseq: '2 INVITE' },
        { at: 20, peer: second, direction: 'in', line: '200 OK', cseq: '2 INVITE', toTag: 'b' },
      ],
      { media: { state: 'connected', since: 5000 } },
    );
    expect(ladder.lanes.map((lane) => lane.detail)).toEqual([
      'WS 127.0.0.1:51514',
      '',
      'UDP 192.168.1.31:5060',
      'WS 127.0.0.1:4444',
    ]);
    expect(ladder.rows.at(-1)).toMatchObject({ kind: 'media', from: 0, to: 3 });
  });

  it('keeps a party in its lane when it is back on another connection', () => {
    const [caller, callee] = [
      { ...callerLane, key: 'ws-20', address: '127.0.0.1:60000' },
      { ...calleeLane, key: 'ws-21', address: '127.0.0.1:60001' },
    ];
    const bye = { direction: 'in', line: 'BYE sip:bob@x.invalid', cseq: '3 BYE', toTag: 'b' } as const;
    const steps = [
      ...wholeCall.slice(0, 13),
      { ...bye, at: 9000, peer: caller },
      { ...bye, at: 9001, peer: callee, direction: 'out' as const },
    ];
    expect(build(steps).lanes).toHaveLength(3);
    expect(drawn(build(steps)).slice(-2)).toEqual(['caller>gateway BYE', 'gateway>callee BYE']);
  });

  it('keeps what was before a restart of the gateway, whose numbers begin again', () => {
    const before = traceOf('c1', 1000, wholeCall.slice(0, 13));
    const after = traceOf('c1', 1000, wholeCall.slice(13));
    const ladder = buildLadder({ entries: [...before, ...after], gateway: true, self });
    expect(drawn(ladder)).toEqual(drawn(build(wholeCall)));
  });

  it('puts an upstream that calls in at the left', () => {
    const upstream = { ...calleeLane, role: 'upstream' as const, key: 'up' };
    const ladder = build([
      { at: 0, peer: upstream, direction: 'in', line: 'INVITE sip:alice@ringback.local', cseq: '1 INVITE' },
      {
        at: 1,
        peer: { ...callerLane, role: 'callee' },
        direction: 'out',
        line: 'INVITE sip:alice@x.invalid',
        cseq: '1 INVITE',
      },
    ]);
    expect(drawn(ladder)).toEqual(['upstream>gateway INVITE', 'gateway>callee INVITE']);
  });
});

describe('without a gateway', () => {
  const own = (direction: 'in' | 'out', line: string, cseq: string, at: number): Step => ({
    at,
    peer: callerLane,
    direction,
    line,
    cseq,
  });

  it('has two lanes, the caller at the left', () => {
    const outgoing = traceOf(
      'c1',
      0,
      [own('out', 'INVITE sip:bob@x', '1 INVITE', 0), own('in', '100 Trying', '1 INVITE', 3)],
      'phone',
    );
    expect(drawn(buildLadder({ entries: outgoing, gateway: false, self }))).toEqual([
      'caller>server INVITE',
      'server>caller 100',
    ]);
    const incoming = traceOf(
      'c1',
      0,
      [own('in', 'INVITE sip:alice@x', '1 INVITE', 0), own('out', '180 Ringing', '1 INVITE', 3)],
      'phone',
    );
    const ladder = buildLadder({ entries: incoming, gateway: false, self, media: { state: 'interrupted', since: 2 } });
    expect(drawn(ladder)).toEqual(['server>callee INVITE', 'server>callee media interrupted', 'callee>server 180']);
  });

  it('falls back to the phone’s own messages while the gateway has sent none', () => {
    const entries = traceOf('c1', 0, [own('out', 'INVITE sip:bob@x', '1 INVITE', 0)], 'phone');
    expect(buildLadder({ entries, gateway: true, self }).source).toBe('phone');
  });
});

it('shows a registration, its 401 as a question and not as a failure (§22.2)', () => {
  const ladder = build(registration);
  expect(drawn(ladder)).toEqual([
    'client>gateway REGISTER',
    'gateway>client 401',
    'client>gateway REGISTER',
    'gateway>client 200',
  ]);
  expect(ladder.rows.map((row) => row.kind === 'arrow' && row.tone)).toEqual([
    'request',
    'challenge',
    'request',
    'success',
  ]);
});

it('draws a registration that goes on over a new connection in the same lane', () => {
  const again = registration.map((step) => ({ ...step, at: step.at + 60_000, peer: { ...step.peer, key: 'ws-30' } }));
  const ladder = build([...registration, ...again]);
  expect(ladder.lanes).toHaveLength(2);
  expect(ladder.rows).toHaveLength(2 * registration.length);
});

it('counts time from the first message and drops what came twice over the bridge', () => {
  const entries = traceOf('c1', 1000, refusedCall);
  const ladder = buildLadder({ entries: [...entries, ...entries], gateway: true, self });
  expect(ladder.rows).toHaveLength(refusedCall.length);
  expect(ladder.rows.at(-1)).toMatchObject({ offset: 55, label: 'ACK' });
});
