/**
 * The message as MD5 and SHA-2 want it (RFC 1321 §3.1, FIPS 180-4 5.1): a one bit, zeros, and at the end of the last block its length in bits.
 * `block` in octets; `little`: the length begins with its lowest octet.
 */
export function pad(message: Uint8Array, block: number, little?: boolean): DataView {
  const padded = new Uint8Array((Math.floor((message.length + block / 8) / block) + 1) * block);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n, little);
  return view;
}
