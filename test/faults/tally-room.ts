/** A plain Colyseus room that writes down what reaches it. Nothing here knows of Ninelives. */
import type { EventEmitter } from "node:events";
import { type Client, Room } from "@colyseus/core";

export class TallyRoom extends Room {
  override autoDispose = false;
  /** Numbers players said, in the order they came. */
  readonly got: number[] = [];
  /** Bytes players sent, likewise. */
  readonly blobs: number[][] = [];
  /** Hooks in the order they were called. */
  readonly calls: string[] = [];
  /** How long a dropped player's seat is held. */
  holdSeconds = 10;
  /** What `onReconnect` waits for, as for a database. */
  ready: Promise<void> = Promise.resolve();
  /** Frames that came while `onReconnect` waited. */
  early = 0;

  override onCreate(): void {
    this.onMessage("say", (_client, count: number) => this.got.push(count));
    this.onMessageBytes("blob", (_client, bytes: Uint8Array) => this.blobs.push([...bytes]));
  }

  override onJoin(): void {
    this.calls.push("join");
  }

  override async onDrop(client: Client): Promise<void> {
    this.calls.push("drop");
    await this.allowReconnection(client, this.holdSeconds);
  }

  override async onReconnect(client: Client): Promise<void> {
    this.calls.push("reconnect");
    const socket = client.ref as EventEmitter;
    const count = (): void => void this.early++;
    socket.on("message", count);
    await this.ready;
    socket.off("message", count);
  }

  override onLeave(): void {
    this.calls.push("leave");
  }
}
