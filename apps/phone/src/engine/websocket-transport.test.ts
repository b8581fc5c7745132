import type { Flow } from '@ringback/sip';
import { describe, expect, it } from 'vitest';
import { destinationOf, WebSocketTransport } from './websocket-transport.ts';

describe('SIP over the WebSocket of a browser, RFC 7118', () => {
  it('keeps what is sent while connecting and sends it in order once open', () => {
    const { socket, flow, heard } = lab();
    flow.send(bytes('one'));
    flow.send(bytes('two'));
    expect(socket.sent).toEqual([]);
    socket.dispatchEvent(new Event('open'));
    expect(socket.sent).toEqual(['one', 'two']);
    expect(heard).toEqual(['opened']);
  });
  it('sends text as text, and octets that are no UTF-8 as they are', () => {
    const { socket, flow } = lab();
    socket.dispatchEvent(new Event('open'));
    flow.send(bytes('INFO ☎'));
    flow.send(new Uint8Array([0x49, 0xff]));
    expect(socket.sent).toEqual(['INFO ☎', new Uint8Array([0x49, 0xff])]);
  });
  it('takes text and binary frames alike', () => {
    const { socket, heard } = lab();
    socket.dispatchEvent(new Event('open'));
    socket.dispatchEvent(new MessageEvent('message', { data: 'OK ☎' }));
    socket.dispatchEvent(new MessageEvent('message', { data: bytes('OK').buffer }));
    expect(heard).toEqual(['opened', 'OK ☎', 'OK']);
  });
  it('tells of a loss once, and not at all when it was closed here', () => {
    const lost = lab();
    lost.socket.end(1006);
    lost.socket.end(1006);
    expect(lost.heard).toEqual(['closed: WebSocket closed with 1006']);
    const left = lab();
    left.flow.close(1002);
    left.socket.end(1000);
    expect(left.socket.closedWith).toBe(1000);
    expect(left.heard).toEqual([]);
    expect(left.flow.state).toBe('closed');
  });
  it('has no flow where the browser forbids the URL', () => {
    const transport = new WebSocketTransport('ws://x', lab().listener, () => {
      throw new DOMException('insecure', 'SecurityError');
    });
    expect(transport.connect(destinationOf('ws://x'))).toBeUndefined();
  });
  it.each([
    ['wss://example.com/ws', { transport: 'WSS', host: 'example.com', port: 443 }],
    ['ws://127.0.0.1:8080/ws', { transport: 'WS', host: '127.0.0.1', port: 8080 }],
    ['ws://[::1]/ws', { transport: 'WS', host: '::1', port: 80 }],
  ])('knows where %s leads', (url, destination) => {
    expect(destinationOf(url)).toEqual(destination);
  });
});

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

class FakeSocket extends EventTarget {
  binaryType = 'blob';
  readonly sent: unknown[] = [];
  closedWith: number | undefined;
  send(data: unknown): void {
    this.sent.push(data);
  }
  close(code: number): void {
    this.closedWith = code;
  }
  end(code: number): void {
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason: '' }));
  }
}

function lab() {
  const socket = new FakeSocket();
  const heard: string[] = [];
  const listener = {
    opened: () => heard.push('opened'),
    received: (_flow: Flow, data: Uint8Array) => heard.push(new TextDecoder().decode(data)),
    closed: (_flow: Flow, cause: string) => heard.push(`closed: ${cause}`),
  };
  const transport = new WebSocketTransport('ws://x', listener, () => socket as unknown as WebSocket);
  const flow = transport.connect(destinationOf('ws://x'));
  return { socket, flow: flow!, heard, listener };
}
