/** Four short sounds made on the spot. Silent until the player asks for sound; the wish is remembered. */
import { readWish, writeWish } from "../../page/wishes.ts";

type Sound = "fire" | "hit" | "boom" | "back";

/** Start and end pitch in Hz, length in seconds, loudness. */
const SOUNDS: Readonly<Record<Sound, readonly [OscillatorType, number, number, number, number]>> = {
  fire: ["square", 880, 220, 0.09, 0.035],
  hit: ["triangle", 320, 120, 0.12, 0.12],
  boom: ["sawtooth", 170, 38, 0.42, 0.13],
  back: ["sine", 330, 760, 0.25, 0.09],
};

export class Sounds {
  on = readWish("sound") === "on";
  #audio: AudioContext | undefined;

  /** Whether there is sound afterwards. */
  toggle(): boolean {
    this.on = !this.on;
    writeWish("sound", this.on ? "on" : "off");
    return this.on;
  }

  play(sound: Sound): void {
    if (!this.on || document.hidden) return;
    this.#audio ??= new AudioContext();
    const { currentTime: start, destination } = this.#audio;
    const [shape, fromHz, toHz, seconds, loudness] = SOUNDS[sound];
    const tone = new OscillatorNode(this.#audio, { type: shape, frequency: fromHz });
    const volume = new GainNode(this.#audio, { gain: loudness });
    tone.frequency.exponentialRampToValueAtTime(toHz, start + seconds);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
    tone.connect(volume).connect(destination);
    tone.start(start);
    tone.stop(start + seconds);
  }
}
