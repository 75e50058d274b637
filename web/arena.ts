/** The page at `/`: the arena. Everything it does is in the game's own folder; here it is put into the document. */
import { openArenaPage } from "@ninelives/games/arena/arena.page.ts";

openArenaPage(document.querySelector<HTMLElement>("#page")!, location.origin);
