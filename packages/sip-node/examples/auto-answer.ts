// Answers every call, and tells of it, until it is interrupted.
//
//   node auto-answer.ts 5060
import { openUserAgent } from '@ringback/sip-node';

const phone = await openUserAgent({
  account: { aor: 'sip:answer@127.0.0.1' },
  port: Number(process.argv[2] ?? 5060),
  events: {
    incoming: (call) => {
      console.log(`call from ${call.remote.uri}`);
      call.answer();
    },
    ended: ({ remote, end }) => console.log(`${remote.uri} is gone: ${end?.kind} by ${end?.by}`),
  },
});
console.log(`waiting at ${phone.port.local.host}:${phone.port.local.port}`);
process.once('SIGINT', () => void phone.close());
process.once('SIGTERM', () => void phone.close());
