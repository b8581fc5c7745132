import { expect, test } from 'vitest';
import { defaultPort, type TransportName } from './flow.ts';

test.each<[TransportName, number]>([
  ['UDP', 5060],
  ['TCP', 5060],
  ['TLS', 5061],
  ['WS', 80],
  ['WSS', 443],
])('%s goes to port %i where none is named (§19.1.2, RFC 7118 §5.5, TPT-022)', (transport, port) => {
  expect(defaultPort(transport)).toBe(port);
});
