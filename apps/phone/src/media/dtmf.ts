/** One tone: 100 ms, followed by 70 ms of silence (RFC 4733 §2.5.2.1 leaves both to the sender). */
const TONE = 100;
const GAP = 70;

export interface NegotiatedCodec {
  readonly mimeType: string;
  readonly clockRate: number;
}

/**
 * Named events go out at the clock rate of the audio they interrupt (RFC 4733 §2.1). A far side that took Opus (48 kHz)
 * but telephone-event only at 8 kHz would hear nothing, silently: then the digit has to go by INFO.
 */
export function carriesEvents(codecs: readonly NegotiatedCodec[]): boolean {
  const isEvent = (codec: NegotiatedCodec): boolean => codec.mimeType.toLowerCase() === 'audio/telephone-event';
  const voice = codecs.find((codec) => !isEvent(codec));
  return voice !== undefined && codecs.some((codec) => isEvent(codec) && codec.clockRate === voice.clockRate);
}

/** Sends one digit as RFC 4733 events; false when the far side did not agree to them. */
export function sendDigit(sender: RTCRtpSender, digit: string): boolean {
  if (!sender.dtmf?.canInsertDTMF || !carriesEvents(sender.getParameters().codecs)) return false;
  // insertDTMF replaces what is still queued, so what was not played yet goes first again.
  sender.dtmf.insertDTMF(sender.dtmf.toneBuffer + digit, TONE, GAP);
  return true;
}
