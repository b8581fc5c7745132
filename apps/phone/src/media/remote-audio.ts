/**
 * Plays what the far side sends. Without a sink nothing is even decoded, so every call has one element of its own.
 * While a microphone is captured `play()` is allowed without a gesture; after a refusal the next gesture starts it.
 */
export class RemoteAudio {
  readonly #element: HTMLAudioElement;
  readonly #gesture = new AbortController();

  constructor(call: string) {
    this.#element = document.createElement('audio');
    this.#element.autoplay = true;
    this.#element.hidden = true;
    this.#element.setAttribute('data-call', call);
    document.body.append(this.#element);
  }

  play(stream: MediaStream): void {
    if (this.#element.srcObject === stream) return;
    this.#element.srcObject = stream;
    this.#start();
  }

  /** While we hold the call nothing of it is heard, even if the far side keeps sending. */
  silence(on: boolean): void {
    this.#element.muted = on;
  }

  close(): void {
    this.#gesture.abort();
    this.#element.srcObject = null;
    this.#element.remove();
  }

  #start(): void {
    this.#element.play().catch((error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      const once = { once: true, signal: this.#gesture.signal };
      for (const gesture of ['pointerdown', 'keydown']) addEventListener(gesture, () => this.#start(), once);
    });
  }
}
