/** Which process makes a new room. */
import { matchMaker } from "@colyseus/core";

/** The process with the fewest rooms, of those that `may` make one. */
export async function placeOfNew(mayMake: (processId: string) => boolean): Promise<string> {
  const all = await matchMaker.stats.fetchAll();
  const may = all.filter(({ processId }) => mayMake(processId));
  const [first] = may.sort((a, b) => a.roomCount - b.roomCount);
  return first?.processId ?? matchMaker.processId;
}
