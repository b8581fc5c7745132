import { describe, expect, it } from 'vitest';
import { asThisPage, chosenServer, servesThisPage } from './server.ts';

const own = { domain: 'ringback.local', wsUrl: 'ws://127.0.0.1:8080/ws' };
const origin = 'http://127.0.0.1:8080';

describe('the server of a sign-in by hand', () => {
  it('is what was typed', () => {
    expect(chosenServer(' wss://pbx.example.com:7443 ', 'example.com', own, origin)).toBe('wss://pbx.example.com:7443');
  });
  it('is the gateway of this page for its own domain', () => {
    expect(chosenServer('', 'ringback.local', own, origin)).toBe(own.wsUrl);
    expect(chosenServer('', '127.0.0.1:5060', own, origin)).toBe(own.wsUrl);
  });
  it('is guessed from any other domain', () => {
    expect(chosenServer('', 'example.com:5061', own, origin)).toBe('wss://example.com/ws');
  });
  it('cannot be anything but a WebSocket', () => {
    expect(chosenServer('https://example.com', 'example.com', own, origin)).toBeUndefined();
    expect(chosenServer('example.com', 'example.com', own, origin)).toBeUndefined();
  });
  it('is reached by the name of the page, whatever the gateway believes to be called', () => {
    expect(asThisPage(own.wsUrl, 'https://phone.example.com')).toBe('wss://phone.example.com/ws');
    expect(asThisPage(own.wsUrl, 'http://127.0.0.1:5173')).toBe('ws://127.0.0.1:5173/ws');
  });
  it('knows our cookie only where the page came from', () => {
    expect(servesThisPage('ws://127.0.0.1:8080/ws', origin)).toBe(true);
    expect(servesThisPage('ws://127.0.0.1:8081/ws', origin)).toBe(false);
  });
});
