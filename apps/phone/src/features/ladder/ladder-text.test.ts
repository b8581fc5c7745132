import { expect, it } from 'vitest';
import { refusedCall, type Step, traceOf } from '../../bridge/testing/traces.ts';
import { ladderText } from './ladder-text.ts';
import { buildLadder } from './rows.ts';

const names = {
  caller: 'Alice',
  gateway: 'Gateway',
  callee: 'Bob',
  server: 'Server',
  client: 'Phone',
  upstream: 'PBX',
};
const text = (steps: readonly Step[], gateway = true) => {
  const source = gateway ? 'gateway' : 'phone';
  const entries = traceOf('c', 1000, steps, source);
  const ladder = buildLadder({ entries, gateway, self: 'sip:alice@ringback.local' });
  return `\n${ladderText(ladder, ({ role }) => names[role])}`;
};

it('is the ladder as it is drawn; a description counts although what was taken out of it made it shorter', () => {
  expect(text(refusedCall.slice(3))).toBe(`
         Alice                                   Gateway                                    Bob
   0.000   ├───────────── INVITE 2 SDP ────────────►│                                        │
   0.001   │◄─────── 100 Trying (2 INVITE) ─────────┤                                        │
   0.003   │                                        ├───────────── INVITE 2 SDP ────────────►│
   0.006   │                                        │◄─────── 100 Trying (2 INVITE) ─────────┤
   0.040   │                                        │◄─ 488 Not Acceptable Here (2 INVITE) ──┤
   0.041   │                                        ├──────────────── ACK 2 ────────────────►│
   0.042   │◄─ 488 Not Acceptable Here (2 INVITE) ──┤                                        │
   0.047   ├──────────────── ACK 2 ────────────────►│                                        │
`);
});

it('has two lanes without a gateway', () => {
  const own = refusedCall
    .slice(3, 5)
    .map((step) => ({ ...step, direction: step.direction === 'in' ? 'out' : 'in' }) as const);
  expect(text(own, false)).toBe(`
         Alice                      Server
   0.000   ├────── INVITE 2 SDP ──────►│
   0.001   │◄─ 100 Trying (2 INVITE) ──┤
`);
});
