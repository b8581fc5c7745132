import { CADENCES, type Cadence, keyTone, type LoopName, planned, type ShotName } from './cadence.ts';

/** What this tab can make heard. Nothing here is sent to the far side. */
export interface Sounds {
  /** Starts a sound that goes on until the returned function is called. */
  loop(name: LoopName): () => void;
  play(name: ShotName): void;
  key(digit: string): void;
  /** False until the page was touched once: browsers keep a page that nobody touched silent. */
  readonly audible: boolean;
  subscribe(listener: () => void): () => void;
}

export function createSounds(page: Window & typeof globalThis): Sounds {
  let context: AudioContext | undefined;
  let audible = page.navigator.userActivation?.hasBeenActive ?? false;
  const listeners = new Set<() => void>();

  const open = () => {
    context ??= new page.AudioContext({ latencyHint: 'interactive' });
    if (context.state !== 'running') context.resume().catch(() => undefined);
    return context;
  };
  const touched = () => {
    if (audible) return;
    audible = true;
    for (const listener of listeners) listener();
  };
  for (const event of ['pointerdown', 'keydown'] as const)
    page.addEventListener(event, touched, { once: true, capture: true });

  const start = (cadence: Cadence) => sound(open(), cadence);
  return {
    get audible() {
      return audible;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    loop: (name) => start(CADENCES[name]),
    play(name) {
      start(CADENCES[name]);
    },
    key(digit) {
      const hertz = keyTone(digit);
      if (hertz.length > 0)
        start({ period: 1, volume: 0.05, fadeIn: 0, limit: 0.12, bursts: [{ at: 0, length: 0.1, hertz }] });
    },
  };
}

/** One oscillator per frequency, opened and closed by one envelope: all of it known to the audio thread beforehand. */
function sound(context: AudioContext, cadence: Cadence): () => void {
  const start = context.currentTime + 0.02;
  const master = context.createGain();
  master.gain.setValueAtTime(cadence.fadeIn > 0 ? 0.02 * cadence.volume : cadence.volume, start);
  if (cadence.fadeIn > 0) master.gain.linearRampToValueAtTime(cadence.volume, start + cadence.fadeIn);
  master.connect(context.destination);
  const voices = new Map<number, { oscillator: OscillatorNode; envelope: GainNode }>();
  for (const { at, length, hertz } of planned(cadence)) {
    for (const frequency of hertz) {
      const voice = voices.get(frequency) ?? newVoice(context, frequency, master, start);
      voices.set(frequency, voice);
      const share = 1 / hertz.length;
      const edge = Math.min(0.012, length / 4);
      voice.envelope.gain.setValueAtTime(0, start + at);
      voice.envelope.gain.linearRampToValueAtTime(share, start + at + edge);
      voice.envelope.gain.setValueAtTime(share, start + at + length - edge);
      voice.envelope.gain.linearRampToValueAtTime(0, start + at + length);
    }
  }
  for (const { oscillator } of voices.values()) oscillator.stop(start + cadence.limit);
  return () => {
    master.disconnect();
    for (const { oscillator } of voices.values()) oscillator.stop();
  };
}

function newVoice(context: AudioContext, frequency: number, into: AudioNode, start: number) {
  const oscillator = context.createOscillator();
  const envelope = context.createGain();
  oscillator.frequency.value = frequency;
  envelope.gain.value = 0;
  oscillator.connect(envelope).connect(into);
  oscillator.start(start);
  return { oscillator, envelope };
}
