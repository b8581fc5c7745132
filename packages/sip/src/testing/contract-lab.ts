import { latin1Decode, latin1Encode } from '../runtime/index.ts';
import type { Address, Destination, Flow, TransportName, TransportPort } from '../transport/flow.ts';
import type { FlowEvents } from './memory-flow.ts';

/** Two ends of one transport, as the contract needs them. */
export interface ContractEnds {
  /** The end that connects. */
  readonly port: TransportPort;
  /** The end that listens; it connects too where the transport is UDP. */
  readonly farPort?: TransportPort;
  /** Where the far end listens. */
  readonly address: Address;
  /** Where nobody listens. */
  readonly nowhere: Address;
  /** UDP: another socket of the near end. */
  readonly second?: Address;
  /** Lets what is under way go on: virtual time, or a turn of the event loop. */
  pass(): void | Promise<void>;
  close?(): void | Promise<void>;
}

interface Happening {
  readonly type: 'opened' | 'received' | 'closed';
  readonly flow: Flow;
  /** What was received, or why it closed. */
  readonly detail: string;
}

/** Writes down what an end is told. */
export class Recorder implements FlowEvents {
  readonly events: Happening[] = [];

  opened(flow: Flow): void {
    this.events.push({ type: 'opened', flow, detail: '' });
  }

  received(flow: Flow, bytes: Uint8Array): void {
    this.events.push({ type: 'received', flow, detail: latin1Decode(bytes) });
  }

  closed(flow: Flow, cause: string): void {
    this.events.push({ type: 'closed', flow, detail: cause });
  }

  of(type: Happening['type']): readonly Happening[] {
    return this.events.filter((event) => event.type === type);
  }

  /** What was told of a flow; octets in a row, in however many pieces, are one `received`. */
  story(flow: Flow): readonly string[] {
    const types = this.events.filter((event) => event.flow === flow).map(({ type }) => type);
    return types.filter((type, at) => type !== 'received' || types[at - 1] !== 'received');
  }
}

/** Two ends, and the moves the clauses of the contract are made of. */
export class Lab {
  readonly transport: TransportName;
  readonly ends: ContractEnds;
  readonly near: Recorder;
  readonly far: Recorder;

  constructor(transport: TransportName, ends: ContractEnds, near: Recorder, far: Recorder) {
    this.transport = transport;
    this.ends = ends;
    this.near = near;
    this.far = far;
  }

  connect(to: Omit<Destination, 'transport'> = this.ends.address): Flow {
    const flow = this.ends.port.connect({ transport: this.transport, ...to });
    if (flow === undefined) throw new Error(`no ${this.transport} flow to ${to.host}:${to.port}`);
    return flow;
  }

  /** A flow on which `hello` has arrived, seen from both ends. */
  async pair(): Promise<{ readonly here: Flow; readonly there: Flow }> {
    const before = this.far.of('received').length;
    const here = this.connect();
    here.send(latin1Encode('hello'));
    await this.until(() => this.far.of('received').length > before, 'hello');
    await this.until(() => here.state === 'open', 'open');
    const there = this.far.of('received').at(-1)?.flow;
    if (there === undefined) throw new Error('no flow');
    return { here, there };
  }

  /** Another connection, opened, used and closed: what was still to come of those before it has come. */
  async barrier(): Promise<void> {
    const { here, there } = await this.pair();
    there.send(latin1Encode('barrier'));
    await this.until(() => this.near.events.some(({ flow, type }) => flow === here && type === 'received'), 'barrier');
    here.close();
    await this.until(() => there.state === 'closed', 'closed');
  }

  /** Until so much was received; in pieces or not. */
  async heard(end: Recorder, text: string): Promise<void> {
    const all = (): string =>
      end
        .of('received')
        .map(({ detail }) => detail)
        .join('');
    await this.until(() => all().length >= text.length, `${text.length} octets`);
    equal(all() === text, true, 'the octets received');
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    for (let turns = 0; !condition(); turns++) {
      if (turns > MOST_TURNS) throw new Error(`waited in vain: ${what}`);
      await this.ends.pass();
    }
  }
}

/** Far more than anything needs; a test runner's own time limit comes first over real sockets. */
const MOST_TURNS = 10_000_000;

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}
