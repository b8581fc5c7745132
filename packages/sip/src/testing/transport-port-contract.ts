import { latin1Decode, latin1Encode } from '../runtime/index.ts';
import { isReliable, isWebSocket, type TransportName } from '../transport/flow.ts';
import { type ContractEnds, equal, Lab, Recorder } from './contract-lab.ts';
import type { FlowEvents } from './memory-flow.ts';

/** Opens both ends; `near` and `far` are told what happens on their flows. */
export type OpenEnds = (near: FlowEvents, far: FlowEvents) => ContractEnds | Promise<ContractEnds>;

export interface ContractTest {
  readonly name: string;
  run(): Promise<void>;
}

/**
 * What every adapter of the transport port owes the transport layer, as tests: the memory network and real sockets keep
 * the same promises, so that what is proved over the one holds over the other. It needs no particular test runner:
 *
 * @example
 * for (const { name, run } of transportPortContract('TCP', open)) test(name, run);
 */
export function transportPortContract(transport: TransportName, open: OpenEnds): readonly ContractTest[] {
  const contract = [
    ...common,
    ...(isReliable(transport) ? connections : datagrams),
    ...(isWebSocket(transport) ? webSockets : [addressForm]),
  ];
  return contract.map(([name, body]) => ({
    name: `${transport}: ${name}`,
    async run() {
      const near = new Recorder();
      const far = new Recorder();
      const ends = await open(near, far);
      try {
        await body(new Lab(transport, ends, near, far));
      } finally {
        await ends.close?.();
      }
    },
  }));
}

type Clause = readonly [name: string, body: (lab: Lab) => Promise<void>];

const common: readonly Clause[] = [
  [
    'a flow shows its transport, whether it is reliable, and plain numeric addresses',
    async (lab) => {
      const { here, there } = await lab.pair();
      for (const flow of [here, there]) {
        equal(flow.transport, lab.transport, 'transport');
        equal(flow.reliable, isReliable(lab.transport), 'reliable');
        equal(flow.state, 'open', 'state');
        equal(/^::ffff:/i.test(flow.remote.host), false, 'an IPv4 address dressed up as IPv6');
      }
      equal(here.remote, lab.ends.address, 'remote address');
      equal(there.local, lab.ends.address, 'local address of the far end');
    },
  ],
  [
    'octets arrive both ways, all 256 values, in order',
    async (lab) => {
      const { here, there } = await lab.pair();
      const every = Uint8Array.from({ length: 256 }, (_, value) => value);
      here.send(every);
      here.send(latin1Encode('end'));
      await lab.heard(lab.far, `hello${latin1Decode(every)}end`);
      there.send(every);
      there.send(latin1Encode('end'));
      await lab.heard(lab.near, `${latin1Decode(every)}end`);
    },
  ],
  [
    'one flow stands for everything between the two ends',
    async (lab) => {
      const { here, there } = await lab.pair();
      here.send(latin1Encode('again'));
      await lab.heard(lab.far, 'helloagain');
      equal(new Set(lab.far.of('received').map(({ flow }) => flow)).size, 1, 'flows of the far end');
      there.send(latin1Encode('back'));
      await lab.heard(lab.near, 'back');
      equal(lab.near.of('received')[0]?.flow === here, true, 'the flow the answer came on');
    },
  ],
  [
    'a large message arrives whole',
    async (lab) => {
      const { here, there } = await lab.pair();
      const large = 'sip '.repeat(15_000);
      here.send(latin1Encode(large));
      await lab.heard(lab.far, `hello${large}`);
      there.send(latin1Encode(large));
      await lab.heard(lab.near, large);
    },
  ],
  [
    'a destination that makes no sense is no flow or one that fails, and nothing is thrown',
    async (lab) => {
      const { host, port } = lab.ends.address;
      for (const wrong of [
        { host, port: 0 },
        { host, port: 65_536 },
        { host, port: -1 },
        { host: 'no address', port },
        { host: '', port },
      ]) {
        const flow = lab.ends.port.connect({ transport: lab.transport, ...wrong });
        flow?.send(latin1Encode('x'));
        flow?.close();
      }
      await lab.pair();
      equal(lab.near.of('opened').length, isReliable(lab.transport) ? 1 : 0, 'flows opened');
    },
  ],
];

const addressForm: Clause = [
  'an IPv4 address written as an IPv6 one is the IPv4 address it is',
  async (lab) => {
    const { host, port } = lab.ends.address;
    const flow = lab.connect({ host: `::ffff:${host}`, port });
    equal(flow.remote, lab.ends.address, 'remote address');
    flow.send(latin1Encode('mapped'));
    await lab.heard(lab.far, 'mapped');
  },
];

const connections: readonly Clause[] = [
  [
    'a new connection is connecting, and nothing is told inside the call',
    async (lab) => {
      const flow = lab.connect();
      equal(flow.state, 'connecting', 'state');
      equal(lab.near.events.length, 0, 'events');
      await lab.until(() => lab.near.events.length > 0, 'an event');
      equal(lab.near.story(flow), ['opened'], 'story');
      equal(flow.state, 'open', 'state');
    },
  ],
  [
    'what is sent before it is open is kept, in order',
    async (lab) => {
      const flow = lab.connect();
      for (let n = 0; n < 20; n++) flow.send(latin1Encode(`${n} `));
      equal(flow.state, 'connecting', 'state');
      await lab.heard(lab.far, Array.from({ length: 20 }, (_, n) => `${n} `).join(''));
    },
  ],
  [
    'opened, received and closed are told in this order, the first and the last once, at both ends',
    async (lab) => {
      const { here, there } = await lab.pair();
      there.send(latin1Encode('back'));
      await lab.heard(lab.near, 'back');
      there.close();
      await lab.until(() => lab.near.of('closed').length > 0, 'closed');
      equal(lab.near.story(here), ['opened', 'received', 'closed'], 'story of the near end');
      equal(here.state, 'closed', 'state');
      await lab.barrier();
      equal(lab.near.story(here), ['opened', 'received', 'closed'], 'story of the near end afterwards');
    },
  ],
  [
    'a connection closed here is closed at once, tells nothing more here, and tells the other end once',
    async (lab) => {
      const { here, there } = await lab.pair();
      here.close();
      equal(here.state, 'closed', 'state');
      there.send(latin1Encode('late'));
      await lab.until(() => lab.far.of('closed').length > 0, 'closed');
      await lab.barrier();
      equal(lab.near.story(here), ['opened'], 'story of the near end');
      equal(lab.far.story(there), ['opened', 'received', 'closed'], 'story of the far end');
    },
  ],
  [
    'a connection closed by the end that accepted it tells nothing more there either',
    async (lab) => {
      const { here, there } = await lab.pair();
      there.close();
      equal(there.state, 'closed', 'state');
      here.send(latin1Encode('late'));
      await lab.until(() => lab.near.of('closed').length > 0, 'closed');
      await lab.barrier();
      equal(lab.far.story(there), ['opened', 'received'], 'story of the far end');
    },
  ],
  [
    'what is sent or closed after the end goes nowhere, and nothing is thrown',
    async (lab) => {
      const { here, there } = await lab.pair();
      here.close();
      await lab.until(() => there.state === 'closed', 'closed');
      for (const flow of [here, there]) {
        flow.send(latin1Encode('late'));
        flow.close();
        flow.close(1001);
      }
      await lab.barrier();
      equal(lab.far.story(there), ['opened', 'received', 'closed'], 'story of the far end');
    },
  ],
  [
    'a connection given up while it is being made is heard of no more',
    async (lab) => {
      const flow = lab.connect();
      flow.send(latin1Encode('x'));
      flow.close();
      equal(flow.state, 'closed', 'state');
      await lab.barrier();
      equal(lab.near.story(flow), [], 'story');
    },
  ],
  [
    'a refused connection is an event, later and once, and was never open',
    async (lab) => {
      const flow = lab.connect(lab.ends.nowhere);
      flow.send(latin1Encode('x'));
      equal(lab.near.events.length, 0, 'events inside the call');
      await lab.until(() => lab.near.of('closed').length > 0, 'closed');
      equal(flow.state, 'closed', 'state');
      await lab.barrier();
      equal(lab.near.story(flow), ['closed'], 'story');
      equal(lab.near.of('closed')[0]?.detail !== '', true, 'a cause');
    },
  ],
  [
    'any close code may be given, whether the transport has such a thing or not',
    async (lab) => {
      for (const code of [1000, 1001, 1006, 99, 4999, 70_000]) {
        const flow = lab.connect();
        await lab.until(() => flow.state === 'open', 'open');
        flow.close(code);
        equal(flow.state, 'closed', 'state');
      }
      await lab.until(() => lab.far.of('closed').length === 6, 'six closed');
    },
  ],
  [
    'no identifier is given twice',
    async (lab) => {
      const flows = [lab.connect(), lab.connect(), lab.connect()];
      await lab.until(() => flows.every(({ state }) => state === 'open'), 'three open');
      for (const flow of flows) flow.close();
      await lab.until(() => lab.far.of('closed').length === 3, 'three closed');
      await lab.barrier();
      equal(new Set(lab.far.of('opened').map(({ flow }) => flow.id)).size, 4, 'identifiers of the far end');
      equal(new Set(lab.near.of('opened').map(({ flow }) => flow.id)).size, 4, 'identifiers of the near end');
    },
  ],
];

const webSockets: readonly Clause[] = [
  [
    'the close code reaches the other end (RFC 6455 §7.4)',
    async (lab) => {
      const { there } = await lab.pair();
      there.close(1001);
      await lab.until(() => lab.near.of('closed').length > 0, 'closed');
      equal(/\b1001\b/.test(lab.near.of('closed')[0]?.detail ?? ''), true, 'the code in the cause');
      const { here } = await lab.pair();
      here.close(4001);
      await lab.until(() => lab.far.of('closed').length > 0, 'closed');
      equal(/\b4001\b/.test(lab.far.of('closed')[0]?.detail ?? ''), true, 'the code in the cause');
    },
  ],
];

const datagrams: readonly Clause[] = [
  [
    'the same pair of addresses is the same flow (RFC 5626 §3), and no opened or closed is told of it',
    async (lab) => {
      const { here, there } = await lab.pair();
      equal(lab.connect().id, here.id, 'identifier');
      equal(there.remote, here.local, 'the address it came from');
      here.close();
      equal(here.state, 'open', 'state');
      here.send(latin1Encode('still'));
      await lab.heard(lab.far, 'hellostill');
      equal(new Set([...lab.near.events, ...lab.far.events].map(({ type }) => type)).size, 1, 'kinds of events');
    },
  ],
  [
    'a flow that is named gives its socket to the new one (RFC 3581 §4)',
    async (lab) => {
      const { second, farPort, address, port } = lab.ends;
      if (second === undefined || farPort === undefined) throw new Error('two sockets at the near end are needed');
      farPort.connect({ transport: 'UDP', ...second })?.send(latin1Encode('to the second'));
      await lab.heard(lab.near, 'to the second');
      const arrived = lab.near.of('received')[0]?.flow;
      if (arrived === undefined) throw new Error('no flow');
      equal(arrived.local, second, 'local address');
      const named = port.connect({ transport: 'UDP', ...address }, arrived);
      equal(named?.local, second, 'local address of the named one');
      named?.send(latin1Encode('from the second'));
      await lab.heard(lab.far, 'from the second');
      equal(lab.far.of('received')[0]?.flow.remote, second, 'the address it came from');
      equal(lab.connect().local.port === second.port, false, 'without a name it is the first socket');
    },
  ],
  [
    'a datagram to a port where nobody listens is lost, and nothing is told',
    async (lab) => {
      lab.connect(lab.ends.nowhere).send(latin1Encode('x'));
      await lab.pair();
      equal(lab.near.events, [], 'events');
    },
  ],
];
