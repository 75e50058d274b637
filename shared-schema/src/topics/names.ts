/**
 * Names of topics and patterns, level by level, the same on both sides. In a pattern `*` is one level and `#`, as the last one,
 * one level or more; a declaration knows only `*`.
 */
import { LIMITS } from "../protocol/limits.ts";

/** One level of a name. */
export const LEVEL = /^[a-zA-Z0-9_-]+$/;

/** A concrete topic: no wildcard in it, and not too long. */
export function isTopic(name: string): boolean {
  return name.length <= LIMITS.topicChars && areLevels(name.split("/"));
}

/** A topic, or one with `*` for levels and `#` at the end. */
export function isPattern(name: string): boolean {
  if (name.length > LIMITS.topicChars) return false;
  const levels = name.split("/");
  const last = levels.at(-1) === "#" ? levels.slice(0, -1) : levels;
  return levels.length <= LIMITS.topicLevels && last.every((level) => level === "*" || LEVEL.test(level));
}

/** The pattern fits this concrete topic. Both are well formed. */
export function fits(pattern: string, topic: string): boolean {
  if (pattern === topic) return true;
  return levelsFit(pattern.split("/"), topic.split("/"));
}

export function levelsFit(asked: readonly string[], levels: readonly string[]): boolean {
  for (const [place, level] of asked.entries()) {
    if (place >= levels.length) return false;
    if (level === "#") return true;
    if (level !== "*" && level !== levels[place]) return false;
  }
  return asked.length === levels.length;
}

export function areLevels(levels: readonly string[]): boolean {
  return levels.length <= LIMITS.topicLevels && levels.every((level) => LEVEL.test(level));
}

/** Some topic fits both. */
export function couldBeSame(one: readonly string[], other: readonly string[]): boolean {
  if (other.at(-1) === "#" && one.length >= other.length) {
    return couldBeSame(one.slice(0, other.length - 1), other.slice(0, -1));
  }
  if (one.length !== other.length) return false;
  return one.every((level, place) => level === "*" || other[place] === "*" || level === other[place]);
}
