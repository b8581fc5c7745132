// A back-to-back user agent: a call that comes in on the left is made anew on the right. Descriptions pass through; so do the answer,
// hold and resume by re-INVITE from either side, a refusal, CANCEL and BYE. Media flows between the phones, not through here.
//   node b2bua.ts 25060      Alice calls Bob through it on this machine: holds, resumes, hangs up; then calls again and cancels.
import type { MediaRefusal, Session, SessionDescriptionHandler } from '@ringback/sip';
import { type LadderEntry, ladder } from '@ringback/sip/ladder';
import { type NodeUserAgent, type NodeUserAgentOptions, openUserAgent } from '@ringback/sip-node';

/** One leg's descriptions are the other leg's: what is offered here is offered there, and the answer there is given here. */
class Leg implements SessionDescriptionHandler {
  readonly session: Session;
  other: Leg | undefined;
  /** What the other side offered, to be offered here, and who waits for the answer. */
  #offer = '';
  #waiting: { readonly resolve: (answer: string) => void; readonly reject: (why: MediaRefusal) => void } | undefined;
  /** The answer to the offer that made the call: on its way since then. */
  #first: Promise<string> | undefined;

  constructor(session: Session) {
    this.session = session;
  }

  connect(other: Leg, offer: string): void {
    this.other = other;
    other.other = this;
    this.#first = other.pass(offer);
    this.#first.catch(() => {});
  }

  async createAnswer(offer: string): Promise<string> {
    const answer = this.#first ?? this.other?.pass(offer);
    if (!answer) throw { status: 488 } satisfies MediaRefusal;
    if (!this.#first) this.other?.session.restartMedia();
    this.#first = undefined;
    return answer;
  }

  async createOffer(): Promise<string> {
    await undefined; // A new call asks before it knows whose other leg it is.
    return this.#offer;
  }

  async acceptAnswer(answer: string): Promise<void> {
    this.#waiting?.resolve(answer);
    this.#waiting = undefined;
  }

  rollback(): void {
    this.#waiting?.reject({ status: 488 });
    this.#waiting = undefined;
  }

  close(): void {
    this.rollback();
  }
  pass(offer: string): Promise<string> {
    this.rollback();
    this.#offer = offer;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }
}

const legs = new Map<Session, Leg>();
const entries: LadderEntry[] = [];
const base = Number(process.argv[2] ?? 25060);
const places = ['alice', 'left', 'right', 'bob'];

/** Somebody who talks to somebody else, each at a port of this machine. The legs go by the name of whom they stand for. */
function open(name: string, peer: string, rest: Partial<NodeUserAgentOptions>): Promise<NodeUserAgent> {
  const user = name === 'left' ? 'bob' : name === 'right' ? 'alice' : name;
  return openUserAgent({
    account: { aor: `sip:${user}@127.0.0.1` },
    server: `sip:127.0.0.1:${base + places.indexOf(peer)}`,
    port: base + places.indexOf(name),
    trace: ({ direction, message }) => {
      if (message && direction === 'out') entries.push({ at: Date.now(), from: name, to: peer, message });
    },
    ...rest,
  });
}

const sessionDescription = (session: Session): Leg => {
  const leg = new Leg(session);
  legs.set(session, leg);
  return leg;
};
const ended = (session: Session): void => {
  const other = legs.get(session)?.other?.session;
  legs.delete(session);
  if (other?.state === 'incoming') other.reject(session.end?.status ?? 480);
  else other?.hangUp();
};
const right = await open('right', 'bob', {
  sessionDescription,
  events: {
    session: (session) => {
      if (session.state === 'connected') legs.get(session)?.other?.session.answer();
    },
    ended,
  },
});
const left = await open('left', 'alice', {
  sessionDescription,
  events: {
    incoming: (session) => {
      const offer = session.remoteDescription;
      if (offer === undefined) return session.reject(488);
      const call = right.agent.call('sip:bob@127.0.0.1');
      const [here, there] = [legs.get(session), legs.get(call)];
      if (here && there) here.connect(there, offer);
    },
    ended,
  },
});

// And two who try it out.
const bob = await open('bob', 'right', {
  events: {
    incoming: (session) => {
      if (calls === 1) session.answer();
    },
  },
});
let calls = 0;
let held = false;
const call = (): void => {
  calls += 1;
  alice.agent.call('sip:bob@127.0.0.1');
};
const alice = await open('alice', 'left', {
  events: {
    session: (session) => {
      if (calls === 2 && session.state === 'ringing') session.hangUp();
      if (session.state !== 'connected' || session.held.local !== session.held.wanted) return;
      if (session.held.local) session.resume();
      else if (held) session.hangUp();
      else session.hold();
      held ||= session.held.wanted;
    },
    ended: async () => {
      if (calls === 1) return call();
      await new Promise((bobKnows) => setTimeout(bobKnows, 500));
      await Promise.all([alice, bob, left, right].map((each) => each.close()));
      console.log(ladder(entries, { names: Object.fromEntries(places.map((place) => [place, place])) }));
    },
  },
});
call();
