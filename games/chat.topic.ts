/** The topic every game's players talk in: to everybody in their match. */
import { z } from "zod";

export const CHAT = {
  chat: { payload: z.object({ text: z.string().trim().min(1).max(200) }), history: 50 },
} as const;
