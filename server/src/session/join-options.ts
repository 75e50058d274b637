/** What a client says when it joins, checked against the room type. */
import { fieldIssues, issueText, NetError, type RoomType } from "@ninelives/shared-schema";

/** Join options as the game gets them. Throws OPTIONS_INVALID with every wrong field. */
export function joinOptions(type: RoomType, options: unknown): unknown {
  const parsed = type.options.safeParse(options ?? {});
  if (parsed.success) return parsed.data;
  const issues = fieldIssues(parsed.error.issues);
  throw new NetError("OPTIONS_INVALID", `join options of "${type.name}": ${issueText(issues)}`, { issues });
}
