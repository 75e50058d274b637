/** What a storm does, in words for a page. */
import type { Happening } from "./storm.ts";

export const HAPPENING_WORDS: Readonly<Record<Happening, string>> = {
  crash: "a process is killed",
  blackout: "all processes are killed at once",
  relapse: "a process is killed while it restores a room",
  pause: "a process is stopped for up to 6 s",
  cut: "a process cannot reach the store for up to 5 s",
  apart: "a process cannot reach the others for up to 5 s",
  mute: "a process that plays and writes is taken for dead",
  hang: "a process loses its players' connections",
  weather: "a process's calls to the store become slow, break or arrive late",
  down: "the store is away for up to 4 s, and may have lost its last second",
  back: "the store loses up to a second, at once",
  empty: "the store loses everything",
  drain: "a process is asked to go",
  wire: "a player's connection breaks",
};
