import { describe, expect, it } from 'vitest';
import { createGatewayApi, deviceName, type GatewayConfig } from './gateway-api.ts';
import { checked, isGateway, serverFor } from './guess.ts';

const config: GatewayConfig = {
  name: 'Ringback',
  mode: 'embedded',
  domain: 'ringback.local',
  wsUrl: 'ws://127.0.0.1:8080/ws',
};

describe('the server that is filled in', () => {
  it.each([
    ['', config, undefined, config.wsUrl],
    ['alice@ringback.local', config, undefined, config.wsUrl],
    ['alice@pbx.example.com', config, undefined, 'wss://pbx.example.com/ws'],
    ['alice@pbx.example.com', config, 'pbx.example.com', config.wsUrl],
    ['alice@pbx.example.com', { ...config, mode: 'upstream' as const }, undefined, config.wsUrl],
    ['alice@pbx.example.com', undefined, undefined, 'wss://pbx.example.com/ws'],
  ])('for "%s"', (address, known, invited, server) => {
    expect(serverFor(address, known, invited)).toBe(server);
  });

  it('knows whether it is the gateway of this page', () => {
    expect(isGateway('ws://127.0.0.1:8080/ws', config)).toBe(true);
    expect(isGateway('ws://127.0.0.1:5066/ws', config)).toBe(false);
    expect(isGateway('nonsense', config)).toBe(false);
  });
});

it('says which field is wrong before anything is sent', () => {
  const good = { address: 'sip:alice@example.com', password: 'x', server: 'wss://example.com/ws' };
  expect(checked(good)).toEqual({});
  expect(Object.keys(checked({ address: 'alice', password: '', server: 'https://x' }))).toEqual([
    'address',
    'password',
    'server',
  ]);
});

describe('the gateway behind the page', () => {
  const answering = (status: number, body: unknown) => {
    const seen: { url: string; body: unknown }[] = [];
    const request = (async (url: string, init?: RequestInit) => {
      seen.push({ url, body: init?.body === undefined ? undefined : JSON.parse(String(init.body)) });
      return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
    }) as typeof fetch;
    return { seen, api: createGatewayApi(request, { host: 'localhost:5173', secure: false }, 'Chrome on Linux') };
  };
  const login = {
    aor: 'sip:a@b',
    displayName: 'A',
    username: 'u',
    password: 'p',
    realm: 'r',
    domain: 'b',
    wsUrl: 'ws://b/ws',
  };

  it('exchanges the token for a login of this device', async () => {
    const { api, seen } = answering(200, login);
    expect(await api.redeem('tok')).toMatchObject({ ok: true, login: { username: 'u' } });
    expect(seen).toEqual([{ url: '/api/sign-in', body: { token: 'tok', device: 'Chrome on Linux' } }]);
  });

  it.each([
    [410, { error: 'used', message: '' }, 'used'],
    [410, { error: 'expired' }, 'expired'],
    [410, 'not json', 'unknown'],
    [502, '', 'offline'],
    [200, { nonsense: true }, 'offline'],
  ])('%i %o is told as %s', async (status, body, error) => {
    expect(await answering(status, body).api.redeem('tok')).toEqual({ ok: false, error });
  });

  it('is absent where the page comes from a plain web server', async () => {
    expect(await answering(200, '<!doctype html>').api.config()).toBeUndefined();
    expect(await answering(200, { ...config, version: '1', lan: false }).api.config()).toEqual(config);
  });
});

it('names the device for the list of devices', () => {
  expect(
    deviceName('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'),
  ).toBe('Chrome on Linux');
  expect(deviceName('?')).toBe('Browser on unknown system');
});
