/** Rooms that say whom they take a player for. */
import { type AuthContext, type Client, Room } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { accountOf, type CommandHandlers, GameRoom } from "@ninelives/server";
import { defineRoomType } from "@ninelives/shared-schema";
import { z } from "zod";

export const ClubState = schema({ members: t.map("string"), left: t.uint32().default(0) }, "ClubState");

/** `auth`: what `client.auth` is, as JSON; empty: nothing. */
const commands = { who: { payload: z.object({}), result: z.object({ auth: z.string() }) } };

function clubType<const Name extends string>(name: Name) {
  return defineRoomType({ name, tickHz: 50, maxPlayers: 8, state: ClubState, commands });
}

export const Club = clubType("club");

export class ClubRoom extends GameRoom<typeof Club> {
  override readonly commands: CommandHandlers<typeof Club> = {
    who: ({ auth }) => ({ auth: JSON.stringify(auth as unknown) ?? "" }),
  };

  override onJoin({ sessionId, auth }: Client): void {
    this.state.members.set(sessionId, JSON.stringify(auth as unknown) ?? "");
  }

  override onLeave({ sessionId }: Client): void {
    this.state.members.delete(sessionId);
    this.state.left++;
  }
}

/** Has a say of its own, as Colyseus would ask it: `name` "Nobody" may not come in, "Guest" is only let in. */
export const Strict = clubType("strict");

export class StrictRoom extends ClubRoom {
  static override async onAuth(_token: string, { name }: { name?: string }, context: AuthContext): Promise<unknown> {
    if (name === "Nobody") return false;
    return name === "Guest" ? true : { rank: "captain", of: accountOf(context)?.userId };
  }
}

/** The same for a plain room whose instance is asked, which sees the account. */
export class OldRoom extends Room {
  override autoDispose = false;

  override onAuth({ auth }: Client, { name }: { name?: string }): unknown {
    if (name === "Nobody") return false;
    return name === "Guest" ? true : { knew: (auth as { userId?: string } | undefined)?.userId ?? "nobody" };
  }

  override onCreate(): void {
    this.onMessage("who", (client) => client.send("you", { auth: JSON.stringify(client.auth as unknown) ?? "" }));
  }

  override async onDrop(client: Client): Promise<void> {
    await this.allowReconnection(client, 60);
  }
}
