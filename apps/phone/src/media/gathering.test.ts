import { describe, expect, it } from 'vitest';
import { candidatesIn, DEFAULT_RULE, type Delay, type GatheringPeer, isUsable, mayLeave } from './gathering.ts';

const host = { type: 'host', protocol: 'udp' };
const srflx = { type: 'srflx', protocol: 'udp' };
const relay = { type: 'relay', protocol: 'udp' };

describe('which candidate lets a description leave', () => {
  it('takes a host candidate when no ICE server is configured', () => {
    expect(isUsable(host, DEFAULT_RULE)).toBe(true);
  });
  it('waits for a reflexive or relayed one when the far side does not trickle and ICE servers are configured', () => {
    const rule = { ...DEFAULT_RULE, needsReflexive: true };
    expect([host, srflx, relay].map((candidate) => isUsable(candidate, rule))).toEqual([false, true, true]);
  });
  it('takes only a relayed one under the relay-only policy', () => {
    const rule = { ...DEFAULT_RULE, relayOnly: true };
    expect([host, srflx, relay].map((candidate) => isUsable(candidate, rule))).toEqual([false, false, true]);
  });
  it('never counts an active TCP candidate, RFC 6544 §4.5', () => {
    expect(isUsable({ type: 'host', protocol: 'tcp' }, DEFAULT_RULE)).toBe(false);
  });
  it('reads transport and type of a candidate line, RFC 8839 §5.1', () => {
    const sdp = 'v=0\r\na=candidate:1 1 UDP 2113937151 192.0.2.1 5000 typ host generation 0\r\n';
    expect(candidatesIn(sdp)).toEqual([host]);
  });
});

describe('the moment a description leaves', () => {
  it('is the first usable candidate, and never the end of gathering', async () => {
    const { peer, delay, run } = lab();
    const leaving = mayLeave(peer, DEFAULT_RULE, delay);
    peer.candidate({ type: 'host', protocol: 'tcp' });
    expect(run(DEFAULT_RULE.settle)).toBe(0);
    peer.candidate(host);
    expect(run(DEFAULT_RULE.settle)).toBe(1);
    await leaving;
    expect(peer.listeners).toBe(0);
  });
  it('is the cap when what is there is less than was hoped for', async () => {
    const { peer, delay, run } = lab();
    const leaving = mayLeave(peer, { ...DEFAULT_RULE, needsReflexive: true }, delay);
    peer.candidate(host);
    expect(run(DEFAULT_RULE.settle)).toBe(0);
    expect(run(DEFAULT_RULE.cap)).toBe(1);
    await leaving;
    expect(peer.listeners).toBe(0);
  });
  it('is the first candidate when none was there at the cap: without one the far side has nothing to check, RFC 8445 §5.1', async () => {
    const { peer, delay, run } = lab();
    let left = false;
    const leaving = mayLeave(peer, { ...DEFAULT_RULE, needsReflexive: true }, delay).then(() => {
      left = true;
    });
    expect(run(DEFAULT_RULE.cap)).toBe(1);
    await Promise.resolve();
    expect(left).toBe(false);
    peer.candidate(host);
    expect(run(DEFAULT_RULE.settle)).toBe(1);
    await leaving;
    expect(peer.listeners).toBe(0);
  });
  it('is never a candidate that policy forbids, however late it is', async () => {
    const { peer, delay, run } = lab();
    const leaving = mayLeave(peer, { ...DEFAULT_RULE, relayOnly: true }, delay);
    peer.candidate(host);
    expect(run(DEFAULT_RULE.cap)).toBe(1);
    peer.candidate(srflx);
    expect(run(DEFAULT_RULE.settle)).toBe(0);
    peer.candidate(relay);
    expect(run(DEFAULT_RULE.settle)).toBe(1);
    await leaving;
  });
  it('is the limit when no candidate is found', async () => {
    const { peer, delay, run } = lab();
    const leaving = mayLeave(peer, DEFAULT_RULE, delay);
    run(DEFAULT_RULE.cap);
    expect(run(DEFAULT_RULE.limit)).toBe(1);
    await leaving;
    expect(peer.listeners).toBe(0);
  });
  it('is at once when the description already holds a usable candidate', async () => {
    const { peer, delay } = lab('a=candidate:1 1 udp 1 192.0.2.1 5000 typ host');
    await mayLeave(peer, DEFAULT_RULE, delay);
    expect(peer.listeners).toBe(0);
  });
  it('does not take the end of an earlier gathering for the end of this one, after an ICE restart', async () => {
    const { peer, delay, run } = lab();
    peer.iceGatheringState = 'complete';
    const leaving = mayLeave(peer, DEFAULT_RULE, delay);
    peer.candidate(host);
    expect(run(DEFAULT_RULE.settle)).toBe(1);
    await leaving;
  });
  it('is the end of gathering when that comes without any candidate', async () => {
    const { peer, delay } = lab();
    const leaving = mayLeave(peer, DEFAULT_RULE, delay);
    peer.complete();
    await leaving;
  });
});

/** A peer whose events the test fires, and timers that run when the test says so. */
function lab(sdp = '') {
  class Peer extends EventTarget implements GatheringPeer {
    iceGatheringState = 'gathering';
    localDescription = { sdp };
    listeners = 0;
    override addEventListener(type: string, listener: EventListener): void {
      this.listeners++;
      super.addEventListener(type, listener);
    }
    override removeEventListener(type: string, listener: EventListener): void {
      this.listeners--;
      super.removeEventListener(type, listener);
    }
    candidate(candidate: { type: string; protocol: string }): void {
      const { type, protocol } = candidate;
      this.localDescription = {
        sdp: `${this.localDescription.sdp}\r\na=candidate:1 1 ${protocol} 1 192.0.2.1 5000 typ ${type}`,
      };
      this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate }));
    }
    complete(): void {
      this.iceGatheringState = 'complete';
      this.dispatchEvent(new Event('icegatheringstatechange'));
    }
  }
  const timers = new Set<{ milliseconds: number; run: () => void }>();
  const delay: Delay = (milliseconds, run) => {
    const timer = { milliseconds, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const run = (milliseconds: number): number => {
    const due = [...timers].filter((timer) => timer.milliseconds === milliseconds);
    for (const timer of due) {
      timers.delete(timer);
      timer.run();
    }
    return due.length;
  };
  return { peer: new Peer(), delay, run };
}
