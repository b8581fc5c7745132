/** Tools for tests in virtual time: no sleeping, no sockets, the same story for the same seed. */
export { assertIdle, type Countable } from './assert-idle.ts';
export { Bench } from './bench.ts';
export type { ContractEnds } from './contract-lab.ts';
export { FakeSessionDescription } from './fake-session-description.ts';
export { cut, type FlowEvents } from './memory-flow.ts';
export { MemoryHost } from './memory-host.ts';
export { type Conditions, MemoryNetwork, type Packet } from './memory-network.ts';
export { type RecordedEvent, RecordingUser } from './recording-user.ts';
export { type Heard, ScriptedPeer } from './scripted-peer.ts';
export { seededRandom } from './seeded-random.ts';
export { StatelessProxy } from './stateless-proxy.ts';
export { TestAgent, type TestAgentOptions } from './test-agent.ts';
export { Outcome, type RequestParts, TestElement, type TestElementOptions } from './test-element.ts';
export { type ContractTest, type OpenEnds, transportPortContract } from './transport-port-contract.ts';
export { settle, VirtualClock } from './virtual-clock.ts';
export { type Seen, Wire } from './wire.ts';
