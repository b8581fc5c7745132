// Calls, holds the line for a second, hangs up, and prints what went over the wire.
//
//   node call-and-print-ladder.ts sip:bob@example.com sip:127.0.0.1:5060
import { type LadderEntry, ladder } from '@ringback/sip/ladder';
import { openUserAgent } from '@ringback/sip-node';

const [target = 'sip:answer@127.0.0.1', server = 'sip:127.0.0.1:5060'] = process.argv.slice(2);
const entries: LadderEntry[] = [];
const phone = await openUserAgent({
  account: { aor: 'sip:alice@127.0.0.1' },
  server,
  trace: ({ direction, message }) => {
    if (!message) return;
    const [from, to] = direction === 'out' ? ['alice', 'server'] : ['server', 'alice'];
    entries.push({ at: Date.now(), from, to, message });
  },
  events: {
    session: (call) => {
      if (call.state === 'connected') setTimeout(() => call.hangUp(), 1000);
    },
    ended: async ({ end }) => {
      await phone.close();
      console.log(`${ladder(entries, { names: { alice: 'alice', server } })}${end?.kind} by ${end?.by}`);
    },
  },
});
phone.agent.call(target);
