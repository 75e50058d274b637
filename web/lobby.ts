/** The page at `/lobby.html`: every match that is played right now, and the way into it. Nobody joins anything by looking. */
import { LobbyView } from "./lobby/lobby-view.ts";
import { RoomList } from "./lobby/room-list.ts";

/** Games with a page of their own. A type that is not here is listed and cannot be entered from here. */
const GAMES = [
  { type: "arena", title: "Arena", href: "./", line: "Shoot first. Most kills win the round." },
  { type: "cards", title: "Cards", href: "./cards.html", line: "Eights are wild. Be first to hold nothing." },
];

const view = new LobbyView(GAMES);
document.querySelector("#page")!.append(view.root);

const list = new RoomList();
const stream = new EventSource("/rooms/stream");
for (const kind of ["rooms", "changes"] as const) {
  stream.addEventListener(kind, ({ data }: MessageEvent<string>) => {
    if (kind === "rooms") list.clear();
    list.apply(JSON.parse(data));
    view.show(list.rooms);
  });
}
stream.onopen = () => view.live(true);
stream.onerror = () => view.live(false);
