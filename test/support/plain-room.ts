/** A Colyseus room as its documentation teaches it. Nothing here knows of Ninelives. */
import { type Client, Room } from "@colyseus/core";
import { schema, StateView, t } from "@colyseus/schema";

export const Piece = schema(
  { owner: t.string().default(""), x: t.number().default(0), hand: t.string().default("").view() },
  "Piece",
);
export type Piece = InstanceType<typeof Piece>;

export const BoardState = schema(
  { steps: t.uint32().default(0), pieces: t.map(Piece), secret: t.string().default("").view() },
  "BoardState",
);
export type BoardState = InstanceType<typeof BoardState>;

export class BoardRoom extends Room<{ state: BoardState }> {
  override state = new BoardState();
  override patchRate = 10;
  override autoDispose = false;
  readonly calls: string[] = [];

  override onCreate(options: { secret?: string }): void {
    this.state.secret = options.secret ?? "nothing";
    this.onMessage("move", (client, { dx }: { dx: number }) => {
      const piece = this.state.pieces.get(client.sessionId)!;
      piece.x += dx;
      piece.hand = `moved ${dx}`;
      client.send("moved", { x: piece.x });
    });
    this.setSimulationInterval(() => this.state.steps++, 5);
  }

  override onJoin(client: Client): void {
    this.calls.push("join");
    const piece = new Piece().assign({ owner: client.sessionId, hand: "empty" });
    this.state.pieces.set(client.sessionId, piece);
    client.view = new StateView();
    client.view.add(piece);
  }

  override async onDrop(client: Client): Promise<void> {
    this.calls.push("drop");
    await this.allowReconnection(client, 5);
  }

  override onReconnect(): void {
    this.calls.push("reconnect");
  }

  override onLeave(client: Client): void {
    this.calls.push("leave");
    this.state.pieces.delete(client.sessionId);
  }
}
