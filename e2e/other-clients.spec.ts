import { type ClientName, ClientPage, clientNames, serveClients } from './harness/client-page.ts';
import { expectSilence, expectTone, type Phone } from './harness/phone.ts';
import { ports } from './harness/ports.ts';
import { type Parties, serve, test } from './harness/test.ts';

/** The gateway serves other clients than ours: they stand in pages of another origin. */
const ALICE = 350;
const TONE: Readonly<Record<ClientName, number>> = { jssip: 550, sipjs: 640 };

const served = serve({
  accounts: 'alice:alice-secret,jssip:jssip-secret,sipjs:sipjs-secret',
  flags: ['--allow-origin', `http://127.0.0.1:${ports.pages}`],
});
let pages: Awaited<ReturnType<typeof serveClients>>;
test.beforeAll(async () => {
  pages = await serveClients();
});
test.afterAll(() => pages.stop());

async function open(parties: Parties, name: ClientName): Promise<ClientPage> {
  const page = await (await parties.context()).newPage();
  const { ws, domain } = served.gateway;
  return ClientPage.open(
    page,
    pages.origin,
    name,
    { server: ws, user: name, domain, password: `${name}-secret` },
    TONE[name],
  );
}

async function signIn(alice: Phone): Promise<void> {
  const { url, domain } = served.gateway;
  await alice.signInByHand(url, { address: `alice@${domain}`, password: 'alice-secret' });
}

for (const name of clientNames) {
  const shown = name === 'jssip' ? 'Jssip' : 'Sipjs';

  test(`${name} calls Ringback: re-INVITE from both sides, BYE from ours`, async ({ parties }) => {
    const [alice, client] = [await parties.phone(ALICE), await open(parties, name)];
    await signIn(alice);
    await client.call(`sip:alice@${served.gateway.domain}`);
    await alice.answer(shown);
    await client.expectState('connected');
    await Promise.all([expectTone(alice, TONE[name], 1), expectTone(client, ALICE, 1)]);
    await client.hold(true);
    await alice.expectCall(shown, `${shown} put you on hold`);
    await client.hold(false);
    await alice.expectCall(shown, 'Connected');
    await alice.press('Hold');
    await expectSilence(client);
    await alice.press('Resume');
    await expectTone(client, ALICE, 1);
    await alice.press('Hang up');
    await client.expectState('ended');
  });

  test(`Ringback calls ${name}: BYE from there`, async ({ parties }) => {
    const [alice, client] = [await parties.phone(ALICE), await open(parties, name)];
    await signIn(alice);
    await alice.dial(name);
    await client.expectState('connected');
    await Promise.all([expectTone(alice, TONE[name], 1), expectTone(client, ALICE, 1)]);
    await client.hangUp();
    await alice.expectEnded(`${shown} hung up`);
  });
}

test('they call each other, both ways', async ({ parties }) => {
  const clients = { jssip: await open(parties, 'jssip'), sipjs: await open(parties, 'sipjs') };
  for (const [from, to] of [['jssip', 'sipjs'] as const, ['sipjs', 'jssip'] as const]) {
    await clients[from].call(`sip:${to}@${served.gateway.domain}`);
    await Promise.all([clients[from].expectState('connected'), clients[to].expectState('connected')]);
    await Promise.all([expectTone(clients[to], TONE[from], 1), expectTone(clients[from], TONE[to], 1)]);
    await clients[from].hold(true);
    await expectSilence(clients[to]);
    await clients[from].hold(false);
    await expectTone(clients[to], TONE[from], 1);
    await clients[to].hangUp();
    await clients[from].expectState('ended');
  }
});
