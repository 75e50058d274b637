import type { Client } from "@colyseus/core";
import { StateView } from "@colyseus/schema";
import { type CommandHandlers, GameRoom, type Pause, type TimerHandlers } from "@ninelives/server";
import type { JoinOptions } from "@ninelives/shared-schema";
import { arm, isArmed, reach } from "./doom.ts";
import { Nine, NinePlayer } from "./nine.type.ts";

export class NineRoom extends GameRoom<typeof Nine> {
  override readonly commands: CommandHandlers<typeof Nine> = {
    add: (client, { n }) => {
      this.state.count++;
      const times = (this.memory.applied.get(`${client.sessionId} ${n}`) ?? 0) + 1;
      this.memory.applied.set(`${client.sessionId} ${n}`, times);
      this.emit("added", { by: client.sessionId, n });
      return { count: this.state.count, times };
    },
    draw: (client) => {
      const card = this.memory.deck.pop() ?? "none";
      this.state.players.get(client.sessionId)!.hand.push(card);
      this.state.marks.add(card);
      return { card };
    },
    ring: (_client, { inTicks, text }) => ({ timer: this.after(inTicks, "bell", { text }) }),
    unring: (_client, { timer }) => ({ was: this.cancel(timer) }),
    roll: () => ({ next: this.random.next() }),
    list: (_client, { metadata, locked }) => {
      void this.setMetadata({ metadata } as never);
      void (locked ? this.lock() : this.unlock());
      return {};
    },
    look: (client) => ({
      tick: this.tick,
      elapsedMs: this.clock.elapsedTime,
      auth: (client.auth as { user?: string } | undefined)?.user ?? "",
    }),
    tally: ({ sessionId }) => {
      const own = [...this.memory.applied.entries()].filter(([key]) => key.startsWith(`${sessionId} `));
      return { added: own.length, most: Math.max(0, ...own.map(([, times]) => times)) };
    },
    trap: (_client, { what }) => {
      this.state.rung = what;
      return {};
    },
    die: (_client, { at, pid, signal }) => {
      if (pid === process.pid) arm(at, signal);
      return {};
    },
  };

  override readonly timers: TimerHandlers<typeof Nine> = {
    bell: ({ text }) => {
      this.state.rung = `${text}@${this.tick}`;
    },
  };

  override onAuth(_client: Client, { name }: JoinOptions<typeof Nine>): unknown {
    reach("auth");
    return { user: `user of ${name}` };
  }

  override onCreate({ seats }: JoinOptions<typeof Nine>): void {
    if (seats === 0) throw new Error("a room that nobody can make");
    this.maxClients = seats;
    for (let card = 1; card <= 200; card++) this.memory.deck.push(`card${card}`);
  }

  override onRestore({ downtimeMs }: Pause): void {
    if (this.state.rung === "throw") throw new Error("a restore that throws");
    if (this.state.rung === "kill") process.kill(process.pid, "SIGKILL");
    this.state.downtimeMs = downtimeMs;
    this.state.restores++;
  }

  override viewFor(client: Client): StateView {
    const view = new StateView();
    view.add(this.state.players.get(client.sessionId)!);
    return view;
  }

  override authorizeTopic(): boolean {
    return true;
  }

  override onJoin(client: Client, { name }: JoinOptions<typeof Nine>): void {
    this.state.players.set(client.sessionId, new NinePlayer().assign({ name }));
    reach("join");
    if (isArmed("joined")) arm("appended");
  }

  override onDrop({ sessionId }: Client): void {
    this.state.players.get(sessionId)!.away = true;
  }

  override onReconnect({ sessionId }: Client): void {
    this.state.players.get(sessionId)!.away = false;
    reach("resume");
  }

  override onLeave({ sessionId }: Client): void {
    this.state.players.delete(sessionId);
  }

  override onTick({ tick }: { readonly tick: number }): void {
    this.state.ticks = tick;
    reach("tick");
    for (const { sessionId } of this.clients) this.inputs.get(sessionId).drain();
  }
}
