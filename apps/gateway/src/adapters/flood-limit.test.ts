import type { Flow, TransportName } from '@ringback/sip';
import { RecordingUser } from '@ringback/sip/testing';
import { describe, expect, it } from 'vitest';
import { FloodLimit, type FloodLimits } from './flood-limit.ts';

class FakeFlow implements Flow {
  readonly id: string;
  readonly transport: TransportName;
  readonly local = { host: '127.0.0.1', port: 5060 };
  readonly remote: { readonly host: string; readonly port: number };
  state: 'open' | 'closed' = 'open';
  code: number | undefined;

  constructor(transport: TransportName, host = '192.0.2.1', port = 5060) {
    this.id = `${transport} ${host}:${port}`;
    this.transport = transport;
    this.remote = { host, port };
  }

  get reliable(): boolean {
    return this.transport !== 'UDP';
  }

  send(): void {}

  close(code?: number): void {
    this.state = 'closed';
    this.code = code;
  }
}

const TIGHT: Partial<FloodLimits> = {
  webSocket: { burst: 3, interval: 10 },
  address: { burst: 5, interval: 10 },
  registered: { burst: 10, interval: 10 },
};

function lab(limits?: Partial<FloodLimits>) {
  const user = new RecordingUser();
  const logged: string[] = [];
  const time = { now: 0 };
  const limit = new FloodLimit({
    user,
    now: () => time.now,
    log: (_level, event) => logged.push(event),
    exempt: (flow) => flow.remote.host === '192.0.2.99',
    ...(limits === undefined ? {} : { limits }),
  });
  /** How many of so many messages come through. */
  const offer = (flow: Flow, messages: number, octets = 300): number => {
    const before = user.events.length;
    for (let n = 0; n < messages && flow.state === 'open'; n++) limit.received(flow, new Uint8Array(octets));
    return user.events.slice(before).filter(({ type }) => type === 'received').length;
  };
  return { user, limit, offer, logged, time };
}

describe('too many messages', () => {
  it('close a WebSocket nobody registered over, with 1008, and no other one (SEC-WS-07)', () => {
    const { user, offer, logged } = lab(TIGHT);
    const flow = new FakeFlow('WS');
    expect(offer(flow, 100)).toBe(3);
    expect(flow).toMatchObject({ state: 'closed', code: 1008 });
    expect(user.events.at(-1)).toEqual({ type: 'closed', flow, cause: 'too many messages' });
    expect(logged).toEqual(['too-many-messages']);
    const neighbour = new FakeFlow('WS', '192.0.2.1', 5061);
    expect(offer(neighbour, 3)).toBe(3);
    expect(neighbour.state).toBe('open');
  });

  it('are more from a phone that has registered', () => {
    const { limit, offer } = lab(TIGHT);
    const flow = new FakeFlow('WS');
    limit.registered(flow);
    expect(offer(flow, 100)).toBe(10);
  });

  it('over UDP are lost, and told once a second; what comes later is heard again', () => {
    const { offer, logged, time, user } = lab(TIGHT);
    const flow = new FakeFlow('UDP');
    expect(offer(flow, 100)).toBe(5);
    expect(user.events.every(({ type }) => type === 'received')).toBe(true);
    expect(logged).toHaveLength(1);
    time.now += 20;
    expect(offer(flow, 100)).toBe(2);
  });

  it('from one address are counted together over UDP and TCP; registered phones behind it do not suffer', () => {
    const { limit, offer } = lab(TIGHT);
    const phone = new FakeFlow('UDP', '192.0.2.1', 40_000);
    limit.registered(phone);
    expect(offer(new FakeFlow('UDP', '192.0.2.1', 1), 4)).toBe(4);
    expect(offer(new FakeFlow('TCP', '192.0.2.1', 2), 4)).toBe(1);
    expect(offer(phone, 4)).toBe(4);
    expect(offer(new FakeFlow('UDP', '192.0.2.2', 1), 4)).toBe(4);
  });

  it('may come in one piece of a stream: octets count', () => {
    const { offer } = lab(TIGHT);
    expect(offer(new FakeFlow('TCP'), 5, 1250)).toBe(2);
  });

  it('are never too many from a trusted address', () => {
    const { offer } = lab(TIGHT);
    expect(offer(new FakeFlow('UDP', '192.0.2.99'), 1000)).toBe(1000);
  });

  it('are not what 200 calls are, at 50 a second with a challenge each, from one address', () => {
    const { offer, time } = lab();
    const caller = new FakeFlow('UDP', '127.0.0.1', 5080);
    const callee = new FakeFlow('UDP', '127.0.0.1', 5081);
    for (let call = 0; call < 200; call++) {
      time.now += 20;
      // INVITE, ACK, INVITE, ACK, BYE, BYE with credentials; 100, 180, 200, 200.
      expect([offer(caller, 6), offer(callee, 4)]).toEqual([6, 4]);
    }
  });

  it('are not what 2000 phones behind one address send when their power comes back', () => {
    const { offer } = lab();
    for (let phone = 0; phone < 2000; phone++) expect(offer(new FakeFlow('UDP', '192.0.2.1', phone + 1), 2)).toBe(2);
  });
});
