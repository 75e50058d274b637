/** Several processes end, one after the other or at once: who takes a room over may die of it, and the store outlives them all. */
import { until } from "../support/until.ts";
import { Fleet } from "./fleet.ts";
import { judge, Player } from "./player.ts";

describe("rooms of which the rescuer is killed as well", function () {
  this.timeout(60_000);
  let fleet: Fleet;
  let players: Player[];
  afterEach(async function () {
    for (const player of players) player.rest();
    if (this.currentTest?.state === "failed") process.stdout.write(fleet.said());
    await fleet.stop();
  });

  async function start(size: number): Promise<void> {
    players = [];
    fleet = await Fleet.start(size);
    const ada = await Player.create(fleet.hosts[0]!.url, "Ada");
    players = [ada, await Player.join(fleet.hosts.at(-1)!.url, ada.room.roomId, "Bob")];
    for (const player of players) player.play();
    await Promise.all(players.map((player) => player.ticks(30)));
  }

  it("[DET3] the owner and another one are killed at the same moment", async () => {
    await start(3);
    const owner = await fleet.owner(players[0]!.room.roomId);
    const other = fleet.hosts.find((host) => host !== owner)!;
    await Promise.all([fleet.kill(owner), fleet.kill(other)]);
    await Promise.all(players.map((player) => player.back(1)));
    await judge(players);
  });

  it("[DET3] the rescuer is killed when it has just the room, or is at it", async () => {
    await start(3);
    const { roomId } = players[0]!.room;
    await fleet.kill(await fleet.owner(roomId));
    const rescuer = await until("a rescuer", () => fleet.hosts.find(({ stdout }) => stdout().includes(roomId)));
    await fleet.kill(rescuer);
    await Promise.all(players.map((player) => player.back(1)));
    await judge(players);
  });

  it("[DET3] all are killed at once, then started from what the store has", async () => {
    await start(2);
    const ports = fleet.hosts.map(({ url }) => new URL(url).port);
    await Promise.all([...fleet.hosts].map((host) => fleet.kill(host)));
    await Promise.all(ports.map((port) => fleet.add(port)));
    await Promise.all(players.map((player) => player.back(1, 15_000)));
    await judge(players);
  });

  it("[DET4] twenty rooms of two players on one process that is killed: all are back", async () => {
    players = [];
    fleet = await Fleet.start(1);
    const first = fleet.hosts[0]!;
    const owners = await Promise.all(Array.from({ length: 20 }, (_, at) => Player.create(first.url, `owner ${at}`)));
    players.push(...owners);
    await Promise.all([fleet.add(), fleet.add()]);
    const guests = owners.map(({ room }, at) => Player.join(fleet.living().url, room.roomId, `guest ${at}`));
    players.push(...(await Promise.all(guests)));
    for (const player of players) player.play(200);
    await Promise.all(players.map((player) => player.ticks(30)));
    await fleet.kill(first);
    await Promise.all(players.map((player) => player.back(1, 15_000)));
    for (const { room } of owners) await judge(players.filter((player) => player.room.roomId === room.roomId));
  });
});
