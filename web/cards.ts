/** The page at `/cards.html`: the card table. Everything it does is in the game's own folder; here it is put into the document. */
import { openCardsPage } from "@ninelives/games/cards/cards.page.ts";

openCardsPage(document.querySelector<HTMLElement>("#page")!, location.origin);
