/**
 * What follows, for the compiler, from the topics a room type declares: which names there are, and what is said under each.
 * A name is looked at level by level, as the server does; `*` in a declaration stands for one level of any text.
 */
import type { z } from "zod";
import type { RoomType } from "../room-type.ts";

export type TopicDeclaration<T extends RoomType> = keyof T["topics"] & string;

type Levels<Name extends string> = Name extends `${infer First}/${infer Rest}` ? [First, ...Levels<Rest>] : [Name];

type Concrete<Name extends string> = Name extends `${infer First}/${infer Rest}`
  ? `${First extends "*" ? string : First}/${Concrete<Rest>}`
  : Name extends "*"
    ? string
    : Name;

type LevelFits<Declared, Asked> = Declared extends "*" ? true : Asked extends Declared ? true : false;

/** A concrete topic against a declaration. */
type TopicFits<Declared extends unknown[], Asked extends unknown[]> = Declared extends [infer D, ...infer DRest]
  ? Asked extends [infer A, ...infer ARest]
    ? LevelFits<D, A> extends true
      ? TopicFits<DRest, ARest>
      : false
    : false
  : Asked extends []
    ? true
    : false;

/** A pattern against a declaration: `*` is any level, `#` at the end one level or more. */
type PatternFits<Declared extends unknown[], Asked extends unknown[]> = Asked extends ["#"]
  ? Declared extends [unknown, ...unknown[]]
    ? true
    : false
  : Declared extends [infer D, ...infer DRest]
    ? Asked extends [infer A, ...infer ARest]
      ? (A extends "*" ? true : LevelFits<D, A>) extends true
        ? PatternFits<DRest, ARest>
        : false
      : false
    : Asked extends []
      ? true
      : false;

type Fitting<T extends RoomType, Asked extends string> = {
  [D in TopicDeclaration<T>]: TopicFits<Levels<D>, Levels<Asked>> extends true ? D : never;
}[TopicDeclaration<T>];

type FittingPattern<T extends RoomType, Asked extends string> = {
  [D in TopicDeclaration<T>]: PatternFits<Levels<D>, Levels<Asked>> extends true ? D : never;
}[TopicDeclaration<T>];

/** Every name that may be published to: `team/${string}/chat` for team/(any)/chat. */
export type TopicName<T extends RoomType> = { [D in TopicDeclaration<T>]: Concrete<D> }[TopicDeclaration<T>];

/** The name itself when a declaration fits it and it has no wildcard; otherwise the names that would have fitted. */
export type CheckedTopic<T extends RoomType, Topic extends string> = Topic extends `${string}${"*" | "#"}${string}`
  ? never
  : [Fitting<T, Topic>] extends [never]
    ? TopicName<T>
    : Topic;

/** As {@link CheckedTopic}, for a pattern with `*` and `#`. */
export type CheckedPattern<T extends RoomType, Pattern extends string> = [FittingPattern<T, Pattern>] extends [never]
  ? TopicName<T>
  : Pattern;

/** What is published. */
export type TopicInput<T extends RoomType, Topic extends string> = z.input<T["topics"][Fitting<T, Topic>]["payload"]>;

/** What a listener of a topic, or of a pattern, receives. */
export type TopicPayload<T extends RoomType, Pattern extends string> = z.output<
  T["topics"][FittingPattern<T, Pattern>]["payload"]
>;
