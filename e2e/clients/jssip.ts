import JsSIP from 'jssip';
import type { Client } from './client.ts';

type Session = InstanceType<typeof JsSIP.UA> extends { call(...args: never[]): infer S } ? S : never;

const { server, user, domain, password } = window.login;
const agent = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(server)],
  uri: `sip:${user}@${domain}`,
  password,
});
const media = { mediaConstraints: { audio: true, video: false } };
let session: Session | undefined;
let state: ReturnType<Client['state']> = 'idle';

agent.on('newRTCSession', (event: { originator: string; session: Session }) => {
  session = event.session;
  state = 'calling';
  session.on('confirmed', () => {
    state = 'connected';
  });
  session.on('ended', () => {
    state = 'ended';
  });
  session.on('failed', () => {
    state = 'ended';
  });
  session.on('peerconnection', ({ peerconnection }: { peerconnection: RTCPeerConnection }) => play(peerconnection));
  if (event.originator === 'remote') session.answer(media);
  else play(session.connection);
});

function play(connection: RTCPeerConnection): void {
  connection.addEventListener('track', ({ track }) => {
    const audio = new Audio();
    audio.srcObject = new MediaStream([track]);
    void audio.play();
  });
}

window.client = {
  register: () =>
    new Promise((done, fail) => {
      agent.on('registered', () => done());
      agent.on('registrationFailed', ({ cause }: { cause?: string }) => fail(new Error(cause)));
      agent.start();
    }),
  async call(target) {
    agent.call(target, media);
  },
  hold: (on) =>
    new Promise((done) => {
      if (on) session?.hold({}, done);
      else session?.unhold({}, done);
    }),
  async hangUp() {
    session?.terminate();
  },
  state: () => state,
};
