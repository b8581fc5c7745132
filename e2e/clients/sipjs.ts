import { Web } from 'sip.js';
import type { Client } from './client.ts';

const { server, user, domain, password } = window.login;
const audio = document.body.appendChild(document.createElement('audio'));
let state: ReturnType<Client['state']> = 'idle';

const agent = new Web.SimpleUser(server, {
  aor: `sip:${user}@${domain}`,
  userAgentOptions: { authorizationUsername: user, authorizationPassword: password },
  media: { constraints: { audio: true, video: false }, remote: { audio } },
});
agent.delegate = {
  onCallReceived: () => void agent.answer(),
  onCallCreated: () => {
    state = 'calling';
  },
  onCallAnswered: () => {
    state = 'connected';
  },
  onCallHangup: () => {
    state = 'ended';
  },
};

window.client = {
  register: async () => {
    await agent.connect();
    await new Promise<void>((done, fail) => {
      if (agent.delegate === undefined) return;
      agent.delegate.onRegistered = done;
      agent.delegate.onUnregistered = () => fail(new Error('not registered'));
      agent.register().catch(fail);
    });
  },
  call: (target) => agent.call(target),
  hold: (on) =>
    new Promise((done, fail) => {
      // The promise of `hold` is kept once the re-INVITE is sent, this is said once it is answered.
      if (agent.delegate !== undefined) agent.delegate.onCallHold = () => done();
      (on ? agent.hold() : agent.unhold()).catch(fail);
    }),
  hangUp: () => agent.hangup(),
  state: () => state,
};
