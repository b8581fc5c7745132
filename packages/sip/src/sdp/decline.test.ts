import { expect, test } from 'vitest';
import { declineOffer, parseSdp } from './index.ts';

test('an answer that takes nothing has every m-line of the offer with port 0, its time, and our own o= (RFC 3264 §6)', () => {
  const offer =
    'v=0\r\no=bob 5 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=10 20\r\n' +
    'm=audio 4000/2 RTP/AVP 0 8\r\na=sendonly\r\nm=video 5000 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n';
  const rest = 's=-\r\nc=IN IP4 0.0.0.0\r\nt=10 20\r\nm=audio 0 RTP/AVP 0 8\r\nm=video 0 UDP/TLS/RTP/SAVPF 96\r\n';
  expect(declineOffer(offer)).toBe(`v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\n${rest}`);
  const own = 'v=0\r\no=alice 7 3 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n';
  const answer = declineOffer(offer, own);
  expect(answer).toBe(`v=0\r\no=alice 7 3 IN IP4 192.0.2.1\r\n${rest}`);
  expect(parseSdp(answer ?? '').ok).toBe(true);
  expect(declineOffer('rubbish')).toBeUndefined();
});
