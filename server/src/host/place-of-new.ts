/** Which process makes a new room. */
import { matchMaker } from "@colyseus/core";

/** The process with the fewest rooms, of those that may make one. */
export async function placeOfNew(makers: readonly string[] | undefined): Promise<string> {
  const all = await matchMaker.stats.fetchAll();
  const may = all.filter(({ processId }) => makers === undefined || makers.includes(processId));
  const [first] = may.sort((a, b) => a.roomCount - b.roomCount);
  return first?.processId ?? matchMaker.processId;
}
