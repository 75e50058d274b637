/**
 * How an account gets from the request for a seat to the player who takes it, in whatever process the room is:
 *
 *   token -> account -> context of matchmaking -> the room's `onAuth`, and what it said -> promised seat -> client -> seat in memory
 *
 * A promised seat has room for one thing, so both travel in one: what `onAuth` said, and for whom. When the player comes they are taken
 * apart: `client.auth` is what `onAuth` said, or the account where that said no more than yes. Clients cannot write any of it.
 */
import { type AuthContext, type Client, createAuthContext, Room } from "@colyseus/core";
import type { RoomClass } from "../room/protect.ts";
import type { Account } from "./account.ts";

/** In what a promised seat carries. */
const ACCOUNT = "ninelives:account";

/** What a seat is promised with. */
interface Admission {
  readonly [ACCOUNT]: Account;
  /** What the room's own `onAuth` gave; undefined: no more than yes. */
  readonly said?: unknown;
  /** Of `said`: Colyseus gives the player this session. */
  readonly sessionId?: string;
}

type OnAuth = (token: string, options: unknown, context: AuthContext) => unknown;

const asking = new WeakMap<AuthContext, Account>();
const admitted = new WeakMap<Client, Account>();

/** What a room's `onAuth` is told of a request. `account`: undefined for a guest. */
export function contextOf(headers: Headers, account: Account | undefined): AuthContext {
  const context = createAuthContext({ headers });
  if (account !== undefined) asking.set(context, account);
  return context;
}

/** For a room's own static `onAuth`: whom the token of the request named, verified. undefined: a guest. */
export function accountOf(context: AuthContext): Account | undefined {
  return asking.get(context);
}

/**
 * Lets accounts into rooms of this class. `Game`: the class that was sealed; its own `onAuth` is asked as Colyseus would, a static one
 * or else that of the instance. To be called when the class is registered: Colyseus warns of classes that have both.
 */
export function admitAccounts(Sealed: RoomClass, Game: RoomClass): void {
  const game = Game as unknown as { readonly onAuth: OnAuth };
  const onAuth: OnAuth = async (token, options, context) => {
    const said = ownWord(await game.onAuth(token, options, context));
    const account = accountOf(context);
    const isNo = said === false || said === null || said === undefined;
    return account === undefined || isNo ? said : admission(account, said);
  };
  Object.assign(Sealed, { onAuth });
  Object.defineProperty(Sealed.prototype, "constructor", { value: Game, configurable: true, writable: true });
}

/** The player comes for its seat: from now on `client.auth` is what games see. undefined: a guest. */
export function admit(client: Client): Account | undefined {
  const auth: unknown = client.auth;
  if (isAdmission(auth)) {
    admitted.set(client, auth[ACCOUNT]);
    client.auth = auth.said ?? auth[ACCOUNT];
  }
  return admitted.get(client);
}

/** What the same player is to be promised a seat in another room with. */
export function admissionOf(client: Client): unknown {
  const account = admitted.get(client);
  if (account === undefined) return client.auth;
  return admission(account, client.auth === account ? true : client.auth);
}

/** The game's class has an `onAuth` of the instance. */
export function hasOwnAuth(Game: RoomClass): boolean {
  return Game.prototype.onAuth !== Room.prototype.onAuth;
}

/** What a game's `onAuth` gave. Throws for what only this file makes: a game that passes on what a client said would let it name itself. */
export function ownWord(said: unknown): unknown {
  if (isAdmission(said)) throw new TypeError(`onAuth: anything without "${ACCOUNT}" expected`);
  return said;
}

function admission(account: Account, said: unknown): Admission {
  if (said === true) return { [ACCOUNT]: account };
  const { sessionId } = said as { readonly sessionId?: unknown };
  return { [ACCOUNT]: account, said, ...(typeof sessionId === "string" && { sessionId }) };
}

function isAdmission(auth: unknown): auth is Admission {
  return typeof auth === "object" && auth !== null && ACCOUNT in auth;
}
