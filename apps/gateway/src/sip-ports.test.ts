import { silent } from '@ringback/sip';
import { RecordingUser } from '@ringback/sip/testing';
import { StreamListener } from '@ringback/sip-node';
import { expect, it, onTestFinished } from 'vitest';
import { openSipPorts } from './sip-ports.ts';

it('a port that is taken ends in one line that names the port and the flag', async () => {
  const host = '127.0.0.1';
  const shared = { host, user: new RecordingUser(), log: silent };
  const taken = await StreamListener.listen({ ...shared, transport: 'TCP', port: 0 });
  onTestFinished(() => taken.close());
  const { port } = taken.local;
  await expect(openSipPorts({ ...shared, port })).rejects.toThrow(
    `port ${port} (SIP over TCP, ${host}:${port}) is taken; choose another with --sip-port`,
  );
});
