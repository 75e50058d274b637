/**
 * The two numbers of a seat that say which token takes it: each step by itself, then whole lives of a player by chance, with answers that
 * are lost, pages that are loaded again, requests that come late, owners that die with a log that is behind, and thieves.
 */
import assert from "node:assert/strict";
import type { Client } from "@colyseus/core";
import { CODES, contractOf, HostMemory, PROTOCOL_VERSION, Seat, writeGreeting } from "@ninelives/shared-schema";
import fc from "fast-check";
import { Lab } from "../../../test/support/lab.ts";
import { type Asked, greet, type Refusal } from "../../src/session/greetings.ts";
import { SeatTokens } from "../../src/session/seat-tokens.ts";
import { Seats } from "../../src/session/seats.ts";
import { newSecret, seatToken, sessionIn, stableToken, turnOf } from "../../src/session/token.ts";

const ROOM = "room-1";
const ADA = "ada";
const [JOINING, JOINED, LEAVING] = [0, 1, 4];
const SECRET = newSecret();

/** What is kept where a page can find it, and what a page has in its head. */
interface Party {
  stored: string;
  token: string;
  /** 0: not welcomed. */
  page: number;
}

/** How far an answer gets: nobody has it, the player has it and the server does not know, or everybody knows. */
type Fate = "lost" | "unheard" | "heard";

/** An owner of the room, and the log it writes: one entry for each change of the seat. */
class Owner {
  memory = new HostMemory({ secret: SECRET });
  tokens!: SeatTokens;
  isRevoked = false;
  readonly log: string[] = [];
  readonly told: string[] = [];
  #branches = 0;
  #client: { state: number } | undefined;

  constructor() {
    this.#begin();
    const client = this.#connect(undefined);
    new Seats(this.memory.seats).taken(client, 0, "");
    this.tokens.tell(client);
    this.told.push(client.reconnectionToken);
    this.#write();
  }

  get seat(): Seat {
    return this.memory.seats.get(ADA)!;
  }

  /** The player joined, and has its first token. */
  player(): Party {
    const [token] = this.told;
    return { stored: token!, token: token!, page: 1 };
  }

  /** Somebody comes. `isThere`: waits for the answer. */
  come(token: string, page: number, isThere = true): Refusal | Client {
    const socket = {};
    const { seat, tokens } = this;
    const asked: Asked = {
      type: Lab as never,
      page: seat.page,
      isOther: false,
      worth: (text) => tokens.worth(ADA, text),
      refused: () => {},
      revoke: () => {
        tokens.revoke(ADA);
        this.isRevoked = true;
        this.#write();
      },
    };
    const refusal = greet(socket, { url: `/p/${ROOM}?hi=${hi(page)}&reconnectionToken=${token}` } as never, asked);
    if (refusal !== undefined) {
      if (isThere) refusal.heard?.();
      return refusal;
    }
    const client = this.#connect(socket);
    if (tokens.came(client, token) === "") return { code: CODES.FAILED_TO_RECONNECT.code, reason: "" };
    if (this.#client !== undefined) this.#client.state = LEAVING;
    this.#client = client as never;
    tokens.tell(client);
    new Seats(this.memory.seats).page(ADA, page);
    this.told.push(client.reconnectionToken);
    this.#write();
    return client;
  }

  /** The client says JOIN_ROOM, and a tick passes. */
  stored(client: Client): void {
    (client as { state: number }).state = JOINED;
    this.tokens.hearStored();
    this.#write();
  }

  /** The owner dies; its heir has the log without the newest `lost` entries. */
  die(lost: number): void {
    this.log.splice(Math.max(1, this.log.length - lost));
    this.memory = new HostMemory({ secret: SECRET });
    this.memory.seats.set(ADA, new Seat().assign(JSON.parse(this.log.at(-1)!) as object));
    this.#begin();
    this.#client = undefined;
    this.tokens.tell(this.#connect(undefined));
  }

  /** Of each token that was told, in their order. */
  worths(): string[] {
    return this.told.map((token) => this.tokens.worth(ADA, token));
  }

  #begin(): void {
    this.tokens = new SeatTokens(
      this.memory,
      () => ROOM,
      () => ++this.#branches,
    );
  }

  #write(): void {
    const { generation, branch, pageGeneration, page } = this.seat;
    this.log.push(JSON.stringify({ generation, branch, pageGeneration, page }));
  }

  #connect(socket: object | undefined): Client {
    return { sessionId: ADA, ref: socket ?? {}, state: JOINING, auth: undefined, reconnectionToken: "" } as never;
  }
}

const hi = (page: number) =>
  writeGreeting({
    protocol: PROTOCOL_VERSION,
    typeVersion: Lab.version,
    contract: contractOf(Lab).hash,
    epoch: 0,
    eventSeq: 0,
    resultId: 0,
    page,
  });

const isIn = (answer: Refusal | Client): answer is Client => "sessionId" in answer;
const codeOf = (answer: Refusal | Client) => (isIn(answer) ? "in" : answer.code);

/** A page comes with what it has; what it is told gets as far as `fate` says. */
function comeAgain(owner: Owner, party: Party, fate: Fate): Refusal | Client {
  const answer = owner.come(party.token, party.page);
  if (!isIn(answer) || fate === "lost") return answer;
  party.token = party.stored = answer.reconnectionToken;
  party.page = owner.seat.page;
  if (fate === "heard") owner.stored(answer);
  return answer;
}

/** The page is loaded again, and comes. */
function reload(owner: Owner, party: Party, fate: Fate): Refusal | Client {
  party.token = party.stored;
  party.page = 0;
  return comeAgain(owner, party, fate);
}

const { REPLACED, SESSION_REVOKED, FAILED_TO_RECONNECT } = CODES;

describe("the tokens of a seat", () => {
  const token = (generation: number, branch = 1) =>
    seatToken(SECRET, { roomId: ROOM, sessionId: ADA, generation, branch });

  it("[SE5] are of one secret, room, session, generation and branch, 256 bits, and may stand in a URL", () => {
    const mac = token(35).split(".").at(-1)!;
    assert.equal(Buffer.from(mac, "base64url").length, 32);
    assert.equal(token(35), `YWRh.z.0000001.${mac}`);
    const odd = { roomId: ROOM, sessionId: "user:42 ü&=", generation: 1, branch: 0xffff_ffff };
    assert.match(seatToken(SECRET, odd), /^[\w.-]+$/);
    assert.equal(sessionIn(seatToken(SECRET, odd)), odd.sessionId);
    const one = { roomId: ROOM, sessionId: ADA, generation: 1, branch: 1 };
    const others = [
      seatToken(newSecret(), one),
      seatToken(SECRET, { ...one, roomId: "room-2" }),
      seatToken(SECRET, { ...one, sessionId: "bob" }),
      seatToken(SECRET, { ...one, sessionId: "bob" }).replace(/^\w+/, "YWRh"),
      token(2).replace(".2.", ".1."),
      token(1, 2).replace("2.", "1."),
      token(1).slice(0, -1),
      `${token(1)}A`,
      token(1).replace(".1.", ".01."),
      token(1).replace(".0000001.", ".1."),
      stableToken(SECRET, ROOM, "bob"),
      "",
      "YWRh.1.0000001.",
      "YWRh",
    ];
    const { tokens, told } = new Owner();
    assert.deepEqual([told, tokens.worth(ADA, token(1))], [[token(1)], "good"]);
    for (const other of others) assert.equal(tokens.worth(ADA, other), "unknown", other);
    assert.equal(tokens.worth("bob", token(1)), "unknown");
  });

  it("[SE10] an answer that was lost moves nothing: what was told and not used takes the seat, and so does what it came with", () => {
    const owner = new Owner();
    const ada = owner.player();
    for (let time = 0; time < 2; time++) comeAgain(owner, ada, "lost");
    assert.deepEqual(owner.worths(), ["good", "good", "good"]);
    assert.equal(new Set(owner.told).size, 3);
    comeAgain(owner, ada, "unheard");
    assert.deepEqual(owner.worths(), ["good", "good", "good", "good"]);
    comeAgain(owner, ada, "lost");
    assert.deepEqual(owner.worths(), ["copied", "copied", "copied", "good", "good"], "one of them was used");
  });

  it("[SE10] the one before is spent when the client says that it has stored the next, not when a drop takes that word along", () => {
    const owner = new Owner();
    const ada = owner.player();
    const first = comeAgain(owner, { ...ada }, "unheard") as Client;
    (first as { state: number }).state = LEAVING;
    owner.tokens.hearStored();
    assert.deepEqual(owner.worths(), ["good", "good"]);
    comeAgain(owner, ada, "heard");
    assert.deepEqual(owner.worths(), ["copied", "copied", "good"]);
  });

  it("[SE10][SE13] of two who came with one token and were each told another, the second to come again is noticed", () => {
    const owner = new Owner();
    const ada = owner.player();
    const thief = { ...ada };
    comeAgain(owner, ada, "unheard");
    const stolen = { stored: owner.told[0]!, token: owner.told[0]!, page: 1 };
    assert.equal(codeOf(comeAgain(owner, stolen, "unheard")), "in");
    assert.equal(codeOf(comeAgain(owner, ada, "heard")), "in");
    assert.equal(codeOf(comeAgain(owner, stolen, "heard")), REPLACED.code);
    assert.equal(codeOf(comeAgain(owner, thief, "heard")), REPLACED.code);
    assert.equal(codeOf(comeAgain(owner, ada, "heard")), "in");
  });

  it("[SE12] of a token that a later page went on from the session is revoked, once somebody hears so, and for every owner", () => {
    const owner = new Owner();
    const ada = owner.player();
    const thief = { ...ada };
    reload(owner, ada, "heard");
    assert.deepEqual(owner.worths(), ["replayed", "good"]);
    assert.equal(codeOf(owner.come(thief.stored, 0, false)), SESSION_REVOKED.code);
    assert.equal(owner.isRevoked, false, "a late request is answered by nobody");
    assert.equal(codeOf(reload(owner, thief, "heard")), SESSION_REVOKED.code);
    assert.equal(owner.isRevoked, true);
    for (const party of [ada, thief]) assert.equal(codeOf(reload(owner, party, "heard")), SESSION_REVOKED.code);
    owner.die(0);
    assert.equal(codeOf(reload(owner, ada, "heard")), SESSION_REVOKED.code);
  });

  it("[SE13] an older page, and a copy of what the page in the seat had stored, are REPLACED, and end nothing", () => {
    const owner = new Owner();
    const ada = owner.player();
    const copy = { ...ada };
    comeAgain(owner, ada, "heard");
    assert.equal(codeOf(reload(owner, copy, "heard")), REPLACED.code);
    const second = { ...ada };
    reload(owner, second, "heard");
    assert.equal(codeOf(comeAgain(owner, ada, "heard")), REPLACED.code);
    assert.equal(owner.isRevoked, false);
    assert.equal(codeOf(comeAgain(owner, second, "heard")), "in");
  });

  it("[SE14] what never was a token of the seat is no more than that", () => {
    const owner = new Owner();
    reload(owner, owner.player(), "heard");
    const made = [
      "x",
      token(1).replace("YWRh", "Ym9i"),
      `YWRh.1.${"A".repeat(43)}`,
      stableToken(newSecret(), ROOM, ADA),
    ];
    for (const text of made) assert.equal(codeOf(owner.come(text, 0)), FAILED_TO_RECONNECT.code, text);
    assert.equal(owner.isRevoked, false);
  });

  it("[SE15] the stable token of a build before is generation 0, found by its seat until that has rotated", () => {
    const owner = new Owner();
    owner.log.push(JSON.stringify({ generation: 0, branch: 0, pageGeneration: 0, page: 1 }));
    owner.die(0);
    const old = stableToken(SECRET, ROOM, ADA);
    assert.equal(owner.tokens.sessionOf(old), ADA);
    const ada: Party = { stored: old, token: old, page: 1 };
    assert.equal(codeOf(comeAgain(owner, ada, "lost")), "in");
    assert.equal(codeOf(comeAgain(owner, ada, "heard")), "in");
    assert.match(ada.token, /^YWRh\.1\./);
    assert.equal(owner.tokens.worth(ADA, old), "copied");
    assert.equal(owner.tokens.sessionOf(old), undefined);
    assert.equal(owner.tokens.sessionOf(ada.token), ADA);
  });

  const fate = fc.constantFrom<Fate>("lost", "unheard", "heard");
  const step = fc.oneof(
    fc.record({ what: fc.constant("return" as const), fate }),
    fc.record({ what: fc.constant("reload" as const), fate }),
    fc.record({ what: fc.constant("die" as const), lost: fc.nat(4) }),
    fc.record({ what: fc.constant("late" as const), ago: fc.nat(6) }),
  );

  it("[SE11] whatever is lost, reloaded, late or killed, what the player has takes the seat: any life of 40 steps", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const owner = new Owner();
        const ada = owner.player();
        const sent = [{ ...ada }];
        for (const one of steps) {
          if (one.what === "die") owner.die(one.lost);
          else if (one.what === "late") {
            const request = sent[Math.max(0, sent.length - 1 - one.ago)]!;
            // Its sender has let it go. Whatever comes of it, the player is served next.
            owner.come(request.token, request.page, false);
            assert.equal(owner.isRevoked, false);
          } else {
            const isReload = one.what === "reload";
            sent.push(isReload ? { ...ada, token: ada.stored, page: 0 } : { ...ada });
            const { page } = owner.seat;
            const answer = (isReload ? reload : comeAgain)(owner, ada, one.fate);
            // A page that was loaded, and whose request came late, is a newer one.
            const isOlder = !isReload && ada.page > 0 && ada.page < page;
            assert.equal(codeOf(answer), isOlder ? REPLACED.code : "in");
          }
        }
        assert.equal(codeOf(reload(owner, ada, "heard")), "in");
        assert.equal(owner.isRevoked, false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("[SE10][SE12] a spent token takes nothing, and of two who go on from one only one is ever in: any life of 40 steps", () => {
    const two = fc.record({ isThief: fc.boolean(), isReload: fc.boolean(), fate });
    fc.assert(
      fc.property(fc.array(two, { maxLength: 40 }), (steps) => {
        const owner = new Owner();
        const ada = owner.player();
        const thief: Party = { ...ada, page: 0 };
        const floors: number[] = [];
        for (const { isThief, isReload, fate: how } of steps) {
          const party = isThief ? thief : ada;
          const isOlder = !isReload && party.page > 0 && party.page < owner.seat.page;
          const { generation, branch } = owner.seat;
          const had = turnOf(isReload ? party.stored : party.token, SECRET, ROOM, ADA)!;
          const isSpent = had.generation < generation || (had.generation === generation && had.branch !== branch);
          const answer = (isReload ? reload : comeAgain)(owner, party, how);
          assert.equal(isIn(answer), !isSpent && !isOlder);
          floors.push(owner.seat.generation);
          if (owner.isRevoked) break;
        }
        assert.deepEqual(
          floors,
          [...floors].sort((a, b) => a - b),
        );
        if (!owner.isRevoked) return;
        for (const text of owner.told) assert.notEqual(codeOf(owner.come(text, 0)), "in");
      }),
      { numRuns: 2_000 },
    );
  });
});
