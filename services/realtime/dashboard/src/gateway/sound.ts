/** One short sound of two soft notes, made here: no file is fetched. */

/** Two notes, in hertz and seconds from the beginning. */
const NOTES = [
  [660, 0],
  [880, 0.11],
] as const;
const NOTE_SECONDS = 0.32;
/** The loudest that is still soft. */
const FULL_GAIN = 0.25;
const KEPT_MS = 5000;

export interface Sound {
  /** 0 to 100. In several tabs at once it is heard once. */
  play(volume: number): void;
  /** Here and now, however short ago the last was. */
  sample(volume: number): void;
}

/** Browsers let a page be heard only after a press in it: `unlock` is to be called at each until then. */
export function createSound(): Sound & { unlock(): void } {
  let context: AudioContext | undefined;

  function ring(audio: AudioContext, volume: number): void {
    const loud = audio.createGain();
    loud.gain.value = FULL_GAIN * (volume / 100) ** 2;
    loud.connect(audio.destination);
    for (const [hertz, at] of NOTES) {
      const begin = audio.currentTime + at;
      const [tone, shape] = [audio.createOscillator(), audio.createGain()];
      tone.frequency.value = hertz;
      shape.gain.setValueAtTime(0, begin);
      shape.gain.linearRampToValueAtTime(1, begin + 0.015);
      shape.gain.exponentialRampToValueAtTime(0.001, begin + NOTE_SECONDS);
      tone.connect(shape).connect(loud);
      tone.start(begin);
      tone.stop(begin + NOTE_SECONDS);
    }
  }

  return {
    unlock() {
      context ??= new AudioContext();
      if (context.state === "suspended") void context.resume();
    },
    sample(volume) {
      if (context?.state === "running") ring(context, volume);
    },
    play(volume) {
      const audio = context;
      if (audio?.state !== "running") return;
      const { locks } = navigator as { readonly locks?: LockManager };
      if (locks === undefined) {
        ring(audio, volume);
        return;
      }
      // Of several tabs the quickest is heard, and keeps the others silent for a while.
      void locks.request("baton.sound", { ifAvailable: true }, async (lock) => {
        if (lock === null) return;
        ring(audio, volume);
        await new Promise<void>((resolve) => setTimeout(resolve, KEPT_MS - 100));
      });
    },
  };
}
