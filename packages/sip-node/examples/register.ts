// Registers at a registrar, says what came of it, and unregisters.
//
//   node register.ts sip:alice@example.com secret sip:192.0.2.10
import { openUserAgent } from '@ringback/sip-node';

const [aor, password, server] = process.argv.slice(2);
if (!aor || !password || !server) {
  console.error('usage: register.ts <sip:user@domain> <password> <sip:host[:port][;transport=tcp]>');
  process.exit(2);
}
const phone = await openUserAgent({
  account: { aor, password },
  server,
  events: {
    registration: ({ state, status = '', reason = '' }) => {
      console.log(`${state} ${status} ${reason}`.trim());
      if (state === 'registered' || state === 'failed') void phone.close();
    },
  },
});
phone.agent.register();
