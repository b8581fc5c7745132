// @vitest-environment happy-dom
import { act, cleanup, fireEvent, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { alice } from '../bridge/testing/examples.ts';
import { call, contacts, endedCall, staff } from '../bridge/testing/people.ts';
import { traceOf, wholeCall } from '../bridge/testing/traces.ts';
import { SCENES } from '../gallery/scenes.ts';
import { renderPhone } from './testing.tsx';

const signedIn = { accounts: [alice], people: { [alice.id]: staff }, contacts };
const press = (element: HTMLElement) => act(async () => void fireEvent.click(element));
const type = (element: HTMLElement, value: string) =>
  act(async () => void fireEvent.change(element, { target: { value } }));

beforeEach(() => {
  location.hash = '';
});
afterEach(cleanup);

describe('signing in', () => {
  const login = {
    aor: alice.id,
    displayName: 'Alice',
    username: 'alice-1',
    password: 'pw',
    realm: 'r',
    wsUrl: 'ws://gw/ws',
  };

  it('exchanges the link’s token on one press and hands the login over', async () => {
    const { getByRole, bridge, set, queryByRole } = renderPhone(
      {},
      { signIn: { invitation: { token: 'tok' } } },
      {
        redeem: async () => ({ ok: true, login }),
      },
    );
    bridge.answer = () => ({ ok: true, account: alice.id });
    expect(bridge.commands).toEqual([]);
    await press(getByRole('button', { name: 'Sign in' }));
    expect(bridge.commands[0]).toMatchObject({
      type: 'sign-in',
      login: { username: 'alice-1', server: 'ws://gw/ws', gateway: true },
    });
    set({ accounts: [{ ...alice, status: 'registering' }] });
    expect(getByRole('heading', { name: 'Alice' })).toBeTruthy();
    set({ accounts: [alice] });
    expect(queryByRole('button', { name: 'Sign in' })).toBeNull();
    expect(getByRole('status').textContent).toBe('Online');
  });

  it('says why a link does not work, and leaves no button that cannot help', async () => {
    const { getByRole, getAllByRole } = renderPhone(
      {},
      { signIn: { invitation: { token: 'tok' } } },
      { redeem: async () => ({ ok: false, error: 'used' }) },
    );
    await press(getByRole('button', { name: 'Sign in' }));
    expect(getByRole('alert').textContent).toContain('This link has been used already');
    expect(getByRole('alert').textContent).toContain('npm start -- --invite NAME');
    expect(getAllByRole('button').map((one) => one.textContent)).toEqual(['Use another account']);
    expect(document.activeElement).toBe(getByRole('button'));
  });

  it('guesses the server, and puts a wrong password at the password field with the focus in it', async () => {
    const { getByLabelText, getByRole, getByText, bridge, set } = renderPhone({});
    bridge.answer = () => ({ ok: true, account: 'sip:alice@pbx.example.com' });
    await type(getByLabelText('SIP address'), 'alice@pbx.example.com');
    expect((getByLabelText('Server') as HTMLInputElement).value).toBe('wss://pbx.example.com/ws');
    await type(getByLabelText('Password'), 'wrong');
    await act(async () => void fireEvent.submit(getByRole('button', { name: 'Sign in' })));
    expect(bridge.commands[0]).toMatchObject({
      login: { address: 'sip:alice@pbx.example.com', gateway: false, remember: true },
    });
    set({
      accounts: [
        {
          ...alice,
          id: 'sip:alice@pbx.example.com',
          status: 'failed',
          problem: { kind: 'wrong-credentials', status: 401 },
        },
      ],
    });
    expect(getByText('Wrong username or password')).toBeTruthy();
    expect(document.activeElement).toBe(getByLabelText('Password'));
    await type(getByLabelText('SIP address'), 'alicia@pbx.example.com');
    await act(async () => void fireEvent.submit(getByRole('button', { name: 'Sign in' })));
    expect(bridge.commands.slice(1)).toMatchObject([
      { type: 'sign-out', account: 'sip:alice@pbx.example.com' },
      { type: 'sign-in', login: { address: 'sip:alicia@pbx.example.com' } },
    ]);
  });
});

it('puts a password that a server elsewhere refused at the password field, with the focus in it', async () => {
  const { getByLabelText, getByRole, getByText, bridge } = renderPhone({});
  bridge.answer = () => ({ ok: false, problem: { kind: 'wrong-credentials', status: 401 }, message: 'Wrong.' });
  await type(getByLabelText('SIP address'), 'alice@pbx.example.com');
  await type(getByLabelText('Password'), 'wrong');
  await act(async () => void fireEvent.submit(getByRole('button', { name: 'Sign in' })));
  expect(getByText('Wrong username or password')).toBeTruthy();
  expect(document.activeElement).toBe(getByLabelText('Password'));
});

it('gives way when the engine, that was just starting again, remembers the account', () => {
  const { getByRole, set } = renderPhone({});
  expect(getByRole('heading', { name: 'Sign in' })).toBeTruthy();
  set(signedIn);
  expect(getByRole('status').textContent).toBe('Online');
});

describe('dialling', () => {
  it('takes keys, cleans what is pasted, and calls', async () => {
    const { getByRole, bridge } = renderPhone(signedIn);
    await press(within(getByRole('group', { name: 'Dial pad' })).getByRole('button', { name: '1' }));
    const field = getByRole('combobox');
    expect((field as HTMLInputElement).value).toBe('1');
    await act(async () => void fireEvent.paste(field, { clipboardData: { getData: () => '+49 (0)30 123' } }));
    await type(field, '+49 (0)30 123');
    await press(getByRole('button', { name: 'Call' }));
    expect(bridge.commands).toEqual([{ type: 'call', account: alice.id, target: '+4930123' }]);
  });

  it('gives back what was typed when it cannot be called now', async () => {
    const { getByRole, bridge } = renderPhone(signedIn);
    bridge.answer = () => ({ ok: false, problem: { kind: 'other' }, message: 'There is no connection.' });
    await type(getByRole('combobox'), '105');
    await press(getByRole('button', { name: 'Call' }));
    expect(getByRole('alert').textContent).toContain('There is no connection.');
    expect((getByRole('combobox') as HTMLInputElement).value).toBe('105');
  });

  it('suggests people while typing, and Enter calls the one chosen with the arrow keys', async () => {
    const { getByRole, getAllByRole, bridge } = renderPhone(signedIn);
    const field = getByRole('combobox');
    await type(field, 'bob');
    expect(getAllByRole('option').map((one) => one.textContent)).toEqual(['BOBob Okonkwo102']);
    await act(async () => void fireEvent.keyDown(field, { key: 'ArrowDown' }));
    expect(field.getAttribute('aria-activedescendant')).toBe(getAllByRole('option')[0]?.id);
    await act(async () => void fireEvent.keyDown(field, { key: 'Enter' }));
    expect(bridge.commands[0]).toMatchObject({
      type: 'call',
      target: 'sip:bob@ringback.local',
      displayName: 'Bob Okonkwo',
    });
  });
});

describe('a call comes in', () => {
  const { owner: _owner, answeredAt: _at, ...rest } = call('i1', 'bob', { direction: 'incoming', state: 'incoming' });

  it('is not said to come in any more once it is answered, here or elsewhere', () => {
    const { set, container } = renderPhone(signedIn);
    const said = () => container.querySelector('[aria-live="assertive"]')?.textContent;
    set({ calls: [rest] });
    expect(said()).toContain('Incoming call');
    set({ calls: [call('i1', 'bob', { direction: 'incoming' })] });
    expect(said()).toBe('');
  });

  it('leaves the focus where it is, says so once, and is answered only by its button', async () => {
    const { getByRole, bridge, set, container } = renderPhone(signedIn);
    const field = getByRole('combobox');
    act(() => field.focus());
    set({ calls: [rest] });
    const card = getByRole('alertdialog', { name: 'Incoming call from Bob Okonkwo' });
    expect(document.activeElement).toBe(field);
    expect(container.querySelector('[aria-live="assertive"]')?.textContent).toContain('Incoming call from Bob Okonkwo');
    await act(async () => void fireEvent.keyDown(field, { key: 'Enter' }));
    expect(bridge.commands).toEqual([]);
    await press(within(card).getByRole('button', { name: 'Answer' }));
    expect(bridge.commands).toEqual([{ type: 'answer', call: 'i1', holdOthers: false }]);
  });

  it('offers to hold the other call while in one', async () => {
    const { getByRole, queryByRole, bridge } = renderPhone({ ...signedIn, calls: [call('a', 'mei'), rest] });
    expect(queryByRole('button', { name: 'Answer' })).toBeNull();
    await press(getByRole('button', { name: 'Hold and answer' }));
    expect(bridge.commands).toEqual([{ type: 'answer', call: 'i1', holdOthers: true }]);
  });

  it('is gone at once when the caller gives up', () => {
    const { queryByRole, set } = renderPhone({ ...signedIn, calls: [rest] });
    set({ calls: [] });
    expect(queryByRole('alertdialog')).toBeNull();
  });

  it('does not ring for an account that this tab does not show and another one does', () => {
    const { queryByRole } = renderPhone({ ...signedIn, calls: [{ ...rest, owner: 'tab-2', state: 'connected' }] });
    expect(queryByRole('alertdialog')).toBeNull();
    expect(queryByRole('region', { name: 'Call in another tab' })).toBeTruthy();
  });
});

describe('in a call', () => {
  const live = { ...signedIn, calls: [call('a', 'bob')] };

  it('mutes, holds, sends digits and hangs up', async () => {
    const { getByRole, bridge } = renderPhone(live);
    const stage = within(getByRole('region', { name: 'Call with Bob Okonkwo' }));
    await press(stage.getByRole('button', { name: 'Mute' }));
    await press(stage.getByRole('button', { name: 'Hold' }));
    await press(stage.getByRole('button', { name: 'Keypad' }));
    await press(within(getByRole('group', { name: 'Call keypad' })).getByRole('button', { name: '5' }));
    expect(stage.getByRole('status', { name: 'Digits sent' }).textContent).toBe('5');
    await press(stage.getByRole('button', { name: 'Hang up' }));
    expect(bridge.commands.map(({ type, ...more }) => [type, 'on' in more ? more.on : undefined])).toEqual([
      ['mute', true],
      ['hold', true],
      ['dtmf', undefined],
      ['hang-up', undefined],
    ]);
  });

  it('says who put whom on hold', () => {
    const { getByText, set } = renderPhone(live);
    set({ calls: [call('a', 'bob', { hold: { here: true, there: false } })] });
    expect(getByText('You put Bob Okonkwo on hold')).toBeTruthy();
    set({ calls: [call('a', 'bob', { hold: { here: false, there: true } })] });
    expect(getByText('Bob Okonkwo put you on hold')).toBeTruthy();
  });

  it('swaps: holds the one first, then takes the other back', async () => {
    const waiting = call('b', 'mei', { hold: { here: true, there: false } });
    const { getByRole, bridge, store } = renderPhone({ ...live, calls: [waiting, call('a', 'bob')] });
    act(() => store.setState({ focus: 'a' }));
    await press(getByRole('button', { name: 'Swap' }));
    expect(bridge.commands).toEqual([
      { type: 'hold', call: 'a', on: true },
      { type: 'hold', call: 'b', on: false },
    ]);
    expect(store.getState().focus).toBe('b');
  });

  it('keeps the call in a bar while one looks at somebody else', async () => {
    const { getByRole, queryByRole, store } = renderPhone(live);
    act(() =>
      store.setState({
        stage: 'page',
        route: { page: 'people', selection: { kind: 'person', id: 'sip:mei@ringback.local' } },
      }),
    );
    const bar = within(getByRole('region', { name: 'Current call' }));
    expect(bar.getByRole('button', { name: 'Hang up' })).toBeTruthy();
    await press(bar.getByRole('button', { name: 'Back to call' }));
    expect(queryByRole('region', { name: 'Current call' })).toBeNull();
  });

  it('obeys the keys of other phones, but not while typing', async () => {
    const { getByRole, bridge } = renderPhone(live);
    await act(async () => void fireEvent.keyDown(document.body, { key: 'm' }));
    await act(async () => void fireEvent.keyDown(document.body, { key: '7' }));
    await act(async () => void fireEvent.keyDown(getByRole('combobox'), { key: 'm' }));
    expect(bridge.commands.map((one) => one.type)).toEqual(['mute', 'dtmf']);
  });
});

describe('a call ends', () => {
  it('says how in words, with the code only under Details', async () => {
    const busy = endedCall('a', 'bob', { outcome: 'busy', by: 'there', status: 486, detail: 'Busy Here' });
    const { getByRole, set } = renderPhone(signedIn);
    set({ calls: [busy] });
    set({ calls: [] });
    const stage = getByRole('alert');
    expect(stage.textContent).toContain('Bob Okonkwo is busy');
  });

  it('stays on the stage after the engine forgot it, until it is closed', async () => {
    const { getByRole, queryByRole, bridge, set } = renderPhone({ ...signedIn, calls: [call('a', 'bob')] });
    set({ calls: [endedCall('a', 'bob', { outcome: 'busy', by: 'there', status: 486, detail: 'Busy Here' })] });
    set({ calls: [] });
    const stage = getByRole('region', { name: 'Call ended' });
    expect(within(stage).getByRole('heading').textContent).toBe('Bob Okonkwo is busy');
    expect(stage.textContent).not.toContain('486');
    await press(within(stage).getByRole('button', { name: 'Details' }));
    expect(stage.textContent).toContain('486');
    expect(stage.textContent).toContain('Busy Here');
    await press(within(stage).getByRole('button', { name: 'Call again' }));
    expect(bridge.commands.at(-1)).toMatchObject({ type: 'call', target: 'sip:bob@ringback.local' });
    await press(getByRole('button', { name: 'Done' }));
    expect(queryByRole('region', { name: 'Call ended' })).toBeNull();
  });

  it('takes over the focus of the button that is gone, and of nothing else', async () => {
    const live = call('a', 'bob');
    const { getByRole, set } = renderPhone({ ...signedIn, calls: [live] });
    expect(document.activeElement).toBe(getByRole('region', { name: /^Call with/ }));
    getByRole('button', { name: 'Hang up' }).focus();
    set({ calls: [endedCall('a', 'bob', { outcome: 'completed', by: 'here' })] });
    expect(document.activeElement).toBe(getByRole('region', { name: 'Call ended' }));
    const field = getByRole('combobox');
    field.focus();
    set({ calls: [call('b', 'bob')] });
    expect(document.activeElement).toBe(field);
  });

  it('says nothing of a cut call in a tab of another account', () => {
    const dropped = {
      ...endedCall('a', 'bob', { outcome: 'interrupted', by: 'here' }),
      account: 'sip:bob@ringback.local',
    };
    const recent = { ...dropped, endedAt: 2, end: { outcome: 'interrupted', by: 'here' }, seen: true } as const;
    const { queryByText } = renderPhone({ ...signedIn, dropped: recent });
    expect(queryByText(/The page was reloaded/)).toBeNull();
  });

  it('offers to call back when a reload cut the call', async () => {
    const dropped = {
      ...endedCall('a', 'bob', { outcome: 'interrupted', by: 'here' }),
      endedAt: 2,
      end: { outcome: 'interrupted' as const, by: 'here' as const },
      seen: true,
    };
    const { getByRole, getByText, bridge } = renderPhone({ ...signedIn, dropped });
    expect(getByText(/The page was reloaded during your call with/).textContent).toContain('Bob Okonkwo');
    await press(getByRole('button', { name: 'Call back' }));
    expect(bridge.commands.map((one) => one.type)).toEqual(['dismiss-dropped', 'call']);
  });
});

describe('people', () => {
  it('calls with one press, and finds by extension', async () => {
    location.hash = '#/people';
    const { getByRole, getAllByRole, bridge } = renderPhone(signedIn);
    expect(getByRole('link', { name: /Bob Okonkwo.*102.*reachable/ })).toBeTruthy();
    await type(getByRole('searchbox'), '105');
    expect(getAllByRole('listitem').filter((one) => one.closest('section[aria-label^="At"]'))).toHaveLength(1);
    await press(getByRole('button', { name: 'Call 陈美玲' }));
    expect(bridge.commands[0]).toMatchObject({ type: 'call', target: 'sip:mei@ringback.local' });
  });

  it('adds a contact, and asks before it deletes one', async () => {
    location.hash = '#/people/new/';
    const { getByLabelText, getByRole, bridge } = renderPhone(signedIn);
    await type(getByLabelText('Name'), 'Dan');
    await type(getByLabelText('SIP address or number'), 'dan@example.com');
    await act(async () => void fireEvent.submit(getByRole('button', { name: 'Save' })));
    expect(bridge.commands).toEqual([{ type: 'save-contact', contact: { name: 'Dan', address: 'dan@example.com' } }]);
    await act(async () => {
      location.hash = '#/people/contact/c-mum';
      dispatchEvent(new Event('hashchange'));
    });
    await press(getByRole('button', { name: 'Delete' }));
    expect(bridge.commands).toHaveLength(1);
    await press(getByRole('button', { name: 'Delete' }));
    expect(bridge.commands[1]).toEqual({ type: 'delete-contact', id: 'c-mum' });
  });
});

it('shows what happens underneath, arrow by arrow, with each message’s meaning', async () => {
  const live = call('a', 'bob', { sipCallId: 'x' });
  const { getByRole, findByRole, bridge } = renderPhone({ ...signedIn, calls: [live] });
  bridge.setTrace('x', traceOf('x', 0, wholeCall.slice(0, 2)));
  await press(getByRole('button', { name: 'What happens underneath' }));
  const ladder = await findByRole('region', { name: 'What happens underneath' });
  const arrows = () =>
    [...ladder.querySelectorAll<HTMLElement>('[data-arrow]')].map(
      ({ dataset }) => `${dataset['from']}>${dataset['to']} ${dataset['arrow']}`,
    );
  expect(arrows()).toEqual(['caller>gateway INVITE', 'gateway>caller 407']);
  act(() => bridge.setTrace('x', traceOf('x', 0, wholeCall.slice(0, 4))));
  expect(arrows()).toHaveLength(4);
  const copied: string[] = [];
  const clipboard = { writeText: async (text: string) => void copied.push(text) };
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  onTestFinished(() => void Reflect.deleteProperty(navigator, 'clipboard'));
  await press(within(ladder).getByRole('button', { name: 'Copy as text' }));
  expect(copied[0]).toMatch(/^ +Alice.* Gateway.*├─+ INVITE 1 SDP ─+►│.*407 Proxy Authentication Required/s);
  expect(within(ladder).getByRole('button', { name: 'Copied' })).toBeTruthy();
  await press(within(ladder).getByRole('button', { name: /^407/ }));
  const message = within(getByRole('region', { name: 'Message' }));
  expect(message.getByText(/Normal and expected/)).toBeTruthy();
  expect(message.getByText('RFC 3261 §22.3')).toBeTruthy();
  expect(bridge.commands).toContainEqual({ type: 'watch-trace', account: alice.id, sipCallId: 'x' });
});

it.each(Object.entries(SCENES))('draws the scene %s', async (_name, scene) => {
  location.hash = scene.hash ?? '';
  const { container } = renderPhone(scene.snapshot, scene.ui);
  await act(async () => undefined);
  expect(container.textContent?.length).toBeGreaterThan(0);
});
