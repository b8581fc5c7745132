/** Reads the messages out of one direction of a WebSocket connection (RFC 6455 §5.2), HTTP upgrade included. */
export class FrameReader {
  #buffer: Buffer = Buffer.alloc(0);
  #upgraded = false;
  #isWebSocket = false;
  #message: Buffer[] = [];

  /** Complete text and binary messages, in order. */
  push(chunk: Buffer): readonly string[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    if (!this.#upgraded && !this.#readHead()) return [];
    if (!this.#isWebSocket) {
      this.#buffer = Buffer.alloc(0);
      return [];
    }
    const messages: string[] = [];
    for (let message = this.#readFrame(); message !== undefined; message = this.#readFrame()) {
      if (message !== '') messages.push(message);
    }
    return messages;
  }

  #readHead(): boolean {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return false;
    this.#isWebSocket = /^upgrade: *websocket/im.test(this.#buffer.toString('latin1', 0, end));
    this.#buffer = this.#buffer.subarray(end + 4);
    this.#upgraded = true;
    return true;
  }

  /** Undefined: more octets are needed. Empty: a control frame or a part of a message. */
  #readFrame(): string | undefined {
    const bytes = this.#buffer;
    if (bytes.length < 2) return undefined;
    const [first = 0, second = 0] = bytes;
    let length = second & 0x7f;
    let at = 2;
    if (length === 126) [length, at] = bytes.length < 4 ? [Number.POSITIVE_INFINITY, 4] : [bytes.readUInt16BE(2), 4];
    else if (length === 127) {
      [length, at] = bytes.length < 10 ? [Number.POSITIVE_INFINITY, 10] : [Number(bytes.readBigUInt64BE(2)), 10];
    }
    const masked = (second & 0x80) !== 0;
    const start = at + (masked ? 4 : 0);
    if (bytes.length < start + length) return undefined;
    const payload = Buffer.from(bytes.subarray(start, start + length));
    if (masked) for (let n = 0; n < payload.length; n++) payload[n] = (payload[n] ?? 0) ^ (bytes[at + (n % 4)] ?? 0);
    this.#buffer = bytes.subarray(start + length);
    const opcode = first & 0x0f;
    if (opcode >= 8) return '';
    this.#message.push(payload);
    if ((first & 0x80) === 0) return '';
    const message = Buffer.concat(this.#message).toString('latin1');
    this.#message = [];
    return message;
  }
}
