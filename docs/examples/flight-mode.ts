/** The README's client in flight mode: two games, one tab, a network that comes and goes. */
import { connect } from "@ninelives/client";
import { Arena } from "@ninelives/games/arena/arena.type.ts";
import { Cards } from "@ninelives/games/cards/cards.type.ts";

const server = process.argv[2] ?? "http://localhost:2567";

const client = connect(server, { liveness: "game" });
const arena = (await client.resume(Arena)) ?? (await client.joinOrCreate(Arena, { name: "Ada" }));
const table = (await client.resume(Cards)) ?? (await client.joinOrCreate(Cards, { name: "Ada" }));
arena.connection.onChange(({ to, reason }) => console.log(to, reason)); // RECONNECTING OFFLINE, CONNECTED RESUMED
const { card } = await table.command("draw", {}); // pressed in the tunnel, drawn once, answered after it
await arena.publish("chat", { text: `I drew ${card}` }); // said once; what others said is heard then, in order

await Promise.all([arena.leave(), table.leave()]);
